"""What the page shows in this run, noted where it is shown, for Share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import pandas as pd
import streamlit as st

from sampler_core.figures import Chart

Table: TypeAlias = tuple[str, Callable[[], pd.DataFrame]]
_PAGE_CONTENTS = "page_contents"


@dataclass
class PageContents:
    """charts: those of the live panels, in their order; tables: pairs of a title and what makes the table.

    sentences: the page's own answers, plain text; facts: heading -> word -> value; files: file name -> what makes its
    text. Of these three a page has what it adds to the sidebar's plan. report: makes the page's own report, where it
    has another one than its figures as they stand; called with `title`, `note` and `data_name`. tuned_for: what the
    sidebar's plan meets, in sentences for the code. unlinked: what is on the page and in no link, in sentences.
    """

    charts: list[Chart] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, Callable[[], str]] = field(default_factory=dict)
    tuned_for: list[str] = field(default_factory=list)
    unlinked: list[str] = field(default_factory=list)
    report: Callable[..., str] | None = None


def page_contents() -> PageContents:
    """What this run of the page has shown so far."""
    contents: PageContents = st.session_state.setdefault(_PAGE_CONTENTS, PageContents())
    return contents


def clear_page_contents() -> None:
    """Before a page runs, and after it: figures are large, and nobody else needs them."""
    st.session_state.pop(_PAGE_CONTENTS, None)
