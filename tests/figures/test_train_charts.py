"""Figures of a study: numbers on the result, one colour a plan, words and a table for each."""

import dataclasses
import itertools
import json

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from sampler_core import Constant, DifficultyBalanced, PowerSkew, SamplingPlan
from sampler_core import figures as fig
from sampler_core.exporting.study_report import study_report
from sampler_core.figures import train_charts, train_class_charts
from sampler_core.figures.class_labels import class_in_words
from sampler_core.figures.train_lines import METRIC_LABELS, UNASKED, class_counts_of, study_lines
from sampler_core.figures.train_list import caveats, study_charts
from sampler_core.formatting import COLOURS
from sampler_core.training import Folds, LabelledFeatures, LinearLearner, Study, StudyResult
from sampler_core.training.losses import LDAM, ClassWeighted, CrossEntropy

torch.set_num_threads(1)


def plan_of(target, epochs):
    return SamplingPlan(target=target, epochs=epochs, batch_size=64, drawing="exact")


def studied(counts, epochs=3, losses=(), names=None):
    generator = np.random.default_rng(0)
    y = np.repeat(np.arange(len(counts)), counts)
    X = generator.normal(size=(y.size, 4)) + np.stack([np.cos(y), np.sin(y), y % 3, y % 5], axis=1)
    data = LabelledFeatures(X, y, names=names)
    plans = {"<b>even</b>": plan_of(PowerSkew(Constant(1.0)), epochs), "follows": plan_of(DifficultyBalanced(), epochs)}
    result = Study(data, plans, LinearLearner(0.05), losses or [CrossEntropy()], Folds(2, 1)).run()
    return StudyResult.from_json(result.to_json())  # as a page has it


@pytest.fixture(scope="module")
def results():
    return {
        "two classes, one epoch": studied([60, 8], epochs=1),
        "five classes, one alone, three losses":
            studied([120, 40, 20, 6, 1], losses=(CrossEntropy(), ClassWeighted(1.0), LDAM()), names=tuple("abcde")),
        "a thousand classes": studied([2] * 900 + [9] * 100, epochs=2),
    }  # fmt: skip


NAMES = ("two classes, one epoch", "five classes, one alone, three losses", "a thousand classes")


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_one_that_plotly_takes_and_has_words_and_a_table(results, name):
    result = results[name]
    charts = [chart for curve in METRIC_LABELS for chart in study_charts(result, curve=curve)]
    charts += study_charts(result, {}, f"{result.settings['reference']} + logit adjustment")
    sizes = train_class_charts.class_size_chart(class_counts_of(result))
    for title, figure in [*((chart.title, chart.figure) for chart in charts), ("sizes", sizes)]:
        assert len(go.Figure(figure.spec).data) == len(figure.spec["data"]) > 0, title
        assert "NaN" not in json.dumps(json.loads(fig.to_json(figure.spec))), title
        assert "nan" not in figure.alt and len(figure.alt) > 25, title
        assert len(figure.table()) >= 1, title
    assert [chart.id for chart in charts[:5]] == [
        "train-points", "train-recalls", "train-curves", "train-calibration", "train-drawn",
    ]  # fmt: skip
    assert len({chart.id for chart in charts}) == (5 if name == "a thousand classes" else 6), (
        "no confusion of thousands"
    )


def test_a_plan_has_the_colour_of_compare_a_loss_a_dash_and_what_is_adjusted_an_open_marker(results):
    result = results["five classes, one alone, three losses"]
    lines = {line.name: line for line in study_lines(result, {"<b>even</b>": 4, "follows": 1})}
    even = [line for name, line in lines.items() if name.startswith("<b>even")]
    assert {line.colour for line in even} == {COLOURS[4]}
    assert len({line.line["dash"] for line in even}) == len({line.marker["symbol"] for line in even}) == 3
    natural = lines["natural"]
    assert natural.colour == UNASKED and not natural.adjusted
    adjusted = lines["natural + logit adjustment"]
    assert adjusted.adjusted and adjusted.marker["symbol"] == "circle-open" and adjusted.colour == UNASKED
    assert "<b>" not in json.dumps([line.legend_entry for line in lines.values()]), "names are data, never markup"


