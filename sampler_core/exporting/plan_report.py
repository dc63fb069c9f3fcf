"""Reports of a plan on a data set: the charts of Explore at every epoch, or the charts of any page as they are."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

import sampler_core
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.data.tallies import Tally
from sampler_core.data.vocabulary import CLASS_WORDS, Vocabulary
from sampler_core.exporting import as_code
from sampler_core.exporting.html_report import Frame, Report, report_html
from sampler_core.exporting.reworded_report import reworded_report
from sampler_core.figures.class_labels import by_count, class_in_words, class_index
from sampler_core.figures.epoch_metrics import epoch_metrics, metric_table
from sampler_core.figures.expected_items import charts_of_tallies
from sampler_core.figures.explore_charts import arranged, charts_of_epoch, charts_over_epochs
from sampler_core.figures.figure import Chart, plotly_js, plotly_js_version, with_shares
from sampler_core.figures.plan_sentences import data_line, followed_note, takeaway
from sampler_core.forecast.assumed_learner import RecallSource
from sampler_core.forecast.findings import findings
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import count, number, shortened
from sampler_core.plans.plan import SamplingPlan


def plan_report(
    plan: SamplingPlan,
    counts: CountsLike,
    *,
    epoch: int = 0,
    unit: str = "samples",
    title: str = "Sampling plan",
    note: str = "",
    data_name: str = "",
    first_batch: int = 0,
    shown_batches: int = 50,
    logarithmic: bool = False,
    selected: Sequence[int] = (),
    tallies: Sequence[Tally] = (),
    recalls: RecallSource | None = None,
    made: datetime.datetime | None = None,
    say: Vocabulary = CLASS_WORDS,
    over_run: bool = False,
) -> str:
    """The report as the text of an HTML file that needs neither a server nor a network, under 6 MB.

    epoch: the one it opens with. unit: what one sample is. title, note, data_name: plain text, the note of one or more
    lines. logarithmic: the axis of the shares. selected: positions of the classes to highlight. made: its date, now
    when not given. say: the words of its data. over_run: with the repeats of each class over the run.
    tallies: what the samples carry besides, a chart each.
    recalls: what an adaptive target follows; without, the report shows what holds before any feedback, and no batches.
    `ValueError` for a plan without epochs or batch size, one that cannot be drawn, and an epoch outside the run.
    """
    counts = as_class_counts(counts)
    plan.check(counts)
    forecast = Forecast.of(plan, counts, recalls)
    if not 0 <= epoch < len(forecast.shares):
        raise ValueError(f"epoch must be a whole number from 0 to {len(forecast.shares) - 1}, got {epoch}")

    notes = [] if forecast.followed is None else [followed_note(forecast.followed.source, ["The plan"])]

    def report_frame(epoch: int) -> Frame:
        tiles = [(metric.label, metric.value, metric.note) for metric in epoch_metrics(forecast, epoch)]
        highlighted = tuple(selected)
        over_epochs = charts_over_epochs(
            forecast, forecast.class_weights, epoch, logarithmic=logarithmic, selected=highlighted, over_run=over_run
        )  # fmt: skip
        of_epoch: list[Chart] = []
        state = forecast.state_at(epoch)
        if plan.adaptive is None or state is not None:
            preview = plan.preview(counts, epoch, first_batch, shown_batches, state)
            epoch_counts = partial(plan.epoch_class_counts, counts, epoch, state)
            of_epoch = charts_of_epoch(plan, forecast, preview, epoch_counts, highlighted)
        first, below = arranged(over_epochs, of_epoch)
        sentences = [takeaway(forecast, epoch, unit), *notes]
        return Frame(epoch, sentences, tiles, [*first, *charts_of_tallies(tallies, forecast, epoch), *below])

    return _report_html(
        plan, forecast, unit, made, data_name, say, title=title, note=note, epochs=len(forecast.shares), epoch=epoch,
        frame=report_frame, files={"plan.json": report_plan(plan, counts)},
        facts=report_facts(plan, counts, unit, data_name=data_name),
        tables=[("Class counts", partial(_class_count_table, counts)),
                ("Metrics, all epochs", lambda: metric_table(epoch_metrics(forecast, 0)))],
    )  # fmt: skip


def page_report(
    title: str,
    plan: SamplingPlan,
    counts: ClassCounts,
    charts: Sequence[Chart],
    tables: Sequence[tuple[str, Callable[[], pd.DataFrame]]],
    *,
    sentences: Sequence[str] = (),
    facts: Mapping[str, Mapping[str, str]] | None = None,
    files: Mapping[str, str] | None = None,
    unit: str = "samples",
    note: str = "",
    data_name: str = "",
    recalls: RecallSource | None = None,
    say: Vocabulary = CLASS_WORDS,
) -> str:
    """A report of the figures and tables of any page, without a play control, with the sidebar's plan and data.

    sentences, facts, files: what else the page shows, as in `Frame` and `Report`. title, note, data_name: plain text.
    recalls: what an adaptive plan follows. say: the words of its data.
    """
    chart_tables = [chart.figure.table for chart in charts]
    return _report_html(
        plan, Forecast.of(plan, counts, recalls), unit, None, data_name, say, title=title, note=note, epochs=1, epoch=0,
        frame=lambda epoch: Frame(0, sentences, [], charts), about="Findings on the sidebar's plan",
        facts={**(facts or {}), **report_facts(plan, counts, unit, data_name=data_name,
                                               plan_heading="The sidebar's plan")},
        files={"plan.json": report_plan(plan, counts), **(files or {})},
        tables=[(table_title, table) for table_title, table in tables if table not in chart_tables],
    )  # fmt: skip


def _report_html(
    plan: SamplingPlan,
    forecast: Forecast,
    unit: str,
    made: datetime.datetime | None,
    data_name: str,
    say: Vocabulary,
    **contents: Any,
) -> str:
    found = [(finding.text, finding.advice) for finding in findings(plan, forecast)]
    data_summary = f"{data_name}: " * bool(data_name) + data_line(forecast.counts, unit)
    report = Report(summary=data_summary, findings=found, sources=report_sources(made), **contents)
    return report_html(reworded_report(report, say), plotly_js())


def _class_count_table(counts: ClassCounts) -> pd.DataFrame:
    """Samples and frequency of each class, the largest first."""
    order = by_count(counts)
    columns = {"samples": counts.counts[order], "frequency": counts.frequencies[order]}
    return with_shares(pd.DataFrame(columns, index=class_index(counts, order)), ["frequency"])


MAX_PLAN_JSON = 200_000  # characters, class counts included


def report_facts(
    plan: SamplingPlan, counts: ClassCounts, unit: str, *, data_name: str = "", plan_heading: str = "Plan"
) -> dict[str, dict[str, str]]:
    """Heading -> word -> value."""
    named = {"Data set": data_name} if data_name else {}
    return {"Data": named | _data_facts(counts, unit), plan_heading: _plan_facts(plan, counts)}


def report_sources(made: datetime.datetime | None) -> str:
    """The date of a report and the versions that made it."""
    made = made or datetime.datetime.now(datetime.UTC)
    return (
        f"Made on {made:%Y-%m-%d %H:%M} UTC with sampler_core {sampler_core.__version__}, NumPy {np.__version__}, "
        f"plotly.js {plotly_js_version()}, Python {platform.python_version()}."
    )


def _data_facts(counts: ClassCounts, unit: str) -> dict[str, str]:
    ends = {"Largest class": counts.largest, "Rarest class": counts.rarest}
    return {
        unit.capitalize(): count(counts.num_samples),
        "Classes": count(counts.num_classes) + (f", {count(len(counts.empty))} of them empty" if counts.empty else ""),
        "Class imbalance": number(counts.imbalance_ratio),
        **{fact: f"{class_in_words(counts.names[c])} ({count(int(counts.counts[c]))})" for fact, c in ends.items()},
    }


def _plan_facts(plan: SamplingPlan, counts: ClassCounts) -> dict[str, str]:
    limit_facts = {"Cap on repeats": plan.max_repeats, "Floor on shares": plan.min_share}
    return {
        "Target": shortened(as_code(plan.target), 300),
        "Epochs": str(plan.epochs),
        "Batch size": count(plan.needed_batch_size),
        "Samples per epoch": count(plan.samples(counts)),
        "Sampling scheme": plan.drawing,
        **{fact: number(float(value)) for fact, value in limit_facts.items() if value is not None},
        **({"Floor per batch": count(plan.min_per_batch)} if plan.min_per_batch else {}),
        "Seed": str(plan.seed),
        "Fingerprint": plan.fingerprint,
    }


def report_plan(plan: SamplingPlan, counts: ClassCounts) -> str:
    """plan.json with the class counts of the report; without them where they would fill the file."""
    plan_text = replace(plan, tuned_on=counts).to_json()
    return plan_text if len(plan_text) <= MAX_PLAN_JSON else replace(plan, tuned_on=None).to_json()
