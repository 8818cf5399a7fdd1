"""What is posted on Slack, found again and edited there, at its pace; and channels that are lost."""
