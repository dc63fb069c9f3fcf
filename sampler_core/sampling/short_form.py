"""The short form of the sampler's arguments: `ScheduledClassSampler(labels, skew=...)` -> its plan."""

from __future__ import annotations

from numbers import Real
from typing import Any

from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant, Schedule
from sampler_core.plans.targets import PowerSkew


def plan_or_short_form(plan: SamplingPlan | None, skew: float | Schedule | None, run: dict[str, Any]) -> SamplingPlan:
    """The plan itself, or a power skew with the other fields in `run`; `TypeError` for both and for neither."""
    if (plan is None) == (skew is None):
        raise TypeError(f"either plan or skew must be given, got plan={plan!r} and skew={skew!r}")
    if plan is None:
        if not isinstance(skew, Real | Schedule):
            raise TypeError(f"skew must be a number or a schedule, got {skew!r}")
        return SamplingPlan(target=PowerSkew(skew if isinstance(skew, Schedule) else Constant(skew)), **run)
    if not isinstance(plan, SamplingPlan):
        raise TypeError(f"plan must be a SamplingPlan, got {plan!r}; a schedule goes to skew=")
    if tuple(run.values()) != (None, None, None, "independent", 0):
        raise TypeError("epochs, batch_size, samples_per_epoch, drawing and seed must be left to the plan, got both")
    return plan
