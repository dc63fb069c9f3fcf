"""The report of one plan on one data set: the figures of Explore, at every epoch, in one file."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.exporting import Frame, Panel, Report, report_html
from sampler_core.exporting.report_facts import plan_text, report_facts, report_sources
from sampler_core.figures.class_series import Followed, by_count
from sampler_core.figures.epoch_metrics import metric_table, metrics
from sampler_core.figures.explore_charts import charts_of_epoch, charts_over_epochs
from sampler_core.figures.figure import Chart, class_label, to_json
from sampler_core.figures.plan_sentences import data_line, takeaway
from sampler_core.figures.plotly_script import plotly_js
from sampler_core.forecast.findings import findings
from sampler_core.forecast.forecast import Forecast
from sampler_core.plans.plan import SamplingPlan


def plan_report(
    plan: SamplingPlan,
    counts: CountsLike,
    *,
    epoch: int = 0,
    unit: str = "samples",
    title: str = "Sampling plan",
    first_batch: int = 0,
    shown_batches: int = 50,
    logarithmic: bool = False,
    followed: Sequence[int] = (),
    made: datetime.datetime | None = None,
) -> str:
    """The report as the text of an HTML file that needs neither a server nor a network, under 6 MB.

    epoch: the one it opens with. unit: what one sample is. logarithmic: the axis of the shares. followed: positions of
    the classes that stand out. made: the date it bears, now when not given.
    An adaptive target has no batches before training: the report has what holds before any feedback.
    `ValueError` for a plan without epochs or batch size, one that cannot be drawn, and an epoch outside the run.
    """
    counts = as_class_counts(counts)
    plan.check(counts)
    story = _Story(plan, counts, unit, (first_batch, shown_batches), logarithmic, tuple(followed))
    if not 0 <= epoch < len(story.forecast.shares):
        raise ValueError(f"epoch must be a whole number from 0 to {len(story.forecast.shares) - 1}, got {epoch}")
    report = Report(
        title=title, summary=data_line(counts, unit), epochs=len(story.forecast.shares), epoch=epoch, frame=story.frame,
        findings=[(finding.text, finding.advice) for finding in findings(plan, story.forecast)],
        facts=report_facts(plan, counts, unit), files={"plan.json": plan_text(plan, counts)},
        tables=[("Class counts", story.class_table), ("Metrics, all epochs", story.metric_table)],
        sources=report_sources(made),
    )  # fmt: skip
    return report_html(report, plotly_js())


def still_report(
    title: str,
    plan: SamplingPlan,
    counts: ClassCounts,
    panels: Sequence[Panel],
    tables: Sequence[tuple[str, Callable[[], pd.DataFrame]]],
    *,
    sentences: Sequence[str] = (),
    facts: Mapping[str, Mapping[str, str]] | None = None,
    files: Mapping[str, str] | None = None,
    unit: str = "samples",
    made: datetime.datetime | None = None,
) -> str:
    """A report of the figures and tables of any page, as they are, with the plan and the data of the sidebar.

    sentences, facts, files: what the page has beside these, as in `Report`.
    """
    twins = [panel.table for panel in panels]
    report = Report(
        title=title, summary=data_line(counts, unit), epochs=1, epoch=0,
        frame=lambda epoch: Frame(0, sentences, [], panels), about="Findings on the sidebar's plan",
        findings=[(finding.text, finding.advice) for finding in findings(plan, Forecast.of(plan, counts))],
        facts={**(facts or {}), **report_facts(plan, counts, unit, whose="The sidebar's plan")},
        files={"plan.json": plan_text(plan, counts), **(files or {})}, sources=report_sources(made),
        tables=[(name, table) for name, table in tables if table not in twins],
    )  # fmt: skip
    return report_html(report, plotly_js())


@dataclass(frozen=True)
class _Story:
    """What the report shows of each epoch. window: the first batch, and how many."""

    plan: SamplingPlan
    counts: ClassCounts
    unit: str
    window: tuple[int, int]
    logarithmic: bool
    followed: Followed

    @cached_property
    def forecast(self) -> Forecast:
        return Forecast.of(self.plan, self.counts)

    @cached_property
    def weights(self) -> FloatArray:
        return self.forecast.class_weights

    def frame(self, epoch: int) -> Frame:
        """Everything of one epoch."""
        tiles = [(metric.label, metric.value, metric.note) for metric in metrics(self.forecast, epoch)]
        charts = charts_over_epochs(
            self.forecast, self.weights, epoch, logarithmic=self.logarithmic, followed=self.followed
        )
        if self.plan.adaptive is None:
            preview = self.plan.preview(self.counts, epoch, *self.window)
            whole = partial(self.plan.epoch_class_counts, self.counts, epoch)
            batches, drawn = charts_of_epoch(self.plan, self.forecast, preview, whole, self.followed)
            charts += [batches._replace(title=f"{batches.title}, as training will draw them"), drawn]
        return Frame(epoch, [takeaway(self.forecast, epoch, self.unit)], tiles, [as_panel(chart) for chart in charts])

    def class_table(self) -> pd.DataFrame:
        """Class, samples, frequency; the largest first."""
        order = by_count(self.counts)
        names = pd.Index([class_label(self.counts.names[c]) for c in order], name="class")
        columns = {"samples": self.counts.counts[order], "frequency": self.counts.frequencies[order]}
        return pd.DataFrame(columns, index=names)

    def metric_table(self) -> pd.DataFrame:
        """The course of every metric."""
        return metric_table(metrics(self.forecast, 0))


def as_panel(chart: Chart) -> Panel:
    """A chart in a report."""
    spec: dict[str, Any] = json.loads(to_json(chart.figure.spec))
    return Panel(chart.title, chart.note, spec, chart.figure.alt, chart.figure.table, chart.span, chart.height)
