"""Each finding at and around its threshold, with numbers computed by hand."""

import re
from dataclasses import replace

import numpy as np
import pytest

from sampler_core import (  # fmt: skip
    Boost,
    ClassCounts,
    Composite,
    Constant,
    Cosine,
    EffectiveNumber,
    Exponential,
    Linear,
    Periodic,
    Piecewise,
    PowerSkew,
    ProgressivelyBalanced,
    RepeatFactor,
    SamplingPlan,
    Step,
    UniMax,
)
from sampler_core.forecast.expectations import SCHEMES
from sampler_core.forecast.findings import CHECKS, findings
from sampler_core.forecast.forecast import Forecast
from tests.core.full_statistics import FULL


def found(counts, schedule=None, *, target=None, epochs=10, batch_size=100, **settings):
    counts = ClassCounts.from_counts(counts)
    plan = SamplingPlan(
        target=target or PowerSkew(schedule), epochs=epochs, batch_size=batch_size, **settings
    )  # fmt: skip
    return {finding.kind: finding for finding in findings(plan, Forecast.of(plan, counts))}


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
    assert len(kinds) == len(CHECKS)


# --- reversed: from skew 1 on ------------------------------------------------------------------------


@pytest.mark.parametrize(("skew", "fires"), [(0.99, False), (1.0, False), (1.01, True), (2.0, True)])
def test_reversed_past_a_skew_of_one(skew, fires):
    assert ("reversed" in found([900, 100], Constant(skew))) is fires


def test_reversed_names_the_epoch_and_both_shares():
    said = found({"common": 900, "rare": 100}, Linear(0.5, 0.25))["reversed"].text
    assert said.startswith("From epoch 3 on the mix is reversed")  # 0.5, 0.75, 1.0, 1.25
    assert "rare, is drawn more often than the largest, common" in said
    low = 900**-1.75 / (900**-1.75 + 100**-1.75)  # skew 2.75 in epoch 9
    assert f"({100 * (1 - low):.3g} % against {100 * low:.3g} % of the draws in epoch 9)" in said


def test_equal_classes_are_never_reversed():
    assert "reversed" not in found([100, 100], Constant(5.0))


# --- dominating: more than half of a batch -----------------------------------------------------------


def test_the_rarest_class_dominates_above_a_half():
    assert "dominating" not in found([900, 100], Constant(1.0))  # exactly a half
    finding = found([900, 100], Constant(1.01))["dominating"]
    share = 100**-0.01 / (900**-0.01 + 100**-0.01)
    assert finding.text == (
        "In every epoch more than half of the draws go to the rarest class, class 1: "
        f"{100 * share:.3g} %, though it has 10 % of the data."
    )
    assert finding.advice == "Set the skew to 1 or less, unless a reversed mix is meant."


def test_dominating_tells_the_first_epoch_and_the_worst():
    text = found([90_000, 900, 9], Linear(0, 0.5), epochs=5)["dominating"].text
    share = 9**-1.0 / (90_000**-1.0 + 900**-1.0 + 9**-1.0)
    assert text.startswith(
        "From epoch 3 on more than half of the draws go to the rarest class, class 2: 99 % in epoch 4"
    )  # skew 1.5: 1 / (1 + 0.1 + 0.01)
    assert share > 0.5
    assert "> 99.9 %" not in text


def test_one_class_does_not_dominate_itself():
    assert found([100], Constant(0.0), drawing="exact") == {}


# --- repeated: more than 10 an epoch -----------------------------------------------------------------


@pytest.mark.parametrize(("samples", "fires"), [(2000, False), (2002, True)])
def test_repeats_past_ten_an_epoch(samples, fires):
    assert ("repeated" in found([1900, 100], Constant(1.0), samples_per_epoch=samples)) is fires


def test_repeated_tells_how_often_and_for_how_many_classes():
    text = found([9900, 50, 50], Constant(1.0))["repeated"].text
    assert text == (  # 10,000 / 3 / 50
        "In every epoch the samples of 2 classes are drawn more than 10 times an epoch: "
        "each of the 50 samples of class 1 comes 66.7 times on average."
    )
    text = found({"common": 995, "rare": 5}, Linear(0, 0.5), epochs=3)["repeated"].text
    assert text == (  # 1000 / 2 / 5; at skew 0.5 it is 200 * sqrt(5) / (sqrt(5) + sqrt(995)) = 13.2
        "From epoch 1 on the samples of rare are drawn more than 10 times an epoch: "
        "each of its 5 samples comes 100 times on average in epoch 2."
    )
    assert "the only sample of class 1 comes 333 times" in found([998, 1, 1], Constant(1.0))["repeated"].text


