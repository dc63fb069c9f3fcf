"""Class-mix schedules for training on imbalanced data: plan them, see what they will draw, draw exactly that.

The one contract here: importing this package is light. torch arrives when `ScheduledClassSampler` is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.dataset_labels import labels_of
from sampler_core.forecast.forecast import Forecast
from sampler_core.plans.adaptive_targets import DifficultyBalanced, ExponentiatedGradient
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Composite, Constant, Cosine, Exponential, Linear, Periodic, Piecewise, Step
from sampler_core.plans.targets import Boost, EffectiveNumber, PowerSkew, ProgressivelyBalanced, RepeatFactor, UniMax

if TYPE_CHECKING:
    from sampler_core.sampling.sampler import ScheduledClassSampler as ScheduledClassSampler

__version__ = "0.1.0"

__all__ = [
    "Boost",
    "ClassCounts",
    "Composite",
    "Constant",
    "Cosine",
    "DifficultyBalanced",
    "EffectiveNumber",
    "Exponential",
    "ExponentiatedGradient",
    "Forecast",
    "Linear",
    "Periodic",
    "Piecewise",
    "PowerSkew",
    "ProgressivelyBalanced",
    "RepeatFactor",
    "SamplingPlan",
    "ScheduledClassSampler",
    "Step",
    "UniMax",
    "labels_of",
]


def __getattr__(name: str) -> object:
    if name == "ScheduledClassSampler":
        from sampler_core.sampling.sampler import ScheduledClassSampler

        return ScheduledClassSampler
    raise AttributeError(f"module 'sampler_core' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
