"""Where the engine meets the world: one folder per platform, and the command line that wires them."""
