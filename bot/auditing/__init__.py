"""The log of what people changed, and undo: each change is taken back as a whole, and once."""
