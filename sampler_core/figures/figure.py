"""A figure: plotly's data and layout, the same in words, and a table of its numbers; and plotly.js, which draws it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from plotly.offline import get_plotlyjs, get_plotlyjs_version

Spec = dict[str, Any]


class Figure(NamedTuple):
    """spec: {"data": [...], "layout": {...}}, with NumPy arrays; alt: for screen readers; table: the same numbers."""

    spec: Spec
    alt: str
    table: Callable[[], pd.DataFrame]


class Chart(NamedTuple):
    """A figure and its place on a page. span: columns out of 12; height: pixels; a lower rank is drawn earlier."""

    id: str
    title: str
    figure: Figure
    note: str = ""
    span: int = 12
    height: int = 320
    rank: int = 1


_SHARES = "shares"


def with_shares(table: pd.DataFrame, columns: Iterable[str] | None = None) -> pd.DataFrame:
    """The table, with a note on itself that these columns (None: all) hold shares, which readers see in percent."""
    table.attrs[_SHARES] = list(table.columns if columns is None else columns)
    return table


def share_columns(table: pd.DataFrame) -> list[str]:
    """The columns that `with_shares` has noted."""
    return list(table.attrs.get(_SHARES, ()))


def to_json(spec: Spec) -> str:
    """JSON text that plotly.js reads; arrays as base64 of their bytes, as plotly itself sends them."""
    return json.dumps(spec, default=_encoded_array, separators=(",", ":"))


def _encoded_array(item: object) -> object:
    if not isinstance(item, np.ndarray):
        raise TypeError(f"a figure must hold plain values and arrays, got {type(item).__name__}")
    if item.dtype.kind not in "fiu":
        return item.tolist()
    narrow = item.astype(np.int32) if item.dtype == np.int64 else item  # plotly.js has no 64-bit integers
    array_bytes = base64.b64encode(np.ascontiguousarray(narrow).tobytes()).decode("ascii")
    shape = {"shape": ", ".join(map(str, narrow.shape))} if narrow.ndim > 1 else {}
    return {"dtype": narrow.dtype.str[1:], "bdata": array_bytes, **shape}


@cache
def plotly_js() -> str:
    """The source of plotly.js, minified."""
    return str(get_plotlyjs())


def plotly_js_version() -> str:
    """Its version, as in "4.1.1"."""
    return str(get_plotlyjs_version())