def test_the_skew_advised_against_repeats_is_the_largest_that_will_do():
    advice = found([995, 5], Constant(1.0))["repeated"].advice
    assert "Set the cap on repeats to 10, or the skew to 0.44 or less." in advice
    assert "repeated" not in found([995, 5], Constant(0.44))
    assert "repeated" in found([995, 5], Constant(0.45))


def test_more_draws_than_any_cap_allows_are_told():
    advice = found([50, 50], Constant(0.0), samples_per_epoch=1001)["repeated"].advice
    assert advice.startswith("Draw fewer samples per epoch: a cap on repeats of 10 cannot be met with so many.")


# --- absent: from more than a third of the batches ---------------------------------------------------


def test_absence_from_more_than_a_third_of_the_batches():
    p = 1 - (1 / 3) ** (1 / 100)  # (1 - p)^100 = 1/3
    rare = round(p * 1_000_000)
    assert "absent" in found([1_000_000 - rare + 50, rare - 50], Constant(0.0))
    assert "absent" not in found([1_000_000 - rare - 50, rare + 50], Constant(0.0))


def test_absent_under_the_stratified_scheme_names_the_batch_that_would_do():
    finding = found([9960, 40], Constant(0.0), drawing="stratified")["absent"]
    assert "class 1 from 60 % of them." in finding.text  # 1 - 100 * 0.004
    assert finding.advice.startswith("Try a batch of 167 or more, or a floor of 1 per batch, or")  # (2/3) / 0.004


def test_absent_counts_epochs_and_classes():
    text = found([100_000, 100, 50], Linear(0, 0.25), epochs=4)["absent"].text
    assert text.startswith("In 2 of 4 epochs (0 and 1) some class is missing")
    assert "class 2 from 95.1 % of them in epoch 0, and 1 other class too." in text  # (1 - 50 / 100,150) ** 100


@pytest.mark.parametrize(
    ("batch_size", "advice"),
    [
        (67, "Try the stratified scheme, or"),  # 67 * 0.01 > 2/3
        (
            66,
            "Try the stratified scheme with a batch of 67 or more, or that scheme with a floor of 1 per batch, or keep",
        ),
    ],
)
def test_absent_advises_a_larger_batch_only_where_the_scheme_does_not_do(batch_size, advice):
    assert found([990, 10], Constant(0.0), batch_size=batch_size)["absent"].advice.startswith(advice)


def test_absent_never_advises_a_batch_larger_than_an_epoch():
    advice = found([10**6, 10], Constant(0.0), samples_per_epoch=1000, drawing="stratified")["absent"].advice
    assert advice.startswith("Try a floor of 1 per batch")
    assert "a batch of" not in advice


@pytest.mark.parametrize(
    ("schedule", "what"),
    [
        (Constant(3.0), "Set the skew to 1 or less"),
        (Linear(0.0, 0.5), "Set the limit on the skew to 1"),
        (Cosine(0.0, 3.0), "Set the skew at the end to 1"),
        (Periodic(0.0, 0.75, 5), "Keep the skew at 1 or less"),
    ],
)
def test_a_large_class_starved_by_the_skew_wants_less_of_it(schedule, what):
    advice = found([1000, 300, 150], schedule, batch_size=16)["absent"].advice
    assert advice == f"{what}: here the skew starves the larger classes."


def test_where_rare_classes_are_missing_too_the_skew_is_held_from_both_sides():
    advice = found([12_875, 4_522, 3_323, 2_624, 867, 628, 253, 239], Linear(0.0, 0.05), epochs=60, batch_size=64)[
        "absent"
    ]
    assert advice.advice == (  # of ISIC 2019; p = 239^(1-s) / sum n^(1-s): (1-p)^64 is 0.343 at 0.18, 0.332 at 0.19
        "Set the limit on the skew to 1 and the lower limit on the skew to 0.19: above 1 the skew starves the larger "
        "classes, below 0.19 the rarer ones."
    )
    assert "absent" not in found([1000, 300, 150], Linear(0.0, 0.5, minimum=0.2, maximum=1.0), batch_size=16)


