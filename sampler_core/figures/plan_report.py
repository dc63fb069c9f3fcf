"""The report of one plan on one data set: the figures of Explore, at every epoch, in one file."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from sampler_core.counts import ClassCounts, IntArray
from sampler_core.exporting import Frame, Panel, Report, report_html
from sampler_core.figures.batches import batch_mix
from sampler_core.figures.figure import Figure, class_label, to_json
from sampler_core.figures.merits import merit_table, merits
from sampler_core.figures.one_epoch import planned_and_drawn, weight_beside_share
from sampler_core.figures.over_epochs import class_shares, share_map, skew_curve
from sampler_core.figures.plotly_source import plotly_js
from sampler_core.figures.report_facts import plan_text, report_facts, report_sources
from sampler_core.figures.sentences import LAWS, batches_note, data_line, takeaway
from sampler_core.figures.series import by_count, class_rows, is_banded
from sampler_core.findings import findings
from sampler_core.outlook import Outlook
from sampler_core.plan import SamplingPlan
from sampler_core.preview import Preview
from sampler_core.spread import spread

QUICK = 2_000_000  # draws of an epoch that are counted within some 30 ms


def plan_report(
    plan: SamplingPlan,
    counts: ClassCounts,
    *,
    epoch: int = 0,
    unit: str = "samples",
    title: str = "Sampling plan",
    first_batch: int = 0,
    shown_batches: int = 50,
    made: datetime.datetime | None = None,
) -> str:
    """The report as the text of an HTML file that needs neither a server nor a network, under 6 MB.

    epoch: the one it opens with. unit: what one sample is. made: the date it bears, now when not given.
    An adaptive target has no batches before training: the report has what holds before any feedback.
    `ValueError` for a plan without epochs or batch size, one that cannot be drawn, and an epoch outside the run.
    """
    plan.check(counts)
    story = _Story(plan, counts, unit, first_batch, shown_batches)
    if not 0 <= epoch < len(story.outlook.shares):
        raise ValueError(f"epoch must be a whole number from 0 to {len(story.outlook.shares) - 1}, got {epoch}")
    report = Report(
        title=title, summary=data_line(counts, unit), epochs=len(story.outlook.shares), epoch=epoch, frame=story.frame,
        findings=[(finding.text, finding.advice) for finding in findings(plan, story.outlook)],
        facts=report_facts(plan, counts, unit), plan=plan_text(plan, counts), sources=report_sources(made),
        tables={"Class counts": story.class_table, "Figures of merit, all epochs": story.merit_table},
    )  # fmt: skip
    return report_html(report, plotly_js())


def still_report(
    title: str,
    plan: SamplingPlan,
    counts: ClassCounts,
    panels: Sequence[Panel],
    tables: Mapping[str, Callable[[], pd.DataFrame]],
    *,
    unit: str = "samples",
    made: datetime.datetime | None = None,
) -> str:
    """A report of the figures and tables of any page, as they are, with the plan and the data of the sidebar."""
    twins = {panel.title for panel in panels}
    report = Report(
        title=title, summary=data_line(counts, unit), epochs=1, epoch=0, frame=lambda epoch: Frame(0, [], [], panels),
        facts=report_facts(plan, counts, unit), plan=plan_text(plan, counts), sources=report_sources(made),
        tables={name: table for name, table in tables.items() if name not in twins},
    )  # fmt: skip
    return report_html(report, plotly_js())


class _Story:
    """What the report shows of each epoch."""

    def __init__(self, plan: SamplingPlan, counts: ClassCounts, unit: str, first: int, shown: int) -> None:
        self.plan, self.counts, self.unit, self.first, self.shown = plan, counts, unit, first, shown
        self.outlook = Outlook.of(plan, counts)
        self.weights = plan.class_weights(counts)

    def frame(self, epoch: int) -> Frame:
        """Everything of one epoch."""
        tiles = [(merit.label, merit.value, merit.note) for merit in merits(self.outlook, epoch)]
        panels = [*self._over_epochs(epoch), *self._of_epoch(epoch)]
        return Frame(epoch, [takeaway(self.outlook, epoch, self.unit)], tiles, panels)

    def class_table(self) -> pd.DataFrame:
        """Class, samples, frequency; the largest first."""
        order = by_count(self.counts)
        names = pd.Index([class_label(self.counts.names[c]) for c in order], name="class")
        columns = {"samples": self.counts.counts[order], "frequency": self.counts.frequencies[order]}
        return pd.DataFrame(columns, index=names)

    def merit_table(self) -> pd.DataFrame:
        """The course of every figure of merit."""
        return merit_table(merits(self.outlook, 0))

    def _over_epochs(self, epoch: int) -> Iterator[Panel]:
        counts, shares, skews = self.counts, self.outlook.shares, self.outlook.skews
        figure = class_shares(counts, shares, epoch)
        span = 12 if skews is None else 8
        yield as_panel("Class share over epochs", figure, "The chance that one draw is of the class.", span)
        if skews is not None:
            figure = skew_curve(skews, self.outlook.crossover, epoch)
            yield as_panel("Skew over epochs", figure, "0 natural, 1 class-balanced, above 1 reversed.", 4)
        if is_banded(counts):
            figure = share_map(counts, shares, epoch)
            yield as_panel("Share of every class", figure, "One row a class; colour is the share.", 12, 420)
        note = "The weight is one sample's, the share is its whole class's: what a batch sees. They are not the same."
        figure = weight_beside_share(counts, self.weights[epoch], shares[epoch])
        yield as_panel("Class weight beside class share", figure, note, 12, self._height())

    def _of_epoch(self, epoch: int) -> Iterator[Panel]:
        if self.plan.adaptive is not None:
            return
        preview = self.plan.preview(self.counts, epoch, self.first, self.shown)
        title = f"Batches {self.first} to {self.first + preview.num_batches - 1}, as training will draw them"
        note = batches_note(self.plan, self.counts)
        yield as_panel(title, batch_mix(preview), note, 7, max(380, self._height()))
        drawn, num_draws, which = self._drawn(preview)
        expected = spread(self.outlook.shares[epoch], self.outlook.draws, num_draws)
        figure = planned_and_drawn(self.counts, expected, drawn)
        title = f"Planned against drawn, {which}"
        yield as_panel(title, figure, LAWS[self.plan.drawing], 5, max(380, self._height()))

    def _drawn(self, preview: Preview) -> tuple[IntArray, int, str]:
        samples = self.plan.samples(self.counts)
        if self.plan.drawing == "exact" or samples <= QUICK:
            return self.plan.epoch_class_counts(self.counts, preview.epoch), samples, "the whole epoch"
        return preview.totals, int(preview.totals.sum()), "the batches shown"

    def _height(self) -> int:
        return max(340, 120 + 24 * class_rows(self.counts))


def as_panel(title: str, figure: Figure, note: str, span: int = 12, height: int = 340) -> Panel:
    """A figure with its place in a report."""
    spec: dict[str, Any] = json.loads(to_json(figure.spec))
    return Panel(title, note, spec, figure.alt, figure.table, span, height)
