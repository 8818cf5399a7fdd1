"""What people do on Discord is taken, understood, and answered in time."""
