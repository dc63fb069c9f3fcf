"""The charts of what draws bring of each label, box and group."""

import numpy as np
import pytest

from sampler_core import (
    ClassCounts,
    Forecast,
    Linear,
    PowerSkew,
    SamplingPlan,
    Shares,
    balanced_shares,
    combined,
    rarest_label,
)  # fmt: skip
from sampler_core.data.tallies import Tally
from sampler_core.figures.expected_items import charts_of_tallies, frames_of_tallies
from sampler_core.figures.group_pairs import association
from tests.hostile_names import HOSTILE

PLAN = SamplingPlan(target=PowerSkew(Linear(0.0, 0.25)), epochs=5, batch_size=16)


def forecast_and_tallies(num_names):
    rng = np.random.default_rng(0)
    sets = [rng.integers(0, num_names, size).tolist() for size in rng.integers(0, 5, 2000)]
    photos = rarest_label(sets, item="box")
    return Forecast.of(PLAN, photos.counts), photos.tallies


@pytest.mark.parametrize(("num_names", "ends"), [(2, "x"), (30, "x"), (300, "y")])
def test_few_names_are_bars_many_are_curves_and_playing_shows_the_figure_of_each_epoch(num_names, ends):
    forecast, tallies = forecast_and_tallies(num_names)
    frames = frames_of_tallies(tallies, forecast)
    for epoch in (0, 4):
        for place, chart in enumerate(charts_of_tallies(tallies, forecast, epoch)):
            in_data, drawn = (trace[ends] for trace in chart.figure.spec["data"])
            assert in_data == pytest.approx(np.sort(tallies[place].totals)[::-1] / 2000)
            assert frames[chart.id][ends][epoch] == pytest.approx(np.array([in_data, drawn]), rel=1e-6)
    assert drawn.sum() == pytest.approx(tallies[1].expected(forecast.shares[4]).sum(), rel=1e-5)


def test_the_table_has_what_is_expected_in_the_epoch_and_in_the_run():
    forecast, (label, _) = forecast_and_tallies(6)
    table = charts_of_tallies([label], forecast, 3)[0].figure.table()
    assert table.index.name == "label"
    assert table["in the data"].to_list() == sorted(label.totals.tolist(), reverse=True)
    assert table["expected in epoch 3"].sum() == pytest.approx(2000 * label.expected(forecast.shares[3]).sum())
    assert table["expected in the run"].sum() == pytest.approx(2000 * label.expected(forecast.shares).sum())


def test_any_name_is_shown_as_text_and_a_tally_without_items_not_at_all():
    counts = ClassCounts.from_counts([5, 5])
    names = tuple(HOSTILE)
    tally = Tally.of_items("<b>x</b>", names, np.zeros(len(names), int), np.arange(len(names)),
                           np.ones(len(names), int), counts.counts)  # fmt: skip
    nothing = Tally("label", ("a",), [], [], [], counts.counts)
    (chart,) = charts_of_tallies([nothing, tally], Forecast.of(PLAN, counts), 0)
    assert chart.id == "tally-1"
    shown = [*chart.figure.spec["data"][0].get("y", ()), *chart.figure.spec["data"][0].get("hovertext", ())]
    assert not [text for text in shown if isinstance(text, str) and "<script" in text]


def test_pairs_of_class_and_group_are_a_table_of_samples_and_draws_that_says_how_far_they_go_together():
    classes = ["a"] * 60 + ["b"] * 30 + ["c"] * 10
    groups = ["x"] * 40 + ["y"] * 20 + ["x"] * 25 + ["y"] * 5 + ["x"] * 10  # c is never of y
    cells = combined(classes, groups, names=("class", "hospital"))
    plan = SamplingPlan(target=Shares(balanced_shares(cells, ("class", "hospital"))), epochs=2, batch_size=16)
    *_, chart = charts_of_tallies(cells.tallies, Forecast.of(plan, cells.counts), 1)
    assert chart.title == "Class by hospital, epoch 1"
    assert "1 pair has no sample" in chart.note
    (heatmap,) = chart.figure.spec["data"]
    assert heatmap["text"] == [["40", "20"], ["25", "5"], ["10", "none"]]
    assert np.nansum(heatmap["z"], axis=1) == pytest.approx([1 / 3] * 3, rel=1e-5)
    assert np.nansum(heatmap["z"], axis=0) == pytest.approx([0.5, 0.5], rel=1e-5)
    assert chart.figure.table().loc["b", "y, samples"] == 5


def test_the_association_is_cramer_s_v():
    assert association(np.outer([1.0, 2, 3], [4.0, 5])) == pytest.approx(0)
    assert association(np.array([[3.0, 0, 0], [0, 7, 0], [0, 0, 2]])) == pytest.approx(1)
    assert association(np.array([[10.0, 20], [30, 40], [0, 0]])) == pytest.approx(0.0891, abs=1e-4)  # phi by hand
