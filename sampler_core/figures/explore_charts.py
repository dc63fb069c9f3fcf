"""The list of charts of the Explore page and of a report: each figure with its title, note, place and height."""

from __future__ import annotations

from collections.abc import Callable

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.draws.preview import Preview
from sampler_core.figures.class_series import SelectedClasses, is_banded
from sampler_core.figures.draw_charts import batch_mix, planned_and_drawn
from sampler_core.figures.epoch_curves import class_recalls, class_shares, skew_curve
from sampler_core.figures.figure import Chart
from sampler_core.figures.legend import height_with_legend
from sampler_core.figures.plan_sentences import SCHEME_NOTES, batches_note
from sampler_core.figures.rows_and_ranks import class_rows
from sampler_core.figures.run_repeats import run_repeats
from sampler_core.figures.share_map import share_map
from sampler_core.figures.weight_beside_share import weight_beside_share
from sampler_core.forecast.count_intervals import count_intervals
from sampler_core.forecast.forecast import Forecast
from sampler_core.plans.plan import SamplingPlan

MOST_DRAWS = 1_000_000  # made for one chart: some 20 ms
FIRST_HEIGHT = 372  # px of the charts that stand first: with all above and beside them they fit a screen 720 high


def charts_over_epochs(
    forecast: Forecast, weights: FloatArray, epoch: int, *, logarithmic: bool = False, selected: SelectedClasses = (),
    over_run: bool = False,
) -> list[Chart]:  # fmt: skip
    """Class shares, weights beside shares, the skew, the share map where classes are many.

    weights: (epochs, num_classes). logarithmic: the axis of the shares. selected: the classes to highlight. over_run:
    with the repeats of each class over the run, which decide where a run goes through the data about once.
    """
    counts, shares, skews = forecast.counts, forecast.shares, forecast.skews
    share_lines = class_shares(counts, shares, epoch, logarithmic=logarithmic, selected=selected)
    note, height = "The chance that one draw is of the class.", height_with_legend(share_lines, FIRST_HEIGHT)
    charts = [Chart("shares", "Class share over epochs", share_lines, note, 12, height, 0)]
    beside = weight_beside_share(counts, weights, shares, epoch, selected)
    note = "The weight is one sample's, the share is its whole class's: what a batch sees. They are not the same."
    title = f"Class weight beside class share, epoch {epoch}"
    charts.append(Chart("weights", title, beside, note, 12, _chart_height(counts, 340), 2))
    if over_run:
        repeats = run_repeats(forecast, selected)
        note = "How often each sample of a class comes in the whole run, on average, beside its share of all draws."
        charts.append(Chart("run-repeats", "Repeats of each class in the run", repeats, note, 12,
                            _chart_height(counts, 340), 3))  # fmt: skip
    if skews is not None:
        skew_line, note = skew_curve(skews, forecast.crossover, epoch), "0 natural, 1 class-balanced, above 1 reversed."
        charts.append(Chart("skew", "Skew over epochs", skew_line, note, 12, 240, 3))
    if forecast.followed is not None:
        recall_lines = class_recalls(counts, forecast.followed.recalls, epoch, selected)
        note = "What the shares of the next epoch follow. Colours as above; of several classes, their mean."
        charts.append(Chart("recalls", "Recall that the shares follow", recall_lines, note, 12, 240, 3))
    if is_banded(counts):
        share_cells = share_map(counts, shares, epoch, selected)
        note = "One row a class; colour is the share. Its table has the first, the chosen and the last epoch."
        charts.append(Chart("map", "Share of every class", share_cells, note, 12, 420, 3))
    return charts


def charts_of_epoch(
    plan: SamplingPlan,
    forecast: Forecast,
    preview: Preview,
    epoch_class_counts: Callable[[], IntArray],
    selected: SelectedClasses = (),
) -> list[Chart]:
    """The batches as they will be drawn, and planned against drawn.

    epoch_class_counts: counts all draws of the epoch; called only where that takes some 30 ms at most, from quotas or
    up to `MOST_DRAWS` draws. Elsewhere the previewed batches are compared.
    """
    counts, epoch, first = forecast.counts, preview.epoch, preview.first_batch
    if plan.drawing == "exact" or plan.samples(counts) <= MOST_DRAWS:
        drawn, num_draws, title = epoch_class_counts(), plan.samples(counts), "Planned against drawn, the whole epoch"
    else:
        drawn, num_draws = preview.totals, int(preview.totals.sum())
        title = "Planned against drawn, the batches shown"
    planned = count_intervals(forecast.shares[epoch], forecast.draws, num_draws)
    deviations = planned_and_drawn(counts, planned, drawn, selected)
    batches_title = f"Batches {first} to {first + preview.num_batches - 1} of epoch {epoch}"
    stacks = batch_mix(preview, selected, legend=False)  # its colours are those of the shares beside it
    height = height_with_legend(deviations, _chart_height(counts, 340))
    return [
        Chart("batches", batches_title, stacks, batches_note(plan, counts), 12, FIRST_HEIGHT, 1),
        Chart("drawn", title, deviations, SCHEME_NOTES[plan.drawing], 12, height, 3),
    ]


def arranged(over_epochs: list[Chart], of_epoch: list[Chart]) -> tuple[list[Chart], list[Chart]]:
    """What stands first, shares beside batches, and the charts below. of_epoch: empty where no draws are known."""
    shares, weights, *others = over_epochs
    if not of_epoch:
        return [shares], [weights, *others]
    batches, drawn = of_epoch
    first = [shares._replace(span=7), batches._replace(span=5, height=shares.height)]
    return first, [weights._replace(span=7), drawn._replace(span=5), *others]


def _chart_height(counts: ClassCounts, otherwise: int) -> int:
    """Pixels of a figure with one row per class; `otherwise` where it has no rows."""
    rows = class_rows(counts)
    return 90 + 26 * rows if rows else otherwise
