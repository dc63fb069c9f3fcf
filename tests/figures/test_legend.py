"""Keys that a phone shows too: whole words, short lines, names as plain text."""

import unicodedata

import numpy as np
import pytest

from sampler_core import figures as fig
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.legend import (
    ENTRY_HEIGHT,
    LINE_HEIGHT,
    MAX_LINE,
    MAX_ROW_LABEL,
    height_with_legend,
    legend_height,
    legend_text,
    row_label,
)
from tests.hostile_names import HOSTILE


def width(line):
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def test_a_short_text_stands_as_it_is():
    assert legend_text("progressively balanced") == "progressively balanced"


def test_a_long_sentence_is_broken_between_words_and_cut_after_so_many_lines():
    sentence = "3. no sample of the rarest class is drawn more than 150 times per epoch, from epoch 10 to 90"
    lines = legend_text(sentence, 3).split("<br>")
    assert " ".join(lines) == sentence
    assert all(len(line) <= MAX_LINE for line in lines)
    assert legend_text(sentence, 2).split("<br>")[1].endswith("…")
    assert sentence.startswith(legend_text(sentence)[:-1])
    assert sentence.split()[len(legend_text(sentence).split()) - 1] + "…" == legend_text(sentence).split()[-1]


NAMES = [*HOSTILE, "W" * 60, "日本語" * 30, "a" * 41, "snake_case_" * 9]


@pytest.mark.parametrize("most", [1, 3])
def test_no_line_is_too_long_and_no_name_is_markup(most):
    for name in NAMES:
        lines = legend_text(f"1. {name}", most).split("<br>")
        assert 1 <= len(lines) <= most, name
        for line in lines:
            assert not {"<", ">"} & set(line), name
            plain = line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            assert 1 <= width(plain) <= MAX_LINE + 1, name
            assert "\0" not in line, name


def test_a_key_is_as_high_as_its_rows():
    entries = ["one", "two<br>lines", "three"]
    assert legend_height(entries) == 12 + 3 * ENTRY_HEIGHT + LINE_HEIGHT
    assert legend_height(entries, columns=2) == 12 + 2 * ENTRY_HEIGHT + LINE_HEIGHT


def test_a_row_s_name_keeps_both_its_ends():
    assert row_label("aeroplane, other") == "aeroplane, other"
    assert row_label("A class of forty signs, whose number is 7") == "A class…er is 7"
    assert row_label("日本語" * 4) == "日本語日…日本語"


def test_a_row_s_name_is_short_and_no_markup():
    for name in NAMES:
        text = row_label(name)
        assert not {"<", ">", "\0"} & set(text), name
        plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert width(plain) <= MAX_ROW_LABEL + 2, name


def lines(names):
    counts = ClassCounts.from_counts({name: 10 + place for place, name in enumerate(names)})
    return fig.class_shares(counts, np.full((4, len(names)), 1 / len(names)), 0)


def test_long_names_are_cut_where_they_would_take_the_figure_s_height_and_stay_different_and_in_full_on_hover():
    for names in (
        [f"class {place}" for place in range(12)],
        [f"a class whose name is long, no {place}" for place in range(12)],
        [f"{'日' * 30} {place}" for place in range(12)],
        [f"{'long ' * 14}{place:02d} of a kind" for place in range(12)],
        [f"{'long ' * 7}{place:02d}{' of a kind' * 4}" for place in range(12)],  # alike at both ends
    ):
        figure = lines(names)
        assert height_with_legend(figure, 340) <= 376
        entries = [trace["name"] for trace in figure.spec["data"]]
        assert len({*entries}) == 12
        shown = {trace["meta"].replace("<br>", "").replace(" ", "") for trace in figure.spec["data"]}
        assert shown == {name.replace(" ", "") for name in names}
        assert {*figure.table()} == {*names}
    assert [trace["name"] for trace in lines(["a name that fits", "another, as long as this"]).spec["data"]] == [
        "another, as long as this",
        "a name that fits",
    ]
