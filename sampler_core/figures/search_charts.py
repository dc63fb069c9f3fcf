"""Charts of a schedule search: the confirmed differences, and what the searches tried."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampler_core.figures.figure import Chart, Figure, Spec, with_shares
from sampler_core.figures.legend import LEGEND
from sampler_core.figures.plot_layout import GREY, axis, layout
from sampler_core.formatting import COLOURS, number, percent
from sampler_core.training.study_result import StudyResult

SMALLEST, LARGEST = 8.0, 26.0  # pixels: a plan that won no search, and one that won all


def search_charts(result: StudyResult) -> list[Chart]:
    """Both, side by side."""
    differences = "The searched schedule less each of these, on rows that no search has seen. Shaded: practically none."
    tried = (
        "From the skew of the first epoch to that of the last: static skews lie on the diagonal. Larger: won more "
        "searches. Colour: what it reached inside the searches, which is no result."
    )
    return [
        Chart("search-differences", "Confirmed difference", confirmed_differences(result), differences, 6, 380, 0),
        Chart("search-tried", "What the searches tried", tried_plans(result), tried, 6, 380, 1),
    ]


def confirmed_differences(result: StudyResult) -> Figure:
    """The searched schedule against the tuned static skew and against the baseline, in points, with 95 % intervals."""
    table = result.tables["confirmed"].set_index("against")
    means = 100.0 * table["mean"].to_numpy(dtype=np.float64)
    ends = {name: 100.0 * table[name].to_numpy(dtype=np.float64) for name in ("low", "high")}
    names = [f"{name}<br>({verdict})" for name, verdict in zip(table.index, table["verdict"], strict=True)]
    region = 100.0 * float(result.settings["region"])
    points = {
        "type": "scatter", "mode": "markers", "x": means, "y": names, "marker": {"size": 12, "color": COLOURS[0]},
        "error_x": {"type": "data", "symmetric": False, "array": ends["high"] - means,
                    "arrayminus": means - ends["low"], "color": COLOURS[0], "thickness": 2},
        "hovertemplate": "%{x:+.2f} points<extra>%{y}</extra>",
    }  # fmt: skip
    none = {"type": "rect", "xref": "x", "yref": "paper", "x0": -region, "x1": region, "y0": 0, "y1": 1,
            "fillcolor": "rgba(107,122,140,0.18)", "line": {"width": 0}, "layer": "below"}  # fmt: skip
    zero = {"type": "line", "yref": "paper", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "line": {"color": GREY, "width": 1}}
    furthest = max(float(np.abs([means, *ends.values()]).max()), region) * 1.1
    metric = str(result.settings["metric"]).replace("_", " ")
    spec = {"data": [points], "layout": layout(
        xaxis=axis(f"points of {metric}", range=[-furthest, furthest]),
        yaxis={"automargin": True, "range": [len(names) - 0.2, -0.8]}, shapes=[none, zero], uirevision="confirmed",
    )}  # fmt: skip
    said = "; ".join(
        f"against {name} {mean:+.2f} points, {low:.2f} to {high:.2f}, {verdict}"
        for name, mean, low, high, verdict in zip(table.index, means, *ends.values(), table["verdict"], strict=True)
    )
    columns = {"mean": "difference", "low": "95 % from", "high": "95 % to", "holm_p": "p (Holm)", "verdict": "verdict"}
    shown = table[list(columns)].rename(columns=columns)
    return Figure(spec, f"Confirmed difference of the searched schedule: {said}.",
                  lambda: with_shares(shown, list(columns.values())[:3]))  # fmt: skip


def tried_plans(result: StudyResult) -> Figure:
    """Every plan that the searches tried, by its first and its last skew."""
    table = result.tables["searched"]
    searches, traces = float(result.settings["runs"]), list[Spec]()
    reached = table["reached"].to_numpy(dtype=np.float64)
    for kind, symbol in zip(dict.fromkeys(table["kind"]), ("circle", "diamond"), strict=False):
        rows = table[table["kind"] == kind]
        sizes = SMALLEST + (LARGEST - SMALLEST) * np.sqrt(rows["wins"].to_numpy(dtype=np.float64) / searches)
        words = [
            f"{kind}: {schedule}<br>reached {percent(float(value))}, won {wins} of {searches:.0f} searches"
            for schedule, value, wins in zip(rows["schedule"], rows["reached"], rows["wins"], strict=True)
        ]
        marker: Spec = {"size": sizes, "symbol": symbol, "color": rows["reached"].to_numpy(dtype=np.float64),
                  "colorscale": "Cividis", "cmin": float(reached.min()), "cmax": float(reached.max()),
                  "line": {"color": GREY, "width": 1}, "opacity": 0.9}  # fmt: skip
        if not traces:
            marker["colorbar"] = {"title": {"text": "reached"}, "tickformat": "~%", "thickness": 12}
        traces.append({
            "type": "scatter", "mode": "markers", "name": kind, "x": rows["first_skew"].to_numpy(dtype=np.float64),
            "y": rows["last_skew"].to_numpy(dtype=np.float64), "marker": marker, "text": words,
            "hovertemplate": "%{text}<extra></extra>",
        })  # fmt: skip
    spec = {"data": traces, "layout": layout(
        xaxis=axis("skew of the first epoch"), yaxis=axis("skew of the last epoch"), showlegend=True, legend=LEGEND,
        uirevision=str(len(table)),
    )}  # fmt: skip
    winners = table[table["wins"] > 0].sort_values("wins", ascending=False)
    said = "; ".join(
        f"{kind} from {number(first)} to {number(last)} won {wins}"
        for kind, first, last, wins in winners[["kind", "first_skew", "last_skew", "wins"]].itertuples(index=False)
    )
    titles = {"kind": "kind", "target": "target", "schedule": "schedule", "first_skew": "first skew",
              "last_skew": "last skew", "reached": "reached in searches", "wins": "searches won"}  # fmt: skip

    def numbers() -> pd.DataFrame:
        shown = table[list(titles)].rename(columns=titles).set_index("kind")
        return with_shares(shown, [titles["reached"]])

    return Figure(spec, f"{len(table)} plans by first and last skew, of {searches:.0f} searches: {said}.", numbers)
