"""Every target and schedule can be chosen on the page, with controls made from its rows."""

import json

import numpy as np
import pytest

from pages.parts.sidebar import shares_table
from sampler_core import Boost, DifficultyBalanced, Forecast, Linear, PowerSkew, SamplingPlan, Shares
from sampler_core.datasets import load
from sampler_core.figures.class_labels import class_options
from sampler_core.forecast.assumed_learner import AssumedLearner
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.target_values import target_of
from sampler_core.tuning.schedule_families import FAMILIES
from tests.app.test_explore import is_sound, opened, panel_of, values_of

KNOWN = {"data": "published", "table": "isic2019", "epochs": "20"}


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_is_offered_with_a_control_for_each_of_its_fields(name):
    at = opened(**KNOWN, target=name)
    is_sound(at)
    assert {row.key for row in rows_of(TARGETS[name]).values()} <= values_of(at).keys()


@pytest.mark.parametrize("shape", SCHEDULES)
def test_every_schedule_has_its_controls_and_its_link_and_is_compared_and_tuned(shape):
    at = opened(**KNOWN, shape=shape)
    is_sound(at)
    values = values_of(at)
    assert {row.key for row in rows_of(SCHEDULES[shape]).values()} <= values.keys()
    assert at.session_state["scenario"].plan.target == target_of({"shape": shape})
    compared = [*("mine", {"name": "other", "target": TARGETS.encode(target_of({"shape": shape}))})]
    at.query_params["plans"] = json.dumps(compared)
    at.query_params["solved_shape"] = shape if shape in FAMILIES else "as it is"
    is_sound(at.switch_page("compare.py").run())
    assert list(at.dataframe[0].value.index) == ["mine", "other"]
    at.switch_page("tune.py").run()
    assert not at.exception
    assert not at.error
    if shape in FAMILIES:
        said = "".join(text.value for text in at.markdown)
        assert "Your plan " in said or "The plan of the sidebar " in said, "the page says what it found"


def test_a_boost_builds_on_the_schedule_of_the_sidebar_and_names_classes_in_the_url():
    at = opened(
        **KNOWN, target="boost", boosts="DF: 3, VASC: 2", boost_from="2", boost_to="5", skew="0.5", increment="0"
    )
    is_sound(at)
    target = Boost(PowerSkew(Linear(0.5, 0.0)), {"DF": 3, "VASC": 2}, 2, 5)
    counts = load("isic2019")
    shares = SamplingPlan(target=target, epochs=20, batch_size=128).class_shares(counts)
    _, figure = panel_of(at, "shares")
    shown = {trace["name"]: trace["y"] for trace in figure["data"]}
    np.testing.assert_allclose(shown["DF"], shares[:, counts.position("DF")], rtol=1e-6)


def test_a_boost_of_a_class_that_is_not_there_is_said_in_a_sentence():
    at = opened(**KNOWN, target="boost", boosts="unicorn: 3")
    assert not at.exception
    assert any("'unicorn'" in error.value for error in at.error)


def test_an_adaptive_target_is_shown_under_an_assumed_learner_which_the_page_says():
    at = opened(**KNOWN, target="difficulty_balanced", skew="0.3", increment="0", pace="2000", epoch="4")
    is_sound(at)
    counts = load("isic2019")
    plan = SamplingPlan(target=DifficultyBalanced(PowerSkew(Linear(0.3, 0.0))), epochs=20, batch_size=128)
    forecast = Forecast.of(plan, counts, AssumedLearner(pace=2000.0))
    shown = {trace["name"]: trace["y"] for trace in panel_of(at, "shares")[1]["data"]}
    np.testing.assert_allclose(shown["NV"], forecast.shares[:, counts.position("NV")], rtol=1e-6)
    recalls = {trace["name"]: trace["y"] for trace in panel_of(at, "recalls")[1]["data"]}
    np.testing.assert_allclose(recalls["DF"], forecast.followed.recalls[:, counts.position("DF")], rtol=1e-6)
    batches = plan.preview(counts, 4, 0, 50, forecast.state_at(4)).batch_class_counts
    stacks = {trace["name"]: trace["y"] for trace in panel_of(at, "batches")[1]["data"]}
    np.testing.assert_array_equal(stacks["NV"], batches[:, counts.position("NV")])
    assert any("assumed learner stands in" in text.value for text in at.markdown)
    at.number_input(key="spread").set_value(0.0).run()
    is_sound(at)
    moved = {trace["name"]: trace["y"] for trace in panel_of(at, "shares")[1]["data"]}
    assert not np.allclose(moved["NV"], shown["NV"])


def test_a_plan_that_follows_nothing_has_no_learner_and_a_link_of_before_has_no_new_part():
    at = opened(**KNOWN)
    is_sound(at)
    assert not {"pace", "spread"} & values_of(at).keys()
    assert not {"pace", "spread"} & {*at.query_params}


def test_given_shares_stand_in_a_table_of_the_classes_and_in_the_link():
    at = opened(**KNOWN, target="shares", given_shares='{"VASC":"0:0.3, 19:0.1","DF":0.2}', skew="1", increment="0")
    is_sound(at)
    table = at.sidebar.dataframe[0].value.set_index("Class")["Share"]
    assert list(table.index) == [label for label in class_options(load("isic2019"))]
    assert (table["VASC"], table["DF"], table["NV"]) == ("0:0.3, 19:0.1", "0.2", "")
    target = Shares({"VASC": [(0, 0.3), (19, 0.1)], "DF": 0.2}, PowerSkew(Linear(1.0, 0.0)))
    assert at.session_state["scenario"].plan.target == target


@pytest.mark.parametrize("classes", [2, 1000])
def test_the_table_has_a_row_for_each_class_of_synthetic_data(classes):
    at = opened(data="synthetic", classes=str(classes), epochs="5", target="shares", given_shares="1: 0.5")
    is_sound(at)
    assert at.sidebar.dataframe[0].value["Share"].tolist() == ["", "0.5", *[""] * (classes - 2)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("VASC: 0.7, DF: 0.6", "Shares must sum to at most 1 in every epoch, got 1.3 in epoch 0."),
        ("VASC: 2", "Share of class 'VASC' must be a number from 0 to 1"),
        ("VASC", "Shares must be class: share pairs"),
    ],
)
def test_shares_that_cannot_be_are_said_in_a_sentence_beside_the_table(given, says):
    at = opened(**KNOWN, target="shares", given_shares=given)
    assert not at.exception
    assert at.sidebar.dataframe
    assert any(error.value.replace("\\", "").startswith(says) for error in at.sidebar.error)


def test_an_edited_cell_sets_the_text_and_a_wrong_one_is_left_out_with_a_sentence(monkeypatch):
    start = {"a": 0.2, "b": 0.1}
    edits = {0: {"Share": "0.25"}, 1: {"Share": ""}, 2: {"Share": "half"}, 3: {"Share": "0:0.1, 5:0.2"}}
    state = {"key": "editor", "start": start, "text": "", "wrong": []}
    session = {"shares_table": state, "editor": {"edited_rows": edits}}
    monkeypatch.setattr(shares_table.st, "session_state", session)
    shares_table._take_edits(("a", "b", "c", "d"))
    assert session["given_shares"] == state["text"] == '{"a":0.25,"d":[[0,0.1],[5,0.2]]}'
    (wrong,) = state["wrong"]
    assert wrong.startswith("Share of class 'c' must be a number from 0 to 1")
    assert wrong.endswith("got 'half'. It is left out.")
