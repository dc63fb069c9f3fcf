"""Text that comes from data, made safe to show."""
