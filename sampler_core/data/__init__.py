"""What the data looks like: class counts, and labels turned into codes."""
