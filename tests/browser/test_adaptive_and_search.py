"""In Chromium: the assumed learner's slider moves shares and batches; a schedule is searched by training and used."""

import re

import numpy as np

from sampler_core import DifficultyBalanced, Forecast, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import synthetic
from sampler_core.forecast.assumed_learner import AssumedLearner
from tests.browser.conftest import axe_finds_nothing, fits_and_axe_finds_nothing, settle, traces
from tests.browser.test_live import drag
from tests.browser.test_train import awaited

COUNTS = synthetic("exponential", 10, 20_000, 100.0)


def test_the_batches_of_an_adaptive_plan_follow_the_slider_of_the_assumed_learner(open_page):
    page = open_page("/?data=synthetic&target=difficulty+balanced&epochs=20&epoch=5")
    pace = float(drag(page, "Draws to learn a class", 0.4, 0.75, 8))
    page.wait_for_function("() => window.skewlab.latestAnswer")
    page.mouse.up()
    page.wait_for_url(re.compile("pace="))
    settle(page)
    plan = SamplingPlan(target=DifficultyBalanced(PowerSkew(Linear(0.0, 0.01))), epochs=20, batch_size=128)
    forecast = Forecast.of(plan, COUNTS, AssumedLearner(pace))
    shown = np.array([trace["y"] for trace in traces(page, "shares")])
    np.testing.assert_allclose(shown.T, forecast.shares, rtol=1e-6)
    drawn = plan.preview(COUNTS, 5, 0, 50, forecast.state_at(5)).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()
    axe_finds_nothing(page)


def test_a_schedule_is_searched_by_training_and_what_the_verdict_speaks_for_is_used(open_page):
    page = open_page("/tune?way=by+training&features=yeast&learner=linear&epochs=4&candidates=4&search_splits=5")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("search="))
    awaited(page, "Won most searches")
    settle(page)
    fits_and_axe_finds_nothing(page)
    page.get_by_role("button", name=re.compile("^Use (this schedule|the static skew)$")).first.click()
    page.get_by_test_id("stToast").first.wait_for()
    page.reload()
    awaited(page, "Won most searches")
