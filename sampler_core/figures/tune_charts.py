"""Charts of tuning: the feasible band over epochs, and the map of a metric over linear schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.figures.figure import Figure, Spec, with_shares
from sampler_core.figures.legend import LEGEND, legend_height, legend_text
from sampler_core.figures.plot_layout import axis, layout
from sampler_core.forecast.metrics import METRICS
from sampler_core.formatting import COLOURS, number, percent, several
from sampler_core.tuning.feasible_band import Band, Edge
from sampler_core.tuning.metric_sensitivity import Sensitivity
from sampler_core.tuning.metric_sweep import Sweep
from sampler_core.tuning.requirements import Requirement

ALLOWED, EXCLUDED = "rgba(14,154,107,0.16)", "rgba(213,94,0,0.16)"
FURTHEST = 50.0  # the largest skew of a schedule


def feasible_band(band: Band, requirements: Sequence[Requirement], solved: FloatArray | None = None) -> Figure:
    """The skews that each epoch may have, every requirement's edges with its number, and the plan's own line.

    requirements: all, in the order of their numbers. solved: the skews of another schedule, (epochs,).
    """
    epochs, skew_range = len(band.allowed), _skew_range(band, solved)
    placed = [(requirements.index(edge.requirement) + 1, edge) for edge in band.edges]
    band_lines = [_edge_line(place, edge) for place, edge in placed if _edge_skews(edge)]
    edge_notes = [note for place, edge in placed for note in _edge_notes(place, edge)]
    if solved is not None:
        band_lines.append(_schedule_line("the schedule found", solved, "#0E9A6B", "dash"))
    if band.skews is not None:
        band_lines += [_schedule_line("your schedule", band.skews, "#2377C5", "solid"), _violations(band)]
    spec = {"data": band_lines, "layout": layout(
        xaxis=axis("epoch", range=[-0.5, epochs - 0.5], tickformat="d"),
        yaxis=axis("skew", range=skew_range), shapes=_allowed_rectangles(band),
        annotations=_side_by_side(edge_notes, skew_range), showlegend=True, legend=LEGEND,
        uirevision=f"{epochs}-{len(requirements)}",
    )}  # fmt: skip
    return Figure(spec, _band_in_words(band), lambda: _band_table(band))


def band_height(band: Band) -> int:
    """Pixels of the chart, so that the legend leaves it room on a phone."""
    schedules = ("the schedule found", "your schedule", "a requirement is violated")
    return max(420, 280 + legend_height([*(_legend_entry(0, edge) for edge in band.edges), *schedules]))


def metric_map(
    sweep: Sweep, metric_name: str, whose: str, allowed: BoolArray | None, plan_point: tuple[float, float] | None
) -> Figure:
    """A metric over (skew factor, epoch increment); dots where the requirements are met; a ring at the plan's own.

    metric_name: a key of `METRICS`; allowed: bool, (skews, increments); here: (skew, increment).
    """
    metric = METRICS[metric_name]
    logarithmic = metric.unit == "number" and bool((sweep.values > 0).all() and np.isfinite(sweep.values).all())
    cells = np.log10(sweep.values) if logarithmic else sweep.values
    heatmap: dict[str, Any] = {
        "type": "heatmap", "x": sweep.skews, "y": sweep.increments, "z": cells.T.astype(np.float32),
        "customdata": sweep.values.T.astype(np.float32), "colorscale": "Cividis",
        "colorbar": _metric_scale(cells, logarithmic, metric.unit),
        "hovertemplate": "skew factor %{x:.4~f}<br>increment %{y:.4~f}<br>"
                         f"%{{customdata:{'.3~%' if metric.unit == 'share' else '.3~f'}}}<extra></extra>",
    }  # fmt: skip
    traces = [heatmap]
    if allowed is not None and allowed.any():
        i, j = np.nonzero(allowed)
        traces.append(_markers("the requirements hold", sweep.skews[i], sweep.increments[j],
                             {"size": 4, "color": "#FFFFFF", "line": {"color": "#000000", "width": 0.6}}))  # fmt: skip
    if plan_point is not None:
        ring = {"size": 15, "symbol": "circle-open", "color": "#D55E00", "line": {"width": 4}}
        traces.append(_markers("your schedule", np.array([plan_point[0]]), np.array([plan_point[1]]), ring))
    spec = {"data": traces, "layout": layout(
        xaxis=axis("skew factor", range=_map_range(sweep.skews)),
        yaxis=axis("epoch increment", range=_map_range(sweep.increments)),
        showlegend=len(traces) > 1, legend=LEGEND, uirevision=f"{metric_name}-{sweep.values.shape}",
    )}  # fmt: skip
    share = "" if allowed is None else f" The requirements hold at {allowed.sum():,} of {allowed.size:,} points."
    low, high = (_metric_in_words(float(v), metric.unit) for v in (np.nanmin(sweep.values), np.nanmax(sweep.values)))
    alt = f"{metric.label}, {whose}, over skew factor and epoch increment: from {low} to {high}.{share}"
    index = pd.Index(sweep.skews, name="skew factor")

    def table() -> pd.DataFrame:
        values = pd.DataFrame(sweep.values, index=index, columns=[number(v) for v in sweep.increments])
        return with_shares(values, None if metric.unit == "share" else ())

    return Figure(spec, alt, table)


def sensitivity_table(sensitivities: Sequence[Sensitivity], labels: Mapping[str, str]) -> pd.DataFrame:
    """A row a parameter, a column a metric: what one unit more of the parameter adds to the metric.

    labels: a parameter's field -> what it is called.
    """
    rows: dict[str, dict[str, float]] = {}
    for sensitivity in sensitivities:
        row = rows.setdefault(labels[sensitivity.parameter], {"value": sensitivity.value})
        row[METRICS[sensitivity.metric].label] = sensitivity.per_unit
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("parameter")


def _edge_line(place: int, edge: Edge) -> dict[str, Any]:
    """Lines at the finite ends of the skews that a requirement allows."""
    edge_skews = [y for y, _ in _edge_skews(edge)]
    return {"type": "scatter", "mode": "lines", "name": _legend_entry(place, edge),
            "x": np.tile([edge.first_epoch - 0.5, edge.last_epoch + 0.5, np.nan], len(edge_skews)),
            "y": np.ravel([[y, y, np.nan] for y in edge_skews]),
            "line": {"color": _requirement_colour(place), "width": 2},
            "hovertemplate": f"skew %{{y:.4~f}}<extra>requirement {place}</extra>"}  # fmt: skip


def _legend_entry(place: int, edge: Edge) -> str:
    return legend_text(f"{place}. {edge.label}", 3)


def _edge_notes(place: int, edge: Edge) -> list[Spec]:
    """The number of a requirement at each of its lines, with the side that is allowed."""
    return [{"x": edge.last_epoch, "y": y, "text": f"{place} {side}", "showarrow": False,
             "font": {"color": _requirement_colour(place), "size": 14}, "xanchor": "right",
             "yanchor": "bottom" if side == "▲" else "top"} for y, side in _edge_skews(edge)]  # fmt: skip


def _side_by_side(notes: list[Spec], skew_range: list[float]) -> list[Spec]:
    """The notes, those that would overlap side by side from right to left."""
    note_height = 0.08 * (skew_range[1] - skew_range[0])  # a note's height on a phone
    column_tops: dict[float, list[float]] = {}  # where they stand -> the upper end of each column
    notes_apart = []
    for note in sorted(notes, key=lambda note: _note_bottom(note, note_height)):
        columns, note_bottom = column_tops.setdefault(note["x"], []), _note_bottom(note, note_height)
        note_column = next((i for i, top in enumerate(columns) if top <= note_bottom), len(columns))
        columns[note_column : note_column + 1] = [note_bottom + note_height]
        notes_apart.append({**note, "xshift": -34 * note_column})
    return notes_apart


def _note_bottom(note: Spec, height: float) -> float:
    return float(note["y"]) - (height if note["yanchor"] == "top" else 0.0)


def _edge_skews(edge: Edge) -> list[tuple[float, str]]:
    """The skews where an allowed interval begins (▲) or ends (▼)."""
    return [(y, side) for piece in edge.allowed for y, side in zip(piece, "▲▼", strict=True) if np.isfinite(y)]


def _requirement_colour(place: int) -> str:
    return COLOURS[(place + 2) % len(COLOURS)]


def _schedule_line(name: str, skews: FloatArray, colour: str, dash: str) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines" if len(skews) > 1 else "markers", "name": name, "x0": 0, "dx": 1,
            "y": skews.astype(np.float32), "line": {"color": colour, "width": 3, "dash": dash},
            "hovertemplate": "epoch %{x}: skew %{y:.4~f}<extra>%{fullData.name}</extra>"}  # fmt: skip


def _violations(band: Band) -> dict[str, Any]:
    assert band.skews is not None
    where = np.flatnonzero(band.violated)
    return _markers(
        "a requirement is violated", where, band.skews[where], {"size": 8, "symbol": "x", "color": "#D55E00"}
    )


def _markers(name: str, x: Any, y: Any, marker: Spec) -> dict[str, Any]:
    return {"type": "scatter", "mode": "markers", "name": name, "x": x, "y": y, "marker": marker, "hoverinfo": "skip",
            "showlegend": bool(len(x))}  # fmt: skip


def _allowed_rectangles(band: Band) -> list[Spec]:
    """Rectangles over epochs with the same allowed skews."""
    shapes, start = [], 0
    for epoch in range(1, len(band.allowed) + 1):
        if epoch < len(band.allowed) and band.allowed[epoch] == band.allowed[start]:
            continue
        pieces = band.allowed[start] or ((-np.inf, np.inf),)
        for low, high in pieces:
            shapes.append({
                "type": "rect", "layer": "below", "x0": start - 0.5, "x1": epoch - 0.5, "line": {"width": 0},
                "y0": max(low, -FURTHEST), "y1": min(high, FURTHEST),
                "fillcolor": ALLOWED if band.allowed[start] else EXCLUDED,
            })  # fmt: skip
        start = epoch
    return shapes


def _skew_range(band: Band, solved: FloatArray | None) -> list[float]:
    skews = [y for edge in band.edges for piece in edge.allowed for y in piece if np.isfinite(y) and abs(y) < 5.0]
    lines = [line for line in (band.skews, solved) if line is not None]
    skews += [float(end) for line in lines for end in (line.min(), line.max())]
    low, high = min([0.0, *skews]), max([1.0, *skews])
    margin = 0.12 * (high - low)
    return [low - margin, high + margin]


def _band_in_words(band: Band) -> str:
    closed, violated = sum(not allowed for allowed in band.allowed), int(np.sum(band.violated))
    leave = several(len(band.edges), "requirement of single epochs leaves", "requirements of single epochs leave")
    text = f"The skews that {leave} to each of {several(len(band.allowed), 'epoch', 'epochs')}. "
    none = several(closed, "epoch has none", "epochs have none")
    text += f"{none}. " if closed else f"The last epoch may have {_allowed_in_words(band.allowed[-1])}. "
    return text + f"Your schedule violates a requirement in {several(violated, 'epoch', 'epochs')}."


def _band_table(band: Band) -> pd.DataFrame:
    columns: dict[str, Any] = {"allowed skews": [_allowed_in_words(allowed) for allowed in band.allowed]}
    if band.skews is not None:
        columns["your skew"] = band.skews
    columns["violated"] = np.asarray(band.violated).astype(bool)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(band.allowed), name="epoch"))


def _allowed_in_words(allowed: Sequence[tuple[float, float]]) -> str:
    return " or ".join(_interval_in_words(low, high) for low, high in allowed) or "none"


def _interval_in_words(low: float, high: float) -> str:
    if np.isinf(low):
        return "any" if np.isinf(high) else f"at most {number(high)}"
    return f"at least {number(low)}" if np.isinf(high) else f"{number(low)} to {number(high)}"


def _map_range(grid: FloatArray) -> list[float]:
    half = float(grid[1] - grid[0]) / 2
    return [float(grid[0]) - half, float(grid[-1]) + half]


def _metric_scale(cells: FloatArray, logarithmic: bool, unit: str) -> Spec:
    low, high = float(np.nanmin(cells)), float(np.nanmax(cells))
    if not logarithmic:
        return {"thickness": 12, "tickformat": "~%" if unit == "share" else "~f"}
    ticks = np.linspace(low, high, 6)
    return {"thickness": 12, "tickvals": ticks, "ticktext": [number(10.0**tick) for tick in ticks]}


def _metric_in_words(value: float, unit: str) -> str:
    return percent(value) if unit == "share" else number(value)
