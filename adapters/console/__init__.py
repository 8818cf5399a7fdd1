"""The channel in the terminal: what is posted is printed, what is typed is answered."""
