"""Articles come in: by form, address, file or message; cut, looked through piece by piece, and saved."""
