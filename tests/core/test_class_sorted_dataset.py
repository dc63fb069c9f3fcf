"""Class-sorted indices: each class once, whole and shuffled; none for labels in one block per class."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sampler_core import Constant, IndexStream, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.draws import SCHEMES
from sampler_core.draws.class_sorted_dataset import ClassSortedDataset, block_begins, class_sorted_indices


@pytest.mark.parametrize("num_classes", [1, 2, 10, 300])
def test_the_class_order_lists_each_class_once_whole_and_shuffled(num_classes):
    codes = np.random.default_rng(0).integers(0, num_classes, 5000)
    order = class_sorted_indices(codes, num_classes, seed=1)
    assert order.dtype == np.int32
    assert np.array_equal(np.sort(order), np.arange(5000))
    assert (np.diff(codes[order]) >= 0).all()
    biggest = order[codes[order] == np.bincount(codes).argmax()]
    assert (np.diff(biggest) < 0).any()
    assert abs(stats.spearmanr(np.arange(biggest.size), biggest).statistic) < 4.5 / np.sqrt(biggest.size)


def test_the_class_order_depends_on_the_seed_and_not_on_the_type_of_the_codes():
    codes = np.arange(1000) % 3
    orders = {
        tuple(class_sorted_indices(codes.astype(kind), 3, seed=1)) for kind in (np.uint8, np.int16, np.int64, np.uint16)
    }
    assert len(orders) == 1
    assert orders != {tuple(class_sorted_indices(codes, 3, seed=2))}


# --- labels in one block per class -----------------------------------------------------------------------------------

BLOCKS = np.repeat([3, 0, 4, 1], [50_000, 30_000, 4000, 7])  # class 2 is empty, and blocks in any order


def in_blocks(labels, seed=1, classes=tuple("abcde")):
    return ClassSortedDataset(labels, classes, seed)


def test_blocks_are_found_across_chunks_and_given_up_as_soon_as_there_are_too_many():
    assert block_begins(BLOCKS, 4).tolist() == [0, 50_000, 80_000, 84_000]
    for size in (65_535, 65_536, 65_537, 131_072):
        codes = np.repeat([1, 0], [size, 5])
        assert block_begins(codes, 2).tolist() == [0, size]
    assert block_begins(np.zeros(1, dtype=np.uint8), 1).tolist() == [0]
    assert block_begins(np.append(BLOCKS, 3), 4) is None
    assert block_begins(np.arange(100_000) % 2, 2) is None


def test_labels_in_blocks_need_no_list_of_indices_and_others_do():
    dataset = in_blocks(BLOCKS)
    assert dataset.indices is None
    assert dataset.present.names == tuple("abde")
    assert dataset.first.tolist() == [50_000, 84_000, 0, 80_000]
    assert not dataset.members(dataset.first).shuffled
    assert [dataset.number_in_class(index, c) for c, index in enumerate((50_001, 84_006, 0, 83_999))] == [1, 6, 0, 3999]
    assert in_blocks(np.append(BLOCKS, 3)).indices.size == BLOCKS.size + 1


def test_digests_of_blocks_differ_where_labels_do_and_not_by_seed_or_type():
    digests = [in_blocks(labels).digest for labels in (BLOCKS, BLOCKS[::-1], np.sort(BLOCKS), np.append(BLOCKS, 1))]
    assert len(set(digests)) == 4
    assert {in_blocks(BLOCKS.tolist(), seed=2).digest, in_blocks(BLOCKS.astype(np.uint8)).digest} == {digests[0]}


def test_the_earlier_digest_is_that_of_the_class_sorted_indices():
    def digest_of_indices(labels):
        dataset = in_blocks(labels)
        dataset.indices = class_sorted_indices(np.array([0, 1, 0, 2, 3])[labels], 4, 1)
        return dataset.digest

    assert in_blocks(BLOCKS).earlier_digest == digest_of_indices(BLOCKS)
    assert in_blocks(BLOCKS[::2]).earlier_digest == digest_of_indices(BLOCKS[::2])
    assert in_blocks(BLOCKS).earlier_digest != in_blocks(BLOCKS).digest
    assert in_blocks(np.arange(20) % 5).earlier_digest == in_blocks(np.arange(20) % 5).digest


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_classes_drawn_are_those_of_the_same_labels_in_another_order(scheme):
    plan = SamplingPlan(target=PowerSkew(Constant(0.6)), epochs=9, batch_size=50, drawing=scheme, samples_per_epoch=900)
    other = np.random.default_rng(0).permutation(BLOCKS)
    for epoch in (0, 2):
        drawn, drawn_of_other = (IndexStream(labels, plan).indices(epoch) for labels in (BLOCKS, other))
        assert BLOCKS[drawn].tolist() == other[drawn_of_other].tolist()
        rows = BLOCKS[drawn].reshape(-1, 50), plan.preview(np.bincount(BLOCKS, minlength=5), epoch).batch_class_counts
        assert [np.bincount(row, minlength=5).tolist() for row in rows[0]] == rows[1].tolist()


def test_exact_goes_through_a_block_in_one_shuffled_order_for_the_run():
    labels = np.repeat([1, 0], [900, 100])
    plan = SamplingPlan(
        target=PowerSkew(Constant(0.0)), epochs=9, batch_size=50, drawing="exact", samples_per_epoch=400
    )
    stream = IndexStream(labels, plan)
    drawn = [stream.indices(epoch) for epoch in range(5)]
    assert np.bincount(np.concatenate(drawn)).tolist() == [2] * 1000
    first, second, third = (epoch[labels[epoch] == 1] for epoch in drawn[:3])
    assert set(first).isdisjoint(second)
    assert len({*first, *second, *third}) == 900  # the third goes on and begins again
    in_first_half = np.sort(first)[:180]
    assert stats.kstest(first / 900, "uniform").pvalue > 0.001
    assert len(np.flatnonzero(np.diff(in_first_half) == 1)) < 120  # 72 of 180 by chance; a range has 179
    assert abs(stats.spearmanr(np.arange(first.size), first).statistic) < 0.25
    other = IndexStream(labels, replace(plan, seed=1)).indices(0)
    assert len(set(first) & set(other)) < 220  # 144 of 360 by chance


def test_a_state_of_before_blocks_says_that_the_order_of_samples_has_changed():
    plan = SamplingPlan(target=PowerSkew(Constant(0.0)), epochs=9, batch_size=50)
    sampler = ScheduledClassSampler(BLOCKS, plan)
    earlier = {**sampler.state_dict(), "labels": sampler.stream.dataset.earlier_digest}
    with pytest.raises(ValueError, match="got one of before, when labels in one block per class had another order"):
        sampler.load_state_dict(earlier)
    with pytest.raises(ValueError, match=r"state must be of these labels .* got one of 0123"):
        sampler.load_state_dict({**earlier, "labels": "0123456789abcdef"})
