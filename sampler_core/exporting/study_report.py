"""The report of a study as one HTML file: verdict, what to keep in mind, figures, tables, settings and plans."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence

from sampler_core.exporting.html_report import Frame, Report, report_html
from sampler_core.exporting.plan_report import report_sources
from sampler_core.figures.figure import Chart, plotly_js
from sampler_core.figures.train_charts import summary_table
from sampler_core.figures.train_lines import class_counts_of
from sampler_core.figures.train_list import caveats, study_charts
from sampler_core.formatting import count, number
from sampler_core.training.study_result import StudyResult


def study_report(
    result: StudyResult,
    charts: Sequence[Chart] | None = None,
    *,
    title: str = "",
    note: str = "",
    made: datetime.datetime | None = None,
) -> str:
    """The report as text. charts: `study_charts(result)` by default. title, note: plain text. made: its date, now when
    not given."""
    shown = study_charts(result) if charts is None else list(charts)
    settings, counts = result.settings, class_counts_of(result)
    plans = [{"name": name, "plan": plan} for name, plan in settings["plans"].items()]
    samples = f"{count(settings['rows'])} samples of {count(counts.num_classes)} classes"
    return report_html(Report(
        title=title or f"{settings['features']}: which plan is better?", note=note,
        summary=f"{settings['features']}: {samples}, {count(settings['columns'])} features, class imbalance "
                f"{number(counts.imbalance_ratio)}.",
        epochs=1, epoch=0, frame=lambda epoch: Frame(0, [], [], shown),
        about="The verdict, and what to keep in mind",
        findings=[(sentence, "") for sentence in (result.verdict, *caveats(result), *result.notes)],
        facts={"Study": {name: _in_words(settings[name]) for name in
                         ("features", "rows", "columns", "learner", "splits", "runs", "reference", "metric", "seed")}},
        tables=[("All plans", lambda: summary_table(result)),
                ("Recall and draws of each class", lambda: result.tables["recalls"].set_index("candidate"))],
        files={"plans.json": json.dumps({"schema": 1, "plans": plans}, indent=2)}, sources=report_sources(made),
    ), plotly_js())  # fmt: skip


def _in_words(value: object) -> str:
    """A setting as text; an entry by its name, then its fields."""
    if not isinstance(value, dict):
        return str(value)
    return ", ".join([str(value["name"]), *(f"{key} {item}" for key, item in value.items() if key != "name")])
