"""plotly.js, as the installed plotly package ships it."""

from __future__ import annotations

from functools import cache

from plotly.offline import get_plotlyjs, get_plotlyjs_version


@cache
def plotly_js() -> str:
    """The source of plotly.js, minified."""
    return str(get_plotlyjs())


def plotly_js_version() -> str:
    """Its version, as in "4.1.1"."""
    return str(get_plotlyjs_version())
