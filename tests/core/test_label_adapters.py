"""Label adapters: class x group, several labels a sample, numbers; and what the draws bring of each label and group."""

import doctest
import importlib
import itertools
import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import sampler_core
from sampler_core import (
    Constant,
    Linear,
    PowerSkew,
    SamplingPlan,
    ScheduledClassSampler,
    Shares,
    balanced_shares,
    binned,
    combined,
    rarest_label,
    repeat_factor_shares,
)
from sampler_core.data.combined_labels import pair_name
from sampler_core.data.tallies import Tally
from sampler_core.datasets.label_files import label_corrections, read_counts, read_labels
from sampler_core.draws import SCHEMES

MODULES = ("data.combined_labels", "data.rarest_label", "data.binned_values", "plans.balanced_shares")
EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)


def plan_of(target, scheme="exact", **others):
    return SamplingPlan(target=target, epochs=6, batch_size=64, drawing=scheme, seed=3, **others)


def as_dict(counts):
    return dict(zip(counts.names, counts.counts.tolist(), strict=True))


def items_of(tally, draws):
    return dict(zip(tally.names, tally.expected(draws).tolist(), strict=True))


def hospital_data(seed=0, num_samples=6000):
    """12 classes, 300 : 1, of 5 hospitals, each of which has most classes."""
    rng = np.random.default_rng(seed)
    frequencies = np.geomspace(300, 1, 12)
    classes = np.concatenate(
        [rng.choice(12, num_samples - 60, p=frequencies / frequencies.sum()), np.repeat(range(12), 5)]
    )
    hospitals = (rng.integers(0, 5, classes.size) + classes * (rng.random(classes.size) < 0.4)) % 5
    return classes, np.array(["A", "B", "C", "D", "E"])[hospitals]


@cache
def photos_data(num_samples=3000):
    """Samples with up to 4 of 8 labels, each rarer than the one before."""
    rng = np.random.default_rng(0)
    frequencies = np.geomspace(40, 1, 8)
    drawn = rng.choice(8, (num_samples, 4), p=frequencies / frequencies.sum())
    sizes = rng.integers(0, 5, num_samples)
    return [[f"label {c}" for c in set(row[:size])] for row, size in zip(drawn.tolist(), sizes, strict=True)]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_the_adapters_are_true(module):
    names = {name: getattr(sampler_core, name) for name in sampler_core.__all__}
    done = doctest.testmod(importlib.import_module(f"sampler_core.{module}"), extraglobs=names)
    assert (done.failed, done.attempted > 2) == (0, True)


# --- class x group ---------------------------------------------------------------------------------------------------


def test_the_pairs_that_exist_are_the_classes_and_the_tallies_have_classes_and_groups():
    cells = combined([2, 10, 10, 2, 10], ["A", "A", "B", "A", "B"], names=("digit", "scanner"))
    assert as_dict(cells.counts) == {"2 / A": 2, "10 / A": 1, "10 / B": 2}
    assert cells.labels.tolist() == ["2 / A", "10 / A", "10 / B", "2 / A", "10 / B"]
    digit, scanner = cells.tallies
    assert (digit.title, digit.names, digit.totals.tolist()) == ("digit", (2, 10), [2, 3])
    assert (scanner.title, scanner.names, scanner.totals.tolist()) == ("scanner", ("A", "B"), [3, 2])
    assert scanner.per_sample.tolist() == [[1, 0], [1, 0], [0, 1]]
    assert cells.warnings[0].startswith("1 pair of digit and scanner has no sample: '")


@EACH_SCHEME
@pytest.mark.parametrize("skew", [0.0, 0.7, 1.3])
def test_the_draws_bring_of_each_class_and_hospital_what_the_tallies_say_of_the_preview(scheme, skew):
    classes, hospitals = hospital_data()
    cells = combined(classes, hospitals, names=("class", "hospital"))
    plan = plan_of(PowerSkew(Linear(0.0, skew)), scheme)
    sampler = ScheduledClassSampler(cells.labels, plan)
    sampler.set_epoch(4)
    drawn = np.array(list(sampler))
    of_class, of_hospital = (tally.expected(plan.epoch_class_counts(cells.counts, 4)) for tally in cells.tallies)
    assert of_class == pytest.approx(np.bincount(classes[drawn], minlength=12), abs=1e-6)
    assert of_hospital == pytest.approx([np.sum(hospitals[drawn] == name) for name in "ABCDE"], abs=1e-6)
    in_batches = cells.tallies[1].expected(plan.preview(cells.counts, 4).batch_class_counts)
    assert in_batches[5] == pytest.approx([np.sum(hospitals[drawn[320:384]] == name) for name in "ABCDE"], abs=1e-6)


