"""The sidebar shared by all pages -> the current Scenario."""

from __future__ import annotations

import dataclasses
import zlib
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from pages.parts.address import literal, read_address
from pages.parts.cached import MOST_DRAWS
from pages.parts.controls import PROFILE, SHAPE, TABLE, TARGET, control, every_row, titles_of
from pages.parts.handle import handle
from pages.parts.history import buttons
from pages.parts.preset_menu import schedule_heading
from sampler_core import parameters as rows
from sampler_core.catalogue import SCHEDULES, TARGETS
from sampler_core.counts import ClassCounts
from sampler_core.datasets import known, load, synthetic
from sampler_core.parameters import Parameter, rows_of
from sampler_core.plan import SamplingPlan
from sampler_core.targets import PowerSkew

_CURRENT = "scenario"
NEAR = ("ratio", *(row.key for name in SCHEDULES for row in rows_of(SCHEDULES[name]).values()))


@dataclass(frozen=True, slots=True)
class Scenario:
    """What all pages show: class counts, a plan for them, the chosen epoch. A frozen value, and the key of caches.

    `unit`: what one sample is ("images").
    """

    counts: ClassCounts
    plan: SamplingPlan
    unit: str = "samples"
    epoch: int = 0

    @property
    def rev(self) -> str:
        """A short name of this state; the panels carry it once they show it."""
        counts = zlib.crc32(self.counts.counts.tobytes() + repr(self.counts.names).encode())
        return f"{self.plan.fingerprint}-{counts:08x}-{self.epoch}"


def current() -> Scenario:
    """The scenario of this run of the page, as `sidebar` made it."""
    scenario: Scenario = st.session_state[_CURRENT]
    return scenario


def sidebar() -> None:
    """Draw the sidebar. Where its values do not make a plan, a sentence says so and the page ends there."""
    every = every_row()
    read_address(every, {key: titles_of(row) for key, row in every.items() if row.kind == "choice"})
    with st.sidebar:
        buttons(every)
        st.subheader("Data")
        data = {row.key: control(row) for row in _data_rows()}
        schedule_heading()
        target, values = _target_values()
        st.subheader("Run")
        run = {row.key: control(row) for row in rows.RUN_ROWS}
    try:
        counts = _counts(data)
        plan = _plan(_target(target, values), run)
        plan.check(counts)
    except (TypeError, ValueError) as error:
        sentence = f"These settings do not go together: {error}. Change one of them in the sidebar, or press Undo."
        st.error(literal(sentence), icon=":material/error:")
        st.stop()
    st.session_state[_CURRENT] = Scenario(counts, plan, _unit(data))


def _data_rows() -> tuple[Parameter, ...]:
    source = control(rows.DATA)
    return (TABLE,) if source == "known" else (PROFILE, rows.RATIO, rows.CLASSES, rows.SAMPLES)


def _counts(data: dict[str, Any]) -> ClassCounts:
    if "table" in data:
        return load(data["table"])
    return synthetic(data["profile"], data["classes"], data["samples"], data["ratio"])


def _unit(data: dict[str, Any]) -> str:
    return next((table.unit for table in known() if table.name == data.get("table")), "samples")


def _target_values() -> tuple[str, dict[str, Any]]:
    """The chosen target and the value of each of its fields.

    A field without a row is a schedule, or a target that this one builds on: both come from the schedule's controls.
    """
    name = control(TARGET)
    values: dict[str, Any] = {}
    described = rows_of(TARGETS[name])
    for field in (f.name for f in dataclasses.fields(TARGETS[name])):
        values[field] = control(described[field]) if field in described else _schedule_values()
    return name, values


def _schedule_values() -> tuple[str, dict[str, Any]]:
    shape = control(SHAPE)
    return shape, {field: control(row) for field, row in rows_of(SCHEDULES[shape]).items()}


def _target(name: str, values: dict[str, Any]) -> Any:
    built = dict(values)
    for field in values.keys() - rows_of(TARGETS[name]).keys():
        shape, fields = values[field]
        schedule = SCHEDULES[shape](**fields)
        built[field] = schedule if field == "schedule" else PowerSkew(schedule)
    return TARGETS[name](**built)


def _plan(target: Any, run: dict[str, Any]) -> SamplingPlan:
    return SamplingPlan(
        target=target,
        epochs=run["epochs"],
        batch_size=run["batch"],
        samples_per_epoch=run["per_epoch"],
        drawing=run["law"],
        max_repeats=run["max_repeats"],
        min_share=run["min_share"],
        min_per_batch=run["min_per_batch"],
        seed=run["seed"],
    )


def choose_epoch(scenario: Scenario) -> Scenario:
    """The epoch control; the scenario at the chosen epoch. Beyond the run's last epoch, the last is shown."""
    last = (scenario.plan.epochs or 1) - 1
    with st.container(width="stretch"):
        epoch = control(rows.EPOCH, last=last)
    if epoch > last:
        st.markdown(f"The run has {last + 1} epochs, so epoch {last} is shown.")
    return replace(scenario, epoch=min(epoch, last))


def nearby_sliders() -> None:
    """The schedule's sliders once more, for narrow screens, where the sidebar is folded away (see frame.css)."""
    with st.container(key="near"):
        for key, row in every_row().items():
            if row.slider is not None and key in NEAR and st.session_state.get(key) is not None:
                handle(row, st.session_state[key], place="near")


def choose_axis() -> bool:
    """Whether shares are to be shown on a logarithmic axis."""
    return bool(control(rows.AXIS, width=220) == "logarithmic")


def switch_law(scenario: Scenario) -> None:
    """The laws of drawing as buttons beside what they draw; the sidebar's control follows."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("Law of drawing", help=rows.DRAWING.help, width="content")
        for law in rows.DRAWING.choices:
            chosen = law == scenario.plan.drawing
            st.button(law.capitalize(), key=f"law-{law}", type="primary" if chosen else "secondary",
                      on_click=_set_law, args=(law,))  # fmt: skip


def _set_law(law: str) -> None:
    st.session_state[rows.DRAWING.key] = law


def choose_batches(scenario: Scenario) -> tuple[int, int]:
    """The window of batches to show: (first batch, how many)."""
    num_batches = scenario.plan.num_batches(scenario.counts)
    left, right = st.columns(2)
    with left:
        first = min(control(rows.FIRST_BATCH), num_batches - 1)
    with right:
        wanted = control(rows.SHOWN_BATCHES)
    shown = min(wanted, num_batches - first, max(1, MOST_DRAWS // scenario.plan.needed_batch_size))
    if shown < min(wanted, num_batches - first):
        st.markdown(f"Batches this large are shown {shown} at a time.")
    return first, shown
