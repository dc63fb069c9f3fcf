"""Golden values: what a fixed plan draws, for ever, on every machine, in every piece, with any number of ranks.

A change here changes what plans of other people draw. It must not happen by accident, nor between versions.
"""

import json
import os
import random
import subprocess
import sys

import numpy as np
import pytest
import torch

from sampler_core import Constant, IndexStream, Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.draws import SCHEMES
from sampler_core.sampling import draw_memory, index_pass, index_stream

COUNTS = [700, 200, 75, 20, 5]
LABELS = np.repeat(np.arange(5), COUNTS)[np.arange(1000) * 387 % 1000]

# scheme -> epoch -> the first 20 indices
INDICES = {
    "independent": {
        0: [279, 945, 647, 785, 17, 858, 569, 850, 467, 218, 694, 809, 844, 823, 663, 238, 125, 513, 290, 245],
        3: [925, 708, 46, 732, 881, 847, 186, 124, 891, 480, 801, 543, 925, 832, 229, 353, 5, 992, 312, 935],
    },
    "exact": {
        0: [787, 716, 972, 893, 867, 608, 252, 224, 853, 474, 942, 776, 264, 211, 213, 106, 247, 802, 894, 1],
        3: [974, 980, 385, 274, 363, 155, 894, 343, 166, 279, 907, 596, 599, 385, 266, 925, 31, 248, 253, 155],
    },
    "stratified": {
        0: [263, 858, 763, 694, 541, 29, 563, 398, 886, 458, 357, 327, 291, 488, 359, 427, 971, 516, 68, 428],
        3: [51, 474, 390, 204, 235, 914, 354, 237, 93, 190, 858, 432, 155, 520, 904, 708, 571, 36, 770, 464],
    },
}
SORTED_LABELS = {  # epoch 3, where labels lie in one block per class
    "independent": [980, 996, 818, 573, 925, 850, 994, 983, 896, 838, 977, 58, 980, 985, 383, 414, 919, 923, 869, 806],
    "exact": [922, 2, 997, 77, 503, 987, 994, 809, 561, 948, 147, 564, 753, 997, 966, 985, 995, 981, 950, 987],
    "stratified": [873, 220, 937, 972, 901, 851, 999, 762, 981, 73, 499, 40, 978, 267, 776, 996, 984, 908, 979, 183],
}
BATCHES_OF_EPOCH_3 = {
    "independent": [[4, 4, 1, 6, 1], [5, 3, 6, 1, 1], [6, 4, 2, 2, 2]],
    "exact": [[6, 2, 3, 3, 2], [2, 6, 3, 4, 1], [5, 2, 3, 5, 1]],
    "stratified": [[5, 4, 3, 2, 2], [6, 4, 3, 2, 1], [6, 4, 3, 2, 1]],
}
FINGERPRINTS = {"independent": "8bfcaa8386e35fe1", "exact": "851026bd399520fc", "stratified": "0df6a2a830ee1dd1"}
EARLIER = {"independent": (), "exact": (), "stratified": ("b38d8fe346eb6476",)}  # before decks
EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)


def plan_of(scheme):
    target = PowerSkew(Linear(0.0, 0.25))
    return SamplingPlan(target=target, epochs=5, batch_size=16, drawing=scheme, seed=2024)


def first_twenty(scheme, epoch):
    sampler = ScheduledClassSampler(LABELS, plan_of(scheme))
    sampler.set_epoch(epoch)
    return list(sampler)[:20]


def test_every_scheme_has_golden_values():
    assert set(INDICES) == set(BATCHES_OF_EPOCH_3) == set(FINGERPRINTS) == set(SCHEMES)


@EACH_SCHEME
@pytest.mark.parametrize("epoch", [0, 3])
def test_the_first_twenty_indices(scheme, epoch):
    assert first_twenty(scheme, epoch) == INDICES[scheme][epoch]


@EACH_SCHEME
def test_the_first_twenty_indices_of_sorted_labels(scheme):
    sampler = ScheduledClassSampler(np.sort(LABELS), plan_of(scheme))
    sampler.set_epoch(3)
    assert list(sampler)[:20] == SORTED_LABELS[scheme]


@EACH_SCHEME
def test_the_class_counts_of_the_first_batches(scheme):
    assert plan_of(scheme).preview(COUNTS, 3, 0, 3).batch_class_counts.tolist() == BATCHES_OF_EPOCH_3[scheme]


