"""A report as one HTML file: figures with a play control, sentences, tables, files; no server, no network.

The one contract here: data stands in the file as escaped text or as JSON. The file's own security policy runs nothing
but two scripts, named by their hashes, and fetches nothing.

NOTE size: plotly.js is most of the file, so it is stored compressed and unpacked by the browser (all since 2023 can).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from sampler_core.exporting.html_elements import facts_section, file_section, findings_section, table_section
from sampler_core.exporting.report_frames import Frame, as_json, frames_that_fit, panels_that_fit

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 5_600_000  # of the file


@dataclass(frozen=True, kw_only=True)
class Report:
    """The contents of a report.

    epoch: the one it opens with; frame: makes what it shows of an epoch; findings: (finding, advice) pairs under the
    heading `about`; facts: heading -> word -> value; tables: (title, maker) pairs; files: name -> text; sources: what
    made the report, and when.
    """

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
    """The whole file as text; plotly_js: the source of plotly.js."""
    chosen = report.frame(report.epoch)
    panel_tables = [(panel.title, panel.table) for panel in chosen.panels if panel.title]  # without title: a legend
    parts = {
        "title": escape(report.title), "summary": escape(report.summary), "style": _asset("report.css"),
        "script": _asset("report.js"), "policy": _security_policy(plotly_js), "plotly": _compressed(plotly_js),
        "sources": escape(report.sources), "findings": findings_section(report.about, report.findings),
        "facts": "".join(facts_section(title, pairs) for title, pairs in report.facts.items()),
        "tables": "".join(table_section(title, table()) for title, table in [*report.tables, *panel_tables]),
        "files": "".join(file_section(name, text) for name, text in report.files.items()),
    }  # fmt: skip
    room = MOST_BYTES - len("".join(parts.values()).encode(errors="replace"))
    panels, left_out = panels_that_fit(chosen.panels, room)
    frames = frames_that_fit(panels, chosen, report.frame, report.epochs, room - len(as_json(panels)))
    parts["data"] = as_json({"panels": panels, "frames": frames, "epoch": report.epoch, "epochs": report.epochs})
    parts["remarks"] = escape(" ".join(_remarks(report.epochs, len(frames), left_out)))
    text = Template(_asset("report.html")).substitute(parts)
    return text.encode("utf-8", errors="replace").decode("utf-8")  # half a character (a lone surrogate) is a "?"


def _remarks(epochs: int, frames: int, left_out: Sequence[str]) -> Iterator[str]:
    if frames == 1 < epochs:
        yield f"Of the {epochs:,} epochs, this file has room for one."
    elif frames < epochs:
        yield f"Of the {epochs:,} epochs, {frames} are in this file, evenly spaced."
    if left_out:
        yield f"Too large for this file, and shown in words only: {', '.join(left_out)}."


def _security_policy(plotly_js: str) -> str:
    """What the file may do: run its two scripts, style itself, draw. It may fetch nothing."""
    digests = [hashlib.sha256(script.encode()).digest() for script in (_asset("report.js"), plotly_js)]
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:"


@cache
def _compressed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")


@cache
def _asset(name: str) -> str:
    """A file beside this one."""
    return (files(__package__) / name).read_text(encoding="utf-8")
