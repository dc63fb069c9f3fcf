"""Tuning: requirements -> feasible band, solved schedules or conflicts; sweeps and sensitivities.

The one contract here: everything is judged on the class shares that the plan draws, scheme, limits and sizes included.
"""
