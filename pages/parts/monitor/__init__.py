"""What only Monitor has."""
