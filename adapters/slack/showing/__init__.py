"""How messages and forms look on Slack, and what comes back from them."""
