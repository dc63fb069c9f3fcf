"""The words of kinds of data: a text in the words of classes, said in those of sources."""

import json

import numpy as np
import pytest

from sampler_core import ClassCounts, Forecast, Linear, PowerSkew, SamplingPlan
from sampler_core.data.vocabulary import CLASS_WORDS, SOURCE_WORDS
from sampler_core.figures.explore_charts import charts_over_epochs
from sampler_core.figures.figure import share_columns, to_json
from sampler_core.figures.rewording import reworded_chart


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("Every class in numbers", "Every source in numbers"),
        ("the class's samples, of 3 classes", "the source's samples, of 3 sources"),
        ("Class imbalance 3, class-balanced", "Size ratio 3, uniform"),
        ("Repeats of the rarest class; most repeats", "Passes over the smallest source; most passes"),
        ("class_shares, ClassCounts, class-aware, subclass", "class_shares, ClassCounts, class-aware, subclass"),
    ],
)  # fmt: skip
def test_words_of_classes_are_said_in_those_of_sources_and_said_again_unchanged(text, said):
    assert SOURCE_WORDS(text) == said
    assert SOURCE_WORDS(said) == said
    assert CLASS_WORDS(text) == text


def test_no_word_that_is_said_instead_is_itself_said_otherwise():
    for _, instead in SOURCE_WORDS.words:
        assert SOURCE_WORDS(instead) == instead


def test_names_of_the_data_stay_as_they_are_wherever_they_stand():
    say = SOURCE_WORDS.keeping(["class", "rarest class notes", "en", "a (b)"])
    assert say("rarest class notes is the rarest, en a class") == "rarest class notes is the smallest, en a class"
    assert SOURCE_WORDS.keeping([1, 2])("class 1") == "source 1"


def test_a_chart_says_all_of_its_text_so_and_keeps_its_numbers():
    counts = ClassCounts.from_counts({"first class": 60, "b": 30, "c": 1})
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.5)), epochs=3, batch_size=8)
    forecast = Forecast.of(plan, counts)
    say = SOURCE_WORDS.keeping(counts.names)
    for chart in charts_over_epochs(forecast, forecast.class_weights, 1, over_run=True):
        other = reworded_chart(chart, say)
        spec = to_json(other.figure.spec)
        told = " ".join((spec, other.title, other.note, other.figure.alt, *other.figure.table().columns))
        assert SOURCE_WORDS(told.replace("first class", "")) == told.replace("first class", "")
        assert np.array_equal(other.figure.table().to_numpy(), chart.figure.table().to_numpy())
        assert len(share_columns(other.figure.table())) == len(share_columns(chart.figure.table()))
        assert len(json.loads(spec)["data"]) == len(chart.figure.spec["data"])
