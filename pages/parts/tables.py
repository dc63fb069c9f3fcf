"""Table twins of figures: made only when somebody opens them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.parts.shown import shown


def table_twins(twins: dict[str, Callable[[], pd.DataFrame]], key: str) -> None:
    """One expander with a tab for each table."""
    shown().tables.update(twins)
    box = st.expander("The same numbers as tables", icon=":material/table:", key=f"{key}-tables", on_change="rerun")
    if not box.open:
        return
    with box:
        for place, (title, table) in zip(st.tabs(list(twins)), twins.items(), strict=True):
            with place:
                st.dataframe(table(), key=f"{key}-{title}", width="stretch", height=300)
