"""The ticket of a page: the values of its sliders, and how a browser asks for its figures at other values."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.parts.live.figure_endpoint import Part, offer_figures
from pages.parts.sidebar.controls import rows_by_key
from pages.parts.sidebar.scenario import Scenario, current_settings, mark_of
from pages.parts.sidebar.settings import OWN, Settings
from sampler_core.plans.parameters import EPOCH


def figure_ticket(
    scenario: Scenario, parts: Callable[[Scenario], Mapping[str, Part]] | None = None, *view: object
) -> dict[str, Any]:
    """For the browser: "values", the value of every slider; with parts also "offer", the name to ask for others by, and
    "settings", another text where anything but a slider differs.

    parts: makes the page's live parts of a scenario. view: all that they depend on beside it.
    """
    values = slider_values(scenario)
    if parts is None:
        return {"values": values}
    settings, epoch = current_settings(), scenario.epoch
    name = offer_figures(lambda moved: parts(scenario_at(settings, epoch, moved)))
    return {"values": values, "offer": name, "settings": _checksum_of_the_rest(settings, values, view)}


def slider_values(scenario: Scenario) -> dict[str, float]:
    """Key -> value of every slider on the page."""
    state = st.session_state
    sliders = [key for key, row in rows_by_key().items() if row.slider is not None]
    values = {key: float(state[key]) for key in sliders if state.get(key) is not None}
    return {**values, EPOCH.key: scenario.epoch}


def scenario_at(settings: Settings, epoch: int, values: Mapping[str, float]) -> Scenario:
    """The scenario with sliders elsewhere (key -> value). `TypeError`, `ValueError` where these are none."""
    for key, value in values.items():
        if key == EPOCH.key:
            EPOCH.check(epoch := int(value))
        else:
            settings = settings.with_slider(key, value)
    return Scenario.of(settings).at_epoch(epoch)


def _checksum_of_the_rest(settings: Settings, slider_values: Mapping[str, float], view: object) -> str:
    values = settings.values.items()
    rest = [(key, mark_of(value) if key == OWN else value) for key, value in values if key not in slider_values], view
    return f"{zlib.crc32(repr(rest).encode()):08x}"
