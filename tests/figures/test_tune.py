"""Figures of tuning: numbers on the result, every edge labelled, words and a table twin for each."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from sampler_core import Constant, Linear, PowerSkew, ProgressivelyBalanced, SamplingPlan, Step
from sampler_core import figures as fig
from sampler_core.datasets import load
from sampler_core.figures import tune_charts
from sampler_core.forecast.metrics import METRICS
from sampler_core.tuning.feasible_band import feasible_band
from sampler_core.tuning.linear_schedule_map import feasible_points, map_axes, plan_at_point
from sampler_core.tuning.metric_sensitivity import sensitivity
from sampler_core.tuning.metric_sweep import sweep
from sampler_core.tuning.requirements import MissingFromAtMost, NaturalMix, RepeatsAtMost, SeenAtLeast, ShareOfClass
from sampler_core.tuning.solver import solve
from sampler_core.tuning.verdicts import verdicts

CIFAR = load("cifar10_lt_if100")
PLAN = SamplingPlan(target=PowerSkew(Linear(0.0, 0.05)), epochs=20, batch_size=64)
REQUIREMENTS = (MissingFromAtMost(0.05, first_epoch=5), RepeatsAtMost(15.0), SeenAtLeast(0.9), NaturalMix(2, "last"))


def band_figure(plan=PLAN, requirements=REQUIREMENTS):
    band = feasible_band(plan, CIFAR, requirements)
    solution = solve(plan, CIFAR, requirements, "linear")
    return band, tune_charts.feasible_band(band, requirements, None if solution.plan is None else solution.plan.skews())


def is_whole(figure):
    assert len(go.Figure(figure.spec).data) == len(figure.spec["data"])
    assert "NaN" not in json.dumps(json.loads(fig.to_json(figure.spec)))
    assert len(figure.alt) > 25
    assert figure.table().shape[0] >= 1


@pytest.mark.parametrize("target", [PowerSkew(Linear(0.0, 0.05)), ProgressivelyBalanced(), PowerSkew(Step(3))])
@pytest.mark.parametrize("epochs", [8, 20])
@pytest.mark.parametrize(
    "requirements", [(), REQUIREMENTS[:1], REQUIREMENTS, (ShareOfClass(0.2, "at most", class_name="deer"),)]
)
def test_the_band_is_a_whole_figure_for_every_target_and_any_requirements(target, epochs, requirements):
    is_whole(band_figure(SamplingPlan(target=target, epochs=epochs, batch_size=64), requirements)[1])


def test_green_is_what_the_band_allows_and_red_where_it_allows_nothing():
    band, figure = band_figure()
    shapes = figure.spec["layout"]["shapes"]
    for epoch, allowed in enumerate(band.allowed):
        here = [shape for shape in shapes if shape["x0"] < epoch < shape["x1"]]
        assert [shape["fillcolor"] for shape in here] == (
            [tune_charts.ALLOWED] * len(allowed) or [tune_charts.EXCLUDED]
        )
        pieces = [(max(low, -50.0), min(high, 50.0)) for low, high in allowed or ((-np.inf, np.inf),)]
        assert [(shape["y0"], shape["y1"]) for shape in here] == pieces


def test_every_edge_has_the_number_of_its_requirement_and_the_side_that_is_allowed():
    band, figure = band_figure(requirements=REQUIREMENTS[:2])
    notes = {note["text"]: note["y"] for note in figure.spec["layout"]["annotations"]}
    assert notes == {"1 ▲": band.edges[0].allowed[0][0], "2 ▼": band.edges[1].allowed[0][1]}
    names = [trace["name"].replace("<br>", " ") for trace in figure.spec["data"]]
    assert names[:2] == [f"1. {REQUIREMENTS[0]}", f"2. {REQUIREMENTS[1]}"]


def test_numbers_of_requirements_that_would_lie_on_one_another_stand_side_by_side():
    for bounds, shifts in (((0.05, 0.0501, 0.0502), [-68, -34, 0]), ((0.01, 0.2), [0, 0])):
        notes = band_figure(requirements=[ShareOfClass(bound) for bound in bounds])[1].spec["layout"]["annotations"]
        assert sorted(note["xshift"] for note in notes) == shifts


def test_a_requirement_with_two_pieces_is_one_line_in_the_key_and_drawn_at_all_its_ends():
    requirement = ShareOfClass(0.08, "at most", class_name="deer", first_epoch=3, last_epoch=7)
    band, figure = band_figure(requirements=(requirement,))
    (line,) = [trace for trace in figure.spec["data"] if trace["name"].startswith("1.")]
    ends = [end for piece in band.edges[0].allowed for end in piece if np.isfinite(end)]
    assert len(ends) == 2
    assert line["x"].tolist()[:2] == [2.5, 7.5]
    drawn = line["y"].reshape(-1, 3)
    assert (drawn[:, 0].tolist(), np.isnan(drawn[:, 2]).all()) == (ends, True)
    assert [note["text"] for note in figure.spec["layout"]["annotations"]] == ["1 ▼", "1 ▲"]


def test_the_band_is_higher_where_there_are_more_requirements_so_that_its_key_leaves_it_room():
    few, many = (band_figure(requirements=REQUIREMENTS[:1] * n)[0] for n in (1, 12))
    assert tune_charts.band_height(few) == 420
    assert tune_charts.band_height(many) > 280 + 12 * 2 * 16


def test_violations_are_marked_where_the_core_finds_them():
    _, figure = band_figure(requirements=REQUIREMENTS[:2])
    broken = {epoch for verdict in verdicts(PLAN, CIFAR, REQUIREMENTS[:2]) for epoch in verdict.epochs}
    marked = next(trace for trace in figure.spec["data"] if trace["name"] == "a requirement is violated")
    assert set(marked["x"].tolist()) == broken
    assert f"violates a requirement in {len(broken)} epochs" in figure.alt
    assert set(np.flatnonzero(figure.table()["violated"])) == broken
    assert "The skews that 2 requirements of single epochs leave to each of 20 epochs." in figure.alt


def test_a_requirement_that_the_band_does_not_judge_keeps_its_number():
    band = feasible_band(PLAN, CIFAR, REQUIREMENTS[1:2])
    figure = tune_charts.feasible_band(band, REQUIREMENTS[:2])
    assert [note["text"] for note in figure.spec["layout"]["annotations"]] == ["2 ▼"]
    assert figure.alt.startswith("The skews that 1 requirement of single epochs leaves to each of 20 epochs.")


def test_class_names_in_requirements_are_never_markup():
    from sampler_core import ClassCounts

    counts = ClassCounts.from_counts({"<b>x</b>": 90, "y": 10})
    requirements = (ShareOfClass(0.3, class_name="<b>x</b>"),)
    figure = tune_charts.feasible_band(feasible_band(PLAN, counts, requirements), requirements)
    assert all("<b>" not in trace["name"] for trace in figure.spec["data"])


@pytest.mark.parametrize("metric", METRICS)
def test_the_map_is_a_whole_figure_of_the_sweep(metric):
    skews, increments = map_axes(PLAN.epochs)
    found = sweep(PLAN, CIFAR, metric, skews, increments)
    figure = tune_charts.metric_map(
        found, metric, "rarest", feasible_points(PLAN, CIFAR, REQUIREMENTS[:2]).mask, (0.0, 0.05)
    )
    is_whole(figure)
    assert figure.spec["data"][0]["customdata"] == pytest.approx(found.values.T, rel=1e-5)
    assert figure.table().shape == (41, 41)


@pytest.mark.parametrize("scheme", ["independent", "exact", "stratified"])
@pytest.mark.parametrize("limits", [{}, {"max_repeats": 30, "min_share": 0.01}])
def test_a_point_is_feasible_exactly_where_its_plan_meets_the_requirements(scheme, limits):
    target = PowerSkew(Linear(0.0, 0.0, -0.5, 1.2))
    plan = SamplingPlan(target=target, epochs=20, batch_size=64, drawing=scheme, **limits)
    judged = (MissingFromAtMost(0.2, first_epoch=5), RepeatsAtMost(26.0), SeenAtLeast(0.9), RepeatsAtMost(300.0, "run"))
    found = feasible_points(plan, CIFAR, judged)
    assert found.left_out == ((judged[3],) if limits else ())
    judged = tuple(requirement for requirement in judged if requirement not in found.left_out)
    skews, increments = map_axes(20)
    assert 0 < found.mask.sum() < found.mask.size
    for i in range(0, 41, 4):
        for j in range(0, 41, 5):
            point = plan_at_point(plan, float(skews[i]), float(increments[j]))
            holds = all(verdict.holds for verdict in verdicts(point, CIFAR, judged))
            assert found.mask[i, j] == holds, (skews[i], increments[j])


def test_the_axes_have_round_steps_and_reach_over_the_run():
    for epochs in (1, 2, 60, 100, 1000):
        skews, increments = map_axes(epochs)
        assert (skews.size, increments.size) == (41, 41)
        assert increments[20] == 0.0
        if epochs > 1:
            assert 1.0 <= increments[-1] * (epochs - 1) <= 4.0
    assert map_axes(100)[1][21] == pytest.approx(0.001)


def test_the_plan_of_a_point_keeps_the_limits_on_the_skew():
    plan = SamplingPlan(target=PowerSkew(Linear(0.3, 0.1, None, 0.9)), epochs=20, batch_size=64)
    assert plan_at_point(plan, 0.5, 0.01).target == PowerSkew(Linear(0.5, 0.01, None, 0.9))
    assert plan_at_point(
        SamplingPlan(target=PowerSkew(Constant(1)), epochs=20, batch_size=64), 0.5, 0.01
    ).target == PowerSkew(Linear(0.5, 0.01))


def test_the_sensitivity_table_has_a_row_a_parameter_and_a_column_a_figure():
    found = sensitivity(PLAN, CIFAR, ("share", "balance"))
    labels = {"increment": "Epoch increment"}
    table = tune_charts.sensitivity_table(found, {one.parameter: one.parameter for one in found} | labels)
    assert list(table.columns) == ["value", "Class share", "Balance"]
    assert {"start", "Epoch increment", "batch_size"} <= set(table.index)
    assert table.loc["Epoch increment", "value"] == 0.05
