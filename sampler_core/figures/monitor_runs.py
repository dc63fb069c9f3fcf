"""Runs beside each other: the share of one class in each, its recall, and the balanced accuracy; and a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.figures.compare_charts import PLAN_DASHES, ClassGroup, class_group
from sampler_core.figures.epoch_curves import share_axis
from sampler_core.figures.figure import Figure, Spec, with_shares
from sampler_core.figures.legend import LEGEND, legend_text
from sampler_core.figures.monitor_curves import logged_epochs, mean_recall, parts_with_recalls, recalls_of
from sampler_core.figures.plot_layout import layout
from sampler_core.formatting import COLOURS, percent
from sampler_core.run_log import Judgement

# By colour; each is larger than the one before, for runs of a single epoch may have the same values.
_OUTLINES = [f"{shape}-open" for shape in ("circle", "square", "diamond", "triangle-up", "pentagon", "hexagon")]


class MonitoredRun(NamedTuple):
    """A run with the name and the colour (0 to 5) that it has in all figures."""

    name: str
    judgement: Judgement
    colour: int

    def group(self, group: str, rank: int) -> ClassGroup:
        """The classes of one of `compare_charts.CLASS_GROUPS` among its own."""
        return class_group(self.judgement.run.class_counts, group, rank)


class _Course(NamedTuple):
    epochs: Sequence[int]
    values: FloatArray


def shares_of_runs(runs: Sequence[MonitoredRun], group: str, rank: int, *, logarithmic: bool = False) -> Figure:
    """The share of a group of classes in each run: trained as a line, planned as a thin dotted one."""

    def course(one: MonitoredRun, planned: bool) -> _Course:
        run, members = one.judgement.run, one.group(group, rank).members
        return _Course(run.epochs, run.shares(run.planned if planned else run.trained)[:, members].sum(axis=1))

    trained = [course(one, False) for one in runs]
    figure = _figure(runs, trained, share_axis(f"share of {_title(runs, group, rank)}", logarithmic), "share", True)
    planned: list[Spec] = [
        _line(one, course(one, True), {"color": COLOURS[one.colour], "width": 1.5, "dash": "dot"}, "planned")
        | {"showlegend": False, "marker": {"color": COLOURS[one.colour], "size": 4}}
        for one in runs
    ]
    figure.spec["data"].extend(planned)
    return figure


def recalls_of_runs(runs: Sequence[MonitoredRun], group: str, rank: int) -> Figure | None:
    """The mean recall of the group's classes in each run; None where no run has logged any."""
    title = f"recall of {_title(runs, group, rank)}"
    return _of_recalls(runs, lambda one, values: mean_recall(values, one.group(group, rank).members), title)


def accuracies_of_runs(runs: Sequence[MonitoredRun]) -> Figure | None:
    """The mean recall of all classes in each run; None where no run has logged any."""
    return _of_recalls(runs, lambda one, values: mean_recall(values), "balanced accuracy")


def run_table(runs: Sequence[MonitoredRun], group: str, rank: int) -> pd.DataFrame:
    """One row a run."""
    rows, part = {}, _part_of_all(runs)
    for one in runs:
        run, found = one.judgement.run, recalls_of(one.judgement.run, part)
        members, total = one.group(group, rank).members, max(int(run.trained.sum()), 1)
        rows[one.name] = {
            "epochs": len(run.epochs), "targets trained on": int(run.trained.sum()),
            "drew what was planned": not one.judgement.departures,
            "share of the classes followed": run.trained[:, members].sum() / total,
            "last recall of them": mean_recall(found[1], members)[-1] if found else np.nan,
            "last balanced accuracy": mean_recall(found[1])[-1] if found else np.nan,
        }  # fmt: skip
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("run")
    return with_shares(table, list(table.columns[3:]))


def _of_recalls(
    runs: Sequence[MonitoredRun], values_of: Callable[[MonitoredRun, FloatArray], FloatArray], title: str
) -> Figure | None:
    courses, part = [], _part_of_all(runs)
    for one in runs:
        found, epochs = recalls_of(one.judgement.run, part), one.judgement.run.metric_epochs
        courses.append(_Course(epochs, values_of(one, found[1])) if found else _Course((), np.empty(0)))
    is_none = all(not len(course.epochs) for course in courses)
    return None if is_none else _figure(runs, courses, share_axis(title, False), title)


def _part_of_all(runs: Sequence[MonitoredRun]) -> str | None:
    """The part of the data of which all runs with recalls have them: what is judged on one part is not compared with
    what is judged on another."""
    parts = [found for one in runs if (found := parts_with_recalls(one.judgement.run))]
    return next((part for part in parts[0] if all(part in others for others in parts)), None) if parts else None


def _figure(
    runs: Sequence[MonitoredRun], courses: Sequence[_Course], y_axis: Spec, what: str, legend: bool = False
) -> Figure:
    lines = [
        _line(one, course, {"color": COLOURS[one.colour], "width": 2.5, "dash": PLAN_DASHES[one.colour]}, what)
        for one, course in zip(runs, courses, strict=True)
    ]
    last = max((max(course.epochs) for course in courses if len(course.epochs)), default=0)
    settings: dict[str, Any] = {
        "xaxis": logged_epochs(0, last), "yaxis": y_axis,
        "legend": LEGEND, "showlegend": legend, "uirevision": f"{len(runs)}-{y_axis.get('type')}",
    }  # fmt: skip
    named = list(zip(runs, courses, strict=True))
    words = "; ".join(f"{one.name} {percent(float(course.values[-1]))}" for one, course in named if course.epochs)
    table = {one.name: pd.Series(course.values, pd.Index(course.epochs, name="epoch")) for one, course in named}
    title = y_axis["title"]["text"]
    alt = f"{title} of {len(runs)} runs over epochs. Last: {words}."
    return Figure({"data": lines, "layout": layout(**settings)}, alt, lambda: with_shares(pd.DataFrame(table)))


def _line(one: MonitoredRun, course: _Course, line: Spec, what: str) -> Spec:
    return {
        "type": "scatter", "mode": "lines" if len(course.epochs) > 1 else "markers", "name": legend_text(one.name),
        "x": np.array(course.epochs, dtype=np.float64), "y": course.values.astype(np.float32), "line": line,
        "marker": {"color": line["color"], "symbol": _OUTLINES[one.colour], "size": 9 + 3 * one.colour},
        "meta": legend_text(one.name, 4),
        "hovertemplate": f"epoch %{{x}}: {what} %{{y:.3~p}}<extra>%{{meta}}</extra>",
    }  # fmt: skip


def _title(runs: Sequence[MonitoredRun], group: str, rank: int) -> str:
    """What the group is called in all runs: by the class's name where that is the same."""
    labels = {one.group(group, rank).label for one in runs}
    return legend_text(labels.pop(), widest=20) if len(labels) == 1 else f"the {group}"
