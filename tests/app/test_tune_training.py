"""Tune by training without a browser: its form, what is started, what is found; and that the first way is as before."""

import json

import pytest
import torch
from streamlit.testing.v1 import AppTest

from pages.parts.server import study_line
from pages.parts.sidebar.page_parameters import FEATURES, SEARCH, SEARCH_PARAMETERS, choice_titles
from pages.parts.train import study_form
from pages.parts.train.study_process import run_study
from pages.parts.tune import search_form
from sampler_core import SamplingPlan
from sampler_core.exporting.study_report import study_report
from sampler_core.figures.search_charts import search_charts
from sampler_core.training import StudyResult
from sampler_core.training.search_space import SCHEDULE, STATIC, trainings
from tests.app.test_explore import NAVIGATION, is_sound, panel_of, values_of
from tests.app.test_train import HeldStudy

torch.set_num_threads(1)
FAST = {"data": "published", "features": "Yeast", "learner": "linear", "epochs": "2", "candidates": "4",
        "search_splits": "5", "way": "by training"}  # fmt: skip


@pytest.fixture(autouse=True)
def searches_are_held(monkeypatch):
    monkeypatch.setattr(study_line, "_studies", {})
    monkeypatch.setattr(HeldStudy, "asked", [])
    monkeypatch.setattr(study_form, "StudyJob", HeldStudy)
    for form in (study_form, search_form):
        monkeypatch.setattr(form, "start_spare", lambda modules: None)


def opened(**url):
    at = AppTest.from_file(NAVIGATION, default_timeout=60)
    for key, value in url.items():
        at.query_params[key] = value
    at.run()
    for key, value in url.items():
        at.query_params[key] = value
    return at.switch_page("tune.py").run()


def said(at):
    return " ".join(text.value.replace("\\", "").replace("\xa0", " ") for text in at.markdown)


def test_a_link_of_before_opens_tune_by_requirements_and_has_nothing_of_a_search():
    at = opened(data="published")
    is_sound(at)
    assert at.radio(key="way").value == "by requirements"
    assert not {row.key for row in SEARCH_PARAMETERS[1:]} & {*values_of(at), *at.query_params}
    at.radio(key="way").set_value("by training").run()
    is_sound(at)
    assert "Does any schedule make a classifier better than a static skew" in said(at)


def test_the_form_starts_a_search_of_what_it_says_and_the_page_follows_it():
    at = opened(**FAST, least_skew="-0.5", most_skew="1.2", max_repeats="30", seed="7")
    at.get("button_group")[0].set_value(["linear", "step"]).run()
    is_sound(at)
    assert f"{5 * (trainings(4, 4) + 3)} trainings, about " in said(at)
    at.button(key="start_search").click().run()
    is_sound(at)
    ((request, file),) = HeldStudy.asked
    assert file is None
    assert request["space"] == {
        "least": -0.5, "most": 1.2, "shapes": ["linear", "step"], "targets": ["power_skew"], "candidates": 4
    }  # fmt: skip
    base = SamplingPlan.from_json(request["base"])
    assert (base.epochs, base.max_repeats, base.seed) == (2, 30, 7)
    assert request["splits"] == {"name": "hold_out", "splits": 5, "test": 0.3}
    assert at.query_params[SEARCH.key]
    assert "Training on Yeast" in said(at)
    at.button(key="cancel_study").click().run()
    is_sound(at)
    assert at.button(key="start_search")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ({"least_skew": "1", "most_skew": "1"}, "Largest skew must be above least skew."),
        ({"features": "my features"}, "Bring features: choose a file above, or a bundled set."),
    ],
)
def test_what_is_missing_is_said_beside_a_start_that_waits(url, sentence):
    at = opened(**{**FAST, **url})
    assert not at.exception
    assert at.button(key="start_search").disabled
    assert sentence in said(at)


def test_a_finished_search_says_first_whether_a_schedule_helps_and_offers_what_it_speaks_for():
    at = opened(**FAST)
    at.button(key="start_search").click().run()
    request = json.loads(json.dumps(HeldStudy.asked[0][0]))
    news = []
    done = run_study(request, b"", lambda share, *more: news.extend(more))
    assert news[0]["runs"] == 5 * (trainings(4, 4) + 3)
    result = StudyResult.from_json(done["study"])
    (study,) = study_line._studies.values()
    study.job.future.set_result(result)
    at.run()
    is_sound(at)
    verdict = result.verdict.split("). ")[0]
    assert f"**{verdict}).**" in said(at)
    assert "Won most searches: " in said(at)
    assert result.verdict in study_report(result, search_charts(result)).replace("&#39;", "'")
    assert panel_of(at, "search-differences")[1]["data"][0]["x"].size == 2
    tried = panel_of(at, "search-tried")[1]["data"]
    assert sum(trace["x"].size for trace in tried) == 8
    helps = result.tables["confirmed"].iloc[0]["verdict"] == "better"
    first, key = (SCHEDULE, "schedule") if helps else (STATIC, "static")
    at.button(key=f"use_search_{key}").click().run()
    is_sound(at)
    assert (
        at.session_state["scenario"].plan.target
        == SamplingPlan.from_json(json.dumps(result.settings["plans"][first])).target
    )
    at.button(key="new_search").click().run()
    is_sound(at)
    assert SEARCH.key not in at.query_params
    assert at.button(key="start_search")


def test_features_with_a_split_of_their_own_are_confirmed_on_it():
    at = opened(**{**FAST, "features": choice_titles(FEATURES)["optdigits_50"]})
    is_sound(at)
    assert "the features' own split, 5 seeds" in said(at)


def test_a_search_that_cannot_be_made_is_refused_in_a_sentence():
    at = opened(**FAST)
    at.button(key="start_search").click().run()
    request = json.loads(json.dumps(HeldStudy.asked[0][0]))
    refused = run_study({**request, "space": {**request["space"], "most": 0.0}}, b"", lambda share, *more: None)
    assert refused == {"refused": "most must be a number above least (0), got 0"}
