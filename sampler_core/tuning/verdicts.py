"""Verdicts: the metric value that a requirement bounds, by how much it is met, and whether a plan meets it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast.expectations import Draws, most_repeats
from sampler_core.forecast.forecast import draws_of
from sampler_core.forecast.metrics import columns, metric_of
from sampler_core.formatting import several
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import Requirement, limits_repeats, over_run


class Verdict(NamedTuple):
    """Whether a requirement holds. value: the worst metric value. epochs: those that violate it, () for a run's.

    class_name: the class with the worst value, None for a metric of the whole mix. most: how often a single sample
    can be drawn, for repeats under the exact scheme; None for all else.
    """

    requirement: Requirement
    holds: bool
    value: float
    epochs: tuple[int, ...]
    class_name: ClassName | None
    most: int | None = None

    def __str__(self) -> str:
        if self.holds:
            return f"{self.requirement}: holds ({bound_in_words(self.requirement, self.value)})"
        where = f" in {several(len(self.epochs), 'epoch', 'epochs')} from {self.epochs[0]} on" if self.epochs else ""
        return f"{self.requirement}: violated{where} ({bound_in_words(self.requirement, self.value)})"


def verdicts(plan: SamplingPlan, counts: CountsLike, requirements: Sequence[Requirement]) -> tuple[Verdict, ...]:
    """Each requirement against a plan, whatever its target, on the shares that are drawn.

    `ValueError` for an adaptive target (its shares are not known before training), without epochs or a batch size, for
    a requirement about a class or an epoch that is not there, and where the plan's limits cannot be met.
    """
    counts = as_class_counts(counts)
    if plan.adaptive is not None:
        raise ValueError("target must not be adaptive: its class shares are not known before training")
    plan.check(counts)
    shares = plan.class_shares(counts)
    draws = draws_of(plan, counts)
    return tuple(_verdict_on(requirement, shares, counts, draws) for requirement in requirements)


def _verdict_on(requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws) -> Verdict:
    window, judged = requirement.epochs(len(shares)), columns(counts, requirement.group, requirement.class_name)
    judged_shares = shares[window.start : window.stop]
    judged_values = verdict_values(requirement, judged_shares, counts, draws)
    verdict_margins = verdict_margin(requirement, judged_values)
    row, worst = np.unravel_index(int(verdict_margins.argmin()), verdict_margins.shape)
    violated = np.flatnonzero(verdict_margins.min(axis=1) < 0)
    violated_epochs = () if over_run(requirement) else tuple((window.start + violated).tolist())
    worst_class = None if metric_of(requirement.metric).scope == "mix" else counts.names[judged[worst]]
    most = None
    if draws.scheme == "exact" and limits_repeats(requirement):
        of_judged = judged_shares[:, judged] if over_run(requirement) else judged_shares[:, judged].max(axis=0)
        most = int(most_repeats(counts.counts[judged], of_judged, draws.samples).max())
    return Verdict(
        requirement, violated.size == 0, float(judged_values[row, worst]), violated_epochs, worst_class, most
    )


def verdict_values(requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws) -> FloatArray:
    """The metric values that a requirement bounds: of each row and class (rows, classes), or of the run (1, classes).

    shares: (rows, num_classes); for a requirement over the run, the rows are the epochs it holds for. A metric of the
    whole mix has one column.
    """
    chosen = columns(counts, requirement.group, requirement.class_name)
    return metric_of(requirement.metric).values(shares, counts, chosen, draws)


def verdict_value(requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws) -> FloatArray:
    """The metric value of the worst class: of each row (rows,), or of the run (1,)."""
    values = verdict_values(requirement, shares, counts, draws)
    return np.asarray(values.max(axis=-1) if requirement.sense == "at most" else values.min(axis=-1))


def verdict_margin(requirement: Requirement, values: FloatArray) -> FloatArray:
    """Signed distance of values from the bound, relative to it; at least 0 (to 1e-9) where the requirement holds."""
    scale = max(requirement.bound, 1e-12)
    signed = values - requirement.bound if requirement.sense == "at least" else requirement.bound - values
    return np.asarray(signed / scale) + 1e-9
