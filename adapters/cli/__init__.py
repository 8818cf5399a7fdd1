"""The commands of `ai-news`, one file for each kind; what they need is imported when they run."""
