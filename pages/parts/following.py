"""Following classes: chosen by name or clicked in a figure, shown in all figures and in a row of numbers."""

from __future__ import annotations

import streamlit as st

from pages.parts.address import bound_unless
from pages.parts.cached import outlook_of, weights_of
from pages.parts.class_choice import by_label
from pages.parts.own_labels import are_own_labels
from pages.parts.scenario import Scenario
from sampler_core.figures import class_numbers
from sampler_core.figures.series import by_count
from sampler_core.parameters import FOLLOW

MOST = 5


def choose_followed(scenario: Scenario) -> tuple[int, ...]:
    """The control; positions of the chosen classes."""
    st.multiselect(
        FOLLOW.label, list(by_label(scenario.counts)), key=FOLLOW.key, help=FOLLOW.help, persist_state="session",
        placeholder="choose by name, or click a class in a figure", bind=bound_unless(FOLLOW.key, are_own_labels()),
    )  # fmt: skip
    return followed_classes(scenario)


def followed_classes(scenario: Scenario) -> tuple[int, ...]:
    """Positions of the classes that are followed now."""
    positions, chosen = by_label(scenario.counts), st.session_state.get(FOLLOW.key) or []
    return tuple(positions[label] for label in chosen[:MOST] if label in positions)


def follow_clicked(scenario: Scenario, panel: str) -> None:
    """When a class was clicked in a panel: follow it, or no longer."""
    rank = st.session_state[panel].get("picked")
    order = by_count(scenario.counts)
    if not isinstance(rank, int) or not 0 <= rank < order.size:
        return
    label = list(by_label(scenario.counts))[rank]
    chosen = list(st.session_state.get(FOLLOW.key) or [])
    st.session_state[FOLLOW.key] = (
        [one for one in chosen if one != label] if label in chosen else [*chosen, label][-MOST:]
    )


def followed_numbers(scenario: Scenario, followed: tuple[int, ...]) -> None:
    """The row of numbers of each followed class."""
    if followed:
        outlook, weights = outlook_of(scenario.plan, scenario.counts), weights_of(scenario.plan, scenario.counts)
        st.dataframe(class_numbers(outlook, weights, followed, scenario.epoch), key="followed-numbers", width="stretch")
