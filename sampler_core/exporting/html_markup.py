"""The text of a report: HTML elements, JSON inside HTML, and what the file is allowed to do.

The one contract here: what comes in is text, and leaves escaped.

NOTE packed: plotly.js is most of the file, so it is stored compressed and unpacked by the browser (all since 2023 can).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from sampler_core.formatting import several

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 200  # of a table
LONGEST = 200  # signs of a cell


def as_json(value: object) -> str:
    """JSON that may stand inside a script element: ASCII, and no sign that HTML knows."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def findings_section(title: str, findings: Sequence[tuple[str, str]]) -> str:
    """What is, and what to try; nothing where nothing was found."""
    items = "".join(f"<li><strong>{escape(text)}</strong> {escape(advice)}</li>" for text, advice in findings)
    return f"<section><h2>{escape(title)}</h2><ul>{items}</ul></section>" if items else ""


def facts_section(title: str, pairs: Mapping[str, str]) -> str:
    """Words and their values under a heading."""
    rows = "".join(f"<div><dt>{escape(word)}</dt><dd>{escape(value)}</dd></div>" for word, value in pairs.items())
    return f"<section><h2>{escape(title)}</h2><dl class=facts>{rows}</dl></section>"


def table_section(title: str, table: pd.DataFrame) -> str:
    """A table, folded away; at most `MOST_ROWS` of its rows."""
    index = [_cell(name) for name in table.index[:MOST_ROWS]]
    head = "".join(f"<th scope=col>{_cell(name)}</th>" for name in (table.index.name or "", *table.columns))
    rows = zip(index, table.head(MOST_ROWS).itertuples(index=False), strict=True)
    body = "".join(
        f"<tr><th scope=row>{name}</th>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for name, row in rows
    )
    cut = f", the first {MOST_ROWS}" if len(table) > MOST_ROWS else ""
    size = f"{several(len(table), 'row', 'rows')}{cut}"
    return (
        f"<details><summary>{escape(title)} <small>({size})</small></summary><div class=scroll tabindex=0>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def file_section(name: str, text: str) -> str:
    """The text of a file, folded away; its id is the file's name without the ending."""
    return (
        f'<details><summary>{escape(name)}</summary><div class="scroll" tabindex="0">'
        f'<pre id="{escape(name.partition(".")[0])}">{escape(text)}</pre></div></details>'
    )


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int):
        return f"{value:,}"
    text = str(value)
    return f"<bdi>{escape(text if len(text) <= LONGEST else text[: LONGEST - 1] + '…')}</bdi>"


def security_policy(plotly_js: str) -> str:
    """What the file may do: run its two scripts, style itself, draw. Fetch nothing."""
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in (asset("report.js"), plotly_js))
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:"


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


@cache
def packed(text: str) -> str:
    """Text compressed, as base64."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")


@cache
def asset(name: str) -> str:
    """A file that lies beside this one."""
    return (files(__package__) / name).read_text(encoding="utf-8")
