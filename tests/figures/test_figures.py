"""Figures: numbers on the result, plotly's own check and a JSON round trip for each, names as plain data."""

import base64
import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core import figures as fig
from sampler_core.datasets import load, synthetic
from sampler_core.figures import class_series
from sampler_core.figures.class_labels import class_in_words, class_label
from sampler_core.figures.compare_charts import ComparedPlan, plan_mix
from sampler_core.figures.explore_charts import charts_over_epochs
from sampler_core.figures.legend import plotly_text
from sampler_core.figures.plan_sentences import data_line, takeaway
from sampler_core.figures.plot_layout import steady_range
from sampler_core.forecast.count_intervals import CountIntervals, count_intervals
from sampler_core.forecast.forecast import Forecast

DATA = {
    "one class": ClassCounts.from_counts([50]),
    "two": ClassCounts.from_counts({"healthy": 990, "ill": 10}),
    "an empty class": ClassCounts.from_counts({"a": 90, "b": 0, "c": 9}),
    "ten": load("cifar10_lt_if100"),
    "fourteen": load("inat2018_supercategory"),
    "thousand": synthetic("exponential", 1000, 1_000_000, 100.0),
}
PLAN = SamplingPlan(target=PowerSkew(Linear(0.0, 0.1)), epochs=20, batch_size=64, seed=3)


def all_figures(counts, plan=PLAN, epoch=7):
    forecast = Forecast.of(plan, counts)
    preview = plan.preview(counts, epoch, 0, 6)
    drawn = preview.batch_class_counts.sum(axis=0)
    found = count_intervals(forecast.shares[epoch], forecast.draws, int(drawn.sum()))
    return {
        "shares": fig.class_shares(counts, forecast.shares, epoch),
        "logarithmic": fig.class_shares(counts, forecast.shares, epoch, logarithmic=True),
        "map": fig.share_map(counts, forecast.shares, epoch),
        "skew": fig.skew_curve(forecast.skews, forecast.crossover, epoch),
        "weights": fig.weight_beside_share(counts, plan.class_weights(counts), forecast.shares, epoch),
        "batches": fig.batch_mix(preview),
        "drawn": fig.planned_and_drawn(counts, found, drawn),
    }


def decoded(value):
    """A typed array as plotly.js reads it."""
    array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
    return array.reshape([int(n) for n in value["shape"].split(",")]) if "shape" in value else array


@pytest.mark.parametrize("data", DATA)
def test_every_figure_is_one_that_plotly_takes_and_survives_json(data):
    for name, figure in all_figures(DATA[data]).items():
        assert len(go.Figure(figure.spec).data) == len(figure.spec["data"]), name
        again = json.loads(fig.to_json(figure.spec))
        assert again["layout"]["uirevision"] == figure.spec["layout"]["uirevision"]
        assert "NaN" not in json.dumps(again), name


@pytest.mark.parametrize("data", DATA)
def test_every_figure_says_what_it_shows_and_has_a_table_of_its_numbers(data):
    for name, figure in all_figures(DATA[data]).items():
        assert len(figure.alt) > 25, name
        assert figure.table().shape[0] >= 1, name
        assert "nan" not in figure.alt.lower().split(), name


def test_the_share_lines_hold_the_shares_of_the_plan_in_order_of_size():
    counts = DATA["ten"]
    figure = all_figures(counts)["shares"]
    shares = PLAN.class_shares(counts)
    sent = json.loads(fig.to_json(figure.spec))["data"]
    for rank, c in enumerate(class_series.by_count(counts)):
        assert decoded(sent[rank]["y"]) == pytest.approx(shares[:, c], rel=1e-6)
    assert figure.table().sum(axis=1).to_numpy() == pytest.approx(1.0)


def test_many_classes_are_shown_in_bands_that_add_up_to_all_draws():
    counts = DATA["thousand"]
    figure = all_figures(counts)["shares"]
    assert [trace["name"].split(":")[0] for trace in figure.spec["data"]] == ["Head", "Medium", "Tail"]
    assert sum(np.asarray(trace["y"]) for trace in figure.spec["data"]) == pytest.approx(1.0, abs=1e-6)


