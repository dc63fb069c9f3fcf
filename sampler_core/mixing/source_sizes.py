"""The sizes of sources, in items: given, by `len()`, or not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName, whole_number
from sampler_core.plans.explicit_shares import Shares
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.targets import PowerSkew

Source: TypeAlias = Iterable[Any] | Callable[[int], Iterable[Any]]


def sizes_of(sources: Mapping[ClassName, Source], sizes: Mapping[ClassName, int] | None) -> dict[ClassName, int | None]:
    """The size of each source, None where it is not known; `ValueError` for an empty one and a size of no source."""
    if not isinstance(sources, Mapping) or not sources:
        raise TypeError(f"sources must be a mapping of names to sources, got {sources!r:.100}")
    if not isinstance(sizes, Mapping | None):
        raise TypeError(f"sizes must be a mapping of names to numbers of items, got {sizes!r:.100}")
    given = {name: whole_number(f"size of source {name!r}", size) for name, size in (sizes or {}).items()}
    if strange := [name for name in given if name not in sources]:
        raise ValueError(f"sizes must be of sources, got one of {strange[0]!r}")
    found = {name: length_of(source) for name, source in sources.items()}
    if empty := [name for name in sources if 0 in (found[name], given.get(name))]:
        raise ValueError(f"source {empty[0]!r} must have at least one item, got none")
    return {**found, **given}


def class_counts_of(sizes: Mapping[ClassName, int | None], plan: SamplingPlan) -> ClassCounts:
    """The sources as classes; one whose size is not known counts 1, and `ValueError` where that would decide draws."""
    if not isinstance(plan, SamplingPlan):
        raise TypeError(f"plan must be a SamplingPlan, got {plan!r:.100}")
    if plan.adaptive is not None:
        raise ValueError(f"target must not be adaptive for a mix, got {type(plan.target).__name__}")
    if unknown := unknown_names(sizes):
        _check_shares_without_sizes(unknown, sizes.keys(), plan)
        plan = replace(plan, tuned_on=None)
    counts = ClassCounts(tuple(sizes), np.array([size or 1 for size in sizes.values()], dtype=np.int64))
    plan.check(counts)
    return counts


def unknown_names(sizes: Mapping[ClassName, int | None]) -> list[ClassName]:
    """The sources whose size is not known."""
    return [name for name, size in sizes.items() if size is None]


def _check_shares_without_sizes(unknown: list[ClassName], names: Iterable[ClassName], plan: SamplingPlan) -> None:
    must = f"sizes must be given for {', '.join(map(repr, unknown))}, which cannot tell len()"
    target, given = plan.target, {str(name) for name, _ in getattr(plan.target, "pairs", ())}
    if not isinstance(target, Shares) or not {str(name) for name in unknown} <= given:
        raise ValueError(f"{must}, or their shares by a target Shares, got neither")
    if not isinstance(target.rest, PowerSkew) and not {str(name) for name in names} <= given:
        raise ValueError(f"{must}, where the rest of the shares is {type(target.rest).__name__}, got none")
    if plan.max_repeats is not None:
        raise ValueError(f"{must}, where max_repeats is, got none")
    if plan.samples_per_epoch is None:
        raise ValueError(f"{must}, or samples_per_epoch in the plan, got neither")


def length_of(source: Any) -> int | None:
    """`len()` of a source, None where it has none."""
    try:
        return len(source)
    except TypeError:  # has none, or cannot tell
        return None
