"""What only Tune has."""