def test_bands_are_those_of_the_literature_where_all_three_have_classes():
    counts = ClassCounts.from_counts([500, 101, 100, 50, 20, 19, 1, *[200] * 10])
    sizes = [one.members.size for one in class_series.bands(counts)]
    assert sizes == [12, 3, 2]
    assert "more than 100 samples" in class_series.bands(counts)[0].label


def test_bands_are_thirds_by_rank_elsewhere():
    assert [one.members.size for one in class_series.bands(DATA["fourteen"])] == [5, 5, 4]


def test_the_map_holds_the_logarithm_of_every_share_largest_class_on_top():
    counts = DATA["thousand"]
    trace = all_figures(counts)["map"].spec["data"][0]
    shares = PLAN.class_shares(counts)[:, class_series.by_count(counts)].T
    assert trace["z"].dtype == np.float32
    assert trace["z"] == pytest.approx(np.log10(shares), abs=1e-5)
    assert len(set(trace["y"])) == 1000


def test_the_table_of_the_map_has_three_epochs_and_the_map_says_so():
    counts, forecast = DATA["fourteen"], Forecast.of(PLAN, DATA["fourteen"])
    charts = charts_over_epochs(forecast, PLAN.class_weights(counts), 7)
    chart = next(chart for chart in charts if chart.id == "map")
    assert chart.note.endswith("Its table has the first, the chosen and the last epoch.")
    table = chart.figure.table()
    assert list(table.columns) == ["samples", "share in epoch 0", "share in epoch 7", "share in epoch 19"]
    assert table["share in epoch 7"].to_numpy() == pytest.approx(forecast.shares[7][class_series.by_count(counts)])


def test_one_of_a_kind_is_said_in_the_singular():
    one = ClassCounts.from_counts([1])
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.1)), epochs=1, batch_size=1)
    assert data_line(one) == "1 sample in 1 class, class imbalance 1."
    assert (
        data_line(ClassCounts.from_counts([1, 0]), "images")
        == "1 image in 2 classes, class imbalance 1, 1 class is empty."
    )
    said = {name: figure.alt for name, figure in all_figures(one, plan, 0).items()}
    assert said["shares"].startswith("Class share over 1 epoch. ")
    assert said["skew"].startswith("Skew over 1 epoch, ")
    assert said["map"].startswith("Map of the shares of 1 class over 1 epoch.")
    assert said["drawn"].startswith("Planned and drawn samples of 1 class; ")


def test_a_map_of_a_long_run_is_thinned_to_a_size_a_browser_draws():
    counts = DATA["thousand"]
    shares = np.repeat(PLAN.class_shares(counts), 50, axis=0)
    trace = fig.share_map(counts, shares, 0).spec["data"][0]
    assert trace["z"].shape == (1000, 200)
    assert trace["dx"] == 5


def test_weight_and_share_are_the_plan_s_and_are_not_the_same():
    counts = DATA["ten"]
    left, right = all_figures(counts)["weights"].spec["data"]
    assert left["x"] == pytest.approx(PLAN.class_weights(counts)[7])
    assert right["x"] == pytest.approx(PLAN.class_shares(counts)[7])
    assert not np.allclose(left["x"], right["x"])


@pytest.mark.parametrize("data", DATA)
def test_the_stacked_batches_add_up_to_what_the_preview_draws(data):
    counts = DATA[data]
    stacks = all_figures(counts)["batches"].spec["data"]
    drawn = PLAN.preview(counts, 7, 0, 6).batch_class_counts
    assert sum(trace["y"] for trace in stacks).tolist() == drawn.sum(axis=1).tolist()


