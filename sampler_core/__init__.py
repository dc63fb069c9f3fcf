"""Class-mix schedules for training on imbalanced data: plan them, see what they will draw, draw exactly that.

The one contract here: importing this package is light. torch arrives when `ScheduledClassSampler` or `ScheduledMix` is
asked for. Every
schedule and target that is registered can be imported from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sampler_core.data.binned_values import binned as binned
from sampler_core.data.class_counts import ClassCounts as ClassCounts
from sampler_core.data.combined_labels import combined as combined
from sampler_core.data.label_encoding import labels_of as labels_of
from sampler_core.data.rarest_label import rarest_label as rarest_label
from sampler_core.data.sorted_labels import SortedLabels as SortedLabels
from sampler_core.forecast.forecast import Forecast as Forecast
from sampler_core.plans.balanced_shares import balanced_shares as balanced_shares
from sampler_core.plans.balanced_shares import repeat_factor_shares as repeat_factor_shares
from sampler_core.plans.plan import SamplingPlan as SamplingPlan
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.sampling.index_stream import IndexStream as IndexStream

__version__ = "0.1.0"

if TYPE_CHECKING:  # names of the registries as type checkers find them
    from sampler_core.mixing.scheduled_mix import ScheduledMix as ScheduledMix
    from sampler_core.plans.adaptive_targets import *  # noqa: F403
    from sampler_core.plans.explicit_shares import *  # noqa: F403
    from sampler_core.plans.schedules import *  # noqa: F403
    from sampler_core.plans.targets import *  # noqa: F403
    from sampler_core.sampling.sampler import ScheduledClassSampler as ScheduledClassSampler
else:
    _registered = {cls.__name__: cls for cls in (*SCHEDULES.values(), *TARGETS.values())}
    globals().update(_registered)
    __all__ = sorted(
        {"ClassCounts", "Forecast", "IndexStream", "SamplingPlan", "ScheduledClassSampler", "ScheduledMix"}
        | {"SortedLabels", "balanced_shares", "binned", "combined", "labels_of", "rarest_label", "repeat_factor_shares"}
        | _registered.keys()
    )

    def __getattr__(name: str) -> object:
        if name == "ScheduledClassSampler":
            from sampler_core.sampling.sampler import ScheduledClassSampler

            return ScheduledClassSampler
        if name == "ScheduledMix":
            from sampler_core.mixing.scheduled_mix import ScheduledMix

            return ScheduledMix
        raise AttributeError(f"module 'sampler_core' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), "ScheduledClassSampler", "ScheduledMix"})
