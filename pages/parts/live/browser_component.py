"""A component for the browser: its HTML, with styles and scripts from files of `pages/parts`.

NOTE loaded-scripts: Streamlit sends a component's script again with every run and for every place that has one, 140 kB
a run. So it is sent two lines that load the script from the server, which the browser does once.
NOTE tuple-data: Streamlit asks of each list in a component's data whether it is some kind of data frame, for a tenth of
a millisecond. It does not ask of tuples, which arrive as lists too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.bidi_component.state import ComponentResult

from pages.parts.server.page_files import offer_script

PARTS = Path(__file__).parents[1]


def sent(key: str, name: str) -> Any:
    """What a component sent under a name, for its callback; None where it has come after the page was left."""
    return (st.session_state.get(key) or {}).get(name)


def browser_component(name: str, html: str, css: str, *scripts: str) -> Callable[..., ComponentResult]:
    """The function that shows the component. css ("": none), scripts: paths below `pages/parts`; they run as one."""

    def text_of(path: str) -> str:
        return (PARTS / path).read_text(encoding="utf-8")

    src = offer_script(name, "".join(map(text_of, scripts)))
    # Of several lines: one would be taken for a path.
    js = f'const script = await import(new URL("{src}", location.href).href);\nexport default script.default;\n'
    mount = st.components.v2.component(name, html=html, css=text_of(css) if css else "", js=js, isolate_styles=False)

    def mount_with_tuples(*, data: dict[str, Any], **options: Any) -> ComponentResult:
        return mount(data={k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}, **options)

    return mount_with_tuples
