"""A report that is one file: figures with a play control, words, tables, plan; no server, no network.

The one contract here: everything that is not ours stands in the file as escaped text or as JSON, and the file's own
security policy lets nothing run but two scripts, known by their hashes, and lets nothing be fetched.

NOTE frames: the play control needs the figures at many epochs. The file has them once in full, for the chosen epoch,
and for each other epoch only what differs. Epochs are thinned out evenly where the file would grow too large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple

from sampler_core.exporting.html_markup import (
    as_json,
    asset,
    facts_section,
    file_section,
    findings_section,
    packed,
    security_policy,
    table_section,
)

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 5_600_000  # of the file
MOST_FRAMES = 100


class Panel(NamedTuple):
    """A figure of the report. spec: plotly's data and layout in plain JSON types; alt: the same in words; `span`:
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


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a report says. epoch: the one it opens with; frame: makes what it shows of an epoch; findings: of the whole
    run, what is and what to try, under the heading `about`; facts: pairs of a word and its value under a heading;
    tables: pairs of a title and what makes the table; files: file name -> its text; sources: what made the report, and
    when."""

    title: str
    summary: str
    epochs: int
    epoch: int
    frame: Callable[[int], Frame]
    findings: Sequence[tuple[str, str]] = ()
    about: str = "Findings"
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tables: Sequence[tuple[str, Callable[[], pd.DataFrame]]] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    sources: str = ""


def report_html(report: Report, plotly_js: str) -> str:
    """The whole file as text; `plotly_js` is the source of plotly.js."""
    chosen = report.frame(report.epoch)
    words = {
        "title": escape(report.title), "summary": escape(report.summary), "style": asset("report.css"),
        "script": asset("report.js"), "policy": security_policy(plotly_js), "plotly": packed(plotly_js),
        "sources": escape(report.sources), "findings": findings_section(report.about, report.findings),
        "facts": "".join(facts_section(title, pairs) for title, pairs in report.facts.items()),
        "tables": "".join(_tables(report, chosen)),
        "files": "".join(file_section(name, text) for name, text in report.files.items()),
    }  # fmt: skip
    room = MOST_BYTES - len("".join(words.values()).encode(errors="replace"))
    panels, left_out = _fitting(chosen.panels, room)
    frames = _frames(report, chosen, panels, room - len(as_json(panels)))
    words["data"] = as_json({"panels": panels, "frames": frames, "epoch": report.epoch, "epochs": report.epochs})
    words["remarks"] = escape(" ".join(_remarks(report, frames, left_out)))
    text = Template(asset("report.html")).substitute(words)
    return text.encode("utf-8", errors="replace").decode("utf-8")  # half a character (a lone surrogate) is a "?"


def _fitting(panels: Sequence[Panel], room: int) -> tuple[list[dict[str, Any]], list[str]]:
    """The panels as JSON types, without the figures that are larger than what room is left, and the titles of these."""
    fitting, left_out = [], []
    for panel in panels:
        spec: Mapping[str, Any] | None = panel.spec
        if len(as_json(spec)) > room:
            left_out.append(panel.title)
            spec = None
        else:
            room -= len(as_json(spec))
        fitting.append({**panel._asdict(), "table": None, "spec": spec})
    return fitting, left_out


def _frames(report: Report, chosen: Frame, panels: list[dict[str, Any]], room: int) -> list[dict[str, Any]]:
    """One entry an epoch, rising, each with what differs from the panels."""

    @cache
    def entry(epoch: int) -> dict[str, Any]:
        frame = chosen if epoch == report.epoch else report.frame(epoch)
        pairs = zip(panels, frame.panels, strict=True)
        changes = [list(_changes(shown, _asked(panel, shown))) for shown, panel in pairs]
        return {"epoch": epoch, "sentences": frame.sentences, "tiles": frame.tiles, "changes": changes}

    last = report.epochs - 1
    most = min(MOST_FRAMES, report.epochs, room // max(_size(entry(epoch)) for epoch in (0, last // 2, last)))
    while True:  # those are seldom smaller than the rest, yet only what is there counts
        frames = [entry(epoch) for epoch in sorted({*_spaced(last, most), report.epoch})]
        over = sum(map(_size, frames)) > room
        if most <= 0 or not over:
            return frames
        most = most * 9 // 10


def _spaced(last: int, most: int) -> set[int]:
    """At most so many epochs from 0 to the last, evenly spaced."""
    return {round(i * last / max(most - 1, 1)) for i in range(most)}


def _size(frame: Mapping[str, Any]) -> int:
    return len(as_json(frame)) + 1  # and a comma


def _asked(panel: Panel, shown: Mapping[str, Any]) -> dict[str, Any]:
    return {**panel._asdict(), "table": None, "spec": None if shown["spec"] is None else panel.spec}


def _changes(old: Any, new: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """What to set where to make `new` of `old`: (path, value)."""
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


def _remarks(report: Report, frames: Sequence[Mapping[str, Any]], left_out: Sequence[str]) -> Iterator[str]:
    if len(frames) == 1 < report.epochs:
        yield f"Of the {report.epochs:,} epochs, this file has room for one."
    elif len(frames) < report.epochs:
        yield f"Of the {report.epochs:,} epochs, {len(frames)} are in this file, evenly spaced."
    if left_out:
        yield f"Too large for this file, and shown in words only: {', '.join(left_out)}."


def _tables(report: Report, chosen: Frame) -> Iterator[str]:
    twins = [(panel.title, panel.table) for panel in chosen.panels if panel.title]  # one without a title is a legend
    for title, table in [*report.tables, *twins]:
        yield table_section(title, table())
