"""What only Compare has."""
