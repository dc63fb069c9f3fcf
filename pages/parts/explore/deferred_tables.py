"""What previews need and no figure waits for: sent after the figures (its script: deferred_tables.js).

The one contract here: a panel knows by the names in `moves.moves_of` whether what lies there belongs to what it shows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.explore.preview_tables import tables_of
from pages.parts.sidebar.scenario import Scenario
from sampler_core.figures import to_json

_later = st.components.v2.component(
    "later", js=(Path(__file__).parent / "deferred_tables.js").read_text(encoding="utf-8"), isolate_styles=False
)


def send_later(scenario: Scenario, moves: dict[str, Any]) -> None:
    """Send the tables that these moves name."""
    tables = {key: {"name": table.name, "sets": table.sets, "table": to_json(table.make())}
              for key, table in tables_of(scenario).items() if key in moves["tables"]}  # fmt: skip
    _later(key="later", data={"tables": tables})
