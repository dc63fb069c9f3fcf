"""Sources of a mixture: read from lines of text, written as short ones, and the published mixtures."""

import csv
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler_core import Forecast, PowerSkew, SamplingPlan
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets import load_mixture, published_mixtures, read_sources, sources_text
from sampler_core.datasets.sources import LARGEST_SIZE, MOST_SOURCES
from sampler_core.plans.schedules import Constant, Linear

MIXTURES = files("sampler_core.datasets") / "published_mixtures"


def sizes_of(text):
    counts = read_sources(text).counts
    return {} if counts is None else dict(zip(counts.names, counts.counts.tolist(), strict=True))


# --- empty and wrong lines first -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "\n \n", "name, size", "{\n}", "[]"])
def test_a_text_without_a_source_has_none_and_no_problem(text):
    assert read_sources(text) == (None, ())


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("en", "its size must be a number from 1 to 1e15"), ("en, many", "its size must be"),
        ("en 0", "its size must be"), ("en -5", "its size must be"), ("en 0.4", "its size must be"),
        ("en 1e16", "its size must be"), ("en 1e99", "its size must be"), ("en 5 km", "its size must be"),
        ("500", "its size must be"),
        (", 500", "it needs a name before the size"), ("ok 7", "the source 'ok' is there already"),
    ],
)  # fmt: skip
def test_a_line_without_a_name_or_a_size_is_left_out_with_a_sentence(line, problem):
    read = read_sources(f"ok 5\n{line}\nlast 6")
    assert read.counts == ClassCounts.from_counts({"ok": 5, "last": 6})
    (sentence,) = read.problems
    assert sentence.startswith("Line 2, ")
    assert problem in sentence
    assert sentence.endswith("It is left out.")


def test_more_sources_than_can_be_are_left_out():
    read = read_sources("\n".join(f"s{i} {i + 1}" for i in range(MOST_SOURCES + 2)))
    assert read.counts.num_classes == MOST_SOURCES
    assert len(read.problems) == 2


# --- what is read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name", "size"),
    [
        ("en, 2733000000000", "en", 2_733_000_000_000), ("en: 2.733e12", "en", 2_733_000_000_000),
        ("en\t2733B", "en", 2_733_000_000_000), ("en;2,733,000,000,000", "en", 2_733_000_000_000),
        ("Wiki 2, 300", "Wiki 2", 300), ("Wiki 2 1_300", "Wiki 2", 1300), ('  "a, b": 1.5k,', "a, b", 1500),
        ("Übersetzung 12 M", "Übersetzung", 12_000_000), ("1e5 3", "1e5", 3), ("x 2.5", "x", 2),
        ("t 0.056M", "t", 56_000), ("C4|1T", "C4", 10**12), ("c 4g", "c", 4 * 10**9), ("big 1e15", "big", LARGEST_SIZE),
    ],
)  # fmt: skip
def test_a_line_is_a_name_and_a_size_however_they_are_written(line, name, size):
    assert sizes_of(line) == {name: size}


def test_a_header_and_the_brackets_of_pasted_json_are_no_sources():
    assert sizes_of('Source, Tokens\n{\n "en": 5,\n "de": 2\n}\n') == {"en": 5, "de": 2}


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=9)


@given(st.lists(st.tuples(NAMES, st.integers(1, LARGEST_SIZE)), min_size=1, max_size=6))
def test_what_was_read_is_written_as_a_text_that_reads_alike(lines):
    counts = read_sources("\n".join(f"{name}, {size}" for name, size in lines)).counts
    if counts is not None:
        assert read_sources(sources_text(counts)) == (counts, ())


def test_the_text_of_sources_is_short():
    assert sources_text(ClassCounts.from_counts({"en": 2_733_000_000_000, "a b": 1251})) == "en 2.733T\na b 1251"


# --- published mixtures ----------------------------------------------------------------------------------------------


def test_the_index_lists_every_mixture_in_the_folder_once_with_its_source():
    in_folder = sorted(file.name for file in MIXTURES.iterdir() if file.name != "index.csv")
    assert sorted(f"{mixture.name}.txt" for mixture in published_mixtures()) == in_folder
    assert all(min(map(len, mixture)) > 0 for mixture in published_mixtures())
    assert {mixture.unit for mixture in published_mixtures()} == {"documents", "tokens"}


@pytest.mark.parametrize(
    ("name", "sources", "total", "largest", "smallest"),
    [
        ("dolma", 7, 4.366e9, "Common Crawl", "Project Gutenberg"),  # published: 4,367 million, rounded
        ("redpajama", 7, 1.21e12, "CommonCrawl", "StackExchange"),  # 1.2 trillion
        ("mc4", 107, 6.27e12, "en", "yo"),  # 101 languages, six in Latin script too; 6.3 trillion
    ],
)
def test_a_published_mixture_has_the_size_that_is_published(name, sources, total, largest, smallest):
    counts = load_mixture(name)
    assert counts.num_classes == sources
    assert counts.num_samples == pytest.approx(total, rel=1e-3)
    assert (counts.names[counts.largest], counts.names[counts.rarest]) == (largest, smallest)
    assert (np.diff(counts.counts) <= 0).all()
    text = (MIXTURES / f"{name}.txt").read_text(encoding="utf-8")
    assert read_sources(text).problems == ()
    assert len(list(csv.reader(text.splitlines()))) == sources


def test_an_unknown_mixture_is_refused_with_the_names_of_the_known_ones():
    with pytest.raises(ValueError, match=r"mixture must be one of dolma, redpajama, mc4, got '\.\./x'"):
        load_mixture("../x")


def test_at_temperature_3_33_each_share_goes_with_the_size_to_the_power_0_3():
    counts = load_mixture("mc4")
    plan = SamplingPlan(target=PowerSkew(Constant(0.7)), epochs=1, batch_size=8, samples_per_epoch=1000)
    sizes = counts.counts.astype(np.float64)
    assert plan.class_shares(counts)[0] == pytest.approx(sizes**0.3 / (sizes**0.3).sum(), rel=1e-12)


@pytest.mark.parametrize("scheme", ["independent", "exact", "stratified"])
def test_ten_trillion_tokens_are_forecast_and_previewed_as_few_are(scheme):
    small = ClassCounts.from_counts({"a": 900, "b": 90, "c": 10})
    large = ClassCounts.from_counts({name: int(n) * 10**10 for name, n in zip(small.names, small.counts, strict=True)})
    assert large.num_samples == 10**13
    plans = [
        SamplingPlan(target=PowerSkew(Linear(0.0, 0.25)), epochs=4, batch_size=100, samples_per_epoch=samples,
                     drawing=scheme, max_repeats=3.0)
        for samples in (None, 10**9)
    ]  # fmt: skip
    for plan, passes in zip(plans, (4.0, 4e-4), strict=True):
        forecast = Forecast.of(plan, large)
        assert forecast.run_repeats @ large.frequencies == pytest.approx(passes)
        preview = plan.preview(large, 3, 5, 10)
        assert preview.totals.sum() == 1000
        assert (forecast.run_coverage <= 1.0).all()
    assert Forecast.of(plans[0], large).shares == pytest.approx(Forecast.of(plans[0], small).shares)
