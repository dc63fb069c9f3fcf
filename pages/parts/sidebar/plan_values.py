"""A plan as values of the sidebar's controls, and setting them from a button."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts.sidebar.controls import every_row, titles_of
from pages.parts.sidebar.target_values import said, target_values
from pages.parts.sidebar.url_values import complaint
from pages.parts.text.markdown import literal
from sampler_core.plans import parameters as rows
from sampler_core.plans.parameters import Parameter, rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.targets import skew_schedule

LIMIT_ROWS = {"drawing": rows.DRAWING, "max_repeats": rows.MAX_REPEATS, "min_share": rows.MIN_SHARE,
              "min_per_batch": rows.MIN_PER_BATCH}  # fmt: skip
RUN = {"epochs": rows.EPOCHS, "batch_size": rows.BATCH_SIZE, "samples_per_epoch": rows.SAMPLES_PER_EPOCH,
       "seed": rows.SEED}  # fmt: skip
DATA = {"num_classes": rows.CLASSES, "num_samples": rows.SAMPLES, "imbalance_ratio": rows.RATIO}
_QUOTED_OR_WORD = re.compile(r"""(?<!\w)(?:'[^']*'|"[^"]*")(?!\w)|\w+=?""")


def row_labels(plan: SamplingPlan) -> dict[str, str]:
    """Field -> label, of the run settings, and of the schedule of a power skew or of another target."""
    described = rows_of(type(skew_schedule(plan.target) or plan.target))
    return {field: row.label for field, row in (RUN | LIMIT_ROWS | described).items()}


def in_labels(error: Exception) -> str:
    """What the library says of a plan, with the sidebar's labels for its names; what it quotes stays."""
    limits = {f"{field}=": f"{row.label} " for field, row in LIMIT_ROWS.items()}  # as in "max_repeats=2 must allow"
    described = [rows_of(catalogue[name]) for catalogue in (TARGETS, SCHEDULES) for name in catalogue]
    fields = [pair for rows_of_fields in (DATA, RUN, LIMIT_ROWS, *described) for pair in rows_of_fields.items()]
    labels = limits | {field: row.label for field, row in fields if field != row.label.lower()}
    return _QUOTED_OR_WORD.sub(lambda found: labels.get(found[0], found[0]), str(error))


def plan_values(plan: SamplingPlan, *, run: bool = False) -> dict[str, Any]:
    """The same for a whole plan: its target and limits; with `run`, its epochs, batch size, draws and seed too."""
    fields = LIMIT_ROWS | (RUN if run else {})
    return target_values(plan.target) | {row.key: getattr(plan, field) for field, row in fields.items()}


def take(values: dict[str, Any]) -> None:
    """Set controls, from the callback of a button, and say what changed; a sentence where they cannot take a value."""
    every = every_row()
    before = {key: st.session_state.get(key, every[key].default) for key in values}
    values = {key: _whole(every[key], value) for key, value in values.items()}
    if wrong := [said for key, value in values.items() if (said := complaint(every[key], value))]:
        st.toast(literal(f"The sidebar cannot show this plan: {wrong[0]}."), icon=":material/error:")
        return
    set_controls(values)
    changes = [_change(every[key], before[key], value) for key, value in values.items() if before[key] != value]
    st.toast(literal(f"Set in the sidebar: {'; '.join(changes)}." if changes else "The sidebar has this plan already."))


def set_controls(values: dict[str, Any]) -> None:
    """Set controls from a callback, also those that are not on the page yet.

    NOTE unseen-controls: Streamlit writes to the address what is set of a control it knows. One that appears because of
    this very change (the table, when the data becomes a known one) would be missing from it, and from the link.
    """
    every = every_row()
    for key, value in values.items():
        st.session_state[key] = value
        if value != every[key].default:
            with suppress(StreamlitAPIException):  # a control that is on the page keeps the address by itself
                st.query_params[key] = titles_of(every[key])[value] if every[key].kind == "choice" else str(value)


def take_plan(plan: SamplingPlan, *, run: bool = False) -> None:
    """Set the sidebar to a plan, from the callback of a button."""
    try:
        values = plan_values(plan, run=run)
    except ValueError as error:
        st.toast(literal(f"This plan cannot be set there: {error}."), icon=":material/error:")
        return
    take(values)


def _whole(row: Parameter, value: Any) -> Any:
    return int(value) if row.kind == "integer" and isinstance(value, float) and value == int(value) else value


def _change(row: Parameter, before: Any, after: Any) -> str:
    return f"{row.label.lower()} from {said(row, before)} to {said(row, after)}"
