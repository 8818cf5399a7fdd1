"""What moderators do with stories, who may, and the log in which each change can be taken back."""
