"""The charts of a schedule search: what was confirmed, and what was tried, in figures, words and tables."""

import numpy as np
import pandas as pd
import pytest

from sampler_core.figures.search_charts import search_charts
from sampler_core.training.study_result import StudyResult


@pytest.fixture
def result():
    confirmed = pd.DataFrame({
        "candidate": "searched schedule", "against": ["tuned static skew", "natural + logit adjustment"],
        "mean": [0.012, -0.02], "low": [-0.003, -0.05], "high": [0.027, 0.01], "holm_p": [0.2, 0.3],
        "verdict": ["undecided", "undecided"],
    })  # fmt: skip
    searched = pd.DataFrame({
        "kind": ["searched schedule"] * 2 + ["tuned static skew"] * 2, "target": "PowerSkew",
        "schedule": ["Linear(0.2, 0.1)", "Step(4, 0.0, 1.0)", "Constant(0.5)", "Constant(1.0)"],
        "first_skew": [0.2, 0.0, 0.5, 1.0], "last_skew": [0.9, 1.0, 0.5, 1.0], "reached": [0.7, 0.6, 0.65, 0.5],
        "wins": [3, 1, 4, 0],
    })  # fmt: skip
    settings = {"metric": "balanced_accuracy", "region": 0.01, "runs": 4}
    return StudyResult("", (), settings, {"confirmed": confirmed, "searched": searched})


def test_differences_are_in_points_with_their_intervals_and_what_is_practically_none(result):
    differences, _ = search_charts(result)
    (points,) = differences.figure.spec["data"]
    np.testing.assert_allclose(points["x"], [1.2, -2.0])
    np.testing.assert_allclose(points["x"] + points["error_x"]["array"], [2.7, 1.0])
    np.testing.assert_allclose(points["x"] - points["error_x"]["arrayminus"], [-0.3, -5.0])
    none = differences.figure.spec["layout"]["shapes"][0]
    assert (none["x0"], none["x1"]) == (-1.0, 1.0)
    assert "against tuned static skew +1.20 points, -0.30 to 2.70, undecided" in differences.figure.alt
    assert differences.figure.table().loc["tuned static skew", "difference"] == 0.012


def test_what_was_tried_stands_where_it_starts_and_ends_and_static_skews_on_the_diagonal(result):
    _, tried = search_charts(result)
    schedules, statics = tried.figure.spec["data"]
    np.testing.assert_array_equal(statics["x"], statics["y"])
    assert schedules["marker"]["size"][0] > schedules["marker"]["size"][1], "won more searches"
    assert statics["marker"]["cmax"] == schedules["marker"]["cmax"] == 0.7
    assert "tuned static skew from 0.5 to 0.5 won 4" in tried.figure.alt
    assert list(tried.figure.table()["searches won"]) == [3, 1, 4, 0]
