"""Slack: messages as its blocks."""
