"""Sensitivities: how each metric changes with each number of a plan, as differences between whole plans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast.forecast import draws_of
from sampler_core.forecast.metrics import METRICS, metric_of
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.targets import PowerSkew, skew_schedule
from sampler_core.tuning.metric_sweep import aggregated_over_epochs, swept_classes_of, swept_epochs_of


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

    def metric_values_of(changed: SamplingPlan) -> list[float]:
        shares, draws, metric_values = changed.class_shares(counts), draws_of(changed, counts), []
        for metric in map(metric_of, metric_names):
            metric_classes = swept_classes_of(counts, metric, group, class_name)
            epochs = swept_epochs_of(changed, metric, at)
            used_shares = shares if metric.in_run else shares[epochs]
            worst_values = metric.worst(metric.of_run(used_shares, counts, metric_classes, draws))
            metric_values.append(
                float(aggregated_over_epochs(worst_values[epochs] if metric.in_run else worst_values, at))
            )
        return metric_values

    sensitivities = []
    for name, value, step, plan_with in _varied_parameters(plan, counts):
        values = [x for x in (value - step, value + step) if name != "epochs" or isinstance(at, str) or x > at]
        sides = [(x, changed) for x in values if (changed := _possible_plan(plan_with, x, counts)) is not None]
        if len(sides) == 1:
            sides.append((value, plan))
        if len(sides) == 2:
            (x0, low), (x1, high) = sides
            differences = zip(metric_names, metric_values_of(low), metric_values_of(high), strict=True)
            sensitivities += [
                Sensitivity(metric, name, float(value), (b - a) / (x1 - x0)) for metric, a, b in differences
            ]
    return tuple(sensitivities)


def _varied_parameters(
    plan: SamplingPlan, counts: ClassCounts
) -> list[tuple[str, float, float, Callable[[Any], SamplingPlan]]]:
    """(name, value, step, the plan with another value) of every number of the plan that is set."""
    schedule = skew_schedule(plan.target)
    varied_holder: Any = plan.target if schedule is None else schedule

    def with_target(name: str, value: Any) -> SamplingPlan:
        changed_target = replace(varied_holder, **{name: value})
        return replace(plan, target=changed_target if schedule is None else PowerSkew(changed_target))

    def with_setting(name: str, value: Any) -> SamplingPlan:
        return replace(plan, **{name: value})

    kinds = {name: row.kind for name, row in rows_of(type(varied_holder)).items() if row.kind in ("number", "integer")}
    steps = {name: 1 if kind == "integer" else 1e-4 for name, kind in kinds.items()}
    varied = [(name, getattr(varied_holder, name), step, partial(with_target, name)) for name, step in steps.items()]
    run_parameters = {"epochs": plan.epochs, "batch_size": plan.batch_size, "samples_per_epoch": plan.samples(counts),
             "min_per_batch": plan.min_per_batch or None}  # fmt: skip
    varied += [(name, value, 1, partial(with_setting, name)) for name, value in run_parameters.items()]
    for name, value in (("max_repeats", plan.max_repeats), ("min_share", plan.min_share)):
        varied.append((name, value, 1e-4 * max(value or 0.0, 1e-3), partial(with_setting, name)))
    return [parameter for parameter in varied if parameter[1] is not None]


def _possible_plan(plan_with: Callable[[Any], SamplingPlan], value: float, counts: ClassCounts) -> SamplingPlan | None:
    """The changed plan; None where that value is not allowed."""
    try:
        changed_plan = plan_with(value)
        changed_plan.check(counts)
    except ValueError:
        return None
    return changed_plan
