"""The channel on this machine: what is posted is shown here, what is typed is answered here."""
