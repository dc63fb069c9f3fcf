"""The plans that `plan_search` tries: the plan given, then plans with another scheme, floor, cap or batch size.

The one contract here: a fixed order, by the number of changes; of as many, other schemes come first, then floors, batch
sizes and caps. A plan whose limits the data cannot meet is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import SCHEDULES
from sampler_core.plans.targets import skew_schedule
from sampler_core.tuning.requirements import Requirement, limits_repeats, over_run
from sampler_core.tuning.shares_by_skew import Effort, SharesBySkew

FREE = ("drawing", "min_per_batch", "max_repeats")
_SCHEMES, _FLOORS, _BATCH_FACTORS = ("stratified", "exact", "independent"), (0, 1, 2), (2.0, 4.0, 8.0, 0.5)
_IN_WORDS: dict[str, Callable[[Any], str]] = {
    "drawing": lambda scheme: f"scheme {scheme}",
    "min_per_batch": lambda floor: f"floor {floor} a batch" if floor else "no floor a batch",
    "max_repeats": lambda cap: "no cap on repeats" if cap is None else f"repeats capped at {cap:g}",
    "batch_size": lambda size: f"batch size {size}",
}


class Variant(NamedTuple):
    """A plan to try. changes: what it changes about the plan given, in words of the page; by_skew: its shares."""

    changes: tuple[str, ...]
    plan: SamplingPlan
    by_skew: SharesBySkew

    def shape(self, asked: str | None) -> str | None:
        """The shape asked for, or that of the plan's schedule; None for a target without one."""
        own = skew_schedule(self.plan.target)
        return asked or (None if own is None else SCHEDULES.name_of(own))


def variants(
    plan: SamplingPlan, counts: ClassCounts, requirements: Sequence[Requirement], free: Sequence[str], effort: Effort
) -> Iterator[Variant]:
    """The plan, and plans with other values of the fields that are free. effort: of the search on all of them."""
    values: dict[str, Sequence[Any]] = {
        "max_repeats": (plan.max_repeats, *_caps(plan, requirements)),
        "batch_size": (plan.batch_size, *_batch_sizes(plan, counts)),
        "min_per_batch": (plan.min_per_batch, *(floor for floor in _FLOORS if floor != plan.min_per_batch)),
        "drawing": (plan.drawing, *(scheme for scheme in _SCHEMES if scheme != plan.drawing)),
    }
    choices = [values[name] if name in free else values[name][:1] for name in values]
    settings = [dict(zip(values, chosen, strict=True)) for chosen in product(*choices)]
    for setting in sorted(settings, key=lambda setting: len(_changes(plan, setting))):
        try:
            changed = replace(plan, **setting)
            changed.check(counts)
        except ValueError:
            continue
        yield Variant(_changes(plan, setting), changed, SharesBySkew(changed, counts, effort=effort))


def _changes(plan: SamplingPlan, setting: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(words(setting[name]) for name, words in _IN_WORDS.items() if setting[name] != getattr(plan, name))


def _caps(plan: SamplingPlan, requirements: Sequence[Requirement]) -> list[float]:
    """The caps that requirements on repeats per epoch suggest."""
    bounds = {math.floor(one.bound) for one in requirements if limits_repeats(one) and not over_run(one)}
    return [float(bound) for bound in sorted(bounds) if bound >= 1 and bound != plan.max_repeats]


def _batch_sizes(plan: SamplingPlan, counts: ClassCounts) -> list[int]:
    sizes = [round(plan.needed_batch_size * factor) for factor in _BATCH_FACTORS]
    return [size for size in sizes if 1 <= size <= plan.samples(counts)]
