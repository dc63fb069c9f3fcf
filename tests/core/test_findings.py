"""Each finding at and around its threshold, with numbers computed by hand."""

import numpy as np
import pytest

from sampler_core import ClassCounts, Constant, Linear, PowerSkew, ProgressivelyBalanced, SamplingPlan, Step
from sampler_core.findings import LOOKS, findings
from sampler_core.outlook import Outlook


def found(counts, schedule=None, *, target=None, epochs=10, batch_size=100, **settings):
    counts = ClassCounts.from_counts(counts)
    plan = SamplingPlan(
        target=target or PowerSkew(schedule), epochs=epochs, batch_size=batch_size, **settings
    )  # fmt: skip
    return {finding.kind: finding for finding in findings(plan, Outlook.of(plan, counts))}


def test_findings_come_by_weight_and_have_a_sentence_and_something_to_try():
    listed = list(found([90_000, 900, 9, 0], Linear(0, 0.3), batch_size=2).values())
    assert [finding.weight for finding in listed] == sorted((f.weight for f in listed), reverse=True)
    assert len(listed) >= 5
    assert all(finding.text.endswith(".") and finding.advice.endswith(".") for finding in listed)


def test_a_quiet_plan_has_no_findings():
    assert found([500, 300, 200], Constant(0.5), drawing="exact") == {}


def test_every_look_finds_something_somewhere():
    kinds = set(found([90_000, 900, 9, 0], Linear(0, 0.3), batch_size=2))
    kinds |= set(found([100, 50], Constant(0.0))) | set(found([100, 50], Linear(0, 0.5, maximum=1.0)))
    kinds |= set(found([10**6, 10], Constant(1.0), samples_per_epoch=100))
    assert len(kinds) == len(LOOKS)


# --- reversed: from skew 1 on ------------------------------------------------------------------------


@pytest.mark.parametrize(("skew", "fires"), [(0.99, False), (1.0, False), (1.01, True), (2.0, True)])
def test_reversed_past_a_skew_of_one(skew, fires):
    assert ("reversed" in found([900, 100], Constant(skew))) is fires


def test_reversed_names_the_epoch_and_both_shares():
    said = found({"common": 900, "rare": 100}, Linear(0.5, 0.25))["reversed"].text
    assert "from epoch 3 on" in said  # 0.5, 0.75, 1.0, 1.25
    assert "rare, is drawn more often than the largest, common" in said
    low = 900**-1.75 / (900**-1.75 + 100**-1.75)  # skew 2.75 in epoch 9
    assert f"({100 * (1 - low):.3g} % against {100 * low:.3g} % of the draws in epoch 9)" in said


def test_equal_classes_are_never_reversed():
    assert "reversed" not in found([100, 100], Constant(5.0))


# --- dominating: more than half of a batch -----------------------------------------------------------


def test_the_rarest_class_dominates_above_a_half():
    assert "dominating" not in found([900, 100], Constant(1.0))  # exactly a half
    finding = found([900, 100], Constant(1.01))["dominating"]
    assert "fills more than half of each batch" in finding.text
    assert "though it has 10 % of the data" in finding.text


def test_dominating_tells_the_first_epoch_and_the_worst():
    text = found([90_000, 900, 9], Linear(0, 0.5), epochs=5)["dominating"].text
    share = 9**-1.0 / (90_000**-1.0 + 900**-1.0 + 9**-1.0)
    assert text.startswith("From epoch 3 on the rarest class, class 2,")  # skew 1.5: 1 / (1 + 0.1 + 0.01)
    assert share > 0.5
    assert "> 99.9 %" not in text
    assert "99 % in epoch 4" in text


def test_one_class_does_not_dominate_itself():
    assert found([100], Constant(0.0), drawing="exact") == {}


# --- repeated: more than 10 an epoch -----------------------------------------------------------------


@pytest.mark.parametrize(("samples", "fires"), [(2000, False), (2002, True)])
def test_repeats_past_ten_an_epoch(samples, fires):
    assert ("repeated" in found([1900, 100], Constant(1.0), samples_per_epoch=samples)) is fires


def test_repeated_tells_how_often_and_for_how_many_classes():
    text = found([9900, 50, 50], Constant(1.0))["repeated"].text
    assert "in 2 classes: each of the 50 samples of class 1 comes 66.7 times in epoch 0" in text  # 10,000 / 3 / 50


# --- absent: from more than a third of the batches ---------------------------------------------------


