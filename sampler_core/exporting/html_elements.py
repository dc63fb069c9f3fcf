"""HTML elements of a report: sections, tables and cells.

The one contract here: everything that comes in is text, and leaves escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from sampler_core.formatting import several, shortened

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 200  # of a table
MAX_CELL = 200  # characters


def findings_section(title: str, findings: Sequence[tuple[str, str]]) -> str:
    """Findings with their advice; nothing where there are none."""
    items = "".join(f"<li><strong>{escape(text)}</strong> {escape(advice)}</li>" for text, advice in findings)
    return f"<section><h2>{escape(title)}</h2><ul>{items}</ul></section>" if items else ""


def facts_section(title: str, pairs: Mapping[str, str]) -> str:
    """Words and their values under a heading."""
    rows = "".join(f"<div><dt>{escape(word)}</dt><dd>{escape(value)}</dd></div>" for word, value in pairs.items())
    return f"<section><h2>{escape(title)}</h2><dl class=facts>{rows}</dl></section>"


def table_section(title: str, table: pd.DataFrame) -> str:
    """A table, folded; at most `MOST_ROWS` of its rows."""
    head = "".join(f"<th scope=col>{_cell(name)}</th>" for name in (table.index.name or "", *table.columns))
    rows = zip(map(_cell, table.index[:MOST_ROWS]), table.head(MOST_ROWS).itertuples(index=False), strict=True)
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
    """The text of a file, folded; its id is the file's name without the ending."""
    return (
        f'<details><summary>{escape(name)}</summary><div class="scroll" tabindex="0">'
        f'<pre id="{escape(name.partition(".")[0])}">{escape(text)}</pre></div></details>'
    )


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{value:,}" if isinstance(value, int) else f"<bdi>{escape(shortened(str(value), MAX_CELL))}</bdi>"
