"""Figures of several plans: numbers on the result, one colour a plan, names as plain data."""

import json
import re
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.parts.compare.metric_table import comparison_table, comparison_words
from pages.parts.live.class_legend import class_legend_figure
from sampler_core import ClassCounts, Constant, Linear, PowerSkew, ProgressivelyBalanced, SamplingPlan
from sampler_core import figures as fig
from sampler_core.datasets import load, synthetic
from sampler_core.figures import class_labels, compare_charts
from sampler_core.figures.legend import added_legend_height, legend_height
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.plan_comparison import COLUMNS, compared, courses

DATA = {
    "one class": ClassCounts.from_counts([50]),
    "an empty class": ClassCounts.from_counts({"a": 90, "b": 0, "c": 9}),
    "ten": load("cifar10_lt_if100"),
    "thousand": synthetic("exponential", 1000, 1_000_000, 100.0),
}
TARGETS = {
    "natural": PowerSkew(Constant(0.0)),
    "<b>ramp</b>": PowerSkew(Linear(0.0, 0.1)),
    "mix": ProgressivelyBalanced(),
}


def shown(counts, epochs=20):
    plans = [SamplingPlan(target=target, epochs=epochs, batch_size=64) for target in TARGETS.values()]
    return [compare_charts.ComparedPlan(name, Forecast.of(plan, counts), 5 - i)
            for i, (name, plan) in enumerate(zip(TARGETS, plans, strict=True))]  # fmt: skip


def all_figures(counts, epochs=20):
    plans = shown(counts, epochs)
    who = compare_charts.class_group(counts, "rarest class")
    return {
        "shares": compare_charts.plan_shares(plans, who, 3 % epochs),
        "logarithmic": compare_charts.plan_shares(plans, who, 3 % epochs, logarithmic=True),
        "skews": compare_charts.plan_skews(plans, 3 % epochs),
        "mix": compare_charts.plan_mix(plans[1], compare_charts.highest_share(plans)),
        "key": class_legend_figure(counts),
    }


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("epochs", [1, 20])
def test_every_figure_is_one_that_plotly_takes_and_has_words_and_a_table(data, epochs):
    for name, figure in all_figures(DATA[data], epochs).items():
        assert len(go.Figure(figure.spec).data) == len(figure.spec["data"]), name
        assert "NaN" not in json.dumps(json.loads(fig.to_json(figure.spec))), name
        assert len(figure.alt) > 25, name
        assert figure.table().shape[0] >= 1, name


def test_a_plan_has_one_colour_and_one_dash_in_all_figures_and_they_differ_between_plans():
    plans = shown(DATA["ten"])
    lines = [trace["line"] for trace in all_figures(DATA["ten"])["shares"].spec["data"]]
    assert lines == [plan.curve(np.zeros(1)).line for plan in plans]
    assert [trace["line"] for trace in all_figures(DATA["ten"])["skews"].spec["data"]] == lines[:2]
    every = [compare_charts.ComparedPlan("x", plans[0].forecast, c).curve(np.zeros(1)).line for c in range(6)]
    for part in ("color", "dash"):
        assert len({line[part] for line in every}) == 6


def test_classes_have_the_colours_they_have_on_explore():
    counts = DATA["ten"]
    figures = all_figures(counts)
    elsewhere = [
        trace["line"]["color"] for trace in fig.class_shares(counts, shown(counts)[0].forecast.shares, 0).spec["data"]
    ]
    assert [trace["line"]["color"] for trace in figures["mix"].spec["data"]] == elsewhere
    assert [trace["line"]["color"] for trace in figures["key"].spec["data"]] == elsewhere


