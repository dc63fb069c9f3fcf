"""What a page shows with sliders elsewhere: asked for over HTTP while the hand moves, without a run of the page.

The one contract here: a page hands over the very function that makes its live parts in a run, so that a figure is the
same whichever way it comes. What a page hands over lives as long as its visit, and no longer.

NOTE own-road: a run of the page sends every control again, and the browser works on that for 200 to 300 ms before it
comes to the figures. Asked for alone they are there in a fraction of it; the run follows, for all that stands beside.
"""

from __future__ import annotations

import secrets
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakValueDictionary

import streamlit as st

from pages.parts.my_labels.session_labels import STANDING
from pages.parts.server.result_cache import keepers_of_this_run, keeping_in
from pages.parts.sidebar.plan_values import plan_values
from pages.parts.sidebar.scenario import Scenario, mark_of
from pages.parts.sidebar.settings import OWN, Settings
from sampler_core.plans.parameters import EPOCH


class Part(Protocol):
    """A panel, or the tiles."""

    def data(self) -> dict[str, Any]:
        """As its script reads it."""


Parts = Callable[[Scenario], Mapping[str, Part]]
MOST_KEPT = 2  # the browser may ask about the run before while this one is on its way


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Standing:
    """What a run of a page shows: the sidebar's settings, the epoch, and what makes the parts of a scenario."""

    settings: Settings
    epoch: int
    parts: Parts
    keepers: dict[object, Any]  # of results: a visit's own where labels were brought

    def scenario(self, values: Mapping[str, float]) -> Scenario:
        """The scenario with sliders elsewhere (key -> value). `TypeError`, `ValueError` where these are none."""
        epoch, settings = self.epoch, self.settings
        for key, value in values.items():
            if key == EPOCH.key:
                EPOCH.check(epoch := int(value))
            else:
                settings = settings.at(key, value)
        scenario = Scenario.of(settings)
        return scenario.at_epoch(epoch)


_standing: WeakValueDictionary[str, Standing] = WeakValueDictionary()


def stand(settings: Settings, epoch: int, parts: Parts, sliders: Mapping[str, float], *shown: object) -> dict[str, str]:
    """Keep what this run shows -> what the browser needs to ask: "of", its secret name, and "rest".

    rest: another text where anything else differs than the values of the sliders: `shown`, or a setting without one.
    """
    standing = Standing(settings, epoch, parts, keepers_of_this_run())
    of = secrets.token_urlsafe(16)
    _standing[of] = standing
    st.session_state.setdefault(STANDING, deque(maxlen=MOST_KEPT)).append(standing)
    values = settings.data | plan_values(settings.plan(), run=True)
    if OWN in values:
        values[OWN] = mark_of(values[OWN])
    rest = [(key, value) for key, value in values.items() if key not in sliders], shown
    return {"of": of, "rest": f"{zlib.crc32(repr(rest).encode()):08x}"}


def parts_at(of: str, values: Mapping[str, float]) -> dict[str, Any] | None:
    """Key of a part -> what a run of the page would send it; None where there is nothing to show.

    of: as `stand` named it; a visit that ended, or went on, is not known any more.
    """
    standing = _standing.get(of)
    if standing is None:
        return None
    try:
        scenario = standing.scenario(values)
    except (TypeError, ValueError):
        return None  # the run of the page says what does not go together
    with keeping_in(standing.keepers):
        return {key: part.data() for key, part in standing.parts(scenario).items()}
