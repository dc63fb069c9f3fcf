"""Figures of run logs: what was planned, what reached training, what chance allows; and names as plain data."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler_core import Constant, DifficultyBalanced, PowerSkew, ScheduledClassSampler
from sampler_core import figures as fig
from sampler_core.figures import monitor_chance, monitor_charts, monitor_classes, monitor_curves, monitor_fed
from sampler_core.figures.monitor_runs import MonitoredRun, run_table
from sampler_core.run_log import Run, RunLog, example_runs, judged, read_run, run_of_contents
from sampler_core.run_log.example_runs import EXAMPLES, example_run
from sampler_core.run_log.records import PlanLine
from tests.core.run_log_scripts import SCHEMES, clean, dogs_lost, plan_of, sampler_of, without_set_epoch
from tests.hostile_names import hostile_counts

EXAMPLE = Path(example_runs.__file__).with_name("examples").joinpath("as_planned.jsonl").read_text(encoding="utf-8")
FIELDS = ("plan", "classes", "counts", "world", "num_replicas", "epoch", "rank", "first_batch", "batches", "planned",
          "drawn", "trained", "extras", "other", "recall", "part")  # fmt: skip
VALUES = (0, 1, 2**53, 1e-300, 1e300, 0.5, None, True, "x", [], [0] * 10, [2**53] * 10, [1e-9] * 10, {"3": 1}, 65536)
PLANNED, REPLACED = (judged(example_run(title)) for title in EXAMPLES)
HOSTILE = [name for name in hostile_counts() if len(name) < 1000 and name != "NaN"]


def written(path: Path, names: list, epochs: int, plan: bool = True) -> Run:
    """The log of classes of these names, each of 40 samples and 8 targets an epoch; the last is never trained on."""
    line = {"kind": "plan", "version": 1, "run": "a", "time": "", "fingerprint": "f", "classes": names, "labels": "d",
            "counts": [40] * len(names), "world": 1, "num_replicas": 1, "drop_last": False,
            "plan": json.loads(plan_of().to_json()) if plan else None}  # fmt: skip
    got = [8] * (len(names) - 1) + [0]
    rows = [{"kind": "draw", "epoch": e, "rank": 0, "first_batch": 0, "batches": 5, "planned": [8] * len(names),
             "drawn": [8] * len(names), "trained": got} for e in range(epochs)]  # fmt: skip
    path.write_text("\n".join(json.dumps(one) for one in [line, *rows]) + "\n")
    return read_run(path)


def charts_of(run, group="rarest class"):
    return monitor_charts.charts_of_run(MonitoredRun("<b>night</b>", judged(run), 0), group, 1)


@pytest.mark.parametrize("what", ["example", "one epoch", "one class", "hostile", "thousand", "no plan"])
def test_every_figure_is_one_that_plotly_takes_and_has_words_and_a_table(what, tmp_path: Path):
    path = tmp_path / "run.jsonl"
    run = {
        "example": lambda: REPLACED.run, "one epoch": lambda: written(path, ["a", "b"], 1),
        "one class": lambda: written(path, [7], 3), "hostile": lambda: written(path, HOSTILE, 3),
        "thousand": lambda: written(path, list(range(1000)), 4), "no plan": lambda: written(path, ["a", "b"], 3, False),
    }[what]()  # fmt: skip
    one = MonitoredRun("<b>night</b>", judged(run), 0)
    charts = [*charts_of(run), *charts_of(run, "tail")]
    charts += monitor_charts.charts_of_runs([one, MonitoredRun("other", PLANNED, 1)], "rarest class", 1)
    for chart in charts:
        spec = fig.to_json(chart.figure.spec)
        assert len(go.Figure(chart.figure.spec).data) == len(chart.figure.spec["data"]), chart.id
        assert "NaN" not in spec, chart.id
        assert "<b>" not in spec and "<script" not in spec, "markup of a name"
        assert len(chart.figure.alt) > 25, chart.id
        assert chart.figure.table().shape[0] >= 1, chart.id
    assert monitor_classes.class_table(one.judgement).shape[0] == run.class_counts.num_classes


@given(st.sampled_from([0, 1, 2, 5, 6]), st.sampled_from(FIELDS), st.sampled_from(VALUES), st.integers(0, 3))
@settings(max_examples=40)
def test_a_log_that_was_written_by_nobody_is_judged_and_drawn_all_the_same(place, field, value, position):
    lines = [json.loads(line) for line in EXAMPLE.splitlines()[:9]]
    if isinstance(lines[place].get(field), list) and not isinstance(value, list):
        lines[place][field][position] = value
    else:
        lines[place][field] = value
    try:
        run = run_of_contents(["".join(json.dumps(line) + "\n" for line in lines).encode()])
    except ValueError:
        return
    for chart in charts_of(run) if run.windows else ():
        fig.to_json(chart.figure.spec)
        chart.figure.table()


@pytest.mark.parametrize("drawing", SCHEMES)
def test_what_a_clean_run_trained_on_lies_within_what_chance_allows(drawing, tmp_path: Path):
    clean(tmp_path / "run.jsonl", plan_of(drawing))
    judgement = judged(read_run(tmp_path / "run.jsonl"))
    one = MonitoredRun("run", judgement, 0)
    for group in ("rarest class", "largest class", "head", "tail"):
        figure = monitor_chance.share_beside_chance(judgement, one.group(group, 1))
        table = figure.table()
        assert (table["chance from"] <= table["trained"] + 1e-12).all(), group
        assert (table["trained"] <= table["chance to"] + 1e-12).all(), group
        assert (table["chance to"] - table["chance from"] < 0.7).all(), "a range that says something"
        assert "In 0 epochs it is beyond chance." in figure.alt


def test_the_points_that_are_marked_are_those_that_the_run_is_judged_by():
    for c, name in enumerate(REPLACED.run.class_counts.names):
        group = MonitoredRun("run", REPLACED, 0).group("class of rank", c + 1)
        assert group.label == name
        traces = {
            trace.get("name"): trace for trace in monitor_chance.share_beside_chance(REPLACED, group).spec["data"]
        }
        marked = traces.get(monitor_chance.BEYOND, {"x": np.empty(0)})["x"].tolist()
        assert marked == np.flatnonzero(REPLACED.evidence.beyond_chance[:-1, c]).tolist()
    assert REPLACED.evidence.beyond_chance[:-1].any()


def test_planned_is_a_line_trained_are_points_and_a_departure_has_its_mark():
    spec = monitor_curves.planned_and_trained(REPLACED).spec
    lines, points = spec["data"][::2], spec["data"][1::2]
    run = REPLACED.run
    for c, (line, dots) in enumerate(zip(lines, points, strict=True)):
        assert (line["mode"], dots["mode"]) == ("lines", "markers")
        assert line["line"]["color"] == dots["marker"]["color"]
        assert line["y"] == pytest.approx(run.planned[:, c] / run.planned.sum(axis=1), abs=1e-6)
        assert dots["y"] == pytest.approx(run.trained[:, c] / run.trained.sum(axis=1), abs=1e-6)
    assert [shape["x0"] for shape in spec["layout"]["shapes"]] == [11.5], "the sampler was replaced in epoch 12"
    assert monitor_curves.planned_and_trained(PLANNED).spec["layout"]["shapes"] == []


def test_epochs_that_were_drawn_more_than_once_are_shaded(tmp_path: Path):
    without_set_epoch(tmp_path / "run.jsonl")
    run = read_run(tmp_path / "run.jsonl")
    (chart, *_), (shade,) = charts_of(run), monitor_curves.planned_and_trained(judged(run)).spec["layout"]["shapes"]
    assert (shade["type"], shade["x0"], shade["x1"]) == ("rect", -0.5, 0.5)
    assert "Shaded epochs were drawn more than once" in chart.note
    assert "1 epoch, 1 of them drawn more than once" in chart.figure.alt


def test_of_a_single_epoch_no_class_hides_another_and_chance_has_a_width(tmp_path: Path):
    run = judged(written(tmp_path / "run.jsonl", ["a", "b", "c"], 1))
    rings = [trace for trace in monitor_curves.planned_and_trained(run).spec["data"] if "lines" in trace["mode"]]
    assert len({float(ring["x"][0]) for ring in rings}) == 3
    assert all(ring["hovertemplate"].startswith("epoch 0: planned") for ring in rings)
    low, high, planned, drawn, *_ = monitor_chance.share_beside_chance(
        run, MonitoredRun("run", run, 0).group("largest class", 1)
    ).spec["data"]
    assert low["x"][0] < high["x"][1]
    assert planned["x"][0] < drawn["x"][0]


def test_a_run_that_goes_on_later_stands_at_its_own_epochs(tmp_path: Path):
    run = written(tmp_path / "run.jsonl", ["a", "b"], 3)
    moved = tuple(w._replace(draw=w.draw._replace(epoch=w.draw.epoch + 40)) for w in run.windows)
    figure = monitor_curves.planned_and_trained(judged(replace(run, windows=moved)))
    assert figure.spec["data"][0]["x"].tolist() == figure.table().index.tolist() == [40, 41, 42]


def test_repeats_and_coverage_are_those_of_what_was_trained_on(tmp_path: Path):
    dogs_lost(tmp_path / "run.jsonl")
    run = read_run(tmp_path / "run.jsonl")
    repeats, seen = monitor_classes.repeats_so_far(run), monitor_classes.coverage_so_far(run)
    assert repeats == pytest.approx(run.trained.sum(axis=0) / run.class_counts.counts)
    assert (repeats[3], seen[3]) == (0.0, 0.0), "no dog has been seen"
    assert seen[:3] == pytest.approx(np.minimum(1.0, repeats[:3])), "exact: a sample comes again once all have come"


def test_a_log_without_recalls_has_no_figure_of_them_and_one_whose_last_epoch_has_none_no_number(tmp_path: Path):
    run = written(tmp_path / "run.jsonl", ["a", "b"], 2)
    assert monitor_curves.recalls(judged(run)) is None
    assert charts_of(run)[0].span == 12
    sampler = sampler_of()
    log = RunLog(tmp_path / "other.jsonl", sampler)
    log.count(np.arange(4))
    log.epoch(recall=[None] * 4)
    assert "Last: none." in monitor_curves.recalls(judged(read_run(tmp_path / "other.jsonl"))).alt


def test_the_table_of_runs_says_which_drew_what_was_planned():
    table = run_table([MonitoredRun("good", PLANNED, 0), MonitoredRun("bad", REPLACED, 1)], "rarest class", 1)
    assert table["drew what was planned"].to_dict() == {"good": True, "bad": False}
    assert table.loc["good", "last recall of them"] > table.loc["bad", "last recall of them"]
    assert isinstance(PLANNED.run.first_plan, PlanLine)


def test_a_target_that_is_fed_the_recalls_of_a_run_moves_as_a_sampler_that_is_updated_with_them():
    target = DifficultyBalanced(PowerSkew(Constant(0.5)))
    table = monitor_fed.shares_by_recalls(PLANNED, target).table()
    plan = replace(PLANNED.run.plan, target=target)
    labels = np.repeat(np.arange(10), PLANNED.run.class_counts.counts)
    sampler = ScheduledClassSampler(labels, plan)
    recalls = PLANNED.run.metrics["validation"]["recall"]
    for epoch in range(30):
        sampler.set_epoch(epoch)
        next(iter(sampler))
        assert table.loc[epoch].to_numpy() == pytest.approx(sampler.class_shares(), abs=1e-9), epoch
        sampler.update(recall=recalls[epoch])
    assert table.index[-1] == 30, "and the epoch that would come next"
