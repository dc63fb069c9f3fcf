"""Legends of figures and labels of rows, sized for phones too.

The one contract here: from 360 pixels on every entry is read in full, in as many columns as fit, and nothing scrolls.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

from sampler_core.figures.figure import Figure, Spec
from sampler_core.formatting import shortened

MAX_LINE = 40  # characters of a line: with its stroke some 330 pixels in capitals
MAX_ROW_LABEL = 16  # characters of a row's label: a third of a phone
ENTRY_HEIGHT, LINE_HEIGHT = 19, 16  # pixels of an entry, and of each further line of it
_FILL = "\0"
_WIDE = str.maketrans({character: character + _FILL for character in "MW@"})

# At the corner of the whole figure, not of its plot: on a phone the plot begins a sixth further right, and what is too
# wide for one column there has no room at all.
LEGEND: Spec = {
    "orientation": "h", "x": 0, "xanchor": "left", "xref": "container", "y": 1, "yanchor": "top", "yref": "container",
    "font": {"size": 12}, "maxheight": 1,
}  # fmt: skip


def legend_text(text: str, most_lines: int = 1, widest: int = MAX_LINE) -> str:
    """Text of an entry, in whole words, at most `most_lines`; "…" where it is cut. Wide characters count twice."""
    filled = _filled(text)
    if len(filled) <= widest and text.isprintable() and text == text.strip():  # most do, and a run asks for hundreds
        return plotly_text(text, widest)
    lines = textwrap.wrap(filled, widest, break_on_hyphens=False)
    if len(lines) > most_lines:
        lines[most_lines - 1] = f"{textwrap.wrap(' '.join(lines[most_lines - 1 :]), widest - 1)[0]}…"
    return "<br>".join(plotly_text(line.replace(_FILL, ""), widest) for line in lines[:most_lines])


def plotly_text(text: str, longest: int = 24) -> str:
    """Text for a label of a chart: cut to `longest` characters, and without anything plotly would read as markup."""
    return shortened(text, longest).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def row_label(text: str, longest: int = MAX_ROW_LABEL) -> str:
    """The label of a row; of a long one its two ends, as names that begin alike mostly end differently."""
    filled, last = _filled(text), longest // 2 - 1
    if len(filled) > longest:
        filled = f"{filled[: longest - last - 1].rstrip()}…{filled[-last:].lstrip()}"
    return plotly_text(filled.replace(_FILL, ""), longest)


def height_with_legend(figure: Figure, least: int) -> int:
    """Pixels for a figure: `least`, or more where its legend would leave the plot less than 180 on a phone."""
    entries = [trace["name"] for trace in figure.spec["data"] if trace.get("showlegend", True)]
    return max(least, 250 + phone_legend_height(entries))


def added_legend_height(figure: Figure) -> int:
    """Pixels of the legend that a saved picture needs and the page has elsewhere; 0 where none is missing."""
    named = [trace for trace in figure.spec["data"] if trace.get("name")]
    has_legend = figure.spec["layout"]["showlegend"] and any(trace.get("showlegend", True) for trace in named)
    return 0 if has_legend or len(named) < 2 else phone_legend_height([trace["name"] for trace in named])


def legend_height(entries: Sequence[str], columns: int = 1) -> int:
    """Pixels of a legend with this many columns; one fits every screen."""
    legend_rows = [entries[i : i + columns] for i in range(0, len(entries), columns)]
    return 12 + sum(ENTRY_HEIGHT + LINE_HEIGHT * max(entry.count("<br>") for entry in row) for row in legend_rows)


def phone_legend_height(entries: Sequence[str]) -> int:
    """Pixels of a legend with as many columns as fit on a phone."""
    widest = max(len(_filled(line)) for entry in entries for line in entry.split("<br>"))
    return legend_height(entries, 3 if widest <= 8 else 2 if widest <= 16 else 1)


def _filled(text: str) -> str:
    """Text with a filler after each wide character, so that its length is its width."""
    filled = text.translate(_WIDE)
    if text.isascii():  # most are, and maps have a thousand
        return filled
    return "".join(character + _FILL * (unicodedata.east_asian_width(character) in "WF") for character in filled)
