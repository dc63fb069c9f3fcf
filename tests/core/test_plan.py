"""SamplingPlan: shares and weights by formula, previews as slices of one whole, JSON both ways, the fingerprint."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler_core import (
    Boost,
    ClassCounts,
    Constant,
    Cosine,
    DifficultyBalanced,
    EffectiveNumber,
    Linear,
    Piecewise,
    PowerSkew,
    ProgressivelyBalanced,
    SamplingPlan,
    UniMax,
)
from sampler_core.datasets import load
from sampler_core.draws import SCHEMES
from sampler_core.draws.counter_rng import key_of

CIFAR, ISIC = load("cifar10_lt_if100"), load("isic2019")
EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)


def plan_of(skew=0.5, **others):
    return SamplingPlan(**{"target": PowerSkew(Constant(skew)), "epochs": 4, "batch_size": 100, "seed": 3, **others})


# --- shares and weights ----------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=20), st.floats(-3, 3))
def test_class_weights_are_frequencies_to_the_power_of_minus_the_skew(counts, skew):
    frequencies = np.array(counts) / sum(counts)
    weights = plan_of(skew).class_weights(counts)
    assert weights.shape == (4, len(counts))
    expected = frequencies**-skew / (frequencies**-skew).sum()
    assert weights[2] == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_class_weights_and_class_shares_are_not_the_same_and_both_sum_to_one():
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.5)), epochs=3, batch_size=10)
    shares, weights = plan.class_shares([90, 10]), plan.class_weights([90, 10])
    assert shares == pytest.approx(np.array([[0.9, 0.1], [0.75, 0.25], [0.5, 0.5]]))
    assert weights == pytest.approx(np.array([[0.5, 0.5], [0.25, 0.75], [0.1, 0.9]]))


def test_class_shares_follow_the_order_that_the_caller_lists():
    counts = {"b": 30, "none": 0, "a": 60, "c": 10}
    expected = plan_of(0.0).class_shares(counts)
    assert expected[0] == pytest.approx([0.3, 0.0, 0.6, 0.1])
    for order in (["c", "a", "none", "b"], ["a", "b", "c", "none"]):
        found = plan_of(0.0).class_shares({name: counts[name] for name in order})
        assert found.tolist() == expected[:, [list(counts).index(name) for name in order]].tolist()


def test_skews_are_the_schedules_and_none_where_no_single_skew_describes_the_target():
    assert plan_of(target=PowerSkew(Linear(0.0, 0.25))).skews().tolist() == [0.0, 0.25, 0.5, 0.75]
    assert plan_of(target=PowerSkew(Cosine())).skews()[-1] == 1.0
    for target in (ProgressivelyBalanced(), UniMax(4), DifficultyBalanced()):
        assert plan_of(target=target).skews() is None


def test_counts_come_as_class_counts_mapping_array_or_list():
    shares = [
        plan_of().class_shares(given).tolist()
        for given in (ClassCounts.from_counts([60, 30]), {0: 60, 1: 30}, np.array([60, 30]), [60, 30])
    ]
    assert shares[1:] == shares[:1] * 3


def test_an_unbounded_plan_lists_no_epochs_but_draws_any():
    plan = plan_of(epochs=None)
    for asks in (plan.class_shares, plan.class_weights, lambda counts: plan.skews()):
        with pytest.raises(ValueError, match="epochs must be given to list the epochs, got None"):
            asks(CIFAR)
    assert plan.preview(CIFAR, 1000, 0, 1).batch_class_counts.sum() == 100


def test_samples_are_those_of_the_data_unless_given_and_batches_cover_them():
    assert (plan_of().samples(CIFAR), plan_of().num_batches(CIFAR)) == (12_406, 125)
    given_ones = plan_of(samples_per_epoch=1000)
    assert (given_ones.samples(CIFAR), given_ones.num_batches(CIFAR)) == (1000, 10)
    with pytest.raises(ValueError, match="batch_size must be given to speak of batches, got None"):
        plan_of(batch_size=None).num_batches(CIFAR)


# --- previews --------------------------------------------------------------------------------------------------------


@EACH_SCHEME
@pytest.mark.parametrize(("first", "count"), [(0, 1), (0, None), (7, 3), (124, 1), (124, 50), (3, None), (120, 5)])
def test_a_window_of_a_preview_is_that_slice_of_the_whole(scheme, first, count):
    plan = plan_of(drawing=scheme)
    whole = plan.preview(ISIC, 2, num_batches=125).batch_class_counts
    window = plan.preview(ISIC, 2, first_batch=first, num_batches=count)
    expected = plan.preview(ISIC, 2).batch_class_counts[first : None if count is None else first + count]
    assert window.batch_class_counts.tolist() == expected.tolist()
    assert window.batch_class_counts.dtype == np.int64
    assert (window.first_batch, window.num_batches, window.epoch) == (first, len(expected), 2)
    assert window.totals.tolist() == expected.sum(axis=0).tolist()
    assert whole.tolist() == plan.preview(ISIC, 2).batch_class_counts[:125].tolist()


@EACH_SCHEME
@pytest.mark.parametrize("samples", [1, 99, 100, 101, 25_331, 600_000])
def test_totals_of_a_whole_epoch_are_the_epochs_class_counts(scheme, samples):
    plan = plan_of(drawing=scheme, samples_per_epoch=samples)
    preview = plan.preview(ISIC, 1)
    assert preview.totals.tolist() == plan.epoch_class_counts(ISIC, 1).tolist()
    assert preview.totals.sum() == samples
    rows = preview.batch_class_counts.sum(axis=1)
    assert (rows[:-1] == 100).all()
    assert rows[-1] == (samples - 1) % 100 + 1


@EACH_SCHEME
def test_the_sparse_form_of_a_preview_is_sorted_and_says_the_same(scheme):
    preview = plan_of(drawing=scheme).preview(ISIC, 0, 5, 10)
    cells = preview.batch * 8 + preview.position
    assert (np.diff(cells) > 0).all()
    assert (preview.drawn > 0).all()
    dense = preview.batch_class_counts
    assert dense[preview.batch - 5, preview.position].tolist() == preview.drawn.tolist()
    assert dense.sum() == preview.drawn.sum() == 1000


def test_a_preview_too_large_for_one_table_says_how_many_batches_fit():
    plan = plan_of(batch_size=1, samples_per_epoch=200_000)
    preview = plan.preview(np.ones(1000, dtype=int), 0)
    with pytest.raises(
        ValueError, match=r"num_batches must be at most 134,217 for a table of 1,000 classes, got 200,000"
    ):
        preview.batch_class_counts  # noqa: B018  # its error is the point
    assert preview.totals.sum() == 200_000


# --- JSON ------------------------------------------------------------------------------------------------------------

PLANS = [
    plan_of(),
    plan_of(
        drawing="stratified", min_per_batch=2, max_repeats=4, min_share=0.01, samples_per_epoch=5000, seed=2**64 - 7
    ),
    plan_of(target=Boost(ProgressivelyBalanced(), {"NV": 0.5, "类别": 3}, 1, 2), drawing="exact"),
    plan_of(target=DifficultyBalanced(PowerSkew(Piecewise("0:0, 3:1")), tau=2), epochs=None, batch_size=None),
    plan_of(target=EffectiveNumber(0.9999), tuned_on=ISIC),
    plan_of(tuned_on=CIFAR, seed=2**64 - 1),
    plan_of(max_repeats=2**63 - 1),  # its text has a float's digits
]


@pytest.mark.parametrize("plan", PLANS, ids=range(len(PLANS)))
def test_a_plan_goes_through_json_and_back_with_what_it_was_tuned_on(plan):
    back = SamplingPlan.from_json(plan.to_json())
    assert back == plan
    assert back.tuned_on == plan.tuned_on
    assert (back.fingerprint, back.to_json(), hash(back)) == (plan.fingerprint, plan.to_json(), hash(plan))
    assert json.loads(plan.to_json())["fingerprint"] == plan.fingerprint


def test_a_plan_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan_of().seed = 4


GOOD = json.loads(plan_of(tuned_on=ISIC).to_json())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": 99}, "schema"),
        ({"schema": None}, "schema"),
        ({"schema": True}, "schema"),
        ({"target": None}, 'target must be an object with a "name", got None'),
        ({"target": "power_skew"}, "target must be an object"),
        ({"target": {"name": "magic"}}, "target must be one of .*, got 'magic'"),
        ({"target": {"name": "power_skew", "schedule": {"name": "constant", "skew": "x"}}}, "skew must be .*, got 'x'"),
        (
            {"target": {"name": "power_skew", "schedule": {"name": "constant", "skew": 1e400}}},
            "skew must be .*, got inf",
        ),
        ({"epochs": "4"}, "epochs must be .*, got '4'"),
        ({"epochs": 4.5}, r"epochs must be .*, got 4\.5"),
        ({"epochs": -1}, "epochs must be .*, got -1"),
        ({"batch_size": 0}, "batch_size must be .*, got 0"),
        ({"batch_size": [1]}, r"batch_size must be .*, got \[1\]"),
        ({"samples_per_epoch": {}}, r"samples_per_epoch must be .*, got \{\}"),
        ({"drawing": "fair"}, "drawing must be one of .*, got 'fair'"),
        ({"drawing": ["exact"]}, "drawing must be one of .*, got "),
        ({"max_repeats": float("nan")}, "max_repeats must be .*, got nan"),
        ({"min_share": 2}, "min_share must be .*, got 2"),
        ({"min_per_batch": 1}, "min_per_batch must be 0 unless"),
        ({"seed": None}, "seed must be a whole number from 0 .*, got None"),
        ({"seed": "s"}, "seed must be a whole number from 0 .*, got 's'"),
        ({"surprise": 1}, "got 'surprise'"),
        ({"tuned_on": "ISIC"}, "tuned_on"),
        ({"tuned_on": [1, 2]}, "tuned_on"),
        ({"tuned_on": {"names": ["a"]}}, "tuned_on"),
        ({"tuned_on": {"names": 5, "counts": [1]}}, "tuned_on"),
        ({"tuned_on": {"names": ["a"], "counts": ["x"]}}, "tuned_on|counts must"),
        ({"tuned_on": {"names": ["a"], "counts": [1.5]}}, "tuned_on|counts must"),
        ({"tuned_on": {"names": ["a", "b"], "counts": [1]}}, "tuned_on|counts must"),
        ({"tuned_on": {"names": [[]], "counts": [1]}}, "tuned_on|class name must"),
        ({"tuned_on": {"names": ["a"], "counts": [10**30]}}, "tuned_on|counts must"),
        ({"tuned_on": {"names": ["a"], "counts": [-1]}}, "tuned_on|counts must"),
    ],
    ids=str,
)
def test_wrong_json_is_a_value_error_that_names_the_field(change, says):
    with pytest.raises(ValueError, match=says):
        SamplingPlan.from_json(json.dumps({**GOOD, **change}))


@pytest.mark.parametrize("field", ["schema", "target", "epochs", "batch_size"])
def test_a_missing_field_is_named(field):
    text = json.dumps({key: value for key, value in GOOD.items() if key != field})
    with pytest.raises(ValueError, match=field):
        SamplingPlan.from_json(text)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"plan"', "\x00", "[" * 100_000, '{"schema": 1'])
def test_text_that_holds_no_plan_is_a_value_error(text):
    with pytest.raises(ValueError, match="plan must be "):
        SamplingPlan.from_json(text)


def test_targets_nested_without_end_are_a_value_error():
    inner = {"name": "progressively_balanced"}
    for _ in range(400):
        inner = {"name": "boost", "target": inner, "factors": [["a", 2]], "first_epoch": 0, "last_epoch": 1}
    text = json.dumps({**GOOD, "target": inner})
    with pytest.raises(ValueError, match="must not be nested so deep"):
        SamplingPlan.from_json(text)


@pytest.mark.parametrize(
    ("seed", "loaded"), [(-1, 2**64 - 1), (-7 - 2**70, 2**64 - 7), (2**64 + 3, 3), (2**64 - 1, 2**64 - 1)]
)
def test_a_file_with_a_seed_of_before_loads_as_the_seed_that_draws_the_same(seed, loaded):
    plan = SamplingPlan.from_json(json.dumps({**GOOD, "seed": seed}))
    assert plan.seed == loaded
    assert key_of(plan.seed, 3, 1) == key_of(seed, 3, 1)


def test_fields_with_a_default_may_be_left_out():
    short = {key: GOOD[key] for key in ("schema", "target", "epochs", "batch_size")}
    assert SamplingPlan.from_json(json.dumps(short)) == plan_of(seed=0)


# --- fingerprint -----------------------------------------------------------------------------------------------------

OTHERS = {
    "target": PowerSkew(Constant(0.51)),
    "epochs": 5,
    "batch_size": 101,
    "samples_per_epoch": 12_406,
    "drawing": "exact",
    "max_repeats": 3,
    "min_share": 0.01,
    "min_per_batch": 1,
    "seed": 4,
}


def test_every_deciding_field_changes_the_fingerprint():
    fields = {field.name for field in dataclasses.fields(SamplingPlan)}
    assert fields == {*OTHERS, "tuned_on"}
    base = plan_of(drawing="stratified")
    changed = [dataclasses.replace(base, **{name: value}) for name, value in OTHERS.items()]
    prints = {plan.fingerprint for plan in [base, *changed]}
    assert len(prints) == len(OTHERS) + 1
    assert all(len(found) == 16 and int(found, 16) >= 0 for found in prints)
    assert all(plan != base for plan in changed)


def test_what_a_plan_was_tuned_on_changes_neither_equality_nor_fingerprint():
    assert plan_of(tuned_on=ISIC) == plan_of(tuned_on=CIFAR) == plan_of()
    assert plan_of(tuned_on=ISIC).fingerprint == plan_of().fingerprint
    assert hash(plan_of(tuned_on=ISIC)) == hash(plan_of())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (plan_of(1), plan_of(1.0)),
        (plan_of(max_repeats=4), plan_of(max_repeats=4.0)),
        (plan_of(min_share=0), plan_of(min_share=0.0)),
        (plan_of(min_share=0.0), plan_of(min_share=-0.0)),
        (plan_of(target=UniMax(2)), plan_of(target=UniMax(2.0))),
    ],
    ids=["skew", "max_repeats", "min_share", "signed zero", "unimax"],
)
def test_equal_plans_have_equal_fingerprints_and_texts(one, other):
    assert one == other
    assert (one.fingerprint, one.to_json()) == (other.fingerprint, other.to_json())


def test_a_plan_that_meets_none_of_its_class_names_says_how_to_give_them():
    plan = plan_of(tuned_on=ClassCounts.from_counts({"cat": 90, "dog": 10}))
    with pytest.warns(UserWarning, match="give the names as `classes`"):
        plan.check(ClassCounts.from_counts([90, 10]))
