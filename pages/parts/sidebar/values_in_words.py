"""The page's wording of values and targets: labels and titles in place of the library's names."""

from __future__ import annotations

from typing import Any

from pages.parts.sidebar.page_parameters import PARAMETERS, choice_titles
from sampler_core.formatting import number, shortened
from sampler_core.plans.parameters import PLAN_ROWS, Parameter, rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.target_values import SHAPE, TARGET, values_of
from sampler_core.plans.targets import Target, skew_schedule


def value_in_words(parameter: Parameter, value: Any) -> str:
    """A value of a parameter as people read it."""
    if value is None:
        return "none"
    if parameter.kind == "choice":
        return choice_titles(parameter)[value]
    return shortened(str(value), 200) if parameter.kind == "text" else number(value)


def target_in_words(target: Target) -> str:
    """A target in one line of plain text: its name, shape and settings. `ValueError` where widgets cannot make it."""
    in_words = {
        key: value_in_words(PARAMETERS[key], value) for key, value in values_of(target).items() if value is not None
    }
    names = ", ".join(in_words.pop(key) for key in (TARGET.key, SHAPE.key) if key in in_words)
    settings = ", ".join(f"{PARAMETERS[key].label.lower()} {value}" for key, value in in_words.items())
    return f"{names}: {settings}" if settings else names


def mix_in_words(plan: SamplingPlan) -> str:
    """A plan's target: what a skew that never changes draws, else as `target_in_words`."""
    skews = plan.skews()
    if skews is None or skews.min() != skews.max():
        return target_in_words(plan.target)
    skew = float(skews[0])
    mix = {0.0: "the natural mix", 1.0: "class-balanced"}.get(skew, f"skew {number(skew)}")
    floor = f", with at least {plan.min_per_batch} of each class in every batch" if plan.min_per_batch else ""
    return f"{mix} in every epoch{floor}"


def parameter_labels(plan: SamplingPlan) -> dict[str, str]:
    """Field -> label, of the plan's own parameters, and of the schedule of a power skew or of another target."""
    of_target = rows_of(type(skew_schedule(plan.target) or plan.target))
    return {field: parameter.label for field, parameter in (PLAN_ROWS | of_target).items()}