@pytest.mark.parametrize("balance", ["class", "hospital", ("class", "hospital")])
def test_a_balanced_plan_draws_each_class_each_hospital_or_both_equally_often(balance):
    classes, hospitals = hospital_data()
    cells = combined(classes, hospitals, names=("class", "hospital"))
    shares = balanced_shares(cells, balance)
    plan = plan_of(Shares(shares))
    assert plan.class_shares(cells.counts)[0] == pytest.approx(list(shares.values()))
    sampler = ScheduledClassSampler(cells.labels, plan)
    drawn = np.array(list(sampler))
    of_class = np.bincount(classes[drawn], minlength=12)
    of_hospital = np.array([np.sum(hospitals[drawn] == name) for name in "ABCDE"])
    assert (np.ptp(of_class) <= 10) == ("class" in balance)  # each of some 5 or 12 quotas is rounded by less than 1
    assert (np.ptp(of_hospital) <= 24) == ("hospital" in balance)


def test_both_are_balanced_by_the_shares_that_keep_the_odds_ratios_of_the_data():
    counts = np.array([[60, 30, 10], [5, 20, 1], [7, 7, 7]])
    pairs = [(c, g) for c, g in itertools.product(range(3), range(3)) for _ in range(counts[c, g])]
    shares = balanced_shares(combined(*zip(*pairs, strict=True)))
    table = np.array(list(shares.values())).reshape(3, 3)
    assert table.sum(axis=0) == pytest.approx([1 / 3] * 3)
    assert table.sum(axis=1) == pytest.approx([1 / 3] * 3)
    odds = (table[:-1, :-1] * table[1:, 1:]) / (table[1:, :-1] * table[:-1, 1:])
    assert odds == pytest.approx((counts[:-1, :-1] * counts[1:, 1:]) / (counts[1:, :-1] * counts[:-1, 1:]))


def test_one_is_balanced_with_natural_shares_inside():
    cells = combined(["a"] * 9 + ["b"], ["X"] * 6 + ["Y"] * 4)
    assert balanced_shares(cells, ["class"]) == pytest.approx({"a / X": 1 / 3, "a / Y": 1 / 6, "b / Y": 0.5})
    assert balanced_shares(cells, "group") == pytest.approx({"a / X": 0.5, "a / Y": 3 / 8, "b / Y": 1 / 8})


def test_a_class_of_one_hospital_is_balanced_where_there_is_room_for_it():
    cells = combined(["x", "y", "y", "z", "z"], ["A", "A", "B", "A", "B"])
    shares = balanced_shares(cells)
    assert shares["x / A"] == pytest.approx(1 / 3)
    assert shares["y / A"] == pytest.approx(1 / 12)


@pytest.mark.parametrize(
    ("classes", "groups", "why"),
    [("xyzz", "AAAB",
      "class 'x', 'y' comes with group 'A' only and needs 66.7 % of the draws, of which group 'A' has 50 %"),
     ("xyy", "AAB", "class 'x' comes with group 'A' only and needs 50 % of the draws, of which group 'A' has 50 %")],
)  # fmt: skip
def test_where_both_cannot_be_balanced_a_sentence_says_what_has_no_room(classes, groups, why):
    cells = combined(list(classes), list(groups))
    with pytest.raises(ValueError, match=r"^balance must be 'class' or 'group' alone for this data, got") as error:
        balanced_shares(cells)
    assert str(error.value).endswith(why)


def has_room(there):
    """Whether both can be balanced with no pair left out, rows against columns: Hall's condition, by trying."""
    num_classes, num_groups = there.shape
    sizes = range(1, num_classes + 1)
    for some in map(list, (some for size in sizes for some in itertools.combinations(range(num_classes), size))):
        used = there[some].any(axis=0)
        need, room = len(some) * num_groups, int(used.sum()) * num_classes
        shared = np.delete(there, some, axis=0)[:, used].any()
        if need > room or (need == room and shared):
            return False
    return True


