"""What only Explore has."""
