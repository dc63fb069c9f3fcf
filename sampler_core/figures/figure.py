"""What a figure is: plotly's data and layout, the same in words, and a table of its numbers."""

from __future__ import annotations

import base64
import json
import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sampler_core.data.plain_values import ClassName
from sampler_core.formatting import shortened

Spec = dict[str, Any]
LONGEST = 24  # signs of a class name on an axis or in a legend
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control and format signs, halves of signs, line and paragraph ends
LEGEND: Spec = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "xanchor": "left"}


class Figure(NamedTuple):
    """spec: {"data": [...], "layout": {...}}, with NumPy arrays; alt: what a screen reader says; table: its twin."""

    spec: Spec
    alt: str
    table: Callable[[], pd.DataFrame]


class Chart(NamedTuple):
    """A figure and its place. `span`: columns out of 12; height: pixels; a lower `rank` is drawn earlier."""

    id: str
    title: str
    figure: Figure
    note: str = ""
    span: int = 12
    height: int = 320
    rank: int = 1


def to_json(spec: Spec) -> str:
    """JSON text that plotly.js reads; arrays as base64 of their bytes, as plotly itself sends them."""
    return json.dumps(spec, default=_encoded, separators=(",", ":"))


def class_label(name: ClassName) -> str:
    """A class name as people read it: integers get a word, control signs become spaces."""
    if isinstance(name, int):
        return f"class {name}"
    label = "".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in name)
    return label if label.strip() else "(no name)"


def distinct(names: Sequence[ClassName], order: Iterable[int]) -> dict[str, int]:
    """Label -> position of each name, in an order of positions; labels that look alike get their position."""
    labels: dict[str, int] = {}
    for position in order:
        label = class_label(names[position])
        while label in labels:
            label = f"{label} ({position})"
        labels[label] = position
    return labels


def class_in_words(name: ClassName) -> str:
    """A class name as it stands in a sentence: its label, cut where it is long."""
    return shortened(class_label(name))


def plotly_text(text: str, longest: int = LONGEST) -> str:
    """Text for a label of a figure: shortened, and with nothing that plotly would take for markup."""
    return shortened(text, longest).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def axis(title: str, **settings: Any) -> Spec:
    """An axis with a title that keeps its room whatever the tick labels are.

    With the room kept, no tick label is in another's way: not looking for such saves some 3 ms a drawing.
    """
    return {"title": {"text": title, "standoff": 8}, "automargin": True, "ticklabeloverflow": "allow", **settings}


def steady(*values: float, parts: int = 8) -> Spec:
    """Settings of an axis that goes on to round numbers around these values, so that it seldom moves where they do.

    parts: about how many steps from one round number to the next the values span.
    """
    low, high = min(values), max(values)
    if not math.isfinite(high - low) or high - low <= 0.0:
        return {}
    least = (high - low) / parts
    unit = 10.0 ** math.floor(math.log10(least))
    step = unit * next(digit for digit in (1, 2, 5, 10) if digit * unit >= least * (1 - 1e-9))
    ends = [math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step]
    return {"autorangeoptions": {"include": [float(f"{end:.6g}") for end in ends]}}


def layout(**settings: Any) -> Spec:
    """Settings all figures share; `settings` come on top."""
    common = {"margin": {"l": 8, "r": 8, "t": 8, "b": 8}, "showlegend": False, "hovermode": "closest"}
    return {**common, **settings}


def _encoded(value: object) -> object:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"a figure must hold plain values and arrays, got {type(value).__name__}")
    if value.dtype.kind not in "fiu":
        return value.tolist()
    narrow = value.astype(np.int32) if value.dtype == np.int64 else value  # plotly.js knows no 64-bit integers
    data = base64.b64encode(np.ascontiguousarray(narrow).tobytes()).decode("ascii")
    shape = {"shape": ", ".join(map(str, narrow.shape))} if narrow.ndim > 1 else {}
    return {"dtype": narrow.dtype.str[1:], "bdata": data, **shape}
