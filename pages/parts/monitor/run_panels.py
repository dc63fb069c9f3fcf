"""The figures of Monitor: of one run, or of several beside each other."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from pages.parts.live.figure_panel import Panel
from pages.parts.monitor.uploaded_runs import uploaded_runs
from pages.parts.server.page_contents import Table, page_contents
from pages.parts.sidebar.scenario import Scenario
from sampler_core.figures.monitor_charts import charts_of_run, charts_of_runs
from sampler_core.figures.monitor_classes import class_table
from sampler_core.figures.monitor_runs import MonitoredRun, run_table
from sampler_core.formatting import listed

PANEL = "runs-panel"


def run_panel(scenario: Scenario, runs: Sequence[MonitoredRun], group: str, rank: int, logarithmic: bool) -> Panel:
    """The panel, empty where no run has trained yet: it brings the sliders what they need (`figure_ticket`)."""
    trained = [one for one in runs if one.judgement.run.windows]
    charts = []
    if len(trained) == 1 == len(runs):
        charts = charts_of_run(trained[0], group, rank, logarithmic=logarithmic)
    elif trained:
        charts = charts_of_runs(trained, group, rank, logarithmic=logarithmic)
    view = ([_stamp(one) for one in runs], group, rank, logarithmic)
    return Panel(f"{scenario.rev}-{zlib.crc32(repr(view).encode()):08x}", charts)


def run_tables(runs: Sequence[MonitoredRun], group: str, rank: int) -> list[Table]:
    """The numbers of classes, or of runs."""
    trained = [one for one in runs if one.judgement.run.windows]
    if len(trained) == 1 == len(runs):
        return [("Classes", lambda: class_table(trained[0].judgement))]
    return [("Runs", lambda: run_table(trained, group, rank))] if trained else []


def note_for_share(runs: Sequence[MonitoredRun]) -> None:
    """What the page says of its runs, for the report, and which of them no link has."""
    page_contents().facts["Run logs"] = {one.name: one.judgement.sentence for one in runs}
    if brought := listed(one.name for one in runs if one.name in uploaded_runs()):
        page_contents().unlinked.append(f"Not in the link, as they were brought: {brought}. The report has them.")


def _stamp(one: MonitoredRun) -> tuple[object, ...]:
    """What differs whenever the figures do."""
    run = one.judgement.run
    return one.name, run.first_plan.run, len(run.all_windows), int(run.trained.sum()), run.metric_epochs[-1:]
