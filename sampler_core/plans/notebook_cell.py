"""What a notebook shows of a value: a heading, settings, curves over the epochs as an SVG, a table.

The one contract here: NumPy is enough, and every text is escaped. Figures to work with are in `sampler_core.figures`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.formatting import COLOURS, count, printable

MOST_POINTS = 200  # of a curve
WIDTH, HEIGHT, LEFT, BOTTOM = 480, 180, 48, 24  # pixels; left and below are the numbers of the axes


def shown_epochs(epochs: int) -> IntArray:
    """The epochs at which a curve is drawn: all, or `MOST_POINTS` spread evenly, the first and the last included."""
    return np.unique(np.linspace(0, epochs - 1, min(epochs, MOST_POINTS)).astype(np.int64))


def cell(heading: str, *parts: str) -> str:
    """The HTML of a notebook cell. parts: those of the functions here."""
    return f'<div style="max-width: 60em"><div><b>{text(heading)}</b></div>{"".join(parts)}</div>'


def text(words: object, most: int = 200) -> str:
    """Any text as HTML: one line, nothing invisible, shortened, escaped."""
    return escape(printable(str(words), most))


def sentence(words: str) -> str:
    """A line of text."""
    return f"<div>{text(words, 1000)}</div>"


def settings(values: Mapping[str, object]) -> str:
    """Names and values, one line each."""
    rows = "".join(
        f'<tr><td style="text-align: left">{text(name)}</td><td style="text-align: left">{text(value)}</td></tr>'
        for name, value in values.items()
    )
    return f"<table>{rows}</table>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column is text, the others are numbers. The rows have the colours of `chart`."""
    head = "".join(f"<th>{text(name)}</th>" for name in heads)
    body = "".join(
        f'<tr><td style="text-align: left; white-space: nowrap">{_mark(place)} {text(name, 40)}</td>'
        + "".join(f"<td>{text(value)}</td>" for value in values)
        + "</tr>"
        for place, (name, *values) in enumerate(rows)
    )
    return f'<table style="text-align: right"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def chart(what: str, epochs: IntArray, curves: FloatArray, number: Callable[[float], str]) -> str:
    """Curves over epochs as an SVG. curves: float64, shape (at most one per colour, epochs).

    what: the y axis in words. number: a value of it as text.
    """
    low, high = min(0.0, float(curves.min())), float(curves.max())
    high += high == low
    x = LEFT + (WIDTH - LEFT - 2) * (epochs - epochs[0]) / max(1, epochs[-1] - epochs[0])
    y = 2 + (HEIGHT - BOTTOM - 4) * (high - curves) / (high - low)
    lines = "".join(
        f'<polyline points="{_points(x, row)}" fill="none" stroke="{COLOURS[place]}" stroke-width="2"/>'
        for place, row in enumerate(y)
    )
    axes = "".join(
        f'<text x="{left}" y="{top}" text-anchor="{anchor}">{text(words)}</text>'
        for left, top, anchor, words in (
            (LEFT - 4, 12, "end", number(high)),
            (LEFT - 4, HEIGHT - BOTTOM, "end", number(low)),
            (LEFT, HEIGHT - 6, "start", f"epoch {count(int(epochs[0]))}"),
            (WIDTH - 2, HEIGHT - 6, "end", count(int(epochs[-1]))),
        )
    )
    return (
        f'<div>{text(what)}</div><svg role="img" aria-label="{text(what)}" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-size="12" fill="currentColor" xmlns="http://www.w3.org/2000/svg">'
        f'<path d="M{LEFT} 0V{HEIGHT - BOTTOM}H{WIDTH}" fill="none" stroke="currentColor" opacity="0.5"/>'
        f"{axes}{lines}</svg>"
    )


def _points(x: FloatArray, y: FloatArray) -> str:
    if x.size == 1:  # one epoch is a line, too
        x, y = np.array([LEFT, WIDTH - 2.0]), np.repeat(y, 2)
    return " ".join(f"{left},{top}" for left, top in zip(x.round(1).tolist(), y.round(1).tolist(), strict=True))


def _mark(place: int) -> str:
    return f'<span style="color: {COLOURS[place]}" aria-hidden="true">■</span>'