def test_planned_and_drawn_are_percent_of_the_plan():
    counts = DATA["ten"]
    figure = all_figures(counts)["drawn"]
    planned, dots = figure.spec["data"]
    table = figure.table()
    off = 100 * (table["drawn"] - table["planned"]) / table["planned"]
    assert dots["x"] == pytest.approx(off.to_numpy())
    assert (planned["error_x"]["array"] >= 0).all()
    assert (planned["error_x"]["arrayminus"] >= 0).all()


def test_a_class_that_is_planned_less_than_once_has_its_point():
    counts, planned = ClassCounts.from_counts([1000, 1]), CountIntervals(*np.array([[9.5, 0.5], [8, 0], [10, 1]]))
    points = fig.planned_and_drawn(counts, planned, np.array([9, 1])).spec["data"][1]
    assert points["x"] == pytest.approx([-100 * 0.5 / 9.5, 100.0])


def test_the_line_about_the_data_counts_one_as_one():
    one = ClassCounts.from_counts({"a": 1, "b": 0})
    assert data_line(one) == "1 sample in 2 classes, class imbalance 1, 1 class is empty."
    assert data_line(ClassCounts.from_counts({"a": 2}), "images").startswith("2 images in 1 class, class imbalance 1")


def test_a_class_without_samples_has_no_point_among_planned_and_drawn():
    counts = DATA["an empty class"]
    dots = all_figures(counts)["drawn"].spec["data"][1]
    assert np.isnan(dots["x"]).tolist() == [False, False, True]


def test_the_skew_curve_marks_the_crossover_epoch():
    figure = all_figures(DATA["two"])["skew"]
    _, mark = figure.spec["data"]
    assert (mark["x"], list(mark["y"]), mark["text"]) == ([10], [pytest.approx(1.0)], ["1 in epoch 10"])
    assert "reaches 1 in epoch 10" in figure.alt


def test_one_class_has_one_colour_in_all_figures():
    found = all_figures(DATA["ten"])
    lines = [trace["line"]["color"] for trace in found["shares"].spec["data"]]
    assert lines == [trace["marker"]["color"] for trace in found["batches"].spec["data"]]
    assert lines == found["weights"].spec["data"][0]["marker"]["color"]
    assert lines == found["drawn"].spec["data"][1]["marker"]["color"]
    assert len(set(lines)) == 10


TWENTY = synthetic("exponential", 20, 20_000, 100.0)


def colours_of_classes(counts, selected):
    """Figure -> class (by rank, as its figure knows it) -> colour; of the series figures only those of one class."""
    forecast = Forecast.of(PLAN, counts)
    preview = PLAN.preview(counts, 7, 0, 6)
    found = count_intervals(forecast.shares[7], forecast.draws, int(preview.totals.sum()))
    shares = fig.class_shares(counts, forecast.shares, 7, selected=selected).spec["data"]
    batches = fig.batch_mix(preview, selected).spec["data"]
    frames = fig.share_map(counts, forecast.shares, 7, selected).spec["layout"]["shapes"][1:]
    weights, beside = fig.weight_beside_share(counts, PLAN.class_weights(counts), forecast.shares, 7, selected).spec[
        "data"
    ]
    drawn = fig.planned_and_drawn(counts, found, preview.totals, selected).spec["data"][1]
    rows = {"weights": weights, "share": beside, "drawn": drawn}
    own = {"shares": [(one["name"], one["line"]["color"]) for one in shares],
           "batches": [(one["name"], one["marker"]["color"]) for one in batches]}  # fmt: skip
    return {
        **{name: dict(enumerate(trace["marker"]["color"])) for name, trace in rows.items()},
        **{name: {int(label.split()[1]): colour for label, colour in one if ":" not in label}
           for name, one in own.items()},
        "map": {int(frame["y0"] + 0.5): frame["line"]["color"] for frame in frames},
        "bands": [colour for label, colour in own["shares"] if ":" in label],
    }  # fmt: skip


