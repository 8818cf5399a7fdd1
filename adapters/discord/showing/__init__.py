"""How commands, messages and forms look on Discord, and what comes back from them."""
