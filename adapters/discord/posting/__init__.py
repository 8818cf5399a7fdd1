"""What is posted on Discord, found again and edited there; where, and what is allowed there."""