@pytest.mark.parametrize("seed", range(20))
def test_both_are_balanced_exactly_where_there_is_room_for_it(seed):
    rng = np.random.default_rng(seed)
    there = rng.random(rng.integers(2, 5, 2)) < 0.6
    there[np.arange(len(there)), rng.integers(0, there.shape[1], len(there))] = True
    there = there[:, there.any(axis=0)]
    classes, groups = np.nonzero(there)
    cells = combined(classes, groups, counts=rng.integers(1, 50, classes.size))
    if not has_room(there):
        with pytest.raises(ValueError, match="balance must be 'class' or 'group' alone for this data"):
            balanced_shares(cells)
        return
    shares = np.array(list(balanced_shares(cells).values()))
    assert shares.min() > 0.0
    for tally, groups_of_it in zip(cells.tallies, there.shape, strict=True):
        assert tally.expected(shares) == pytest.approx([1 / groups_of_it] * groups_of_it)


WORDS = st.lists(st.sampled_from(["", "/", "//", "a", "/a", "a/"]), min_size=1, max_size=4).map(" ".join)


@settings(max_examples=50)
@given(WORDS, WORDS, WORDS, WORDS)
def test_different_pairs_have_different_names(one, two, three, four):
    assert (pair_name(one, two) == pair_name(three, four)) == ((one, two) == (three, four))


def test_a_pair_is_called_by_both_and_a_slash_alone_is_doubled():
    assert pair_name("cat", "A") == "cat / A"
    assert pair_name(3, "n/a") == "3 / n/a"
    assert pair_name("a / b", "c") == "a // b / c"
    assert pair_name("a", "b / c") == "a / b // c"


def test_pairs_with_few_samples_are_named_from_the_smallest_on():
    cells = combined(["a"] * 60 + ["b"] * 40, ["X"] * 50 + ["Y"] * 10 + ["X"] * 37 + ["Y"] * 3)
    assert cells.warnings == ("2 pairs have fewer than 20 samples: 'b / Y', 'a / Y'.",)


def test_the_first_pairs_without_a_sample_are_named_in_one_sentence_with_those_of_few():
    cells = combined([*"abcde", *"a" * 30], ["X", *"YYYY", *"X" * 30], names=("class", "site"))
    assert cells.warnings == (
        "5 pairs of class and site have no sample: 'a / Y', 'b / X', 'c / X' and 2 more. "
        "4 pairs have fewer than 20 samples: 'b / Y', 'c / Y', 'd / Y' and 1 more.",
    )


@pytest.mark.parametrize("container", [list, tuple, np.array, torch.tensor, pd.Series, pd.Categorical])
def test_the_same_labels_in_any_container_are_the_same_cells(container):
    classes, groups = [3, 1, 3, 1, 3], [0, 0, 1, 1, 1]
    cells = combined(container(classes), container(groups))
    assert as_dict(cells.counts) == {"1 / 0": 1, "1 / 1": 1, "3 / 0": 1, "3 / 1": 2}
    assert cells.codes.tolist() == [2, 0, 3, 1, 3]


# --- several labels a sample -----------------------------------------------------------------------------------------


def test_a_sample_is_of_the_label_that_the_fewest_samples_have():
    photos = rarest_label([{"person", "dog"}, ["person"], ("person", "cat", "cat"), {"dog", "person"}, []])
    assert photos.labels.tolist() == ["dog", "person", "cat", "dog", "(no label)"]
    assert as_dict(photos.counts) == {"cat": 1, "dog": 2, "person": 1, "(no label)": 1}
    (tally,) = photos.tallies
    assert (tally.title, tally.names, tally.totals.tolist()) == ("label", ("cat", "dog", "person"), [1, 2, 4])
    assert tally.per_sample.tolist() == [[1, 0, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0]]
    assert photos.warnings == ("1 sample has no label: class '(no label)'.",)


def test_of_equally_rare_labels_the_first_one_counts_and_one_that_is_never_rarest_is_said():
    photos = rarest_label([[10, 9], [9, 10], [2, 9, 10], [2, 9]])
    assert photos.labels.tolist() == [10, 10, 2, 2]
    assert photos.warnings == ("Never the rarest label of a sample: '9'; it is drawn along with others.",)
    assert rarest_label([["b", "a"]]).labels.tolist() == ["a"]


