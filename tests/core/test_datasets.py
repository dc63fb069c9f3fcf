"""Bundled tables and synthetic profiles."""

import csv
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.label_encoding import class_names
from sampler_core.datasets import PROFILES, cifar_lt, load, published_datasets, synthetic

TABLES = files("sampler_core.datasets") / "published_tables"
NAMES = [table.name for table in published_datasets()]


@pytest.mark.parametrize("table", published_datasets(), ids=NAMES)
def test_every_table_has_the_classes_samples_and_ratio_that_the_index_says(table):
    counts = load(table.name)
    assert (counts.num_classes, counts.num_samples) == (table.classes, table.samples)
    assert counts.imbalance_ratio == pytest.approx(table.ratio, abs=0.005)
    assert counts.empty == ()
    assert min(map(len, (table.title, table.unit, table.source))) > 0


def test_the_index_lists_every_table_in_the_folder_once():
    in_folder = sorted(file.name for file in TABLES.iterdir() if file.name != "index.csv")
    assert sorted(f"{name}.csv" for name in NAMES) == in_folder


def test_the_index_gives_the_largest_and_the_smallest_class_of_each_table():
    for row in csv.DictReader((TABLES / "index.csv").read_text(encoding="utf-8").splitlines()):
        counts = load(row["name"]).counts
        assert (counts.max(), counts.min()) == (int(row["largest"]), int(row["smallest"]))


def test_numbered_classes_are_integers_and_named_ones_are_text_in_the_order_of_the_table():
    assert load("mnist_train").names == tuple(range(10))
    assert load("isic2019").names == ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC")
    assert load("eyepacs_dr").names[0] == "0 no DR"


def test_a_numbered_table_and_integer_labels_of_the_same_data_are_equal():
    table = load("mnist_train")
    labels = np.repeat(np.arange(10), table.counts)
    assert ClassCounts.from_labels(labels[::-1]) == table


def test_names_are_integers_only_when_every_one_is_written_as_an_integer_is():
    assert class_names(["0", "-3", "12"]) == [0, -3, 12]
    for as_text in (["0", "07"], ["+7"], ["-0"], ["1", "two"], ["1.0"], ["\u0663"], [" 1"], [""], ["--1"]):
        assert class_names(as_text) == as_text


@pytest.mark.parametrize("name", ["no_such_table", "index", "../counts", ""])
def test_an_unknown_data_set_is_refused_with_the_names_of_the_known_ones(name):
    with pytest.raises(ValueError, match=r"data set must be one of cifar10_lt_if100, .*isic2019.*, got ") as error:
        load(name)
    assert repr(name) in str(error.value)


def test_the_cifar_tables_are_the_published_truncated_formula():
    assert cifar_lt(10, 5000, 100).counts.tolist() == [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
    assert np.array_equal(cifar_lt(10, 5000, 100).counts, load("cifar10_lt_if100").counts)
    assert np.array_equal(cifar_lt(100, 500, 100).counts, load("cifar100_lt_if100").counts)


@pytest.mark.parametrize("name", ["cifar10_lt_if100", "cifar100_lt_if100"])
def test_a_long_tailed_cifar_comes_at_any_ratio_with_its_names(name):
    assert load(name, 100) == load(name) == load(name, ratio=100.0)
    for ratio in (1.0, 37.5, 500.0):
        counts = load(name, ratio)
        assert counts.names == load(name).names
        assert np.array_equal(counts.counts, cifar_lt(counts.num_classes, load(name).counts[0], ratio).counts)


def test_a_ratio_that_a_data_set_cannot_have_is_refused():
    with pytest.raises(ValueError, match="ratio must be None for isic2019, whose counts are fixed, got 50"):
        load("isic2019", 50.0)
    with pytest.raises(ValueError, match=r"ratio must be from 1 to n_max \(500\), got 501"):
        load("cifar100_lt_if100", 501)


def test_cifar_100_at_a_nominal_ratio_of_200_really_has_250():
    counts = cifar_lt(100, 500, 200)
    assert (counts.counts.min(), counts.imbalance_ratio) == (2, 250.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 500, 100), "num_classes must be at least 2, got 1"),
        ((10, 50, 100), r"ratio must be from 1 to n_max \(50\), got 100"),
        ((10, 50, float("nan")), r"ratio must be from 1 to n_max \(50\), got nan"),
    ],
)
def test_a_cifar_profile_with_an_empty_class_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        cifar_lt(*arguments)


