"""The sidebar shared by all pages -> the current Scenario."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import streamlit as st

from pages.parts.live.slider import Handle, handles
from pages.parts.sidebar.controls import control, every_row, titles_of
from pages.parts.sidebar.data_source import data_group, say_what_is_missing
from pages.parts.sidebar.plan_values import in_labels
from pages.parts.sidebar.preset_menu import preset_source, schedule_heading
from pages.parts.sidebar.settings import Settings, target_values, unit_of
from pages.parts.sidebar.undo import buttons
from pages.parts.sidebar.url_values import literal, read_address
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.explore_charts import MOST_DRAWS
from sampler_core.formatting import several
from sampler_core.plans import parameters as rows
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import SCHEDULES

_CURRENT, _SETTINGS = "scenario", "settings"
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

    @classmethod
    def of(cls, settings: Settings) -> Scenario:
        """That of these settings; `TypeError`, `ValueError` where they do not go together."""
        counts, plan = settings.counts(), settings.plan()
        plan.check(counts)
        return cls(counts, plan, unit_of(settings.data))

    def at_epoch(self, epoch: int) -> Scenario:
        """At an epoch; beyond the run's last one, at the last."""
        return replace(self, epoch=min(epoch, (self.plan.epochs or 1) - 1))

    @property
    def rev(self) -> str:
        """A short name of this state; the panels carry it once they show it."""
        return f"{self.plan.fingerprint}-{mark_of(self.counts)}-{self.epoch}"


def mark_of(counts: ClassCounts) -> str:
    """A short name of class counts."""
    return f"{zlib.crc32(counts.counts.tobytes() + repr(counts.names).encode()):08x}"


def current() -> Scenario:
    """The scenario of this run of the page, as `sidebar` made it."""
    scenario: Scenario = st.session_state[_CURRENT]
    return scenario


def current_settings() -> Settings:
    """What it was made of."""
    settings: Settings = st.session_state[_SETTINGS]
    return settings


def sidebar() -> None:
    """Draw the sidebar. Where its values do not make a plan, a sentence says so and the page ends there."""
    every = every_row()
    read_address(every, {key: titles_of(row) for key, row in every.items() if row.kind == "choice"})
    with st.sidebar:
        with st.container(key="purpose"):
            st.markdown("**Skewlab** plans what each class gets of every batch. Set what must hold in **Tune**.")
        buttons(every)
        st.subheader("Data")
        data = data_group()
        schedule_heading()
        target, values = target_values()
        source = st.container()
        st.subheader("Run")
        run = {row.key: control(row) for row in rows.RUN_ROWS}
    settings = Settings(data, target, values, run)
    try:
        scenario = Scenario.of(settings)
    except (TypeError, ValueError) as error:
        said = f"These settings do not go together: {in_labels(error)}. Change one in the sidebar, or press Undo."
        st.error(literal(said), icon=":material/error:")
        st.stop()
    say_what_is_missing(data, scenario.counts)
    with source:
        preset_source(scenario.plan)
    st.session_state[_CURRENT], st.session_state[_SETTINGS] = scenario, settings


def choose_epoch(scenario: Scenario) -> Scenario:
    """The epoch control; the scenario at the chosen epoch. Beyond the run's last epoch, the last is shown."""
    last = (scenario.plan.epochs or 1) - 1
    with st.container(width="stretch"):
        epoch = control(rows.EPOCH, last=last)
    if epoch > last:
        st.markdown(f"The run has {several(last + 1, 'epoch', 'epochs')}, so epoch {last} is shown.")
    return scenario.at_epoch(epoch)


def nearby_sliders() -> None:
    """The schedule's sliders once more, for narrow screens, where the sidebar is folded away (see frame.css)."""
    values = {key: st.session_state.get(key) for key in NEAR}
    near = [row for key, row in every_row().items() if row.slider is not None and values.get(key) is not None]
    handles("near", *(Handle(row, values[row.key]) for row in near))


def choose_axis() -> bool:
    """Whether shares are to be shown on a logarithmic axis."""
    control(rows.AXIS, width=220)
    return shares_are_logarithmic()


def shares_are_logarithmic() -> bool:
    """Whether they are shown so now."""
    return bool(st.session_state.get(rows.AXIS.key, rows.AXIS.default) == "logarithmic")


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
    """The window of batches that is wanted: (first batch, how many)."""
    left, right = st.columns(2)
    with left:
        first = control(rows.FIRST_BATCH)
    with right:
        wanted = control(rows.SHOWN_BATCHES)
    start, shown = batches_shown(scenario, (first, wanted))
    if shown < min(wanted, scenario.plan.num_batches(scenario.counts) - start):
        st.markdown(f"Batches this large are shown {shown} at a time.")
    return first, wanted


def batches_shown(scenario: Scenario, window: tuple[int, int]) -> tuple[int, int]:
    """What an epoch has of a window, and a figure has room for: (first batch, how many)."""
    num_batches = scenario.plan.num_batches(scenario.counts)
    first = min(window[0], num_batches - 1)
    most = max(1, MOST_DRAWS // scenario.plan.needed_batch_size)
    return first, min(window[1], num_batches - first, most)
