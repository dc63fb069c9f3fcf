"""Following classes: chosen by name or clicked in a figure, shown in all figures and in a row of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from pages.parts.live.browser_component import sent
from pages.parts.my_labels.session_labels import are_own_labels
from pages.parts.server.page_contents import page_contents
from pages.parts.server.result_cache import forecast_of
from pages.parts.share.page_tables import show_table
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.url_correction import url_binding
from pages.parts.text.words import in_words
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures import class_table
from sampler_core.figures.class_labels import by_count, class_options
from sampler_core.figures.class_series import NO_CLASS, SelectedClasses, selected_positions, series_of
from sampler_core.plans.parameters import AXIS, FOLLOW

MOST_FOLLOWED = 5
LOW_SHARE = 0.01
_PLACES = "followed_places"


def choose_followed(scenario: Scenario) -> SelectedClasses:
    """The control; the chosen classes."""
    st.multiselect(
        in_words(FOLLOW.label), list(class_options(scenario.counts)), key=FOLLOW.key, help=in_words(FOLLOW.help),
        persist_state="session", placeholder=in_words("choose by name, or click a class in a figure"),
        bind=url_binding(FOLLOW.key, are_own_labels()),
    )  # fmt: skip
    return followed_classes(scenario)


def followed_classes(scenario: Scenario) -> SelectedClasses:
    """Positions of the classes that are followed now, each at its place."""
    positions, followed = class_options(scenario.counts), st.session_state.get(FOLLOW.key) or []
    followed_labels = followed_in_place(st.session_state.get(_PLACES, ()), followed[:MOST_FOLLOWED])
    st.session_state[_PLACES] = followed_labels
    return tuple(NO_CLASS if label is None else positions.get(label, NO_CLASS) for label in followed_labels)


def followed_in_place(before: Sequence[str | None], followed: Sequence[str]) -> tuple[str | None, ...]:
    """Who is followed: each at its place of before, newcomers at the first free one; None where nobody is.

    A class has the colour of its place, so it keeps it when another one is let go.
    """
    places = [label if label in followed else None for label in before]
    for label in followed:
        if label in places:
            continue
        if None in places:
            places[places.index(None)] = label
        else:
            places.append(label)
    while places and places[-1] is None:
        places.pop()
    return tuple(places)


def follow_clicked(scenario: Scenario, panel: str) -> None:
    """When a class was clicked in a panel: follow it, or no longer."""
    position = clicked_class(scenario.counts, followed_classes(scenario), sent(panel, "clicked") or {})
    if position is None:
        return
    label = list(class_options(scenario.counts))[by_count(scenario.counts).tolist().index(position)]
    followed = list(st.session_state.get(FOLLOW.key) or [])
    st.session_state[FOLLOW.key] = (
        [one for one in followed if one != label] if label in followed else [*followed, label][-MOST_FOLLOWED:]
    )


def clicked_class(counts: ClassCounts, followed: SelectedClasses, clicked: dict[str, Any]) -> int | None:
    """The position of the class that a clicked point belongs to; None where it is a band of classes, or nothing.

    clicked: the "chart", the "curve" in it, and the "point" in that, as plotly counts them.
    """
    clicked_chart, curve, point = clicked.get("chart"), clicked.get("curve"), clicked.get("point")
    with suppress(TypeError, IndexError):
        if clicked_chart in ("shares", "batches") and curve is not None:
            clicked_members = series_of(counts, followed)[curve].members
            return int(clicked_members[0]) if clicked_members.size == 1 else None
        if clicked_chart in ("map", "weights", "drawn") and point is not None:
            return int(by_count(counts)[point[0] if clicked_chart == "map" else point])
    return None


def followed_numbers(scenario: Scenario, followed: SelectedClasses, logarithmic: bool) -> None:
    """The row of numbers of each followed class; of one whose line lies on the axis, what shows it."""
    if positions := selected_positions(followed):
        forecast = forecast_of(scenario.plan, scenario.counts, scenario.learner)
        numbers = class_table(forecast, scenario.epoch, positions)
        page_contents().tables.append(("Followed classes", lambda: numbers))
        show_table(st.container(key="page-text-followed"), numbers, "followed-numbers", "content")
        if not logarithmic and forecast.shares[:, positions].max(axis=0).min() < LOW_SHARE:
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key="low-share"):
                st.caption("Shares below 1 % lie on the bottom of a linear axis.", width="content")
                st.button("Logarithmic axis", key="axis-logarithmic", on_click=st.session_state.update,
                          args=({AXIS.key: "logarithmic"},))  # fmt: skip