def test_one_class_has_one_colour_where_bands_and_rows_stand_side_by_side():
    found = colours_of_classes(TWENTY, (15, 2))
    for name in ("shares", "batches", "map"):
        assert found[name] == {15: "#0E9A6B", 2: "#7A62D9"}, name
    head, medium, tail = found["bands"]
    rows = [head] * 7 + [medium] * 7 + [tail] * 6
    rows[15], rows[2] = "#0E9A6B", "#7A62D9"
    for name in ("weights", "share", "drawn"):
        assert list(found[name].values()) == rows, name


def test_a_class_keeps_its_colour_when_another_one_is_let_go():
    found = colours_of_classes(TWENTY, (class_series.NO_CLASS, 2))
    assert {found[name][2] for name in ("shares", "batches", "map", "weights", "share", "drawn")} == {"#7A62D9"}
    assert list(found["map"]) == [2]
    assert found["weights"][15] == found["bands"][2]


def test_where_nobody_is_left_no_class_fades():
    assert class_series.opacity_of(3, (class_series.NO_CLASS,)) == 1.0
    assert class_series.series_of(TWENTY, (class_series.NO_CLASS,))[2].label == class_series.series_of(TWENTY)[2].label


def test_ranks_of_followed_classes_are_marked_in_their_colours():
    counts = DATA["thousand"]
    shares = PLAN.class_shares(counts)
    marks = fig.weight_beside_share(counts, PLAN.class_weights(counts), shares, 0, (999, 3)).spec["layout"]["shapes"]
    assert [(mark["xref"], mark["x0"], mark["line"]["color"]) for mark in marks] == [
        ("x", 1000, "#0E9A6B"), ("x", 4, "#7A62D9"), ("x2", 1000, "#0E9A6B"), ("x2", 4, "#7A62D9"),
    ]  # fmt: skip


def test_a_band_counts_the_classes_that_are_left_in_it():
    labels = [one.label for one in class_series.series_of(DATA["thousand"], (999, 3))]
    assert labels == [
        "Head: 333 classes, largest third", "Medium: 333 classes, middle third", "Tail: 332 classes, smallest third",
        "class 999", "class 3",
    ]  # fmt: skip
    assert len(DATA["thousand"].names) == 333 + 333 + 332 + 2


def test_a_band_whose_classes_are_all_followed_is_left_out():
    tail = class_series.bands(DATA["fourteen"])[2].members
    labels = [one.label for one in class_series.series_of(DATA["fourteen"], tuple(tail))]
    assert len(labels) == 2 + 4
    assert not any(label.startswith("Tail") for label in labels)


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", class_series.COLOURS + class_series.BAND_COLOURS)
@pytest.mark.parametrize("paper", ["#FFFFFF", "#0F1620"])
def test_every_colour_reads_on_light_and_on_dark(colour, paper):
    light, dark = sorted((luminance(colour), luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3.0


HOSTILE = [
    "<b>x</b>",
    "a & b",
    "%{x}",
    "$\\alpha$",
    "<script>alert(1)</script>",
    "",
    "line\nbreak",
    "x" * 300,
    "日本語",
]


def test_class_names_are_never_markup():
    assert plotly_text("<b>x</b> & y") == "&lt;b&gt;x&lt;/b&gt; &amp; y"
    assert plotly_text("x" * 300) == "x" * 23 + "…"
    assert class_label("line\nbreak") == "line break"
    assert class_label("") == class_label(" \n") == "(no name)"
    assert class_in_words("x" * 300) == "x" * 59 + "…"
    assert class_label(7) == "class 7"


def test_hostile_class_names_reach_no_template_and_no_tag():
    counts = ClassCounts.from_counts({name: 10 * (i + 1) for i, name in enumerate(HOSTILE)})
    for figure in all_figures(counts).values():
        for trace in figure.spec["data"]:
            assert not any(name and name in trace.get("hovertemplate", "").replace("%{x}", "") for name in HOSTILE)
            for text in [trace.get("name", ""), *trace.get("y", []), *trace.get("hovertext", [])]:
                assert "<" not in str(text).replace("<br>", "")  # where a name goes on in another line
        assert len(go.Figure(figure.spec).data) == len(figure.spec["data"])


def test_labels_of_classes_stay_apart_where_shortening_makes_them_alike():
    counts = ClassCounts.from_counts({"x" * 40 + "1": 5, "x" * 40 + "2": 3})
    assert len(set(all_figures(counts)["weights"].spec["data"][0]["y"])) == 2


def test_tables_lose_no_class_whose_name_looks_like_that_of_another():
    counts = ClassCounts.from_counts({"a b": 40, "a\tb": 30, "a b (1)": 20, "a\nb": 10})
    labels = ["a b", "a b (1)", "a b (1) (2)", "a b (3)"]
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.5)), epochs=3, batch_size=10)
    forecast, preview = Forecast.of(plan, counts), plan.preview(counts, 0)
    shares = fig.class_shares(counts, forecast.shares, 0).table()
    assert (list(shares), shares.iloc[0].tolist()) == (labels, pytest.approx([0.4, 0.3, 0.2, 0.1]))
    batches = fig.batch_mix(preview).table()
    assert list(batches) == labels
    assert np.array_equal(batches.to_numpy(), preview.batch_class_counts)
    mix = plan_mix(ComparedPlan("plan", forecast, 0), 1.0).table()
    assert (list(mix), mix.iloc[0].tolist()) == (labels, pytest.approx([0.4, 0.3, 0.2, 0.1]))
    numbers = fig.class_table(forecast, 0, (0, 1, 2, 3))
    assert (list(numbers.index), list(numbers["samples"])) == (labels, [40, 30, 20, 10])


