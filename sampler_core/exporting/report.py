"""A report that is one file: figures with a play control, words, tables, plan; no server, no network.

The one contract here: everything that is not ours stands in the file as escaped text or as JSON, and the file's own
security policy lets nothing run but two scripts, known by their hashes, and lets nothing be fetched.

NOTE frames: the play control needs the figures at many epochs. The file has them once in full, for the chosen epoch,
and for each other epoch only what differs. Epochs are thinned out evenly where the file would grow too large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple

from sampler_core.exporting.markup import (
    as_json,
    asset,
    facts_section,
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
    """What the report shows of one epoch. tiles: figures of merit as (label, value, note)."""

    epoch: int
    sentences: Sequence[str]
    tiles: Sequence[tuple[str, str, str]]
    panels: Sequence[Panel]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a report says. epoch: the one it opens with; frame: makes what it shows of an epoch; findings: of the whole
    run, what is and what to try; facts: pairs of a word and its value under a heading; plan: its JSON text; sources:
    what made the report, and when."""

    title: str
    summary: str
    epochs: int
    epoch: int
    frame: Callable[[int], Frame]
    findings: Sequence[tuple[str, str]] = ()
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tables: Mapping[str, Callable[[], pd.DataFrame]] = field(default_factory=dict)
    plan: str = ""
    sources: str = ""


def report_html(report: Report, plotly_js: str) -> str:
    """The whole file as text; `plotly_js` is the source of plotly.js."""
    chosen = report.frame(report.epoch)
    words = {
        "title": escape(report.title), "summary": escape(report.summary), "style": asset("report.css"),
        "script": asset("report.js"), "policy": security_policy(plotly_js), "plotly": packed(plotly_js),
        "sources": escape(report.sources), "findings": findings_section(report.findings),
        "facts": "".join(facts_section(title, pairs) for title, pairs in report.facts.items()),
        "tables": "".join(_tables(report, chosen)), "plan": escape(report.plan),
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

    def entry(epoch: int) -> dict[str, Any]:
        frame = chosen if epoch == report.epoch else report.frame(epoch)
        pairs = zip(panels, frame.panels, strict=True)
        changes = [list(_changes(shown, _asked(panel, shown))) for shown, panel in pairs]
        return {"epoch": epoch, "sentences": frame.sentences, "tiles": frame.tiles, "changes": changes}

    last = entry(report.epochs - 1)
    most = max(1, min(MOST_FRAMES, report.epochs, room // (len(as_json(last)) + 1) - 1))
    epochs = {round(i * (report.epochs - 1) / max(most - 1, 1)) for i in range(most)} | {report.epoch}
    return [last if epoch == last["epoch"] else entry(epoch) for epoch in sorted(epochs)]


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
    if len(frames) < report.epochs:
        yield f"Of the {report.epochs:,} epochs, {len(frames)} are in this file, evenly spaced."
    if left_out:
        yield f"Too large for this file, and shown in words only: {', '.join(left_out)}."


def _tables(report: Report, chosen: Frame) -> Iterator[str]:
    twins = {panel.title: panel.table for panel in chosen.panels if panel.title}  # one without a title is a legend
    for title, table in {**report.tables, **twins}.items():
        yield table_section(title, table())
