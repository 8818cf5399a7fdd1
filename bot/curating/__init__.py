"""What workspaces decide for themselves: stories hidden and pinned, topics, and the names that they know."""
