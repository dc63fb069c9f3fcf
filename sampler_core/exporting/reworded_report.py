"""A report in the words of another kind of data (`sampler_core.data.vocabulary`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd

from sampler_core.data.vocabulary import Vocabulary
from sampler_core.exporting.html_report import Frame, Report
from sampler_core.figures.rewording import reworded_chart, reworded_table


def reworded_report(report: Report, say: Vocabulary) -> Report:
    """The report in the words of another kind of data; its title and its note are the user's."""
    if not say.words:
        return report

    def reworded_frame(epoch: int) -> Frame:
        frame = report.frame(epoch)
        tiles = [(say(label), value, say(note)) for label, value, note in frame.tiles]
        charts = [reworded_chart(chart, say) for chart in frame.charts]
        return Frame(frame.epoch, list(map(say, frame.sentences)), tiles, charts)

    return replace(
        report, summary=say(report.summary), frame=reworded_frame,
        findings=[(say(finding), say(advice)) for finding, advice in report.findings],
        facts={say(heading): {say(k): say(v) for k, v in facts.items()} for heading, facts in report.facts.items()},
        tables=[(say(title), partial(_reworded_table, make, say)) for title, make in report.tables],
    )  # fmt: skip


def _reworded_table(make: Callable[[], pd.DataFrame], say: Vocabulary) -> pd.DataFrame:
    return reworded_table(make(), say)