@EACH_SCHEME
def test_the_fingerprint(scheme):
    assert plan_of(scheme).fingerprint == FINGERPRINTS[scheme]
    assert plan_of(scheme).earlier_fingerprints == EARLIER[scheme]


@pytest.mark.parametrize(
    ("skew", "scheme", "batch_size", "indices"),
    [
        (0.0, "exact", 20, [385, 934, 284, 127, 877, 77, 296, 179, 565, 185]),
        (0.5, "stratified", 20_000, [645, 762, 677, 173, 684, 117, 677, 562, 418, 545]),
    ],
)
def test_the_first_indices_where_slots_come_from_a_feistel_network(skew, scheme, batch_size, indices):
    target = PowerSkew(Constant(skew))
    plan = SamplingPlan(
        target=target, epochs=1, batch_size=batch_size, samples_per_epoch=100_000, drawing=scheme, seed=1
    )
    stream = iter(ScheduledClassSampler(LABELS, plan))
    assert [next(stream) for _ in range(10)] == indices


@EACH_SCHEME
@pytest.mark.parametrize("replicas", [1, 2, 8])
def test_they_are_the_same_under_any_number_of_ranks(scheme, replicas):
    plan = plan_of(scheme)
    batches = {}
    for rank in range(replicas):
        sampler = ScheduledClassSampler(LABELS, plan, num_replicas=replicas, rank=rank)
        sampler.set_epoch(3)
        drawn = list(sampler)
        batches |= {b * replicas + rank: drawn[b * 16 : b * 16 + 16] for b in range(-(-len(drawn) // 16))}
    assert [i for b in sorted(batches) for i in batches[b]][:20] == INDICES[scheme][3]


@EACH_SCHEME
@pytest.mark.parametrize("chunk", [1, 2, 7, 16, 20, 333, 1000, 4096, 10_000])
def test_they_are_the_same_in_chunks_of_any_size(scheme, chunk, monkeypatch):
    whole = ScheduledClassSampler(LABELS, plan_of(scheme))
    ranked = ScheduledClassSampler(LABELS, plan_of(scheme), num_replicas=3, rank=1)
    expected, expected_ranked = list(whole), list(ranked)
    for name in ("_INDEX_CHUNK", "_FIRST_INDEX_CHUNK", "_INDEX_PIECE"):
        monkeypatch.setattr(index_pass, name, chunk)
    monkeypatch.setattr(index_stream, "_ITEM_CHUNK", chunk)
    monkeypatch.setattr(draw_memory, "NUMPY", draw_memory.NUMPY._replace(chunk=chunk))
    assert first_twenty(scheme, 3) == INDICES[scheme][3]
    assert IndexStream(LABELS, plan_of(scheme)).indices(0).tolist() == expected
    for sampler, stream in ((whole, expected), (ranked, expected_ranked)):
        sampler.set_epoch(0)
        assert list(sampler) == stream


@EACH_SCHEME
def test_they_are_the_same_with_all_global_generators_shuffled(scheme):
    random.seed(99)
    np.random.seed(99)  # noqa: NPY002  # the generators that must not matter
    torch.manual_seed(99)
    np.random.shuffle(list(range(50)))  # noqa: NPY002
    assert first_twenty(scheme, 3) == INDICES[scheme][3]


PATH = os.pathsep.join(filter(None, sys.path))
SCRIPT = """
import json, sys
import numpy as np
from sampler_core import Linear, PowerSkew, SamplingPlan, ScheduledClassSampler

names = np.array(["a", "b", "c", "d", "e"])
labels = np.repeat(names, [700, 200, 75, 20, 5])[np.arange(1000) * 387 % 1000]
found = {}
for scheme in ("independent", "exact", "stratified"):
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.25)), epochs=5, batch_size=16, drawing=scheme, seed=2024)
    sampler = ScheduledClassSampler(labels.tolist(), plan)
    sampler.set_epoch(3)
    found[scheme] = [list(sampler)[:20], plan.fingerprint, sampler.state_dict()["labels"]]
json.dump(found, sys.stdout)
"""


def test_they_are_the_same_in_a_new_process_with_another_hash_seed():
    env = {**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": PATH}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=env, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    labels = np.array(list("abcde"))[LABELS].tolist()
    for scheme in SCHEMES:
        here = ScheduledClassSampler(labels, plan_of(scheme))
        here.set_epoch(3)
        assert list(here)[:20] == INDICES[scheme][3]
        assert found[scheme] == [INDICES[scheme][3], FINGERPRINTS[scheme], here.state_dict()["labels"]]