def test_points_intervals_and_recalls_are_those_of_the_tables(results):
    result = results["five classes, one alone, three losses"]
    lines, summary = study_lines(result), result.tables["summary"].set_index("candidate")
    for line, trace in zip(lines, train_charts.accuracy_chart(result, lines).spec["data"], strict=True):
        row = summary.loc[line.name]
        assert (trace["x"][0], trace["y"][0]) == (row["accuracy"], row["balanced_accuracy"])
        assert trace["y"][0] + trace["error_y"]["array"][0] == pytest.approx(row["balanced_accuracy_high"])
        assert trace["x"][0] - trace["error_x"]["arrayminus"][0] == pytest.approx(row["accuracy_low"])
    chart = train_class_charts.recall_chart(result, lines, "natural")
    table, recalls = chart.table(), result.tables["recalls"]
    own = recalls[recalls["candidate"] == "natural"].set_index("class")
    assert list(table["training samples"]) == [48, 16, 8, 3, 1], "of half of them, but for the inner part"
    assert list(table["natural"])[:4] == pytest.approx(list(own["recall"].astype(float))[:4])
    assert np.isnan(table["natural"].iloc[4]), "one sample is never judged"
    with_interval = [trace for trace in chart.spec["data"] if "error_x" in trace]
    assert [trace["name"] for trace in with_interval] == ["natural"]
    assert chart.spec["data"][0]["y"][3] == "d · 3", "the training count stands beside the class"


def test_curves_end_at_the_table_and_leave_out_who_lacks_the_metric(results):
    result = results["five classes, one alone, three losses"]
    lines, summary = study_lines(result), result.tables["summary"].set_index("candidate")
    curves = train_charts.metric_curves(result, lines, "corrected_log_loss").table()
    assert not [name for name in curves.columns if "ldam" in name or "adjustment" in name]
    assert curves["natural"].iloc[-1] == pytest.approx(summary.loc["natural", "corrected_log_loss"])
    assert len(train_charts.metric_curves(result, lines, "accuracy").spec["data"]) == len(lines)


def test_drawn_shares_of_an_adaptive_plan_are_shown_with_their_spread_over_runs(results):
    result = results["five classes, one alone, three losses"]
    chart = train_class_charts.drawn_chart(result, "follows, cross-entropy")
    ribbons = [trace for trace in chart.spec["data"] if trace.get("fill") == "tonexty"]
    assert len(ribbons) == 5
    assert chart.table().sum(axis=1).to_list() == pytest.approx([1.0] * 3)
    natural = train_class_charts.drawn_chart(result, "natural").table().iloc[-1]
    assert natural.iloc[0] == pytest.approx(120 / 187, abs=0.02)


def test_confusions_are_shares_of_their_class(results):
    chart = train_class_charts.confusion_chart(results["two classes, one epoch"], "natural")
    assert np.asarray(chart.spec["data"][0]["z"]).sum(axis=1) == pytest.approx([1.0, 1.0])
    assert chart.table().to_numpy().sum() == pytest.approx(68.0)
    assert "is taken for" in chart.alt


def test_curves_that_have_just_begun_are_drawn_where_they_are_on_axes_that_stay():
    lines = [train_charts.StudyLine("natural", UNASKED), train_charts.StudyLine("late", UNASKED)]
    reached = {"natural": np.array([0.3, np.nan, np.nan])}
    figure = train_charts.live_curves(reached, lines)
    (trace,) = figure.spec["data"]
    assert "markers" in trace["mode"], "a line through one point shows nothing"
    assert figure.spec["layout"]["xaxis"]["range"] == [-0.5, 2.5] and figure.spec["layout"]["yaxis"]["range"][1] > 1
    assert "natural 30 %" in figure.alt
    reached["late"] = np.array([0.42, 0.71, np.nan])
    axis = train_charts.live_curves(reached, lines).spec["layout"]["yaxis"]
    assert axis["range"] == [0.3, 1.02], "from below the lowest, so that plans are told apart"


def test_of_curves_that_lie_on_each_other_all_are_seen(results):
    result = results["five classes, one alone, three losses"]
    figure = train_charts.metric_curves(result, study_lines(result), "balanced_accuracy")
    widths = [trace["line"]["width"] for trace in figure.spec["data"]]
    assert len(widths) > 1 and all(below > above for below, above in itertools.pairwise(widths))


def test_what_to_keep_in_mind_names_classes_with_few_samples_and_what_balancing_costs(results):
    said = " ".join(caveats(results["five classes, one alone, three losses"]))
    assert "d has 6 (one moves its recall by 16.7 %)" in said
    assert "The features are fixed and the learner is small" in said
    assert "Of 1,000 classes fewer than 20 samples are judged" in " ".join(caveats(results["a thousand classes"]))


def said_of(result, verdicts, means, **columns):
    """A study with other verdicts and mean differences: of its plans in order, then of the baseline."""
    compared, summary = (result.tables[name].copy() for name in ("comparisons", "summary"))
    compared["verdict"], compared["mean"] = verdicts, means
    for name, values in columns.items():
        summary[name] = values
    return dataclasses.replace(result, tables={**result.tables, "comparisons": compared, "summary": summary})