def test_absence_from_more_than_a_third_of_the_batches():
    p = 1 - (1 / 3) ** (1 / 100)  # (1 - p)^100 = 1/3
    rare = round(p * 1_000_000)
    assert "absent" in found([1_000_000 - rare + 50, rare - 50], Constant(0.0))
    assert "absent" not in found([1_000_000 - rare - 50, rare + 50], Constant(0.0))


def test_absent_under_the_stratified_law_names_the_batch_that_would_do():
    finding = found([9960, 40], Constant(0.0), drawing="stratified")["absent"]
    assert "is missing from 60 % of them" in finding.text  # 1 - 100 * 0.004
    assert "a batch of 167" in finding.advice  # (2/3) / 0.004


def test_absent_counts_epochs_and_classes():
    text = found([100_000, 100, 50], Linear(0, 0.25), epochs=4)["absent"].text
    assert text.startswith("In 2 of 4 epochs")
    assert "2 classes in epoch 0, where class 2 is missing from" in text


# --- unseen: more than a fifth of the largest class --------------------------------------------------


@pytest.mark.parametrize(("samples", "fires"), [(800, False), (799, True)])
def test_more_than_a_fifth_of_the_largest_class_never_drawn(samples, fires):
    assert ("unseen" in found([1000], Constant(0.0), epochs=1, samples_per_epoch=samples, drawing="exact")) is fires


def test_unseen_tells_how_many_samples():
    text = found([1000], Constant(0.0), epochs=1, samples_per_epoch=500, drawing="exact")["unseen"].text
    assert text.startswith(
        "50 % of the largest class, class 0, is never drawn in the whole run: about 500 of its 1,000"
    )


# --- empty, crowded, replaced, flat ------------------------------------------------------------------


def test_empty_classes_are_named():
    counts = {"a": 5, "b": 0, "c": 0, "d": 0, "e": 0}
    assert found(counts, Constant(0.0))["empty"].text == (
        "4 classes have no sample and will never be drawn: b, c, d and 1 more."
    )
    assert "empty" not in found([5, 1], Constant(0.0))


@pytest.mark.parametrize(("batch_size", "fires"), [(3, False), (2, True)])
def test_a_batch_smaller_than_the_number_of_classes(batch_size, fires):
    assert ("crowded" in found([50, 50, 50, 0], Constant(0.0), batch_size=batch_size)) is fires


def test_draws_with_replacement_where_a_deck_would_do():
    natural = found([500, 500], Constant(0.0))["replaced"].text
    assert "In 10 epochs no sample is needed twice" in natural
    assert "in epoch 0 36.8 % of what could be seen is not" in natural  # 1 / e
    assert "replaced" not in found([500, 500], Constant(0.0), drawing="exact")
    assert "replaced" not in found([900, 100], Constant(0.1))


@pytest.mark.parametrize(("at_epoch", "fires"), [(1, False), (2, True)])
def test_a_deck_is_advised_from_a_tenth_of_the_epochs_on(at_epoch, fires):
    assert ("replaced" in found([900, 100], Step(at_epoch))) is fires


@pytest.mark.parametrize(("increment", "fires"), [(0.1, False), (0.12, False), (0.2, True)])
def test_a_schedule_that_rests_at_its_limit(increment, fires):
    # reaches 1 in epochs 10 (never), 9 and 5 of 10
    assert ("flat" in found([900, 100], Linear(0.0, increment, maximum=1.0), drawing="exact")) is fires


def test_flat_tells_from_where_to_where():
    late = found([900, 100], Linear(0.0, 0.2, maximum=1.0))["flat"].text
    early = found([900, 100], Linear(-1.0, 0.2, minimum=0.0))["flat"].text
    assert late == "The skew rests at its limit of 1 from epoch 5 on: 5 of 10 epochs have the same mix."
    assert early == "The skew rests at its limit of 0 up to epoch 5: 6 of 10 epochs have the same mix."


def test_targets_without_a_skew_have_findings_too():
    listed = found([100_000, 100, 5], target=ProgressivelyBalanced(), batch_size=10)
    assert "flat" not in listed
    assert {"repeated", "absent"} <= set(listed)


def test_findings_hold_at_the_ends_of_the_range():
    for skew in (-50, 50):
        for counts in ([1], [1, 10**12], [5, 0], np.ones(1000, dtype=int).tolist()):
            for finding in found(counts, Constant(skew), epochs=2).values():
                assert "nan" not in finding.text
                assert "inf" not in finding.text