def test_boxes_are_counted_each_beside_the_images_that_have_them():
    images = rarest_label([["cup", "cup", "table"], ["table"], ["cup", "table"]], item="box")
    label, box = images.tallies
    assert (label.title, label.totals.tolist()) == ("label", [2, 3])
    assert (box.title, box.totals.tolist()) == ("box", [3, 3])
    assert items_of(box, [10, 0]) == {"cup": 15.0, "table": 10.0}


def test_a_table_of_0_and_1_reads_as_the_sets_of_its_rows():
    sets = photos_data(num_samples=300)
    names = sorted({label for labels in sets for label in labels}, reverse=True)
    table = np.array([[name in labels for name in names] for labels in sets])
    of_sets = rarest_label(sets)
    tables = [
        table,
        table.astype(float),
        torch.tensor(table.astype(int)),
        pd.DataFrame(table, columns=names),
        table.tolist(),
    ]
    for table_of_any_kind in tables:
        of_table = rarest_label(table_of_any_kind, names=None if hasattr(table_of_any_kind, "columns") else names)
        assert (of_table.counts, of_table.tallies) == (of_sets.counts, of_sets.tallies)
        assert of_table.codes.tolist() == of_sets.codes.tolist()
    assert rarest_label(np.eye(3, dtype=int)).counts.names == (0, 1, 2)


def test_the_rarest_label_and_the_tally_are_those_of_a_plain_count():
    sets = photos_data()
    photos = rarest_label(sets, item="box")
    number = {name: sum(name in labels for labels in sets) for name in photos.tallies[0].names}
    by_hand = [min(labels, key=lambda name: (number[name], name), default="(no label)") for labels in sets]
    assert photos.labels.tolist() == by_hand
    assert dict(zip(number, photos.tallies[0].totals.tolist(), strict=True)) == number
    assert photos.tallies[0].items.sum() == photos.tallies[1].items.sum() == sum(map(len, sets))


@EACH_SCHEME
def test_the_draws_bring_as_many_of_each_label_as_expected(scheme):
    sets = photos_data()
    photos = rarest_label(sets)
    (tally,) = photos.tallies
    plan = plan_of(PowerSkew(Constant(0.9)), scheme, samples_per_epoch=20_000)
    sampler = ScheduledClassSampler(photos.labels, plan)
    has = np.array([[name in labels for name in tally.names] for labels in sets])
    draws, drawn = plan.epoch_class_counts(photos.counts, 0), has[list(sampler)].sum(axis=0)
    expected, p = tally.expected(draws), tally.per_sample
    deviation = np.sqrt(draws @ (p * (1.0 - p)))  # of independent draws, given their classes; the others vary less
    assert (np.abs(drawn - expected) <= 4.5 * deviation + 1e-6).all()
    of_cells = dict(zip(photos.counts.names, draws.tolist(), strict=True))
    assert drawn[0] > 1.5 * of_cells["label 0"]  # common labels come along with rarer ones


def test_an_epoch_that_draws_every_sample_once_brings_every_label_of_the_data():
    sets = photos_data()
    photos = rarest_label(sets)
    assert photos.tallies[0].expected(photos.counts.counts) == pytest.approx(photos.tallies[0].totals)


def test_shares_by_repeat_factor_are_those_of_the_images_of_lvis():
    sets = photos_data()
    photos = rarest_label(sets)
    frequency = {name: sum(name in labels for labels in sets) / len(sets) for name in photos.tallies[0].names}
    factors = [max([1.0, *((0.3 / frequency[name]) ** 0.5 for name in labels)]) for labels in sets]
    of_classes = dict.fromkeys(photos.counts.names, 0.0)
    for name, factor in zip(photos.labels, factors, strict=True):
        of_classes[name] += factor / sum(factors)
    assert repeat_factor_shares(photos, threshold=0.3) == pytest.approx(of_classes)


