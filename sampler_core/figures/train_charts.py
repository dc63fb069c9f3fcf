"""Charts of a study: what each plan reached, how it came there, and what its probabilities are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.figures.class_labels import class_in_words
from sampler_core.figures.epoch_curves import Curve, curves_over_epochs
from sampler_core.figures.figure import Figure, with_shares
from sampler_core.figures.legend import LEGEND, row_label
from sampler_core.figures.plot_layout import GREY, axis, layout
from sampler_core.figures.train_lines import METRIC_LABELS, SHARE_METRICS, StudyLine, numbers, rows_of
from sampler_core.formatting import number, percent
from sampler_core.training.study_result import StudyResult


def accuracy_chart(result: StudyResult, lines: Sequence[StudyLine]) -> Figure:
    """Balanced accuracy against accuracy after the last epoch, a point a row, with 95 % intervals."""
    summary = result.tables["summary"].set_index("candidate")
    points = []
    # Intervals that lie on each other are all seen: each is thinner than those below it.
    for line, thickness in zip(lines, np.linspace(4.0, 1.0, len(lines)).tolist(), strict=True):
        row = summary.loc[line.name]
        x, y = float(row["accuracy"]), float(row["balanced_accuracy"])
        error = {"type": "data", "symmetric": False, "color": line.colour, "thickness": thickness, "width": 0}
        points.append({
            "type": "scatter", "mode": "markers", "name": line.legend_entry, "x": [x], "y": [y], "marker": line.marker,
            "error_x": error | {"array": [row["accuracy_high"] - x], "arrayminus": [x - row["accuracy_low"]]},
            "error_y": error | {"array": [row["balanced_accuracy_high"] - y],
                                "arrayminus": [y - row["balanced_accuracy_low"]]},
            "hovertemplate": "accuracy %{x:.3~p}, balanced %{y:.3~p}<extra>%{meta}</extra>", "meta": line.legend_entry,
        })  # fmt: skip
    spec = {"data": points, "layout": layout(
        xaxis=axis("accuracy", tickformat="~%", nticks=6, tickangle=0),
        yaxis=axis("balanced accuracy", tickformat="~%"),
        showlegend=True, legend=LEGEND, uirevision=str(len(lines)),
    )}  # fmt: skip
    said = "; ".join(
        f"{line.name} {percent(float(summary.loc[line.name, 'balanced_accuracy']))} and "
        f"{percent(float(summary.loc[line.name, 'accuracy']))}" for line in lines
    )  # fmt: skip
    columns = [f"{name}{end}" for name in ("balanced_accuracy", "accuracy") for end in ("", "_low", "_high")]
    titles = {name: name.replace("_", " ").replace(" low", ", 95 % from").replace(" high", ", 95 % to")
              for name in columns}  # fmt: skip
    table = summary[columns].rename(columns=titles)
    return Figure(spec, f"Balanced accuracy and accuracy, a point a plan. {said}.", lambda: with_shares(table))


def metric_curves(result: StudyResult, lines: Sequence[StudyLine], metric: str) -> Figure:
    """A metric over epochs, the mean over runs, of the rows that have it. metric: a key of `METRIC_LABELS`."""
    curves, table = [], result.tables["curves"]
    for line in lines:
        rows = rows_of(table, line.name)
        values = numbers(rows.loc[rows["metric"] == metric, "mean"])
        if values.size and not np.isnan(values).all():
            curves.append(Curve(line.name, line.legend_entry, values, line.line))
    return _curves(curves, metric)


def live_curves(reached: Mapping[str, FloatArray], lines: Sequence[StudyLine]) -> Figure:
    """Balanced accuracy of a study that runs: of each row an array, (epochs,), NaN where there is none yet."""
    curves = [
        Curve(line.name, line.legend_entry, reached[line.name], line.line) for line in lines if line.name in reached
    ]
    figure = _curves(curves, "balanced_accuracy", showlegend=True)
    for trace in figure.spec["data"]:
        trace["mode"], trace["marker"] = "lines+markers", {**trace["marker"], "size": 4}
    lowest = np.fmin.reduce(np.concatenate([curve.values for curve in curves]), initial=0.9)  # passes over NaN
    lowest = np.floor(10 * lowest) / 10  # most begin at their lowest: the axis stays as it is
    figure.spec["layout"]["yaxis"]["range"] = [float(lowest), 1.02]
    return figure


def _curves(curves: Sequence[Curve], metric: str, **settings: object) -> Figure:
    """Curves that lie on each other are all seen: each is thinner than those below it."""
    widths = np.linspace(4.0, 2.0, len(curves)).tolist()
    curves = [curve._replace(line={**curve.line, "width": width})
              for curve, width in zip(curves, widths, strict=True)]  # fmt: skip
    label, is_share = METRIC_LABELS[metric], metric in SHARE_METRICS
    shown = percent if is_share else number
    ends = [(curve.name, curve.values[~np.isnan(curve.values)]) for curve in curves]
    said = "; ".join(f"{name} {shown(float(values[-1]))}" for name, values in ends if values.size)
    y_axis = axis(label, tickformat="~%") if is_share else axis(label)
    hover = "%{y:.3~p}" if is_share else "%{y:.3~r}"
    return curves_over_epochs(
        curves, y_axis, hover, f"{label.capitalize()} over epochs. At the end: {said}.", None,
        **{"showlegend": False, "uirevision": metric, **settings},
    )  # fmt: skip


def calibration_chart(result: StudyResult, lines: Sequence[StudyLine]) -> Figure:
    """Log loss after the last epoch, of the probabilities as they are and after prior correction; less is better."""
    summary = result.tables["summary"].set_index("candidate")
    trained = [line for line in lines if not line.adjusted]
    names = [row_label(line.name, 22) for line in trained]
    raw, corrected = (
        numbers(summary.loc[[line.name for line in trained], column]) for column in ("log_loss", "corrected_log_loss")
    )
    gaps = [value for pair in zip(raw, corrected, strict=True) for value in (*pair, np.nan)]
    colours = [line.colour for line in trained]
    shared = {"type": "scatter", "mode": "markers", "y": names,
              "hovertemplate": "%{y}: %{x:.3~r}<extra>%{fullData.name}</extra>"}  # fmt: skip
    traces = [
        {"type": "scatter", "mode": "lines", "x": np.array(gaps), "y": [name for name in names for _ in range(3)],
         "line": {"color": GREY, "width": 2}, "hoverinfo": "skip", "showlegend": False},
        {**shared, "name": "as they are", "x": raw,
         "marker": {"symbol": "line-ns-open", "size": 14, "color": colours, "line": {"width": 3}}},
        {**shared, "name": "with prior correction", "x": corrected, "marker": {"size": 10, "color": colours}},
    ]  # fmt: skip
    spec = {"data": traces, "layout": layout(
        xaxis=axis("log loss, less is better", rangemode="tozero", nticks=6, tickangle=0),
        yaxis=axis("", type="category", autorange="reversed"), showlegend=True, legend=LEGEND, uirevision="calibration",
    )}  # fmt: skip
    said = "; ".join(
        f"{line.name} {number(float(before))}, corrected {number(float(after))}"
        for line, before, after in zip(trained, raw, corrected, strict=True)
    )
    columns = ["log_loss", "corrected_log_loss", "brier", "corrected_brier"]
    table = summary.loc[[line.name for line in trained], columns].apply(pd.to_numeric)
    table = table.rename(columns={name: METRIC_LABELS[name] for name in columns})
    return Figure(spec, f"Log loss of the probabilities, raw and corrected. {said}.", lambda: table)


def summary_table(result: StudyResult) -> pd.DataFrame:
    """What people compare, a row a plan: reached, and the difference to the reference in points, with its interval and
    verdict."""
    summary = result.tables["summary"].set_index("candidate")
    compared = result.tables["comparisons"].set_index("candidate").reindex(summary.index)
    points = compared[["mean", "low", "high"]] * 100.0
    table = pd.DataFrame({
        "balanced accuracy": summary["balanced_accuracy"], "accuracy": summary["accuracy"],
        f"points more than {result.settings['reference']}": points["mean"], "95 % from": points["low"],
        "95 % to": points["high"], "verdict": compared["verdict"].fillna("reference"),
        "worst class": summary["worst_class"].map(class_in_words), "its recall": summary["worst_recall"],
        "its samples judged": summary["worst_n"],
        "P(better)": compared["better"], "p (Holm)": compared["holm_p"], "macro-F1": summary["macro_f1"],
        "log loss": summary["log_loss"],
        "log loss, corrected": pd.to_numeric(summary["corrected_log_loss"]), "Brier": summary["brier"],
        "Brier, corrected": pd.to_numeric(summary["corrected_brier"]),
    })  # fmt: skip
    return with_shares(table.rename_axis("plan"), ["balanced accuracy", "accuracy", "P(better)", "its recall"])
