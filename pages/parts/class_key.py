"""What the colours of the classes mean, as text that wraps where the page is narrow (its script: class_key.js)."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.shown import shown
from sampler_core.counts import ClassCounts
from sampler_core.figures import Chart, compare
from sampler_core.figures.series import series_of
from sampler_core.numerals import shortened

_here = Path(__file__).parent
_key = st.components.v2.component(
    "class_key",
    html='<ul class="class-key" aria-label="Colours of the classes"></ul>',
    css=(_here / "class_key.css").read_text(encoding="utf-8"),
    js=(_here / "class_key.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def class_key(counts: ClassCounts) -> None:
    """Show it. A report, which knows figures only, has it as one."""
    shown().charts.append(Chart("class-key", "", compare.class_key(counts), height=compare.class_key_height(counts)))
    entries = [[shortened(one.label), one.colour, one.dash] for one in series_of(counts)]
    _key(key="class-key", data={"entries": entries})
