"""Class-mix schedules for training on imbalanced data: plan them, see what they will draw, draw exactly that.

The one contract here: importing this package is light. torch arrives when `ScheduledClassSampler` is asked for.
"""

from __future__ import annotations

__version__ = "0.1.0"
