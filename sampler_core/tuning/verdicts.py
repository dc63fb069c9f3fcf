"""Verdicts: the metric value that a requirement bounds, by how much it is met, and whether a plan meets it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast.expectations import Draws
from sampler_core.forecast.forecast import draws_of
from sampler_core.forecast.largest_count import CHANCE
from sampler_core.forecast.metrics import columns, metric_of
from sampler_core.formatting import several
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.as_drawn import (
    chance_left,
    is_of_draws,
    likeliest_to_reach,
    margin_as_drawn,
    values_as_drawn,
)
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import Requirement, over_run


class Verdict(NamedTuple):
    """Whether a requirement holds.

    value: the worst one, which the bound is compared with: of the draws (`as_drawn`) or of the metric. epochs: those
    that violate it, () for a run's. class_name: the class with the worst value, None for a metric of the whole mix.
    expected: the metric there, on average. chance: of the seeds whose draws keep to the value; 1 where that is sure,
    None where the value is no draws'.
    """

    requirement: Requirement
    holds: bool
    value: float
    epochs: tuple[int, ...]
    class_name: ClassName | None
    expected: float
    chance: float | None = None

    def __str__(self) -> str:
        if self.holds:
            return f"{self.requirement}: holds ({bound_in_words(self.requirement, self.value)})"
        where = f" in {several(len(self.epochs), 'epoch', 'epochs')} from {self.epochs[0]} on" if self.epochs else ""
        return f"{self.requirement}: violated{where} ({bound_in_words(self.requirement, self.value)})"


def verdicts(
    plan: SamplingPlan, counts: CountsLike, requirements: Sequence[Requirement], chance: float = CHANCE
) -> tuple[Verdict, ...]:
    """Each requirement against a plan, whatever its target, on the shares that are drawn.

    chance: of the seeds for which requirements on draws must hold (`as_drawn`).
    `ValueError` for an adaptive target (its shares are not known before training), without epochs or a batch size, for
    a requirement about a class or an epoch that is not there, and where the plan's limits cannot be met.
    """
    counts = as_class_counts(counts)
    if plan.adaptive is not None:
        raise ValueError("target must not be adaptive: its class shares are not known before training")
    plan.check(counts)
    shares = plan.class_shares(counts)
    draws = draws_of(plan, counts)
    verdict_on = {True: _verdict_on_draws, False: _verdict_on_metric}
    return tuple(verdict_on[is_of_draws(one)](one, shares, counts, draws, chance) for one in requirements)


def of_seeds(chance: float) -> str:
    """0.95 -> "95 of 100 seeds"; 0.995 -> "995 of 1,000 seeds"."""
    of = 10 ** max(2, math.ceil(-math.log10(1.0 - chance) - 1e-9))
    return f"{round(chance * of):,} of {of:,} seeds"


def _verdict_on_metric(
    requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws, _: float
) -> Verdict:
    window, judged = requirement.epochs(len(shares)), columns(counts, requirement.group, requirement.class_name)
    judged_values = verdict_values(requirement, shares[window.start : window.stop], counts, draws)
    verdict_margins = verdict_margin(requirement, judged_values)
    row, worst = np.unravel_index(int(verdict_margins.argmin()), verdict_margins.shape)
    violated = np.flatnonzero(verdict_margins.min(axis=1) < 0)
    violated_epochs = () if over_run(requirement) else tuple((window.start + violated).tolist())
    worst_class = None if metric_of(requirement.metric).scope == "mix" else counts.names[judged[worst]]
    value = float(judged_values[row, worst])
    return Verdict(requirement, violated.size == 0, value, violated_epochs, worst_class, value)


def _verdict_on_draws(
    requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws, chance: float
) -> Verdict:
    window, judged = requirement.epochs(len(shares)), columns(counts, requirement.group, requirement.class_name)
    n, judged_shares = counts.counts[judged], shares[window.start : window.stop][:, judged]
    left = chance_left(requirement, len(shares), judged.size, chance)
    margins = margin_as_drawn(requirement, n, judged_shares, draws, left)
    values = values_as_drawn(requirement, n, judged_shares, draws, left)
    violated, rows, worst = np.flatnonzero(margins < 0), judged_shares, int(values.argmax())
    if not over_run(requirement):
        rows = judged_shares[[worst]]
        worst = likeliest_to_reach(requirement, n, rows, draws, float(values.max()))
    expected = metric_of(requirement.metric).formula(n[[worst]], rows[:, [worst]], draws)
    return Verdict(
        requirement, violated.size == 0, float(values.max()),
        () if over_run(requirement) else tuple((window.start + violated).tolist()), counts.names[judged[worst]],
        float(expected.ravel()[0]), 1.0 if draws.scheme == "exact" and requirement.metric != "absence" else chance,
    )  # fmt: skip


def requirement_margin(
    requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws, left: float
) -> FloatArray:
    """By how much rows of shares meet a requirement: from 0 on it holds; (rows,), or of the run (1,).

    left: the chance to fail that is left to it (`as_drawn.chance_left`).
    """
    if not is_of_draws(requirement):
        return verdict_margin(requirement, verdict_value(requirement, shares, counts, draws))
    judged = columns(counts, requirement.group, requirement.class_name)
    margins = margin_as_drawn(requirement, counts.counts[judged], shares[:, judged], draws, left)
    return margins.min(keepdims=True) if over_run(requirement) else margins


def requirement_values(
    requirement: Requirement, shares: FloatArray, counts: ClassCounts, draws: Draws, left: float
) -> FloatArray:
    """The values that a requirement bounds, of the worst class: of each row of shares (rows,), or of the run (1,).

    left: as for `requirement_margin`.
    """
    if not is_of_draws(requirement):
        return verdict_value(requirement, shares, counts, draws)
    judged = columns(counts, requirement.group, requirement.class_name)
    values = values_as_drawn(requirement, counts.counts[judged], shares[:, judged], draws, left)
    return values.max(keepdims=True) if over_run(requirement) else values


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
