"""The share of one class in a run beside the range that chance allows; what lies beyond it has a sign of its own."""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.figures.compare_charts import ClassGroup
from sampler_core.figures.epoch_curves import share_axis
from sampler_core.figures.figure import Figure, Spec
from sampler_core.figures.legend import legend_text
from sampler_core.figures.monitor_curves import DEPARTED, TRAINED, curve, epochs_in_words, over_epochs, points
from sampler_core.figures.plot_layout import GREY
from sampler_core.formatting import percent, several
from sampler_core.run_log import Judgement, Run

BEYOND = "beyond chance"  # what the legend calls the diamonds
_HALF_WIDTH = 0.25  # epochs, of the range of a single one


def share_beside_chance(judgement: Judgement, group: ClassGroup, *, logarithmic: bool = False) -> Figure:
    """The share of one class, or of several together: planned, the range that chance allows, drawn and trained.

    Points beyond chance are in diamonds; for a single class they are those that the run is judged by.
    """
    run, evidence = judgement.run, judgement.evidence
    taken = np.maximum(evidence.taken, 1)
    spread, tests = evidence.spread.together(group.members, evidence.taken), evidence.tests
    low, high = (np.minimum(limit[:, 0] / taken, 1.0) for limit in spread.limits(tests))
    counts = run.trained[:, group.members].sum(axis=1)
    planned, got = (spread.sure + spread.expected)[:, 0] / taken, counts / taken
    drawn = np.where(run.drawn.sum(axis=1) > 0, run.shares(run.drawn)[:, group.members].sum(axis=1), np.nan)
    beyond = spread.is_exceeded_by(counts[:, None], tests)[:, 0]
    aside = _HALF_WIDTH / 2 if len(run.epochs) == 1 else 0.0  # else they would hide each other
    plan_line, drawn_line = ({"color": GREY, "width": 2}, {"color": TRAINED, "width": 1.5, "dash": "dot"})
    traces: list[Spec] = [
        *_ribbon(run, low, high),
        curve(run, planned, "planned", plan_line, shift=-aside),
        curve(run, drawn, "given out by the sampler", drawn_line, shift=aside),
        *_diamonds(run, got, beyond), points(run, got, "trained", TRAINED, "trained"),
    ]  # fmt: skip
    table = {"planned": planned, "chance from": low, "chance to": high, "drawn": drawn, "trained": got}
    alt = (
        f"Share of {group.label} over {epochs_in_words(run)}: planned {percent(float(planned[-1]))} and trained "
        f"{percent(float(got[-1]))} in the last one. {_beyond_in_words(beyond)}"
    )
    return over_epochs(
        judgement, traces, share_axis(f"share of {_short(group)}", logarithmic), alt, table,
        showlegend=True, uirevision=f"{group.members[:1].tolist()}-{len(group.members)}-{logarithmic}",
    )  # fmt: skip


def _ribbon(run: Run, low: FloatArray, high: FloatArray) -> list[Spec]:
    """The range that chance allows; of a single epoch it is as wide as can be seen."""
    x, times = np.array(run.epochs, dtype=np.float64), 1
    if len(x) == 1:
        x, times = x[0] + np.array([-_HALF_WIDTH, _HALF_WIDTH]), 2
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    within = {"name": "what chance allows", "fill": "tonexty", "fillcolor": "rgba(107,122,140,0.30)"}
    return [
        {**edge, "y": np.repeat(low, times).astype(np.float32), "showlegend": False},
        {**edge, "y": np.repeat(high, times).astype(np.float32), **within},
    ]


def _diamonds(run: Run, values: FloatArray, beyond: BoolArray) -> list[Spec]:
    """Around the points beyond chance; nothing where there are none."""
    marker = {"symbol": "diamond-open", "size": 13, "color": DEPARTED, "line": {"width": 2}}
    diamonds: Spec = {
        "type": "scatter", "mode": "markers", "name": BEYOND, "x": np.array(run.epochs, dtype=np.float64)[beyond],
        "y": values[beyond].astype(np.float32), "marker": marker, "hoverinfo": "skip",
    }  # fmt: skip
    return [diamonds] if beyond.any() else []


def _short(group: ClassGroup) -> str:
    return legend_text(group.label, widest=20) if len(group.members) == 1 else "these classes"


def _beyond_in_words(beyond: BoolArray) -> str:
    return f"In {several(int(beyond.sum()), 'epoch', 'epochs')} it is beyond chance."
