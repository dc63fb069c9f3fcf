"""Remedies with a button: what they are by hand, and that each holds what it promises."""

import itertools

import numpy as np
import pytest

from sampler_core import ClassCounts, Constant, Cosine, Linear, PowerSkew, ProgressivelyBalanced, SamplingPlan
from sampler_core.forecast.findings import CHECKS, WARNINGS, findings
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.trials import Trials
from sampler_core.forecast.tried_remedies import CANDIDATES, findings_with_remedies, tried_remedies


def offered(counts, target, *, epochs=10, batch_size=100, most=9, **settings):
    """Kind of each finding -> its remedies; the plan; its findings."""
    counts = ClassCounts.from_counts(counts)
    target = target if isinstance(target, ProgressivelyBalanced) else PowerSkew(target)
    plan = SamplingPlan(target=target, epochs=epochs, batch_size=batch_size, **settings)
    forecast = Forecast.of(plan, counts)
    found = findings(plan, forecast)
    return {one.kind: tried_remedies(one, found, Trials(plan, forecast), most) for one in found}, counts, found


def labels(counts, target, kind, **settings):
    return [remedy.label for remedy in offered(counts, target, **settings)[0][kind]]


def plans(counts, target, kind, **settings):
    return [remedy.plan for remedy in offered(counts, target, **settings)[0][kind]]


def test_repeats_are_capped_or_the_skew_is_limited():
    assert labels([995, 5], Constant(1.0), "repeated") == ["Cap repeats at 10", "Limit the skew to 0.44"]
    capped, limited = plans([995, 5], Constant(1.0), "repeated")
    assert capped.max_repeats == 10
    assert limited.target == PowerSkew(Constant(0.44))


def test_a_reversed_mix_is_limited_at_a_skew_of_1_in_the_schedule_s_own_setting():
    (linear,) = plans([900, 300], Linear(0.5, 0.25), "reversed", drawing="exact")
    assert linear.target == PowerSkew(Linear(0.5, 0.25, maximum=1.0))
    (cosine,) = plans([900, 300], Cosine(0.0, 2.0), "reversed", drawing="exact")
    assert cosine.target == PowerSkew(Cosine(0.0, 1.0))


def test_a_class_that_is_often_missing_is_drawn_stratified_or_more_often():
    assert labels([990, 10], Constant(0.0), "absent", batch_size=67) == [
        "Use the stratified scheme", "1 of each class in every batch", "Keep the skew at 0.11 or more",
    ]  # fmt: skip
    assert labels([990, 10], Constant(0.0), "absent", batch_size=66, drawing="stratified") == [
        "1 of each class in every batch", "Keep the skew at 0.01 or more", "Stratified batches of 67",
    ]  # fmt: skip


def test_no_remedy_is_offered_that_makes_another_warning():
    assert "Keep the skew at 0.35 or more" not in labels([9_990, 10], Constant(0.0), "absent")  # 11.1 repeats
    assert labels([50, 50], Constant(0.0), "repeated", samples_per_epoch=1001) == []  # no cap can be met


def test_an_unseen_part_is_seen_with_more_draws():
    assert labels([1000], Constant(0.0), "unseen", epochs=3, samples_per_epoch=100, drawing="exact") == [
        "Train 8 epochs", "Draw 270 samples an epoch",
    ]  # fmt: skip


def test_what_is_no_warning_has_remedies_too():
    assert labels([500, 500], Constant(0.0), "replaced") == ["Use the exact scheme"]
    assert labels([60] * 40, Constant(0.0), "crowded", batch_size=32, drawing="exact") == ["Batches of 40"]
    assert labels([100, 50], Linear(0.0, 0.5, maximum=1.0), "flat", drawing="exact") == ["Move until the end, by 0.111"]
    assert labels([100, 0], Constant(0.0), "empty", drawing="exact") == []


def test_every_kind_of_finding_but_one_has_candidates_and_the_warnings_are_the_heaviest():
    assert set(CHECKS) - set(CANDIDATES) == {"empty"}
    weights = {one.kind: one.weight for one in offered([90_000, 900, 9, 0], Linear(0, 0.3), batch_size=2)[2]}
    assert min(weights[kind] for kind in WARNINGS) > max(
        weight for kind, weight in weights.items() if kind not in WARNINGS
    )


@pytest.mark.parametrize("drawing", ["independent", "exact", "stratified"])
@pytest.mark.parametrize(
    "target", [Constant(1.5), Linear(0.0, 0.2), Cosine(0.0, 1.0), ProgressivelyBalanced()], ids=repr
)
def test_with_a_remedy_its_finding_is_gone_and_no_warning_is_new(drawing, target):
    some = 0
    for counts, batch_size in itertools.product(
        ([995, 5], [12_875, 4_522, 867, 239], np.geomspace(500, 5, 30).astype(int)), (16, 128)
    ):
        remedies, data, before = offered(counts, target, batch_size=batch_size, drawing=drawing)
        for kind, remedy in [(kind, remedy) for kind, tried in remedies.items() for remedy in tried]:
            some += 1
            after = {one.kind for one in findings(remedy.plan, Forecast.of(remedy.plan, data))}
            assert kind not in after, (kind, remedy)
            assert after & set(WARNINGS) <= {one.kind for one in before}, (kind, remedy)
    assert some >= 4


def test_what_mends_most_findings_stands_first_for_each_of_them_and_mends_what_it_says():
    counts = ClassCounts.from_counts({f"class {place}": 5000 // 3**place for place in range(6)})
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.05)), epochs=40, batch_size=64)
    by_kind = {one.kind: remedies for one, remedies in findings_with_remedies(plan, Forecast.of(plan, counts))}
    labels = {kind: [(remedy.label, len(remedy.mended)) for remedy in remedies] for kind, remedies in by_kind.items()}
    assert labels["reversed"] == [("Cap repeats at 10", 3), ("Limit the skew to 1", 2)]
    assert labels["repeated"] == [("Cap repeats at 10", 3), ("Limit the skew to 0.49", 3)]
    for kind, remedies in by_kind.items():
        for remedy in remedies:
            after = {one.kind for one in findings(remedy.plan, Forecast.of(remedy.plan, counts))}
            assert kind in remedy.mended
            assert remedy.mended == set(by_kind) - after


def test_advice_and_buttons_try_each_setting_once(monkeypatch):
    tried = []
    forecast_of = Trials._forecast_of
    monkeypatch.setattr(
        Trials, "_forecast_of", lambda self, settings: (tried.append(settings), forecast_of(self, settings))[1]
    )
    counts = ClassCounts.from_counts({"a": 5000, "b": 500, "c": 50})
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.05)), epochs=40, batch_size=64)
    assert len(findings_with_remedies(plan, Forecast.of(plan, counts))) >= 3
    assert len(tried) > 3
    assert all(settings not in tried[:place] for place, settings in enumerate(tried))