def test_the_price_of_a_larger_share_is_told():
    advice = found([9_990, 10], Constant(0.0))["absent"].advice  # at 0.35: 10,000 p / 10 with p = 1 / (1 + 999^0.65)
    assert advice.endswith(
        "or keep the scheme and set the skew to 0.35 (a sample then comes up to 11.1 times an epoch)."
    )


def test_classes_whose_number_changes_are_told_as_the_most_of_an_epoch():
    text = found([9_900, 200, 20], Linear(0.0, 0.1))["repeated"].text  # that of 20 from skew 0.4, of 200 from 0.7
    assert text.startswith("From epoch 4 on the samples of 1 to 2 classes are drawn more than 10 times an epoch")


def test_a_starved_class_may_want_the_scheme_stratified_too():
    advice = found([100] * 15 + [10], Constant(2.0), batch_size=16)["absent"].advice  # (1 - 1/16)^16 = 0.356
    assert advice.startswith("Set the skew to 1 or less, with the stratified scheme: here the skew starves")


def test_epochs_are_told_by_at_most_two_runs_of_them():
    def when(points):
        return found([900, 100], Piecewise(points), epochs=9)["reversed"].text.split(" the mix")[0]

    assert when(((0, 0.0), (8, 2.0))) == "From epoch 5 on"
    assert when(((7, 0.0), (8, 2.0))) == "In the last epoch"
    assert when(((1, 2.0), (4, 0.5))) == "In 3 of 9 epochs (0 to 2)"
    assert when(((0, 2.0), (2, 0.0), (6, 0.0), (8, 2.0))) == "In 2 of 9 epochs (0, 8)"
    assert when(((0, 2.0), (1, 0.0), (3, 2.0), (5, 0.0), (7, 0.0), (8, 2.0))) == "In 3 of 9 epochs"


def test_more_classes_than_places_are_told_with_what_would_do():
    assert found([100] * 99 + [10], Constant(0.0), batch_size=64)["absent"].advice == (
        "A batch of 64 cannot hold all 100 classes; with the stratified scheme, a skew of 1 and a batch of 67 or more, "
        "each is in two thirds of the batches or more."
    )
    assert "or more (a sample then comes up to 33.7 times an epoch)." in (  # 10,110 / 100 / 3
        found([102] * 99 + [3], Constant(0.0), batch_size=64)["absent"].advice
    )
    assert found([100] * 100, Constant(0.0), batch_size=64, samples_per_epoch=66)["absent"].advice == (
        "A batch of 64 cannot hold all 100 classes, so some are missing from each."
    )


# --- unseen: more than a fifth of the largest class --------------------------------------------------


@pytest.mark.parametrize(("samples", "fires"), [(800, False), (799, True)])
def test_more_than_a_fifth_of_the_largest_class_never_drawn(samples, fires):
    assert ("unseen" in found([1000], Constant(0.0), epochs=1, samples_per_epoch=samples, drawing="exact")) is fires


def test_unseen_tells_how_many_samples_and_why():
    assert found([1000], Constant(0.0), epochs=1, samples_per_epoch=500, drawing="exact")["unseen"].text == (
        "50 % of the largest class, class 0, is never drawn in the whole run: about 500 of its 1,000 samples, as only "
        "500 of the draws go to it."
    )
    counts = {"dog": 8000, "cat": 800, "fox": 80}  # 2 x 8,880 / 3 draws; (1 - 1/24,000) ** 17,760 = 0.47711
    assert found(counts, Constant(1.0), epochs=2, batch_size=32)["unseen"].text == (
        "47.7 % of the largest class, dog, is never drawn in the whole run: about 3,817 of its 8,000 samples, as only "
        "5,920 of the draws go to it, some of them to the same sample."
    )
    assert found([1000], Constant(0.0), epochs=1)["unseen"].text.endswith(  # 1 / e
        "about 368 of its 1,000 samples, as some of its 1,000 draws go to the same sample."
    )


def test_unseen_counts_no_samples_where_there_is_one():
    text = found([1, 1], Constant(0.0), epochs=1, samples_per_epoch=1)["unseen"].text
    assert text == "50 % of the largest class, class 0, is never drawn in the whole run."


