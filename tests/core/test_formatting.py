import math

import pytest

from sampler_core.formatting import count, number, percent, quoted, several, shortened


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4_567_891, "4,570,000"), (23.169, "23.2"), (0.000123, "0.000123"), (999.6, "1,000"), (1, "1"), (0, "0"),
        (5.0, "5"), (99.95, "100"), (-2.345, "-2.35"), (1e-9, "1.00e-09"),
        (7.8e97, "7.80e+97"), (9.12e14, "912,000,000,000,000"), (math.inf, "no limit"), (math.nan, "none"),
    ],
)  # fmt: skip
def test_numbers_have_three_significant_digits_and_thousands_separators(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0532, "5.32 %"), (0.5, "50 %"), (1.0, "100 %"), (0.9994, "99.9 %"), (0.0, "0 %"), (1e-79, "< 0.0001 %")],
)
def test_shares_are_percent(share, text):
    assert percent(share) == text


def test_a_share_just_below_one_is_not_called_one():
    assert percent(0.99996) == "> 99.9 %"


def test_counts_are_exact_and_words_follow_their_number():
    assert count(1_234_567) == "1,234,567"
    assert several(1, "class", "classes") == "1 class"
    assert several(3000, "class", "classes") == "3,000 classes"


def test_a_name_is_cut_where_it_is_longer_than_it_may_be():
    assert shortened("x" * 60) == "x" * 60
    assert shortened("x" * 61) == "x" * 59 + "…"
    assert quoted("x" * 60) == f"'{'x' * 60}'"
    assert quoted("x" * 61) == f"'{'x' * 57}...'"
    assert shortened("zebra", 4) == "zeb…"
