"""The figure endpoint: what a page shows at other values of its sliders, asked for over HTTP without a run of the page.

A page offers the very function that makes its live parts in a run, so that a figure is the same whichever way it
comes. What a page offers lives as long as its session, and no longer.

NOTE own-request: a run of the page sends every control again, and the browser works on that for 200 to 300 ms before it
comes to the figures. Asked for alone they are there in a fraction of it; the run follows, for all that stands beside.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakValueDictionary

import streamlit as st

from pages.parts.server.result_cache import PAGE_FIGURES, ResultCache, session_cache, using_cache


class Part(Protocol):
    """A panel, or the tiles."""

    def data(self) -> dict[str, Any]:
        """As its script reads it."""


PartsAt = Callable[[Mapping[str, float]], Mapping[str, Part]]
MOST_KEPT = 2  # the browser may ask about the run before while this one is on its way


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
    name = secrets.token_urlsafe(16)
    _offered[name] = offered
    st.session_state.setdefault(PAGE_FIGURES, deque(maxlen=MOST_KEPT)).append(offered)
    return name


def parts_at(name: str, values: Mapping[str, float]) -> dict[str, Any] | None:
    """Key of a part -> what a run of the page would send it; None where there is nothing to show.

    name: as `offer_figures` gave it; one of a session that ended, or went on, is not known any more.
    """
    offered = _offered.get(name)
    if offered is None:
        return None
    with using_cache(offered.cache):
        try:
            return {key: part.data() for key, part in offered.parts_at(values).items()}
        except (TypeError, ValueError):
            return None  # the run of the page says what does not go together