def test_entries_may_stand_for_many_samples():
    one_each = combined(["a", "a", "b", "a"], ["X", "X", "Y", "Y"])
    with_counts = combined(["a", "b", "a"], ["X", "Y", "Y"], counts=[2, 1, 1])
    assert (one_each.counts, one_each.tallies) == (with_counts.counts, with_counts.tallies)
    sets = [["a", "b"], ["a", "b"], ["b"], []]
    one_each, with_counts = rarest_label(sets), rarest_label(sets[1:], counts=[2, 1, 1])
    assert (one_each.counts, one_each.tallies) == (with_counts.counts, with_counts.tallies)


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bins", [1, 7, [-10.0, 0.0, 0.5, 10.0]])
def test_bins_of_equal_width_and_of_given_edges_are_those_of_numpys_histogram(bins):
    values = np.random.default_rng(0).normal(size=5000)
    expected, _ = np.histogram(values, bins)
    assert binned(values, bins).counts.counts.tolist() == expected.tolist()


def test_quantile_bins_hold_equally_many_and_fewer_are_said_where_values_repeat():
    values = np.random.default_rng(0).normal(size=5000)
    assert np.ptp(binned(values, 8, "quantile").counts.counts) <= 1
    ages = binned([1, 1, 1, 1, 1, 2, 3], 4, "quantile")
    assert ages.warnings == ("Only 2 bins differ of the 4 asked for: many samples have the same value.",)
    assert as_dict(ages.counts) == {"1 to 1.5": 5, "1.5 to 3": 2}


@pytest.mark.parametrize(
    ("values", "bins", "names"),
    [([12, 15, 18], 2, ("12 to 15", "15 to 18")),
     ([0.0, 1.0], 3, ("0 to 0.333", "0.333 to 0.667", "0.667 to 1")),
     ([1000.001, 1000.002], [1000.001, 1000.0015, 1000.002], ("1000.001 to 1000.0015", "1000.0015 to 1000.002")),
     ([-0.0, 5], [0, 5], ("0 to 5",)), ([7, 7], 10, ("7 to 7",)), ([1e299, -1e300], 1, ("-1e+300 to 1e+299",))],
)  # fmt: skip
def test_a_bin_is_called_by_its_edges_in_as_few_digits_as_tell_them_apart(values, bins, names):
    assert binned(values, bins).counts.names == names


@settings(max_examples=40)
@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=30), st.integers(1, 12),
       st.sampled_from(["equal width", "quantile"]))  # fmt: skip
def test_every_finite_number_has_a_bin(values, bins, how):
    of_any = binned(values, bins, how)
    assert of_any.counts.num_samples == of_any.codes.size == len(values)
    assert (np.diff(of_any.codes[np.argsort(values, kind="stable")]) >= 0).all()


# --- tallies on their way --------------------------------------------------------------------------------------------

ANIMALS = Tally("animal", ("cat", "dog"), [0, 0, 1], [0, 1, 1], [2, 2, 3], [2, 1])


def test_expected_items_of_rows_of_draws_and_of_shares():
    assert ANIMALS.expected([4, 1]).tolist() == [4, 7]
    assert ANIMALS.expected([[1, 0], [0, 1], [0.5, 0.5]]).tolist() == [[1, 1], [0, 3], [0.5, 2]]
    assert ANIMALS.group_of_class is None
    with pytest.raises(ValueError, match=r"draws must be one per class \(2\), got shape \(3,\)"):
        ANIMALS.expected([1, 2, 3])


def test_a_tally_is_equal_to_what_its_json_reads_as():
    again = Tally(**json.loads(json.dumps(ANIMALS.fields())))
    assert (again, hash(again)) == (ANIMALS, hash(ANIMALS))
    assert Tally(**{**ANIMALS.fields(), "items": [2, 2, 4]}) != ANIMALS


def test_corrections_of_labels_take_the_tallies_along():
    sets = [["a", "z"], ["a", "z"], ["b", "z"], ["c"], ["z"]]
    photos = rarest_label(sets)
    reading = read_counts(b"label\n" + "\n".join(photos.labels).encode())
    object.__setattr__(reading, "tallies", photos.tallies)
    assert reading.counts == photos.counts
    merged = label_corrections.merge(reading, ["a", "b"], "ab")
    assert items_of(merged.tallies[0], [3, 0, 0]) == {"a": 2, "b": 1, "c": 0, "z": 3}
    dropped = label_corrections.drop(merged, ["c"])
    assert items_of(dropped.tallies[0], dropped.counts.counts) == {"a": 2, "b": 1, "c": 0, "z": 4}
    renamed = label_corrections.order(label_corrections.rename(reading, {"z": "only z"}), "name")
    at = renamed.counts.position("only z")
    assert items_of(renamed.tallies[0], np.eye(4)[at]) == {"a": 0, "b": 0, "c": 0, "z": 1}


