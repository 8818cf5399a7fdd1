"""Discord: messages as its components."""