def test_unseen_for_lack_of_draws_asks_for_more_of_them():
    assert found([1000], Constant(0.0), epochs=3, samples_per_epoch=100, drawing="exact")["unseen"].advice == (
        "Try 8 epochs, or 270 samples per epoch: then at most 20 % of it stay unseen."
    )


def test_unseen_for_the_skew_asks_for_less_of_it_and_tells_the_price():
    counts = {"dog": 8000, "cat": 800, "fox": 80}
    assert found(counts, Constant(1.0), epochs=2, batch_size=32)["unseen"].advice == (
        # ln 0.2 / ln 0.47711 = 2.17 as many draws; fox at 0.46: 80^0.54 / (8000^0.54 + 800^0.54 + 80^0.54)
        "Try 5 epochs, or 20,000 samples per epoch, or set the skew to 0.46 or less (the rarest class then has 6.06 % "
        "of the draws at most): then at most 20 % of it stay unseen."
    )
    assert "unseen" not in found(counts, Constant(0.46), epochs=2, batch_size=32)
    assert "unseen" in found(counts, Constant(0.47), epochs=2, batch_size=32)


def test_unseen_for_the_scheme_asks_for_another():
    assert found([1000], Constant(0.0), epochs=1)["unseen"].advice.startswith("Try the exact scheme, or 2 epochs")


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


def test_crowded_tells_how_many_classes_a_batch_holds():
    assert found([50, 50, 50, 0], Constant(0.0), batch_size=2)["crowded"].text == (  # 3 (1 - (2/3)^2) = 5/3
        "A batch of 2 is smaller than the 3 classes: on average it holds 1.67 of them."
    )
    moving = found([90, 9, 1], Linear(0.0, 0.5), batch_size=2, epochs=3)["crowded"].text  # balanced in the last epoch
    assert moving == "A batch of 2 is smaller than the 3 classes: on average it holds at most 1.67 of them."


def test_draws_with_replacement_where_a_deck_would_do():
    natural = found([500, 500], Constant(0.0))["replaced"].text
    assert natural == (  # 1 / e
        "In every epoch each sample could be seen once, but the draws are independent: 36.8 % of the samples are not "
        "seen in an epoch, others each time, because some come twice or more."
    )
    fewer = found([500, 500], Constant(0.0), samples_per_epoch=500)["replaced"].text
    assert "no sample need come twice, but the draws are independent: 500 draws show 394 different" in fewer  # 1-e^-0.5
    assert "replaced" not in found([500, 500], Constant(0.0), drawing="exact")
    assert "replaced" not in found([900, 100], Constant(0.1))


@pytest.mark.parametrize(("at_epoch", "fires"), [(1, False), (2, True)])
def test_a_deck_is_advised_from_a_tenth_of_the_epochs_on(at_epoch, fires):
    assert ("replaced" in found([900, 100], Step(at_epoch))) is fires


@pytest.mark.parametrize(
    ("increment", "epochs", "fires"),
    [
        (0.1, 10, False),
        (0.12, 10, False),
        (0.17, 9, False),
        (0.2, 9, True),
        (0.15, 10, False),
        (0.17, 10, True),
        (1.0, 3, True),
        (1.0, 2, False),
    ],
)
def test_a_schedule_that_rests_at_its_limit_for_more_than_a_third_of_its_epochs(increment, epochs, fires):
    # at 1 in 0 and 1 of 10 epochs, in 3 and 4 of 9, in 3 and 4 of 10; in the last 2 of 3
    schedule = Linear(0.0, increment, maximum=1.0)
    assert ("flat" in found([900, 100], schedule, epochs=epochs, drawing="exact")) is fires


def test_flat_tells_from_where_to_where():
    late = found([900, 100], Linear(0.0, 0.2, maximum=1.0))["flat"].text
    early = found([900, 100], Linear(-1.0, 0.2, minimum=0.0))["flat"].text
    assert late == "The skew rests at its limit of 1 from epoch 5 on: 5 of 10 epochs have the same mix."
    assert early == "The skew rests at its limit of 0 up to epoch 5: 6 of 10 epochs have the same mix."


