"""A report as one HTML file: figures with a play control, sentences, tables, files; no server, no network.

The one contract here: data stands in the file as escaped text (by `report.html`) or as JSON. The file's own security
policy runs nothing but two scripts, named by their hashes, and fetches nothing.

NOTE size: the file has a limit. plotly.js is most of it, so it is stored compressed and unpacked by the browser (all
since 2023 can). The charts are in it once, then what changes at each epoch. Figures that are too large are left out,
and epochs are thinned out evenly until the rest fits.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sampler_core.exporting.templates import TEMPLATES
from sampler_core.figures.figure import Chart, share_columns, to_json
from sampler_core.formatting import count, number, percent, shortened

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
    panels, left_out = [_report_panel(chart) for chart in charts], []
    for panel in panels:
        size = len(as_json(panel["spec"]))
        if size <= room:
            room -= size
        else:
            left_out.append(panel["title"])
            panel["spec"] = None
    return panels, left_out


def frames_that_fit(
    panels: Sequence[Mapping[str, Any]], opening: Frame, frame_of: Callable[[int], Frame], epochs: int, room: int
) -> list[dict[str, Any]]:
    """One entry per epoch, rising, with what differs from the panels of the chosen epoch; `room` in characters."""

    @cache
    def changed(epoch: int) -> dict[str, Any]:
        frame = opening if epoch == opening.epoch else frame_of(epoch)
        pairs = zip(panels, frame.charts, strict=True)
        new_panels = ((panel, _report_panel(chart, with_spec=panel["spec"] is not None)) for panel, chart in pairs)
        changes = [list(_changes(panel, new_panel)) for panel, new_panel in new_panels]
        return {"epoch": epoch, "sentences": frame.sentences, "tiles": frame.tiles, "changes": changes}

    last = epochs - 1
    largest_frame = max(_frame_size(changed(epoch)) for epoch in (0, last // 2, last))
    most_frames = min(MOST_FRAMES, epochs, room // largest_frame)
    while True:  # the other entries are seldom larger, but sometimes
        evenly = {round(i * last / max(most_frames - 1, 1)) for i in range(most_frames)}
        frames = [changed(epoch) for epoch in sorted({*evenly, opening.epoch})]
        if most_frames <= 0 or sum(map(_frame_size, frames)) <= room:
            return frames
        most_frames = most_frames * 9 // 10


def _report_panel(chart: Chart, *, with_spec: bool = True) -> dict[str, Any]:
    """A chart as JSON types."""
    spec = json.loads(to_json(chart.figure.spec)) if with_spec else None
    return {"title": chart.title, "note": chart.note, "spec": spec, "alt": chart.figure.alt, "span": chart.span,
            "height": chart.height}  # fmt: skip


def _frame_size(entry: Mapping[str, Any]) -> int:
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


MOST_BYTES = 5_600_000  # of the file
MOST_ROWS = 200  # of a table


@dataclass(frozen=True, kw_only=True)
class Report:
    """The contents of a report.

    title, note, summary: the heading, plain text. findings: (finding, advice) pairs under the heading `about`. epoch:
    the one it opens with; frame: makes what it shows of an epoch. facts: heading -> word -> value; tables: (title,
    maker) pairs; files: name -> text; sources: what made the report, and when.
    """

    title: str
    summary: str
    epochs: int
    epoch: int
    frame: Callable[[int], Frame]
    findings: Sequence[tuple[str, str]]
    note: str = ""
    about: str = "Findings"
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tables: Sequence[tuple[str, Callable[[], pd.DataFrame]]] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    sources: str = ""


def report_html(report: Report, plotly_js: str) -> str:
    """The whole file as text; plotly_js: the source of plotly.js."""
    opening = report.frame(report.epoch)
    chart_tables = [(chart.title, chart.figure.table) for chart in opening.charts if chart.title]  # untitled: a legend
    rendered = partial(
        TEMPLATES.get_template("report.html").render, report=report, style=_report_asset("report.css"),
        most_rows=MOST_ROWS,
        tables=[(title, *_rows_in_words(table())) for title, table in (*report.tables, *chart_tables)],
        script=_report_asset("report.js"), policy=_security_policy(plotly_js), plotly=_compressed(plotly_js),
    )  # fmt: skip
    room = MOST_BYTES - len(rendered(data="", panels=(), frames=1, left_out=()).encode(errors="replace"))
    panels, left_out = charts_that_fit(opening.charts, room)
    frames = frames_that_fit(panels, opening, report.frame, report.epochs, room - len(as_json(panels)))
    report_data = as_json({"panels": panels, "frames": frames, "epoch": report.epoch, "epochs": report.epochs})
    report_text = rendered(data=report_data, panels=panels, frames=len(frames), left_out=left_out)
    return report_text.encode("utf-8", errors="replace").decode("utf-8")  # half a character (a lone surrogate) is a "?"


def _rows_in_words(table: pd.DataFrame) -> tuple[int, pd.DataFrame]:
    """How many rows a table has, and the first of them as text, with shares in percent."""
    shares, first_rows = share_columns(table), table.head(MOST_ROWS)
    words = {name: [_in_words(v, name in shares) for v in column] for name, column in first_rows.items()}
    return len(table), pd.DataFrame(words, index=[_in_words(v) for v in table.index[:MOST_ROWS]]).rename_axis(
        table.index.name
    )


def _in_words(value: object, is_share: bool = False) -> str:
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, float | np.floating):
        return percent(float(value)) if is_share else number(float(value))
    return count(int(value)) if isinstance(value, int | np.integer) else shortened(str(value), 200)


def _security_policy(plotly_js: str) -> str:
    """What the file may do: run its two scripts, style itself, draw. It may fetch nothing."""
    digests = [hashlib.sha256(script.encode()).digest() for script in (_report_asset("report.js"), plotly_js)]
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:"


@cache
def _compressed(script: str) -> str:
    return base64.b64encode(gzip.compress(script.encode(), mtime=0)).decode("ascii")


@cache
def _report_asset(name: str) -> str:
    """A file beside this one."""
    return (files(__package__) / name).read_text(encoding="utf-8")
