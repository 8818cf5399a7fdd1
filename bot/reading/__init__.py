"""Reading, pure: bytes become text, seed files and import lines become stories."""