# --- COCO ------------------------------------------------------------------------------------------------------------

COCO = {
    "images": [{"id": 30}, {"id": 10}, {"id": 20}, {"id": 40}],
    "annotations": [
        {"image_id": 30, "category_id": 1}, {"image_id": 30, "category_id": 2}, {"image_id": 30, "category_id": 2},
        {"image_id": 10, "category_id": 1}, {"image_id": 20, "category_id": 1}, {"image_id": 20, "category_id": 1},
    ],
    "categories": [{"id": 2, "name": "cup"}, {"id": 3, "name": "tie"}, {"id": 1, "name": "person"}],
}  # fmt: skip
COCO_FILE = json.dumps(COCO).encode()


def test_a_coco_file_counts_images_of_their_rarest_category_and_boxes_beside():
    reading = read_counts(COCO_FILE)
    assert as_dict(reading.counts) == {"cup": 1, "person": 2, "(no label)": 1, "tie": 0}
    label, box = reading.tallies
    assert items_of(label, [10, 0, 0, 0]) == {"cup": 10.0, "person": 10.0}
    assert items_of(box, [10, 10, 10, 0]) == {"cup": 20.0, "person": 10.0 + 15.0}
    assert dict(reading.noticed)["several"] == (
        "4 images with 6 boxes: an image counts for the rarest category of its boxes."
    )
    assert (reading.rows, reading.warnings) == (6, ("1 sample has no label: class '(no label)'.",))
    assert read_labels(COCO_FILE).tolist() == ["person", "person", "cup", "(no label)"]  # of images 10, 20, 30, 40


def test_a_coco_file_counts_boxes_where_that_is_chosen_or_no_image_is_named():
    boxes = read_counts(COCO_FILE, several="whole")
    assert (as_dict(boxes.counts), boxes.tallies) == ({"cup": 2, "tie": 0, "person": 4}, ())
    assert dict(boxes.noticed)["several"] == "Each of the 6 boxes is a sample; they are on 4 images."
    assert read_labels(COCO_FILE, several="whole").tolist() == ["person", "cup", "cup", "person", "person", "person"]
    nameless = [{"category_id": box["category_id"]} for box in COCO["annotations"]]
    assert read_counts(json.dumps(COCO | {"annotations": nameless}).encode()).counts == boxes.counts
    layout = read_counts(COCO_FILE).layout
    assert read_counts(COCO_FILE, layout).counts.num_samples == 4


def test_a_coco_category_called_no_label_is_no_label():
    categories = [*COCO["categories"], {"id": 9, "name": "(no label)"}]
    boxes = [{"image_id": 10, "category_id": 9}, {"image_id": 20, "category_id": 1}]
    reading = read_counts(json.dumps(COCO | {"categories": categories, "annotations": boxes}).encode())
    assert as_dict(reading.counts) == {"person": 1, "(no label)": 3, "cup": 0, "tie": 0}


@pytest.mark.parametrize("how", ["equal width", "quantile"])
@pytest.mark.parametrize("bins", [2, 6, 40])
def test_numbers_read_as_classes_are_put_in_the_bins_that_the_call_of_the_correction_makes_in_training(how, bins):
    values = np.random.default_rng(bins).gamma(3.0, 12.0, 4000).round(1)
    read, samples = np.unique(values, return_counts=True)
    put = label_corrections.put_in_bins(sampler_core.ClassCounts([str(value) for value in read], samples), bins, how)
    of_training = binned(values, bins, how).counts
    taken = of_training.counts > 0
    assert put.names == tuple(np.array(of_training.names)[taken])
    assert put.counts.tolist() == of_training.counts[taken].tolist()


def test_only_numbers_are_put_in_bins():
    with pytest.raises(ValueError, match="only numbers can be put in bins"):
        label_corrections.put_in_bins(sampler_core.ClassCounts(["1.5", "cat"], [3, 4]), 2)
    one = label_corrections.put_in_bins(sampler_core.ClassCounts(["1.5"], [3]), 4)
    assert (one.num_classes, one.num_samples) == (1, 3)
