"""Labels given as counts: the draws of the labels written out, in memory for the classes."""

import doctest
import tracemalloc

import numpy as np
import pytest
from torch.utils.data import DataLoader, Dataset

from sampler_core import (
    ClassCounts,
    IndexStream,
    Linear,
    PowerSkew,
    SamplingPlan,
    ScheduledClassSampler,
    SortedLabels,
)
from sampler_core.data import sorted_labels
from sampler_core.draws import SCHEMES

BLOCKS = {"dog": 70, "cat": 900, "bee": 0, "ant": 30}  # in an order of their own, one empty
BILLION = np.geomspace(1, 10_000, 1000)
BILLION = np.maximum(1, (BILLION / BILLION.sum() * 10**9).astype(np.int64))
BILLION[-1] += 10**9 - BILLION.sum()


def plan_of(scheme, **fields):
    return SamplingPlan(
        target=PowerSkew(Linear(0.0, 0.3)), epochs=4, drawing=scheme, seed=3, **{"batch_size": 25, **fields}
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_sampler_draws_what_it_draws_from_the_labels_written_out(scheme):
    given, plan = SortedLabels(BLOCKS), plan_of(scheme)
    written = np.asarray(given)
    assert written.tolist() == ["dog"] * 70 + ["cat"] * 900 + ["ant"] * 30
    for epoch in (0, 3):
        samplers = ScheduledClassSampler(given, plan), ScheduledClassSampler(written, plan)
        for sampler in samplers:
            sampler.set_epoch(epoch)
        assert list(samplers[0]) == list(samplers[1])
        assert samplers[0].preview().totals[[0, 1, 3]].tolist() == samplers[1].preview().totals[[2, 1, 0]].tolist()
        stream = IndexStream(given, plan)
        which = stream.place(epoch, 5)
        assert np.cumsum([0, *BLOCKS.values()])[which[0]] + which[1] == stream.indices(epoch, 5, 6)[0]


def test_a_state_goes_from_labels_to_their_counts_and_back():
    plan, given = plan_of("exact"), SortedLabels({"ant": 30, "cat": 900})
    sampler, other = ScheduledClassSampler(given, plan), ScheduledClassSampler(np.asarray(given), plan)
    indices = iter(sampler)
    first = [next(indices) for _ in range(100)]
    other.load_state_dict(sampler.state_dict())
    assert first + list(other) == list(ScheduledClassSampler(given, plan))
    with pytest.raises(ValueError, match="state must be of these labels"):
        sampler.load_state_dict({**sampler.state_dict(), "labels": "0123456789abcdef"})


def test_labels_that_grew_may_be_given_as_counts():
    sampler = ScheduledClassSampler(np.asarray(SortedLabels(BLOCKS)), plan_of("independent"))
    sampler.update_labels(SortedLabels({**BLOCKS, "bee": 500}))
    sampler.set_epoch(1)
    assert sampler.class_counts == ClassCounts.from_counts({**BLOCKS, "bee": 500})
    assert max(sampler) >= 1000


class Billion(Dataset):
    """Delivers the class of each sample."""

    def __len__(self):
        return 10**9

    def __getitem__(self, index):
        return int(np.searchsorted(BILLION.cumsum(), index, side="right"))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_billion_sorted_samples_take_little_memory_and_are_drawn_as_previewed(scheme):
    plan = plan_of(scheme, batch_size=256)
    tracemalloc.start()
    sampler = ScheduledClassSampler(SortedLabels(BILLION), plan)
    sampler.set_epoch(2)
    loader = iter(DataLoader(Billion(), batch_size=256, sampler=sampler))
    drawn = [np.bincount(next(loader), minlength=1000).tolist() for _ in range(20)]
    preview = plan.preview(ClassCounts.from_counts(BILLION), 2, num_batches=20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert drawn == preview.batch_class_counts.tolist()
    assert len(sampler) == 10**9
    assert peak < 20e6


@pytest.mark.parametrize(
    ("counts", "classes", "says"),
    [
        ({}, None, "counts must hold at least one class"),
        ([3, -1], None, "counts must be >= 0, got -1 for class 1"),
        ([3, 1], ["a", "b"], "classes must be left to the counts of SortedLabels, got "),
    ],
)
def test_it_says_what_is_wrong(counts, classes, says):
    with pytest.raises((TypeError, ValueError), match=says):
        ScheduledClassSampler(SortedLabels(counts), plan_of("exact"), classes=classes)


def test_the_examples_of_its_docstring_are_true():
    assert doctest.testmod(sorted_labels) == (0, 2)
