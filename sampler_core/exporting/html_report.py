"""A report as one HTML file: figures with a play control, sentences, tables, files; no server, no network.

The one contract here: data stands in the file as escaped text (by `report.html`) or as JSON. The file's own security
policy runs nothing but two scripts, named by their hashes, and fetches nothing.

NOTE size: plotly.js is most of the file, so it is stored compressed and unpacked by the browser (all since 2023 can).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files

import pandas as pd

from sampler_core.exporting.report_frames import Frame, as_json, charts_that_fit, frames_that_fit
from sampler_core.exporting.templates import TEMPLATES

MOST_BYTES = 5_600_000  # of the file
MOST_ROWS = 200  # of a table


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
    findings: Sequence[tuple[str, str]]
    about: str = "Findings"
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tables: Sequence[tuple[str, Callable[[], pd.DataFrame]]] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    sources: str = ""


def report_html(report: Report, plotly_js: str) -> str:
    """The whole file as text; plotly_js: the source of plotly.js."""
    chosen = report.frame(report.epoch)
    chart_tables = [(chart.title, chart.figure.table) for chart in chosen.charts if chart.title]  # untitled: a legend
    html = partial(
        TEMPLATES.get_template("report.html").render, report=report, style=_asset("report.css"),
        tables=[(title, table()) for title, table in (*report.tables, *chart_tables)], most_rows=MOST_ROWS,
        script=_asset("report.js"), policy=_security_policy(plotly_js), plotly=_compressed(plotly_js),
    )  # fmt: skip
    room = MOST_BYTES - len(html(data="", panels=(), frames=1, left_out=()).encode(errors="replace"))
    panels, left_out = charts_that_fit(chosen.charts, room)
    frames = frames_that_fit(panels, chosen, report.frame, report.epochs, room - len(as_json(panels)))
    data = as_json({"panels": panels, "frames": frames, "epoch": report.epoch, "epochs": report.epochs})
    text = html(data=data, panels=panels, frames=len(frames), left_out=left_out)
    return text.encode("utf-8", errors="replace").decode("utf-8")  # half a character (a lone surrogate) is a "?"


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
