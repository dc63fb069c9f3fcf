"""The small curve of a preset: its numbers, its picture, its words."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from sampler_core import Constant, PowerSkew, SamplingPlan
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets import load
from sampler_core.figures.skew_thumbnail import HIGHEST, LOWEST, shown_skews, skew_in_words, skew_thumbnail
from sampler_core.plans.presets import PRESETS

CIFAR = load("cifar10_lt_if100")


def skews_of(name, counts=CIFAR, epochs=20):
    return shown_skews(SamplingPlan(target=PRESETS[name].rule(epochs), epochs=epochs, batch_size=8), counts)


def test_a_target_without_a_skew_has_the_one_of_its_largest_and_rarest_class():
    mixed = skews_of("progressively_balanced")
    assert mixed[[0, -1]] == pytest.approx([0.0, 1.0])
    assert np.all(np.diff(mixed) > 0)
    assert skews_of("square_root") == pytest.approx(0.5)
    assert skews_of("progressively_balanced", ClassCounts.from_counts([5, 5])).tolist() == [0.0] * 20


@pytest.mark.parametrize("name", PRESETS)
def test_the_curve_is_a_sound_picture_whose_points_are_the_epochs(name):
    picture = ET.fromstring(skew_thumbnail(skews_of(name)))
    (line,) = picture.findall("{*}polyline")
    points = np.array([point.split(",") for point in line.get("points").split()], dtype=float)
    assert len(points) == 20
    assert np.all(np.diff(points[:, 0]) > 0)
    inside = (skews_of(name) >= LOWEST) & (skews_of(name) <= HIGHEST)
    height = float(picture.get("height"))
    assert np.all((points[inside, 1] >= 0) & (points[inside, 1] <= height))


def test_one_epoch_is_a_level_line():
    assert skew_thumbnail(np.array([0.5])).count(",") == 2


def test_the_words_are_those_of_the_first_and_the_last_epoch():
    assert skew_in_words(skews_of("deferred")) == "Skew 0 in the first epoch, 1 in the last"
    assert skew_in_words(skews_of("square_root")) == "Skew 0.5 in every epoch"
    plan = SamplingPlan(target=PowerSkew(Constant(2.0)), epochs=1, batch_size=8)
    assert skew_in_words(shown_skews(plan, CIFAR)) == "Skew 2 in every epoch"
