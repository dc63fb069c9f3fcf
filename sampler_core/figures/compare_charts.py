"""Charts that compare plans: the share of a class group, the skew, all classes of each plan, a table of metrics.

The one contract here: a plan has one colour and one dash in all charts, and a class the colour it has elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import by_count, class_in_words
from sampler_core.figures.class_series import bands, legend_entries, series_of
from sampler_core.figures.epoch_curves import Curve, class_curve, curves_over_epochs, share_axis, shares_in_words
from sampler_core.figures.figure import Figure
from sampler_core.figures.legend import legend_text
from sampler_core.figures.plot_layout import axis, epoch_axis
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import COLOURS, number, percent

PLAN_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
CLASS_GROUPS = ("rarest class", "largest class", "head", "medium", "tail", "class of rank")


class ComparedPlan(NamedTuple):
    """A plan in a comparison. colour: 0 to 5; own: whether it is the reader's own, drawn thicker than the others."""

    name: str
    forecast: Forecast
    colour: int
    own: bool = False

    def curve(self, values: FloatArray) -> Curve:
        """Its curve through one value per epoch."""
        line = {"color": COLOURS[self.colour], "width": 4 if self.own else 2.5, "dash": PLAN_DASHES[self.colour]}
        return Curve(self.name, legend_text(self.name), values, line)


def own_first(plans: Sequence[ComparedPlan]) -> tuple[ComparedPlan, ...]:
    """The plans with the reader's own in front."""
    return tuple(sorted(plans, key=lambda plan: not plan.own))


class ClassGroup(NamedTuple):
    """The classes whose common share is compared. members: their positions."""

    label: str
    members: IntArray


def class_group(counts: ClassCounts, group: str, rank: int = 1) -> ClassGroup:
    """The classes of one of `CLASS_GROUPS`. rank: 1 is the largest class; a rank past the last class is the last."""
    order = by_count(counts)
    if group in ("head", "medium", "tail"):
        band = bands(counts)[("head", "medium", "tail").index(group)]
        return ClassGroup(band.label, band.members)
    singles = {"rarest class": counts.rarest, "largest class": counts.largest}
    c = singles[group] if group in singles else int(order[min(rank, order.size) - 1])
    return ClassGroup(class_in_words(counts.names[c]), np.array([c]))


def plan_shares(plans: Sequence[ComparedPlan], group: ClassGroup, epoch: int, *, logarithmic: bool = False) -> Figure:
    """The share of the class group over epochs, one line per plan."""
    curves = [plan.curve(plan.forecast.shares[:, group.members].sum(axis=1)) for plan in plans]
    plan_words = "; ".join(
        f"{name} from {percent(float(row[0]))} to {percent(float(row[-1]))}, {percent(float(row[epoch]))} in "
        f"epoch {epoch}" for name, _, row, *_ in curves
    )  # fmt: skip
    alt = f"Share of {group.label} over {len(curves[0].values)} epochs. {plan_words}."
    y_axis = share_axis(f"share of {legend_text(group.label, widest=20)}", logarithmic)
    figure = curves_over_epochs(curves, y_axis, "%{y:.3~p}", alt, epoch, showlegend=True)
    for plan, trace in zip(plans, figure.spec["data"], strict=True):
        trace["legendrank"] = 1 if plan.own else 1000  # plotly's own is 1000
    return figure


def plan_skews(plans: Sequence[ComparedPlan], epoch: int) -> Figure | None:
    """The skew over epochs of the plans that have one; None where no plan has."""
    curves = [plan.curve(skews) for plan in plans if (skews := plan.forecast.skews) is not None]
    if not curves:
        return None
    plan_words = "; ".join(f"{name} from {number(row[0])} to {number(row[-1])}" for name, _, row, *_ in curves)
    return curves_over_epochs(curves, axis("skew"), "skew %{y:.4~f}", f"Skew over epochs. {plan_words}.", epoch)


def plan_mix(plan: ComparedPlan, highest: float) -> Figure:
    """All classes of one plan over epochs, as lines or bands in their own colours. highest: the end of the axis."""
    counts, shares = plan.forecast.counts, plan.forecast.shares
    all_series = series_of(counts)
    entries = legend_entries(counts, all_series)
    curves = [class_curve(series, shares, 1.5, entry) for series, entry in zip(all_series, entries, strict=True)]
    alt = f"All classes of the plan {plan.name}; in the last epoch {shares_in_words(curves, -1)}."
    return curves_over_epochs(
        curves, axis("", tickformat="~%", range=[0.0, highest], nticks=5), "%{y:.3~p}", alt, None,
        xaxis=epoch_axis(shares, "", nticks=5), uirevision=f"{len(curves)}-{len(shares)}",
    )  # fmt: skip


def highest_share(plans: Sequence[ComparedPlan]) -> float:
    """The end of an axis with room for every series of every plan, in steps of a tenth."""
    series = series_of(plans[0].forecast.counts)
    top = max(float(one.total(plan.forecast.shares).max()) for plan in plans for one in series)
    return min(1.02, math.ceil(top * 10.0 + 1e-9) / 10.0 + 0.02)