def test_flat_tells_the_increment_that_moves_until_the_end():
    def advice(schedule, epochs=60):
        return found([900, 100], schedule, epochs=epochs)["flat"].advice

    assert advice(Linear(0.0, 0.03, maximum=1.0)) == (  # 1 / 59 = 0.01695
        "Set the epoch increment to 0.0169 to move until the last epoch; if the rest is meant, this is no fault."
    )
    assert advice(Linear(1.0, -0.2, minimum=0.0)).startswith("Set the epoch increment to -0.0169 to")
    early = advice(Linear(-1.0, 0.2, minimum=0.0), epochs=10)  # 0.8 / 9
    assert early.startswith("Set the skew factor to 0 and the epoch increment to 0.0888 to")
    assert advice(Linear(2.0, 0.1, maximum=1.0)).startswith("If the mix is meant to move, start away from the limit")


def test_a_floor_that_stands_against_a_cap_on_repeats_is_to_be_lowered():
    # 10 samples, 10 times each: 100 of 1,000 draws
    advice = found([990, 10], Constant(0.0), min_share=0.2)["repeated"].advice
    assert advice.startswith(
        "Set the cap on repeats to 10 and the floor on shares to 0.1: with a higher floor samples come more often."
    )
    per_batch = found([990, 10], Constant(0.0), min_per_batch=20, batch_size=100, drawing="stratified")["repeated"]
    assert per_batch.advice.startswith("Set the cap on repeats to 10 and the floor per batch to 10:")


def test_one_epoch_and_one_draw_are_told_as_such():
    assert found([900, 100], Piecewise(((0, 3.0), (1, 0.0), (9, 0.0))))["reversed"].text.startswith(
        "In epoch 0 the mix"
    )
    assert "replaced" not in found([900, 100], Constant(0.0), samples_per_epoch=1)
    assert "replaced" in found([900, 100], Constant(0.0), samples_per_epoch=2)


# --- following the advice ----------------------------------------------------------------------------


def follow(plan, way):
    """The plan after one way of an advice, read as a person would."""
    schedule = getattr(plan.target, "schedule", None)

    def skewed(**settings):
        return replace(plan, target=PowerSkew(replace(schedule, **settings)))

    way = way.replace("keep the scheme and ", "")
    if both := re.match(r"(.*) and ((?:the lower limit|start with|keep the skew) .*)", way):
        return follow(follow(plan, both[1]), both[2])

    def clipped(low, high):
        return PowerSkew(Piecewise(tuple(enumerate(np.clip(plan.skews(), low, high).tolist()))))

    numbers = [float(text.replace(",", "")) for text in re.findall(r"-?\d[\d,]*(?:\.\d+)?", way)]
    value = numbers[0] if numbers else None
    if "stratified" in way:
        plan = replace(plan, drawing="stratified")
    if "cannot hold" in way:
        asked = re.search(r"a batch of ([\d,]+) or more", way)
        plan = replace(plan, batch_size=int(asked[1].replace(",", ""))) if asked else plan
        return replace(plan, target=PowerSkew(Constant(1.0)))
    cases = {
        "cap on repeats to": lambda: replace(
            plan,
            max_repeats=value,
            **{"min_share": numbers[-1]} if "floor on shares to" in way else {},
            **{"min_per_batch": int(numbers[-1])} if "floor per batch to" in way else {},
        ),
        "epoch increment to": lambda: skewed(
            increment=numbers[-1], start=numbers[0] if numbers[1:] else schedule.start
        ),
        "lower limit on the skew": lambda: skewed(minimum=value),
        "limit on the skew": lambda: replace(skewed(maximum=value), drawing=plan.drawing),
        "skew at the end": lambda: skewed(end=value),
        "start with a skew": lambda: skewed(start=value),
        "power skew of": lambda: replace(plan, target=PowerSkew(Constant(value))),
        "the skew to": lambda: skewed(skew=value),
        "keep the skew at": lambda: replace(
            plan, target=clipped(value, np.inf) if "or more" in way else clipped(-np.inf, value)
        ),
        "a batch of": lambda: replace(plan, batch_size=int(value)),
        "a floor of 1": lambda: replace(plan, drawing="stratified", min_per_batch=1),
        "epochs": lambda: replace(plan, epochs=int(value)),
        "samples per epoch": lambda: replace(plan, samples_per_epoch=int(value)),
        "exact scheme": lambda: replace(plan, drawing="exact"),
        "stratified scheme": lambda: plan,
    }
    return next(after() for words, after in cases.items() if words in way.lower())


NO_VALUE = (
    "Draw fewer", "Give this class", "so some are missing", "If the mix is meant", "Check the labels", "Losses that",
)  # fmt: skip


