"""The map of linear schedules, skew factor by epoch increment: its axes, and the points that meet requirements.

The one contract here: a point is feasible exactly where the plan with that schedule meets the requirements judged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.forecast.metrics import Metric, columns, metric_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Linear
from sampler_core.plans.targets import PowerSkew
from sampler_core.tuning.as_drawn import is_of_draws, margin_as_drawn
from sampler_core.tuning.feasible_band import SkewIntervals, edge_of
from sampler_core.tuning.metric_sweep import clamped_skews, linear_skew_limits, run_metric_values
from sampler_core.tuning.requirements import Requirement, limits_repeats, over_run
from sampler_core.tuning.shares_by_skew import SharesBySkew
from sampler_core.tuning.values_by_skew import Progress, no_progress, partial_progress
from sampler_core.tuning.verdicts import verdict_margin

MAP_POINTS = 41
_MAP_TOLERANCE = 1e-9
_MOST_CLASSES_JUDGED = 20  # of a requirement over the run: each costs as much as a map


class FeasiblePoints(NamedTuple):
    """mask: bool, (skews, increments). left_out: requirements that are not judged here (see `feasible_points`)."""

    mask: BoolArray
    left_out: tuple[Requirement, ...]


def map_axes(epochs: int) -> tuple[FloatArray, FloatArray]:
    """Skew factors from -0.5 to 1.5, and increments that move the skew by about 2 either way over the run."""
    step = _rounded_axis_step(0.1 / max(epochs - 1, 1))
    middle_point = MAP_POINTS // 2
    return np.round(np.linspace(-0.5, 1.5, MAP_POINTS), 10), np.round(step * (np.arange(MAP_POINTS) - middle_point), 12)


def plan_at_point(plan: SamplingPlan, skew: float = 0.0, increment: float = 0.0) -> SamplingPlan:
    """The plan with a linear schedule, its limits on the skew kept where it has them."""
    return replace(plan, target=PowerSkew(Linear(skew, increment, *linear_skew_limits(plan))))


def feasible_points(
    plan: SamplingPlan, counts: ClassCounts, requirements: Sequence[Requirement], progress: Progress = no_progress
) -> FeasiblePoints:
    """Which points of the map meet the requirements. progress: as for `sweep`.

    Not judged: a requirement over a part of the run, or over the run about every class; but repeats of every class are,
    in a plan without limits, of at most `_MOST_CLASSES_JUDGED`.
    """
    skews, increments = map_axes(plan.epochs or 1)
    plan = plan_at_point(plan)
    map_runs = clamped_skews(plan, skews[:, None, None] + increments[None, :, None] * np.arange(plan.epochs or 1))
    by_skew, map_mask = SharesBySkew(plan, counts), np.ones(map_runs.shape[:2], dtype=bool)
    by_epoch, of_run = (
        [requirement for requirement in requirements if over_run(requirement) == over] for over in (False, True)
    )
    for i, requirement in enumerate(by_epoch):
        progress(0.5 * i / len(by_epoch))
        edge = edge_of(by_skew, requirement, plan.epochs or 1)
        map_mask &= _points_within(map_runs[..., edge.first_epoch : edge.last_epoch + 1], edge.allowed)
    deciding = [(one, position) for one in of_run for position in _deciding_classes(plan, counts, one)]
    run_metrics = [(_run_margin_of(by_skew, requirement), position) for requirement, position in deciding]
    if run_metrics and map_mask.any():  # only where the others hold: runs cost most
        run_values = run_metric_values(by_skew, map_runs[map_mask], run_metrics, partial_progress(progress, 0.5, 1.0))
        map_mask[map_mask] = np.all([margins >= 0 for margins, _ in run_values], axis=0)
    return FeasiblePoints(map_mask, tuple(one for one in of_run if not _deciding_classes(plan, counts, one)))


def _deciding_classes(plan: SamplingPlan, counts: ClassCounts, requirement: Requirement) -> list[int]:
    """The positions of the classes that decide a requirement over the run; [] where this is not known."""
    if len(requirement.epochs(plan.epochs or 1)) < (plan.epochs or 1):
        return []
    judged: list[int] = columns(counts, requirement.group, requirement.class_name).tolist()
    if requirement.group != "every" or requirement.class_name is not None:
        return judged
    known = limits_repeats(requirement) and not plan.limited and len(judged) <= _MOST_CLASSES_JUDGED
    return judged if known else []


def _run_margin_of(by_skew: SharesBySkew, requirement: Requirement) -> Metric:
    """By how much runs meet a requirement, in place of its metric."""
    metric, left = metric_of(requirement.metric), by_skew.chance_left(requirement)
    if is_of_draws(requirement):
        return replace(metric, formula=lambda n, p, d: margin_as_drawn(requirement, n, p, d, left))
    return replace(metric, formula=lambda n, p, d: verdict_margin(requirement, metric.formula(n, p, d)))


def _points_within(skews: FloatArray, allowed: SkewIntervals) -> BoolArray:
    points_inside = np.zeros(skews.shape, dtype=bool)
    for low, high in allowed:
        points_inside |= (skews >= low - _MAP_TOLERANCE) & (skews <= high + _MAP_TOLERANCE)
    return np.asarray(points_inside.all(axis=-1))


def _rounded_axis_step(step: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten."""
    step_decade = 10.0 ** math.floor(math.log10(step))
    return min((m * step_decade for m in (1.0, 2.0, 5.0, 10.0)), key=lambda rounded: abs(math.log(rounded / step)))
