"""Class counts as a value: what it says of the data, its order, its equality, and codes of labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler_core.data.class_counts import ClassCounts, as_class_counts
from sampler_core.data.label_encoding import encode_labels

COUNTS = ClassCounts.from_counts({"dog": 30, "none": 0, "cat": 60, "owl": 10})


def test_what_it_says_of_the_data_by_hand():
    assert (COUNTS.num_classes, COUNTS.num_samples) == (4, 100)
    assert COUNTS.frequencies.tolist() == [0.3, 0.0, 0.6, 0.1]
    assert COUNTS.imbalance_ratio == 6.0  # over the classes that are not empty
    assert COUNTS.empty == ("none",)
    assert COUNTS.position("cat") == COUNTS.largest == 2
    assert COUNTS.names[COUNTS.rarest] == "owl"  # the empty one has none to be rare
    assert (ClassCounts.from_counts([5, 2, 5, 2]).largest, ClassCounts.from_counts([5, 2, 5, 2]).rarest) == (0, 1)
    assert ClassCounts.from_counts([7]).imbalance_ratio == 1.0


def test_the_canonical_order_is_by_name_and_leaves_empty_classes_out():
    assert [COUNTS.names[c] for c in COUNTS.canonical] == ["cat", "dog", "owl"]
    assert COUNTS.present == ClassCounts.from_counts({"cat": 60, "dog": 30, "owl": 10})
    assert COUNTS.present.present is COUNTS.present
    numbered = ClassCounts.from_counts({10: 1, 9: 2, -1: 3})
    assert [numbered.names[c] for c in numbered.canonical] == [-1, 9, 10]


def test_it_is_a_frozen_hashable_value():
    same = ClassCounts.from_counts({"dog": 30, "none": 0, "cat": 60, "owl": 10})
    assert (same, hash(same)) == (COUNTS, hash(COUNTS))
    assert ClassCounts.from_counts({"dog": 30, "none": 0, "cat": 60, "owl": 11}) != COUNTS
    assert COUNTS.present != COUNTS
    assert COUNTS != "counts"
    with pytest.raises(ValueError, match="read-only"):
        COUNTS.counts[0] = 5
    with pytest.raises(AttributeError):
        COUNTS.names = ()


def test_the_callers_array_is_neither_kept_nor_frozen():
    given_array = np.array([3, 4])
    counts = ClassCounts.from_counts(given_array)
    given_array[0] = 9
    assert counts.counts.tolist() == [3, 4]


def test_counts_of_every_kind_are_taken():
    expected = ClassCounts((0, 1), np.array([3, 4]))
    for given_kind in ([3, 4], (3, 4), np.array([3, 4], dtype=np.uint8), {0: 3, 1: 4}, expected):
        assert as_class_counts(given_kind) == expected
    assert as_class_counts(expected) is expected
    assert as_class_counts({np.int64(0): np.int64(3), True: 4}).names == (0, 1)


LABELS = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=50),
    st.lists(st.integers(-300, 300), min_size=1, max_size=50),
    st.lists(st.integers(-40_000, 40_000), min_size=1, max_size=50),
    st.lists(st.text(max_size=4), min_size=1, max_size=50),
)


@given(LABELS)
def test_codes_and_names_give_the_labels_again_and_the_names_are_sorted(labels):
    codes, names, of_class = encode_labels(labels)
    counts = ClassCounts(names, of_class)
    assert [counts.names[code] for code in codes] == labels
    assert list(counts.names) == sorted(set(labels))
    assert counts.counts.tolist() == [labels.count(name) for name in counts.names]


@pytest.mark.parametrize("span", [254, 255, 256, 257, 65_534, 65_535, 65_536, 65_537, 70_000, 10**6])
@pytest.mark.parametrize("low", [0, -3, 5])
def test_integer_labels_of_any_range_are_told_apart(span, low):
    labels = np.array([low, low + span, low + span // 2, low + span])
    codes, names, of_class = encode_labels(labels)
    counts = ClassCounts(names, of_class)
    assert counts.names == tuple(sorted({low, low + span // 2, low + span}))
    assert [counts.names[code] for code in codes] == labels.tolist()


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64])
def test_the_ends_of_every_integer_type_are_told_apart(kind):
    ends = np.iinfo(kind)
    labels = np.array([ends.max, ends.min, ends.max], dtype=kind)
    codes, names, of_class = encode_labels(labels)
    counts = ClassCounts(names, of_class)
    assert counts.names == (int(ends.min), int(ends.max))
    assert codes.tolist() == [1, 0, 1]
