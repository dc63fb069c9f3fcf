"""The user's own labels: upload, reading, corrections."""
