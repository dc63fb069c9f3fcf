"""The epochs of a report, for its play control: the panels once in full, then what changes at each epoch.

NOTE size: the file has a limit. Figures that are too large are left out, and epochs are thinned out evenly until the
rest fits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

MOST_FRAMES = 100

Change: TypeAlias = tuple[tuple[str | int, ...], Any]  # (path, new value)


class Panel(NamedTuple):
    """A figure of the report. spec: plotly's data and layout in plain JSON types; alt: the same in words; span:
    columns out of 12; table: its numbers."""

    title: str
    note: str
    spec: Mapping[str, Any]
    alt: str
    table: Callable[[], pd.DataFrame]
    span: int = 12
    height: int = 340


class Frame(NamedTuple):
    """What the report shows of one epoch. tiles: metrics as (label, value, note)."""

    epoch: int
    sentences: Sequence[str]
    tiles: Sequence[tuple[str, str, str]]
    panels: Sequence[Panel]


def as_json(value: object) -> str:
    """JSON that may stand inside a script element: ASCII, and no character that HTML treats specially."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def panels_that_fit(panels: Sequence[Panel], room: int) -> tuple[list[dict[str, Any]], list[str]]:
    """The panels as JSON types, without specs that are larger than the room left, and the titles of these."""
    fitting, left_out = [], []
    for panel in panels:
        size = len(as_json(panel.spec))
        fits = size <= room
        if fits:
            room -= size
        else:
            left_out.append(panel.title)
        fitting.append(_panel_data(panel, without_spec=not fits))
    return fitting, left_out


def frames_that_fit(
    panels: Sequence[Mapping[str, Any]], chosen: Frame, frame_of: Callable[[int], Frame], epochs: int, room: int
) -> list[dict[str, Any]]:
    """One entry per epoch, rising, with what differs from the panels of the chosen epoch; `room` in characters."""

    @cache
    def entry(epoch: int) -> dict[str, Any]:
        frame = chosen if epoch == chosen.epoch else frame_of(epoch)
        pairs = zip(panels, frame.panels, strict=True)
        changes = [list(_changes(old, _panel_data(new, without_spec=old["spec"] is None))) for old, new in pairs]
        return {"epoch": epoch, "sentences": frame.sentences, "tiles": frame.tiles, "changes": changes}

    last = epochs - 1
    most = min(MOST_FRAMES, epochs, room // max(_size(entry(epoch)) for epoch in (0, last // 2, last)))
    while True:  # the other entries are seldom larger, but sometimes
        evenly = {round(i * last / max(most - 1, 1)) for i in range(most)}
        frames = [entry(epoch) for epoch in sorted({*evenly, chosen.epoch})]
        if most <= 0 or sum(map(_size, frames)) <= room:
            return frames
        most = most * 9 // 10


def _panel_data(panel: Panel, *, without_spec: bool) -> dict[str, Any]:
    return {**panel._asdict(), "table": None, "spec": None if without_spec else panel.spec}


def _size(entry: Mapping[str, Any]) -> int:
    return len(as_json(entry)) + 1  # and a comma


def _changes(old: Any, new: Any, path: tuple[str | int, ...] = ()) -> Iterator[Change]:
    """What to set where to turn `old` into `new`."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for key in old:
            yield from _changes(old[key], new[key], (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _changes(before, after, (*path, place))
    else:
        yield path, new