@pytest.mark.parametrize("data", DATA)
def test_curves_and_small_multiples_hold_the_shares(data):
    counts = DATA[data]
    plans, figures = shown(counts), all_figures(counts)
    rarest = int(np.where(counts.counts > 0, counts.counts, 10**12).argmin())
    if data != "one class":
        assert counts.counts[rarest] < counts.counts.max()
    for plan, trace in zip(plans, figures["shares"].spec["data"], strict=True):
        assert plan.forecast.shares[5, rarest] == pytest.approx(trace["y"][5], rel=1e-6)
    assert sum(np.asarray(trace["y"]) for trace in figures["mix"].spec["data"]) == pytest.approx(1.0, abs=1e-6)
    low, high = figures["mix"].spec["layout"]["yaxis"]["range"]
    assert all(low <= trace["y"].min() and trace["y"].max() <= high for trace in figures["mix"].spec["data"])


def test_only_figures_whose_lines_are_named_elsewhere_miss_a_key():
    figures = all_figures(DATA["ten"])
    assert {name for name, figure in figures.items() if added_legend_height(figure)} == {"skews", "mix"}
    assert added_legend_height(figures["mix"]) == legend_height(DATA["ten"].names, 2), (
        "automobile has no third of a phone"
    )


def test_the_small_multiples_of_many_classes_are_bands():
    assert len(all_figures(DATA["thousand"])["mix"].spec["data"]) == 3


@pytest.mark.parametrize(
    ("which", "members"),
    [
        ("rarest class", [2]),
        ("largest class", [0]),
        ("head", [0]),
        ("medium", [2]),
        ("tail", [1]),
        ("class of rank", [2]),
    ],
)
def test_a_class_or_a_group_is_followed(which, members):
    assert compare_charts.class_group(DATA["an empty class"], which, 2).members.tolist() == members


def test_of_equally_rare_classes_the_one_is_followed_that_is_called_the_rarest_everywhere():
    counts = ClassCounts.from_counts({"a": 3, "b": 1, "c": 3, "d": 1})
    assert compare_charts.class_group(counts, "rarest class").members.tolist() == [counts.rarest] == [1]
    assert compare_charts.class_group(counts, "largest class").members.tolist() == [counts.largest] == [0]


def test_a_rank_beyond_the_last_is_the_smallest_class():
    assert compare_charts.class_group(DATA["ten"], "class of rank", 99).members.tolist() == [9]
    assert compare_charts.class_group(DATA["ten"], "class of rank", 1).members.tolist() == [
        class_labels.by_count(DATA["ten"])[0]
    ]


def test_names_of_plans_are_never_markup():
    names = [trace["name"] for trace in all_figures(DATA["ten"])["shares"].spec["data"]]
    assert names == ["natural", "&lt;b&gt;ramp&lt;/b&gt;", "mix"]
    assert all("ramp" not in trace["hovertemplate"] for trace in all_figures(DATA["ten"])["shares"].spec["data"])


def test_the_table_in_words_has_percent_signs_differences_and_stars():
    plans = shown(DATA["ten"])
    found = compared(tuple(TARGETS), tuple(courses(plan.forecast) for plan in plans), "chosen epoch", 10)
    words = comparison_words(found)
    assert list(words.columns) == [column.label for column in COLUMNS]
    assert words.loc["<b>ramp</b>", "Share of the rarest class"] == "10 % ★"
    assert words.loc["natural", "Most repeats per epoch"] == "1 ★"
    less = comparison_words(found, 0)
    assert less.loc["<b>ramp</b>", "Share of the rarest class"] == "+9.6 % ★"
    assert less.loc["natural", "Balance"] == "0 %"
    assert comparison_table(found, 0).loc["natural"].abs().sum() == 0.0


def test_the_edges_of_the_cards_have_the_colours_of_the_lines():
    css = (Path(__file__).parents[2] / "pages" / "parts" / "compare" / "plan_cards.css").read_text(encoding="utf-8")
    edges = re.findall(r"plan-card-(\d) \{ border-top-color: (#\w{6}); \}", css)
    plans = [compare_charts.ComparedPlan("x", shown(DATA["ten"])[0].forecast, colour) for colour in range(6)]
    assert edges == [(str(colour), plan.curve(np.zeros(1)).line["color"]) for colour, plan in enumerate(plans)]
