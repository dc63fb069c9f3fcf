"""The ticket of a page: the values of its sliders, and how a browser asks for its figures at other values."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.parts.live.figure_endpoint import Part, offer_figures
from pages.parts.sidebar.page_parameters import PARAMETERS
from pages.parts.sidebar.scenario import OWN_COUNTS, Scenario, counts_checksum
from sampler_core.plans.parameters import EPOCH


def figure_ticket(
    scenario: Scenario, parts: Callable[[Scenario], Mapping[str, Part]] | None = None, *view: object
) -> dict[str, Any]:
    """For the browser: "values", the value of every slider; with parts also "offer", the name to ask for others by, and
    "settings", another text where anything but a slider differs.

    parts: makes the page's live parts of a scenario. view: all that they depend on beside it.
    """
    ticket: dict[str, Any] = {"values": slider_values(scenario)}
    if parts is not None:
        ticket["offer"] = offer_figures(lambda values: parts(scenario_at(scenario, values)))
        ticket["settings"] = _checksum_without(ticket["values"], scenario, view)
    return ticket


def slider_values(scenario: Scenario) -> dict[str, float]:
    """Key -> value of every slider on the page."""
    values = {key: st.session_state.get(key) for key, parameter in PARAMETERS.items() if parameter.slider is not None}
    return {key: float(value) for key, value in values.items() if value is not None} | {EPOCH.key: scenario.epoch}


def scenario_at(scenario: Scenario, slider_values: Mapping[str, float]) -> Scenario:
    """The scenario with sliders elsewhere (key -> value). `TypeError`, `ValueError` where these are none."""
    moved_values = {**scenario.values, EPOCH.key: scenario.epoch}
    for key, value in slider_values.items():
        parameter = PARAMETERS.get(key)
        if parameter is None or parameter.slider is None or key not in moved_values:
            raise ValueError(f"{key} has no slider here")
        moved_values[key] = int(value) if parameter.kind == "integer" and float(value).is_integer() else value
        parameter.check(moved_values[key])
    return Scenario.of(moved_values).at_epoch(moved_values[EPOCH.key])


def _checksum_without(slider_values: Mapping[str, float], scenario: Scenario, view: object) -> str:
    values = {key: value for key, value in scenario.values.items() if key not in slider_values}
    if OWN_COUNTS in values:
        values[OWN_COUNTS] = counts_checksum(values[OWN_COUNTS])
    return f"{zlib.crc32(repr((values, view)).encode()):08x}"