def test_the_metrics_are_those_of_the_forecast():
    forecast = Forecast.of(PLAN, DATA["ten"])
    found = {metric.label: metric for metric in fig.epoch_metrics(forecast, 5)}
    assert found["Share of the rarest class"].course == pytest.approx(forecast.shares[:, 9])
    assert found["Repeats of the rarest class"].value == "6.07 ×"  # square-root, as published
    assert found["Batches without the rarest class"].course == pytest.approx(forecast.absence[:, 9])
    assert found["Unseen part of the largest class"].course == pytest.approx(1 - forecast.coverage[:, 0])
    assert fig.metric_table(fig.epoch_metrics(forecast, 5)).shape == (20, 5)


def test_a_followed_class_stands_out_among_lines_and_the_others_fade():
    counts = DATA["ten"]
    figure = fig.class_shares(counts, PLAN.class_shares(counts), 0, selected=(4,))
    assert [trace["line"]["width"] for trace in figure.spec["data"]] == [2, 2, 2, 2, 4, 2, 2, 2, 2, 2]
    assert [trace["opacity"] == 1.0 for trace in figure.spec["data"]].count(True) == 1


def test_a_followed_class_leaves_its_band_and_the_sum_stays():
    counts = DATA["thousand"]
    shares = PLAN.class_shares(counts)
    traces = fig.class_shares(counts, shares, 0, selected=(999, 3)).spec["data"]
    assert [trace["name"] for trace in traces[3:]] == ["class 999", "class 3"]
    assert traces[3]["y"] == pytest.approx(shares[:, 999], rel=1e-6)
    assert sum(np.asarray(trace["y"]) for trace in traces) == pytest.approx(1.0, abs=1e-6)
    frames = fig.share_map(counts, shares, 0, (999, 3)).spec["layout"]["shapes"][1:]
    assert [(frame["y0"], frame["y1"]) for frame in frames] == [(998.5, 999.5), (2.5, 3.5)]


