"""Numbers of every size through every scheme: sums, limits, lengths; never a NaN."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler_core import (
    Boost,
    ClassCounts,
    Constant,
    EffectiveNumber,
    Linear,
    PowerSkew,
    ProgressivelyBalanced,
    RepeatFactor,
    SamplingPlan,
    ScheduledClassSampler,
    UniMax,
)
from sampler_core.datasets import synthetic
from sampler_core.draws import SCHEMES, exact_quotas, stratified_stride

EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)
SKEWS = st.one_of(st.floats(-50, 50), st.sampled_from([-50.0, 0.0, 0.5, 1.0, 2.0, 50.0]))
COUNT = st.one_of(st.integers(0, 10**12), st.integers(0, 3), st.sampled_from([1, 10**12]))


@st.composite
def class_counts(draw, most=5000, largest=COUNT):
    """Counts from 0 to 1e12 for 1 to `most` classes; the long ones are a short list over and over."""
    few = draw(st.lists(largest, min_size=1, max_size=12).filter(any))
    return np.tile(np.array(few, dtype=np.int64), draw(st.sampled_from([1, 1, 1, max(1, most // len(few))])))


def drawable(counts):
    """As many samples as an epoch may draw, in about the same proportions."""
    return counts // (1 + counts.sum() // 10**13)


TARGETS = st.one_of(
    st.builds(PowerSkew, st.builds(Constant, SKEWS)),
    st.just(ProgressivelyBalanced()),
    st.builds(EffectiveNumber, st.sampled_from([0.0, 0.5, 0.9999, 0.999999999])),
    st.builds(RepeatFactor, st.floats(1e-9, 1), st.floats(0, 10)),
    st.builds(UniMax, st.floats(1, 1e6)),
    st.builds(
        lambda skew, factor: Boost(PowerSkew(Constant(skew)), {0: factor}, 0, 1), SKEWS, st.floats(1e-300, 1e300)
    ),
)


def plan_of(target, **others):
    return SamplingPlan(**{"target": target, "epochs": 3, "batch_size": 16, **others})


@given(class_counts(), TARGETS)
def test_shares_sum_to_one_and_hold_no_nan(counts, target):
    plan = plan_of(target)
    shares = plan.class_shares(counts)
    assert np.isfinite(shares).all()
    assert np.abs(shares.sum(axis=1) - 1).max() <= 1e-12
    assert (shares >= 0).all()
    assert (shares[:, counts == 0] == 0).all()


@given(class_counts(), SKEWS)
def test_weights_sum_to_one_and_hold_no_nan(counts, skew):
    weights = plan_of(PowerSkew(Constant(skew))).class_weights(counts)
    assert np.isfinite(weights).all()
    assert np.abs(weights.sum(axis=1) - 1).max() <= 1e-12
    assert (weights[:, counts == 0] == 0).all()


@given(
    class_counts().map(drawable), TARGETS, st.one_of(st.none(), st.integers(1, 10**12)), st.integers(0, 2**64 - 1)
)  # fmt: skip
def test_exact_quotas_sum_to_the_epoch_and_are_floor_or_ceil_of_each_share(counts, target, samples, seed):
    plan = plan_of(target, drawing="exact", samples_per_epoch=samples, seed=seed)
    if isinstance(target, UniMax) and samples is not None:
        plan = plan_of(UniMax(1e6), drawing="exact", samples_per_epoch=min(samples, int(counts.sum())), seed=seed)
    present = ClassCounts.from_counts(counts).present
    epoch = plan.epoch_at(present, 1)
    quotas = exact_quotas(epoch)
    expected = epoch.shares * epoch.samples
    slack = 1e-9 + expected * 2.0**-45
    assert quotas.sum() == epoch.samples
    assert (quotas >= np.floor(expected - slack)).all()
    assert (quotas <= np.ceil(expected + slack)).all()
    assert plan.epoch_class_counts(counts, 1).sum() == epoch.samples


@given(class_counts().map(drawable), st.integers(0, 2**64 - 1))
def test_a_natural_exact_epoch_draws_every_class_as_often_as_it_has_samples(counts, seed):
    plan = plan_of(PowerSkew(Constant(0.0)), drawing="exact", seed=seed)
    assert plan.epoch_class_counts(counts, 0).tolist() == counts.tolist()


@given(class_counts().map(drawable), SKEWS, st.integers(1, 9), st.integers(0, 2**64 - 1))
def test_no_quota_goes_past_the_cap_on_repeats(counts, skew, repeats, seed):
    plan = plan_of(PowerSkew(Constant(skew)), drawing="exact", max_repeats=repeats, seed=seed)
    assert (plan.epoch_class_counts(counts, 0) <= repeats * counts).all()


@EACH_SCHEME
@given(class_counts(), SKEWS, st.integers(1, 300), st.integers(1, 2000), st.integers(0, 2**64 - 1))
@settings(max_examples=50)
def test_batches_have_their_size_and_no_empty_class(scheme, counts, skew, batch_size, samples, seed):
    plan = plan_of(
        PowerSkew(Constant(skew)), drawing=scheme, batch_size=batch_size, samples_per_epoch=samples, seed=seed
    )
    preview = plan.preview(counts, 2)
    sizes = np.bincount(preview.batch, weights=preview.drawn, minlength=preview.num_batches)
    assert sizes[:-1].tolist() == [batch_size] * (preview.num_batches - 1)
    assert sizes.sum() == samples
    assert (preview.totals[counts == 0] == 0).all()


@given(class_counts(most=300), SKEWS, st.integers(1, 4), st.integers(0, 40), st.integers(0, 2**64 - 1))
@settings(max_examples=60)
def test_every_full_stratified_batch_holds_its_floor_and_floor_or_ceil_of_its_shares(counts, skew, least, more, seed):
    present = int((counts > 0).sum())
    size = present * least + more
    plan = plan_of(
        PowerSkew(Constant(skew)), drawing="stratified", min_per_batch=least, batch_size=size,
        samples_per_epoch=size * 5 + size // 2, seed=seed,
    )  # fmt: skip
    batches = plan.preview(counts, 0).batch_class_counts[:5]
    expected = plan.class_shares(counts)[0] * size
    assert (batches[:, counts > 0] >= least).all()
    assert (batches[:, counts == 0] == 0).all()
    assert (batches >= np.floor(expected - 1e-8)).all()
    assert (batches <= np.ceil(expected + 1e-8)).all()
    if size == present * least:
        assert (batches[:, counts > 0] == least).all()


@EACH_SCHEME
@given(
    counts=class_counts(most=60, largest=st.integers(0, 60)),
    skew=st.floats(-50, 50),
    batch_size=st.integers(1, 70),
    replicas=st.integers(1, 9),
    samples=st.one_of(st.none(), st.integers(1, 700)),
    drop_last=st.booleans(),
    epoch=st.integers(0, 5),
)
@settings(max_examples=40)
def test_len_is_what_is_yielded_on_every_rank_and_ranks_make_up_the_whole(
    scheme, counts, skew, batch_size, replicas, samples, drop_last, epoch
):
    labels = np.repeat(np.arange(counts.size), counts)
    plan = plan_of(PowerSkew(Constant(skew)), drawing=scheme, batch_size=batch_size, samples_per_epoch=samples)
    whole = ScheduledClassSampler(labels, plan)
    whole.set_epoch(epoch)
    stream, found = list(whole), {}
    assert len(stream) == len(whole) == (samples or labels.size)
    for rank in range(replicas):
        sampler = ScheduledClassSampler(labels, plan, num_replicas=replicas, rank=rank, drop_last=drop_last)
        sampler.set_epoch(epoch)
        drawn = list(sampler)
        assert len(drawn) == len(sampler)
        found |= {b * replicas + rank: drawn[b * batch_size : (b + 1) * batch_size] for b in range(len(drawn))}
    joined = [index for b in sorted(found) for index in found[b]]
    if replicas == 1:
        assert joined == stream
    elif drop_last:
        assert joined == stream[: len(joined)]
        assert len(stream) - len(joined) < replicas * batch_size
    else:
        assert joined == [stream[i % len(stream)] for i in range(len(joined))]
        assert 0 <= len(joined) - len(stream) < replicas * batch_size


@EACH_SCHEME
@pytest.mark.parametrize("counts", [[1], [0, 1, 0], [5], [1, 1], [0, 7, 0, 1]], ids=str)
def test_one_sample_one_class_and_empty_classes_work(scheme, counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    for skew in (-50.0, 0.0, 1.0, 50.0):
        plan = plan_of(PowerSkew(Constant(skew)), drawing=scheme, samples_per_epoch=40)
        sampler = ScheduledClassSampler(labels, plan, classes=[f"class {c}" for c in range(len(counts))])
        drawn = np.bincount(labels[list(sampler)], minlength=len(counts))
        assert drawn.sum() == 40
        assert drawn.tolist() == sampler.preview().totals.tolist(), skew


@EACH_SCHEME
def test_data_of_more_samples_than_an_epoch_may_draw_needs_their_number(scheme):
    plan = plan_of(PowerSkew(Constant(1.0)), drawing=scheme)
    most, more = np.array([10**13 - 5, 5]), np.array([10**13 - 5, 6])
    assert plan.preview(most, 0, num_batches=1).totals.sum() == 16
    assert plan.class_shares(more).sum(axis=1).tolist() == [1.0] * 3  # shares need no draws
    says = "^samples_per_epoch must be given for more than 10,000,000,000,000 samples, got None for 10,000,000,000,001$"
    for draws in (
        plan.check,
        lambda counts: plan.preview(counts, 0),
        lambda counts: plan.epoch_class_counts(counts, 0),
    ):
        with pytest.raises(ValueError, match=says):
            draws(more)
    fewer = plan_of(PowerSkew(Constant(1.0)), drawing=scheme, samples_per_epoch=100)
    assert fewer.epoch_class_counts(more, 0).sum() == 100


@EACH_SCHEME
def test_a_hundred_million_synthetic_samples_of_a_thousand_classes_preview_at_once(scheme):
    counts = synthetic("exponential", 1000, 10**8, 1000)
    plan = plan_of(PowerSkew(Linear(0.0, 0.5)), drawing=scheme, batch_size=256)
    assert plan.class_shares(counts).sum(axis=1) == pytest.approx(np.ones(3), abs=1e-12)
    preview = plan.preview(counts, 1, first_batch=390_000, num_batches=50)
    assert preview.batch_class_counts.sum(axis=1).tolist() == [256] * 50
    assert plan.num_batches(counts) == 390_625


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60).filter(lambda p: sum(p) > 1e-3), st.integers(1, 500))
def test_the_stride_of_a_class_is_the_ceiling_of_its_share_of_a_batch(shares, batch_size):
    p = np.array(shares) / sum(shares)
    stride = stratified_stride(p, batch_size)
    assert (stride >= p * batch_size - 1e-8).all()
    assert (stride <= np.ceil(p * batch_size + 1e-8)).all()
