"""The epochs of a report, for its play control: the charts once in full, then what changes at each epoch.

NOTE size: the file has a limit. Figures that are too large are left out, and epochs are thinned out evenly until the
rest fits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sampler_core.figures.figure import Chart, to_json

MOST_FRAMES = 100


class Frame(NamedTuple):
    """What the report shows of one epoch. tiles: metrics as (label, value, note)."""

    epoch: int
    sentences: Sequence[str]
    tiles: Sequence[tuple[str, str, str]]
    charts: Sequence[Chart]


def as_json(value: object) -> str:
    """JSON that may stand inside a script element: ASCII, and no character that HTML treats specially."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def charts_that_fit(charts: Sequence[Chart], room: int) -> tuple[list[dict[str, Any]], list[str]]:
    """The charts as JSON types, without specs that are larger than the room left, and the titles of these."""
    panels, left_out = [_panel(chart) for chart in charts], []
    for panel in panels:
        size = len(as_json(panel["spec"]))
        if size <= room:
            room -= size
        else:
            left_out.append(panel["title"])
            panel["spec"] = None
    return panels, left_out


def frames_that_fit(
    panels: Sequence[Mapping[str, Any]], chosen: Frame, frame_of: Callable[[int], Frame], epochs: int, room: int
) -> list[dict[str, Any]]:
    """One entry per epoch, rising, with what differs from the panels of the chosen epoch; `room` in characters."""

    @cache
    def entry(epoch: int) -> dict[str, Any]:
        frame = chosen if epoch == chosen.epoch else frame_of(epoch)
        pairs = zip(panels, frame.charts, strict=True)
        changes = [list(_changes(panel, _panel(chart, with_spec=panel["spec"] is not None))) for panel, chart in pairs]
        return {"epoch": epoch, "sentences": frame.sentences, "tiles": frame.tiles, "changes": changes}

    last = epochs - 1
    most = min(MOST_FRAMES, epochs, room // max(_size(entry(epoch)) for epoch in (0, last // 2, last)))
    while True:  # the other entries are seldom larger, but sometimes
        evenly = {round(i * last / max(most - 1, 1)) for i in range(most)}
        frames = [entry(epoch) for epoch in sorted({*evenly, chosen.epoch})]
        if most <= 0 or sum(map(_size, frames)) <= room:
            return frames
        most = most * 9 // 10


def _panel(chart: Chart, *, with_spec: bool = True) -> dict[str, Any]:
    """A chart as JSON types."""
    spec = json.loads(to_json(chart.figure.spec)) if with_spec else None
    return {"title": chart.title, "note": chart.note, "spec": spec, "alt": chart.figure.alt, "span": chart.span,
            "height": chart.height}  # fmt: skip


def _size(entry: Mapping[str, Any]) -> int:
    return len(as_json(entry)) + 1  # and a comma


def _changes(old: Any, new: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """What to set where to turn `old` into `new`: (path, new value)."""
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