def ways_of(advice):
    if any(words in advice for words in NO_VALUE):
        return []
    said = advice.replace(" Strong augmentation varies the copies, but does not reduce them.", "")
    said = re.sub(r" \(a sample then comes up to [\d,.]+ times an epoch\)", "", said)
    said = re.sub(r" \(the rarest class then has [<>\d. ]+ % of the draws at most\)", "", said)
    return [said] if "cannot hold" in said else said.split(":")[0].split(";")[0].rstrip(".").split(", or ")


def still_told(finding, plan, counts):
    """Whether the finding is there after the advice; of absence, whether the class it told of is still missing."""
    forecast = Forecast.of(plan, counts)
    if finding.kind == "absent":
        named = int(re.search(r"batches: class (\d+) from", finding.text)[1])
        return bool((forecast.absence[:, named] > 1 / 3 + 1e-9).any())
    return finding.kind in {found.kind for found in findings(plan, forecast)}


SOME_COUNTS = ([90_000, 900, 9], [1000, 10], [500, 50, 0, 7, 0], [300, 200, 100, 50, 20, 5, 2, 1], [40] * 30 + [3] * 10)
SOME_SCHEDULES = (
    Constant(0.0), Constant(-1.0), Constant(0.6), Constant(2.0), Constant(6.0),
    Linear(-0.2, 0.5), Linear(0.0, 0.2, maximum=1.0), Linear(2.0, -0.3), Linear(-1.0, 0.2, minimum=0.0, maximum=1.5),
    Cosine(0.0, 2.0), Composite(1.5, -0.5), Exponential(0.7, 0.0, 1.4), Step(3, 0.0, 1.2), Periodic(0.0, 0.4, 5),
    Piecewise(((0, 0.0), (4, 1.7), (8, 0.2))),
)  # fmt: skip
OTHER_TARGETS = (
    ProgressivelyBalanced(), EffectiveNumber(0.999), RepeatFactor(0.1, 1.5), UniMax(20.0),
    Boost(PowerSkew(Constant(1.0)), {9: 0.001, 0: 0.001}, 0, 9),
)  # fmt: skip
SETTINGS = (
    {"batch_size": 4}, {"batch_size": 32}, {"batch_size": 64, "samples_per_epoch": 120},
    {"batch_size": 16, "max_repeats": 15.0}, {"batch_size": 16, "min_share": 0.001, "epochs": 1},
)  # fmt: skip


ALL_TARGETS = (*map(PowerSkew, SOME_SCHEDULES), *OTHER_TARGETS)


@pytest.mark.parametrize("drawing", SCHEMES)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_following_an_advice_removes_its_finding(drawing, settings):
    followed = 0
    for number, sizes in enumerate(SOME_COUNTS, SETTINGS.index(settings) + SCHEMES.index(drawing)):
        counts = ClassCounts.from_counts(sizes)
        for target in ALL_TARGETS if FULL else ALL_TARGETS[number % 4 :: 4]:  # the others with the next counts
            plan = SamplingPlan(target=target, drawing=drawing, **{"epochs": 10, **settings})
            try:
                forecast = Forecast.of(plan, counts)
            except ValueError:
                continue  # limits that these counts cannot meet
            for finding in findings(plan, forecast):
                for way in ways_of(finding.advice):
                    after = follow(
                        plan, ("with the stratified scheme " if way.startswith("that scheme ") else "") + way
                    )
                    assert not still_told(finding, after, counts), (target, sizes, finding, way)
                    followed += 1
    assert followed > 25


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


@pytest.mark.parametrize("increment", [-0.3, 0.3])
@pytest.mark.parametrize("drawing", ["independent", "exact", "stratified"])
def test_findings_hold_where_an_increment_leads_past_every_control(increment, drawing):
    assert found([100] * 15 + [10], Linear(2.0, increment), epochs=1000, batch_size=16, drawing=drawing)


def test_a_long_name_does_not_fill_a_finding():
    counts = ClassCounts.from_counts({"common": 5000, "x" * 1000: 3})
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.1)), epochs=20, batch_size=32)
    listed = findings(plan, Forecast.of(plan, counts))
    assert any("x" * 59 + "…" in finding.text for finding in listed)
    assert not any("x" * 60 in finding.text + finding.advice for finding in listed)