GOLDEN = {
    ("exponential", 10, 10_000, 100): [4029, 2416, 1448, 868, 521, 312, 187, 112, 67, 40],
    ("pareto", 10, 10_000, 100): [6453, 1613, 717, 403, 258, 179, 132, 101, 80, 64],
    ("step", 10, 10_000, 100): [1980, 1980, 1980, 1980, 1980, 20, 20, 20, 20, 20],
    ("one_rare", 10, 10_000, 100): [1110, 1110, 1110, 1110, 1110, 1110, 1110, 1110, 1109, 11],
    ("exponential", 5, 12, 100): [7, 2, 1, 1, 1],
    ("pareto", 5, 12, 100): [8, 1, 1, 1, 1],
    ("step", 5, 12, 100): [4, 3, 3, 1, 1],
    ("one_rare", 5, 12, 100): [3, 3, 3, 2, 1],
    ("exponential", 2, 100_000_000, 1000): [99_900_100, 99_900],
    ("step", 3, 210, 10): [100, 100, 10],
    ("pareto", 1, 7, 100): [7],
    ("exponential", 3, 91, 16): [70, 17, 4],  # 69 1/3, 17 1/3, 4 1/3: of equal remainders the first
    ("exponential", 3, 148, 100): [134, 13, 1],  # 133 1/3, 13 1/3, 1 1/3
    ("step", 3, 24, 4): [11, 11, 2],  # 10 2/3 twice, 2 2/3
}


@pytest.mark.parametrize("arguments", GOLDEN, ids=str)
def test_synthetic_counts_never_change_because_links_hold_their_arguments_only(arguments):
    counts = synthetic(*arguments)
    assert counts.counts.tolist() == GOLDEN[arguments]
    assert counts.names == tuple(range(arguments[1]))


@given(
    profile=st.sampled_from(sorted(PROFILES)),
    num_classes=st.integers(1, 2000),
    beyond=st.one_of(st.integers(0, 5000), st.integers(0, 10**12 - 2000)),
    ratio=st.floats(1, 1e9),
)
def test_synthetic_counts_sum_to_the_samples_never_rise_and_leave_no_class_empty(profile, num_classes, beyond, ratio):
    counts = synthetic(profile, num_classes, num_classes + beyond, ratio).counts
    assert counts.sum() == num_classes + beyond
    assert counts.min() >= 1
    assert (np.diff(counts) <= 0).all()


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_with_many_samples_the_realised_imbalance_ratio_is_the_one_asked_for(profile):
    assert synthetic(profile, 100, 10**9, 250.0).imbalance_ratio == pytest.approx(250.0, rel=1e-3)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_ratio_of_one_is_level_up_to_the_one_sample_that_does_not_divide(profile):
    assert synthetic(profile, 3, 11, 1.0).counts.tolist() == [4, 4, 3]


def test_the_profiles_have_their_closed_form():
    # exponential: equal ratios; pareto: count ~ (1 + c)^-a with a = ln rho / ln C = 2; the others: two levels
    exponential = synthetic("exponential", 5, 10**11, 10_000).counts
    assert exponential[:-1] / exponential[1:] == pytest.approx(np.full(4, 10.0), rel=1e-5)
    pareto = synthetic("pareto", 10, 10**11, 100).counts
    assert pareto[0] / pareto == pytest.approx((1.0 + np.arange(10)) ** 2, rel=1e-6)
    assert np.unique(synthetic("step", 6, 3 * 11 * 5, 10).counts).tolist() == [5, 50]
    assert synthetic("one_rare", 4, 31 * 5, 10).counts.tolist() == [50, 50, 50, 5]


def test_the_largest_sizes_come_out_whole():
    counts = synthetic("exponential", 100_000, 10**12, 1000)
    assert (counts.num_classes, counts.num_samples) == (100_000, 10**12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("zipf", 10, 100, 10), "profile must be one of exponential, pareto, step, one_rare, got 'zipf'"),
        (("step", 0, 100, 10), "num_classes must be at least 1, got 0"),
        (("step", 10, 9, 10), r"num_samples must be from num_classes \(10\) to 1e12, got 9"),
        (("step", 10, 10**12 + 1, 10), "num_samples must be from .* got 1,000,000,000,001"),
        (("step", 10, 100, 0.5), "imbalance_ratio must be a number of at least 1, got 0.5"),
        (("step", 10, 100, float("nan")), "imbalance_ratio must be a number of at least 1, got nan"),
        (("step", 10, 100, float("inf")), "imbalance_ratio must be a number of at least 1, got inf"),
    ],
)
def test_wrong_arguments_are_named_with_what_they_must_be_and_what_came(arguments, message):
    with pytest.raises(ValueError, match=message):
        synthetic(*arguments)
