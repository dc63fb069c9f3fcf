"""Sensitivities: how each metric changes with each number of a plan, as differences between whole plans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast.forecast import draws_of
from sampler_core.forecast.metrics import METRICS, metric_of
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.targets import PowerSkew, skew_schedule
from sampler_core.tuning.metric_sweep import aggregated_over_epochs, chosen_classes, epochs_at


class Sensitivity(NamedTuple):
    """How a metric changes when one parameter of the plan does, per unit of the parameter; value: as it is.

    Two-sided difference where the parameter may go both ways; a whole-number parameter moves by 1.
    """

    metric: str
    parameter: str
    value: float
    per_unit: float


def sensitivity(
    plan: SamplingPlan,
    counts: CountsLike,
    metric_names: Sequence[str] = tuple(METRICS),
    at: int | str = "mean",
    group: str = "rarest",
    class_name: ClassName | None = None,
) -> tuple[Sensitivity, ...]:
    """How each metric changes with each number of the plan: those of its schedule or target, and of the run.

    Arguments as for `sweep`; any target that is not adaptive. A parameter that is not set is left out.
    """
    counts = as_class_counts(counts)
    plan.check(counts)
    found = []
    for name, value, step, changed in _parameters(plan, counts):
        ends = [x for x in (value - step, value + step) if name != "epochs" or isinstance(at, str) or x > at]
        sides = [(x, p) for x in ends if (p := _possible(changed, x, counts)) is not None]
        if len(sides) == 1:
            sides.append((value, plan))
        if len(sides) == 2:
            (x0, low), (x1, high) = sides
            before, after = (_values(side, counts, metric_names, at, group, class_name) for side in (low, high))
            found += [
                Sensitivity(f, name, float(value), (b - a) / (x1 - x0))
                for f, a, b in zip(metric_names, before, after, strict=True)
            ]
    return tuple(found)


def _values(
    plan: SamplingPlan,
    counts: ClassCounts,
    metric_names: Sequence[str],
    at: int | str,
    group: str,
    class_name: ClassName | None,
) -> list[float]:
    draws = draws_of(plan, counts)
    shares, found = plan.class_shares(counts), []
    for metric in map(metric_of, metric_names):
        chosen = chosen_classes(counts, metric, group, class_name)
        values = metric.worst(metric.values(shares[epochs_at(plan, metric, at)], counts, chosen, draws))
        found.append(float(aggregated_over_epochs(values, at)))
    return found


def _parameters(
    plan: SamplingPlan, counts: ClassCounts
) -> list[tuple[str, float, float, Callable[[Any], SamplingPlan]]]:
    """(name, value, step, the plan with another value) of every number of the plan that is set."""
    found = []
    schedule = skew_schedule(plan.target)
    holder = plan.target if schedule is None else schedule
    for name, row in rows_of(type(holder)).items():
        value = getattr(holder, name)
        if row.kind in ("number", "integer") and value is not None:
            step = 1 if row.kind == "integer" else 1e-4
            found.append((name, value, step, _target_changer(plan, holder, name)))
    whole = {"epochs": plan.epochs, "batch_size": plan.batch_size, "samples_per_epoch": plan.samples(counts),
             "min_per_batch": plan.min_per_batch}  # fmt: skip
    found += [(name, value, 1, _run_changer(plan, name)) for name, value in whole.items() if value]
    for name, value in (("max_repeats", plan.max_repeats), ("min_share", plan.min_share)):
        if value is not None:
            found.append((name, value, 1e-4 * max(value, 1e-3), _run_changer(plan, name)))
    return found


def _target_changer(plan: SamplingPlan, holder: Any, name: str) -> Callable[[Any], SamplingPlan]:
    def changed(value: Any) -> SamplingPlan:
        other = replace(holder, **{name: value})
        return replace(plan, target=other if holder is plan.target else PowerSkew(other))

    return changed


def _run_changer(plan: SamplingPlan, name: str) -> Callable[[Any], SamplingPlan]:
    return lambda value: replace(plan, **{name: value})


def _possible(changed: Callable[[Any], SamplingPlan], value: float, counts: ClassCounts) -> SamplingPlan | None:
    """The changed plan; None where that value is not allowed."""
    try:
        plan = changed(value)
        plan.check(counts)
    except ValueError:
        return None
    return plan
