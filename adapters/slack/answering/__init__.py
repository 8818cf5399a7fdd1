"""What people do on Slack is heard, done once, and answered: who they are, what they typed, what they see."""
