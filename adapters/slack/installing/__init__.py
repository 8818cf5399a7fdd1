"""Who has the app: workspaces that take it in and put it out, and the tokens that serve them."""
