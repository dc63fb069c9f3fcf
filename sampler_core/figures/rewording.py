"""Charts and tables in the words of another kind of data (`sampler_core.data.vocabulary`)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sampler_core.data.vocabulary import Vocabulary
from sampler_core.figures.figure import Chart, share_columns, with_shares


def reworded_chart(chart: Chart, say: Vocabulary) -> Chart:
    """The chart with its title, note, alternative text, table and all text in its figure said so."""
    if not say.words:
        return chart
    figure = chart.figure
    figure = figure._replace(
        spec=_reworded(figure.spec, say), alt=say(figure.alt), table=lambda: reworded_table(chart.figure.table(), say)
    )
    return chart._replace(title=say(chart.title), note=say(chart.note), figure=figure)


def reworded_table(table: pd.DataFrame, say: Vocabulary) -> pd.DataFrame:
    """The table with its columns and the texts of its index said so."""
    if not say.words:
        return table
    shares = [say(str(name)) for name in share_columns(table)]
    return with_shares(
        table.rename(columns=say, index=_said_if_text(say)).rename_axis(index=_said_if_text(say)), shares
    )


def _said_if_text(say: Vocabulary) -> Any:
    return lambda name: say(name) if isinstance(name, str) else name


def _reworded(part: Any, say: Vocabulary) -> Any:
    """Every text in a part of a figure's spec."""
    if isinstance(part, str):
        return say(part)
    if isinstance(part, dict):
        return {key: _reworded(inner, say) for key, inner in part.items()}
    return [_reworded(inner, say) for inner in part] if isinstance(part, list | tuple) else part
