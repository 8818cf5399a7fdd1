"""The channel in the browser: a page on this machine that looks and behaves like a chat channel."""
