"""What decides a run: schedules, targets, limits, the plan, and plans with names."""
