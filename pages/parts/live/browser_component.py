"""A component for the browser: its HTML, with styles and scripts from files of `pages/parts`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

PARTS = Path(__file__).parents[1]


def browser_component(name: str, html: str, css: str, *scripts: str) -> ComponentRenderer:
    """The function that shows the component. css, scripts: paths below `pages/parts`; the scripts run as one."""

    def text_of(path: str) -> str:
        return (PARTS / path).read_text(encoding="utf-8")

    js = "".join(map(text_of, scripts))
    return st.components.v2.component(name, html=html, css=text_of(css), js=js, isolate_styles=False)