@pytest.mark.parametrize(
    ("verdicts", "means", "said"),
    [
        (["undecided", "undecided", "better"], [0.01, 0.02, 0.06], "it is better than 'natural' (+6.0 points)"),
        (["undecided", "worse", "undecided"], [0.01, -0.2, 0.004], "against 'natural' it is undecided (+0.4 points)"),
        (["better", "same", "undecided"], [0.05, 0.0, 0.045], "against 'natural' it is undecided (+4.5 points)"),
        (["better", "same", "better"], [0.05, 0.0, 0.02], None),
        (["same", "undecided", "undecided"], [0.0, 0.01, -0.005], None),
        (["same", "undecided", "same"], [0.0, 0.01, 0.002], None),
    ],
)
def test_what_needs_no_training_is_advised_first_with_how_where_no_plan_does_more(results, verdicts, means, said):
    result = results["two classes, one epoch"]
    first = caveats(said_of(result, verdicts, means, accuracy=[0.9, 0.8, 0.8, 0.795]))[0]
    assert ("Try 'natural + logit adjustment' first" in first) == (said is not None)
    assert said is None or (said in first and "subtract log p from the logits" in first)
    assert said is None or "its accuracy 79.5 % (" in first
    cheaper = caveats(said_of(result, verdicts, means, accuracy=[0.9, 0.9, 0.9, 0.8]))[0]
    assert ("Try 'natural + logit adjustment' first" in cheaper) == (said is not None and "better" not in verdicts[:2])


def test_how_often_the_best_plan_draws_a_sample_of_the_class_it_repeats_most_is_said_where_that_is_often(results):
    result = results["two classes, one epoch"]
    plan = result.tables["summary"]["candidate"].iloc[1]
    recalls = result.tables["recalls"].copy()
    of_plan = recalls["candidate"] == plan
    recalls.loc[of_plan, "trained"], recalls.loc[of_plan, "last_share"] = [90.0, 3.0], [0.5, 0.5]
    rare = result.settings["classes"][1]
    result = dataclasses.replace(result, tables={**result.tables, "recalls": recalls})
    words = f"'{plan}' draws each of the 3 training samples of {class_in_words(rare)} about"
    assert words in " ".join(caveats(said_of(result, ["better", "same", "same"], [0.05, 0.0, 0.0])))
    assert words not in " ".join(caveats(said_of(result, ["undecided", "same", "same"], [0.05, 0.0, 0.0])))


def test_a_correction_that_makes_probabilities_worse_is_said_to_and_one_that_does_not_is_not(results):
    result, words = results["two classes, one epoch"], "over-confident"
    for corrected, is_worse in (([0.3, 0.5, 0.3, None], True), ([0.3, 0.2, 0.3, None], False)):
        of = said_of(
            result, ["same"] * 3, [0.0] * 3, log_loss=[0.3, 0.4, 0.3, 0.3], corrected_log_loss=corrected
        )  # fmt: skip
        sentences, chart = " ".join(caveats(of)), next(c for c in study_charts(of) if c.id == "train-calibration")
        assert (words in sentences, words in chart.note) == (is_worse, is_worse)
        assert ("prior correction brings it to 0.2" in sentences) is not is_worse


def test_a_correction_that_hardly_changes_anything_promises_nothing(results):
    before = [0.3, 0.4, 0.3, 0.3]
    of = said_of(results["two classes, one epoch"], ["same"] * 3, [0.0] * 3, log_loss=before,
                 corrected_log_loss=[0.3, 0.399, 0.3, None])  # fmt: skip
    assert "(log loss 0.4 against 0.3), and prior correction hardly changes that (0.399)" in " ".join(caveats(of))


def test_the_table_people_compare_has_the_reference_and_every_difference(results):
    table = train_charts.summary_table(results["two classes, one epoch"])
    assert table.loc["natural", "verdict"] == "reference"
    points = table["points more than natural"]
    assert points.isna().tolist() == [True, False, False, False]
    reached = 100 * table["balanced accuracy"]
    assert points.iloc[1:].tolist() == pytest.approx((reached - reached["natural"]).iloc[1:].tolist())


def test_the_report_has_verdict_caveats_settings_and_plans_and_its_names_are_text(results):
    result = results["five classes, one alone, three losses"]
    report = study_report(result, title="<i>mine</i>", note="A note.")
    assert "&lt;i&gt;mine&lt;/i&gt;" in report and "<b>even</b>" not in report
    for words in ("what to keep in mind", "A note.", "never judged", "plans.json", "linear, learning_rate 0.05"):
        assert words in report, words
