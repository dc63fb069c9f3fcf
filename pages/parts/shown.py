"""What the page shows in this run: figures and tables, noted where they are drawn, for Share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from sampler_core.figures import Chart


@dataclass
class Shown:
    """charts: those of the live panels, in their order; tables: title -> what makes the table."""

    charts: list[Chart] = field(default_factory=list)
    tables: dict[str, Callable[[], pd.DataFrame]] = field(default_factory=dict)


def shown() -> Shown:
    """What this run of the page has shown so far."""
    found: Shown = st.session_state.setdefault("shown_in_this_run", Shown())
    return found


def forget_shown() -> None:
    """Before a page runs, and after it: figures are large, and nobody else needs them."""
    st.session_state.pop("shown_in_this_run", None)
