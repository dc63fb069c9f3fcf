"""Every target and schedule can be chosen on the page, with controls made from its rows."""

import json

import numpy as np
import pytest

from sampler_core import Boost, DifficultyBalanced, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import load
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
        assert at.success or at.warning, "the solver says what it found"


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


def test_an_adaptive_target_shows_its_base_and_says_why_it_has_no_batches_to_show():
    at = opened(**KNOWN, target="difficulty_balanced", skew="0.3", increment="0")
    is_sound(at)
    counts = load("isic2019")
    base = SamplingPlan(target=DifficultyBalanced(PowerSkew(Linear(0.3, 0.0))), epochs=20, batch_size=128)
    _, figure = panel_of(at, "shares")
    shown = {trace["name"]: trace["y"] for trace in figure["data"]}
    np.testing.assert_allclose(shown["NV"], base.class_shares(counts)[:, counts.position("NV")], rtol=1e-6)
    assert any("sampler.preview()" in info.value for info in at.info)
    with pytest.raises(AssertionError, match="no chart batches"):
        panel_of(at, "batches")
