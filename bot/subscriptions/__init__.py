"""What channels are subscribed to: what can be wished for, when it is due, how it is told and changed."""
