"""The key of a figure, and the names of its rows, that are also read on a phone.

The one contract here: on 360 pixels and more every entry is read in full, in as many columns as there is room for, and
nothing is scrolled.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

from sampler_core.figures.figure import LEGEND, Figure, Spec, plotly_text

WIDEST = 40  # signs of a line: with its stroke some 330 pixels in capitals
WIDEST_ROW = 16  # signs of a row's name: a third of a phone
ROW, LINE = 19, 16  # pixels of an entry, and of each further line of it
_FILL = "\0"
_WIDE = str.maketrans({sign: sign + _FILL for sign in "MW@"})

# At the corner of the whole figure, not of its plot: on a phone the plot begins a sixth further right, and what is too
# wide for one column there has no room at all.
KEY: Spec = LEGEND | {
    "xref": "container", "yref": "container", "y": 1, "yanchor": "top", "font": {"size": 12}, "maxheight": 1,
}  # fmt: skip


def key_text(text: str, most: int = 1, widest: int = WIDEST) -> str:
    """Text of an entry, in whole words and at most so many lines; "…" where it is cut. Wide signs count twice."""
    lines = textwrap.wrap(_filled(text), widest, break_on_hyphens=False)
    if len(lines) > most:
        lines[most - 1] = f"{textwrap.wrap(' '.join(lines[most - 1 :]), widest - 1)[0]}…"
    return "<br>".join(plotly_text(line.replace(_FILL, ""), widest) for line in lines[:most])


def row_text(text: str) -> str:
    """The name of a row; its two ends where it is long: names that begin alike mostly end differently."""
    filled, last = _filled(text), WIDEST_ROW // 2 - 1
    if len(filled) > WIDEST_ROW:
        filled = f"{filled[: WIDEST_ROW - last - 1].rstrip()}…{filled[-last:].lstrip()}"
    return plotly_text(filled.replace(_FILL, ""), WIDEST_ROW)


def keyed_height(figure: Figure, least: int) -> int:
    """Pixels for a figure, `least` or so many that on a phone its key leaves the plot 180."""
    entries = [trace["name"] for trace in figure.spec["data"] if trace.get("showlegend", True)]
    return max(least, 250 + key_height(entries, phone_columns(entries)))


def missing_key_height(figure: Figure) -> int:
    """Pixels for the key of a figure whose lines are told apart elsewhere on its page; 0 where nothing is missing."""
    named = [trace for trace in figure.spec["data"] if trace.get("name")]
    keyed = figure.spec["layout"]["showlegend"] and any(trace.get("showlegend", True) for trace in named)
    if keyed or len(named) < 2:
        return 0
    entries = [trace["name"] for trace in named]
    return key_height(entries, phone_columns(entries))


def phone_columns(entries: Sequence[str]) -> int:
    """Columns that a phone has room for."""
    longest = max(len(_filled(line)) for entry in entries for line in entry.split("<br>"))
    return 3 if longest <= 8 else 2 if longest <= 16 else 1


def _filled(text: str) -> str:
    filled = text.translate(_WIDE)
    if text.isascii():  # most are, and maps have a thousand
        return filled
    return "".join(sign + _FILL * (unicodedata.east_asian_width(sign) in "WF") for sign in filled)


def key_height(entries: Sequence[str], columns: int = 1) -> int:
    """Pixels that a key takes in so many columns; one is what every screen has room for."""
    rows = [entries[i : i + columns] for i in range(0, len(entries), columns)]
    return 12 + sum(ROW + LINE * max(entry.count("<br>") for entry in row) for row in rows)
