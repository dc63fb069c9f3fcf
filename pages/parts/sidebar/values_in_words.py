"""The page's wording of values, targets and errors: labels and titles in place of the library's names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from pages.parts.sidebar.page_parameters import PARAMETERS, choice_titles
from pages.parts.text.markdown import literal
from sampler_core.formatting import number, shortened
from sampler_core.plans.parameters import CLASSES, LIMIT_ROWS, PLAN_ROWS, RATIO, SAMPLES, Parameter, rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.target_values import SHAPE, TARGET, values_of
from sampler_core.plans.targets import Target, skew_schedule

DATA_FIELDS = {"num_classes": CLASSES, "num_samples": SAMPLES, "imbalance_ratio": RATIO}
_QUOTED_OR_WORD = re.compile(r"""(?<!\w)(?:'[^']*'|"[^"]*")(?!\w)|\w+=?""")


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


def error_in_words(error: Exception) -> str:
    """An error of the library with the sidebar's labels for its names; what it quotes stays."""
    named_rows = (DATA_FIELDS, PLAN_ROWS, *map(rows_of, (*TARGETS.values(), *SCHEDULES.values())))
    labels = {field: p.label for group in named_rows for field, p in group.items() if field != p.label.lower()}
    labels |= {f"{field}=": f"{limit.label} " for field, limit in LIMIT_ROWS.items()}  # as "max_repeats=2 must allow"
    return _QUOTED_OR_WORD.sub(lambda word: labels.get(word[0], word[0]), str(error))


def problem_in_words(parameter: Parameter, value: object) -> str:
    """What is wrong with this value, under the parameter's label; "" when nothing is."""
    try:
        parameter.check(value)
    except (TypeError, ValueError) as error:
        return str(error).replace(parameter.key, parameter.label, 1)
    return ""


@contextmanager
def error_toast(what: str, in_words: Callable[[Exception], str] = error_in_words) -> Iterator[None]:
    """Turns an error of a callback into a message: what has not happened, and the error in words."""
    try:
        yield
    except (TypeError, ValueError) as error:
        st.toast(literal(f"{what}: {in_words(error)}."), icon=":material/error:")


def parameter_labels(plan: SamplingPlan) -> dict[str, str]:
    """Field -> label, of the plan's own parameters, and of the schedule of a power skew or of another target."""
    of_target = rows_of(type(skew_schedule(plan.target) or plan.target))
    return {field: parameter.label for field, parameter in (PLAN_ROWS | of_target).items()}
