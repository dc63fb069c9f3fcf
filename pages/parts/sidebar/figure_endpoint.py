"""The figure endpoint: what a page shows at other values of its sliders, asked for over HTTP without a run of the page.

A page offers the very function that makes its live parts in a run, so that a figure is the same whichever way it
comes. What a page offers lives as long as its session, and no longer.

NOTE own-request: a run of the page sends every control again, and the browser works on that for 200 to 300 ms before it
comes to the figures. Asked for alone they are there in a fraction of it; the run follows, for all that stands beside.
"""

from __future__ import annotations

import secrets
import time
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakValueDictionary

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pages.parts.server.result_cache import PAGE_FIGURES, ResultCache, session_cache, using_cache
from pages.parts.server.state_lookups import values_in_session
from pages.parts.sidebar.data_kinds import OWN_COUNTS
from pages.parts.sidebar.page_parameters import PARAMETERS
from pages.parts.sidebar.scenario import Scenario, counts_checksum
from sampler_core.plans.parameters import EPOCH


class Part(Protocol):
    """A panel, or the tiles."""

    def data(self) -> dict[str, Any]:
        """As its script reads it."""


PartsAt = Callable[[Mapping[str, float]], Mapping[str, Part]]
SLIDERS = tuple(key for key, parameter in PARAMETERS.items() if parameter.slider is not None)
MOST_KEPT = 2  # the browser may ask about the run before while this one is on its way
MOST_COMPRESSED = 200_000  # bytes of a response; larger ones are numbers, slow to compress and hardly smaller then


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class OfferedFigures:
    """What a run of a page offers: the values of sliders -> its parts, and the cache in use."""

    parts_at: PartsAt
    cache: ResultCache


_offered: WeakValueDictionary[str, OfferedFigures] = WeakValueDictionary()


def offer_figures(parts_at: PartsAt) -> str:
    """Offer the parts of this run for other values of the sliders -> the secret name to ask for them by.

    parts_at: `TypeError` or `ValueError` where the values do not go together.
    """
    offered = OfferedFigures(parts_at, session_cache())
    offer = secrets.token_urlsafe(16)
    _offered[offer] = offered
    st.session_state.setdefault(PAGE_FIGURES, deque(maxlen=MOST_KEPT)).append(offered)
    return offer


def parts_at(offer: str, slider_values: Mapping[str, float]) -> dict[str, Any] | None:
    """Key of a part -> what a run of the page would send it; None where there is nothing to show.

    offer: as `offer_figures` gave it; one of a session that ended, or went on, is not known any more.
    """
    offered = _offered.get(offer)
    if offered is None:
        return None
    with using_cache(offered.cache):
        try:
            return {key: part.data() for key, part in offered.parts_at(slider_values).items()}
        except (TypeError, ValueError):
            return None  # the run of the page says what does not go together


def figure_endpoint(request: Request) -> Response:
    """The answer to a request: the parts at its values of the sliders, 204 where there are none."""
    parts = None
    with suppress(ValueError):  # not a number
        slider_values = {key: float(value) for key, value in request.query_params.items()}
        parts = parts_at(request.path_params["offer"], slider_values)
    if parts is None:
        return Response(status_code=204)
    response = JSONResponse(parts, headers={"Cache-Control": "no-store"})
    if len(response.body) > MOST_COMPRESSED:
        response.headers["Content-Encoding"] = "identity"
    return response


def figure_ticket(
    scenario: Scenario, figures_of: Callable[[Scenario], Mapping[str, Part]] | None = None, *view: object
) -> dict[str, Any]:
    """For the browser: "values", the value of every slider, and "made", a time in seconds; with parts also "offer",
    the name to ask for others by, and "settings", another text where anything but a slider differs.

    NOTE newest-ticket: the browser may call the panel of the page before once more after the first of the next page. So
    it takes no ticket that is older than the one it has.

    figures_of: makes the page's live parts of a scenario. view: all that they depend on beside it.
    """
    ticket: dict[str, Any] = {"values": slider_values(scenario), "made": time.time()}
    if figures_of is not None:
        ticket["offer"] = offer_figures(lambda moved: figures_of(scenario_at(scenario, moved)))
        ticket["settings"] = _settings_checksum(ticket["values"], scenario, view)
    return ticket


def slider_values(scenario: Scenario) -> dict[str, float]:
    """Key -> value of every slider on the page."""
    values = values_in_session(dict.fromkeys(SLIDERS))
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


def _settings_checksum(slider_values: Mapping[str, float], scenario: Scenario, view: object) -> str:
    settings = {key: value for key, value in scenario.values.items() if key not in slider_values}
    if OWN_COUNTS in settings:
        settings[OWN_COUNTS] = counts_checksum(settings[OWN_COUNTS])
    return f"{zlib.crc32(repr((settings, view)).encode()):08x}"