def test_the_numbers_of_a_class_are_those_of_the_forecast():
    forecast = Forecast.of(PLAN, DATA["ten"])
    of_one, of_all = fig.class_table(forecast, 5, (9,)), fig.class_table(forecast, 5)
    row = of_one.loc["truck"]
    assert row["samples"] == 50
    assert row["repeats in this epoch"] == pytest.approx(6.07, abs=0.005)
    assert row["seen in this epoch"] == pytest.approx(forecast.coverage[5, 9])
    assert row["batches without it"] == pytest.approx(forecast.absence[5, 9])
    assert of_all.loc["truck"].equals(row)
    assert of_all["repeats in this epoch"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([1], "Every draw is of class 0: no other class has samples."),
        ([0, 5], "Every draw is of class 1: no other class has samples."),
        ([5, 5, 0], "The classes have equally many samples, so no skew changes the mix."),
    ],
)
def test_where_no_class_is_rarer_than_another_the_takeaway_names_no_rarest(counts, said):
    counts = ClassCounts.from_counts(counts)
    assert takeaway(Forecast.of(PLAN, counts), 7) == said


@pytest.mark.parametrize(
    ("skew", "said"),
    [
        (0.0, "natural, as the data is"), (0.5, "more balanced than the data"), (-0.5, "more imbalanced than the data"),
        (1.0, "class-balanced"), (1.2, "reversed"), (155.0, "reversed"), (800.0, "reversed"),
        (-800.0, "more imbalanced than the data"),
    ],
)  # fmt: skip
def test_the_takeaway_says_what_became_of_the_mix_at_skews_that_leave_a_class_nothing_too(skew, said):
    forecast = Forecast.of(replace(PLAN, target=PowerSkew(Linear(0.0, skew / 400)), epochs=401), DATA["ten"])
    assert f"the mix is {said}" in takeaway(forecast, 400)


@pytest.mark.parametrize(
    ("values", "parts", "ends"),
    [
        ((0.06, 1.05), 8, [0.0, 1.2]),  # steps of 0.2
        ((0.0, 0.281), 8, [0.0, 0.3]),
        ((-27.0, 27.0), 4, [-40.0, 40.0]),
        ((0.0, 0.8), 8, [0.0, 0.8]),
        ((1e-12, 3e-12), 8, [1e-12, 3e-12]),
    ],
)
def test_a_steady_axis_goes_on_to_round_numbers(values, parts, ends):
    assert steady_range(*values, parts=parts)["autorangeoptions"]["include"] == pytest.approx(ends)


@pytest.mark.parametrize("values", [(1.0, 1.0), (0.0, float("nan")), (0.0, float("inf"))])
def test_a_steady_axis_is_an_ordinary_one_where_there_is_no_room_to_keep(values):
    assert steady_range(*values) == {}


def test_the_weights_of_all_epochs_share_their_axes():
    counts = DATA["thousand"]
    reach = [
        [fig.weight_beside_share(counts, PLAN.class_weights(counts), PLAN.class_shares(counts), epoch).spec["layout"][
            axis]["autorangeoptions"] for axis in ("yaxis", "yaxis2")]
        for epoch in (0, 7)
    ]  # fmt: skip
    assert reach[0] == reach[1]
    assert reach[0][1]["include"][1] >= PLAN.class_shares(counts).max()


def test_the_colours_of_the_map_keep_their_meaning_over_half_a_decade():
    counts = DATA["thousand"]
    for plan in (PLAN, replace(PLAN, epochs=7)):
        trace = fig.share_map(counts, plan.class_shares(counts), 0).spec["data"][0]
        assert (2 * trace["zmin"]).is_integer()
        assert (2 * trace["zmax"]).is_integer()
        assert trace["zmin"] <= np.log10(plan.class_shares(counts).min())


def test_of_classes_that_are_equally_rare_the_words_of_every_figure_mean_the_first():
    counts = ClassCounts.from_counts({"big": 100, "r1": 5, "r2": 5})
    plan = SamplingPlan(target=PowerSkew(Linear(0.5, 0.0)), epochs=2, batch_size=10)
    assert counts.names[counts.rarest] == "r1"
    assert "The rarest class, r1, is missing" in fig.batch_mix(plan.preview(counts, 0)).alt
    assert fig.epoch_metrics(Forecast.of(plan, counts), 0)[0].note == "r1"
