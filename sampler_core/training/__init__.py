"""Real small trainings of many plans at once, and what their differences say."""
