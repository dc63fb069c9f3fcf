"""Parameters: one row a parameter; what it allows, where its slider stops, and what its errors say."""

import math

import pytest

import sampler_core.plans.parameters as parameters
from sampler_core.plans.parameters import Parameter, rows_of
from sampler_core.plans.registry import SCHEDULES, TARGETS

ROWS = [row for row in vars(parameters).values() if isinstance(row, Parameter)]
FIELD_ROWS = [row for book in (SCHEDULES, TARGETS) for name in book for row in rows_of(book[name]).values()]
EVERY = {row.key: row for row in (*ROWS, *FIELD_ROWS)}.values()
NUMBER = Parameter("size", "Size", "How large.", 2.0, 0.5, 4.0, 0.5, slider=(1.0, 3.0, 0.5))
WHOLE = Parameter("count", "Count", "How many.", None, 1, 1000, 1, kind="integer", logarithmic=True, slider=(1, 100, 4))


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.key)
class TestEveryRow:
    def test_has_words_and_a_help_text(self, row):
        assert row.key.isidentifier()
        assert row.label[0].isupper()
        assert row.help.endswith(".")

    def test_allows_its_own_default_and_its_ends(self, row):
        if row.kind in ("number", "integer"):
            for value in (row.default, row.minimum, row.maximum):
                row.check(value)
            assert row.minimum < row.maximum
        elif row.choices:
            assert row.start in row.choices

    def test_refuses_what_is_just_outside_and_what_is_no_number(self, row):
        if row.kind == "names":  # which names there are is not the row's to know
            assert row.start == []
            return
        if row.kind not in ("number", "integer"):
            with pytest.raises(ValueError, match=f"^{row.key} must be "):
                row.check(5)
            return
        for wrong in (math.nan, math.inf, -math.inf, math.nextafter(row.maximum, math.inf), row.minimum - 1):
            with pytest.raises(ValueError, match=f"^{row.key} must be .* from .* to .*, got "):
                row.check(wrong)
        for wrong in ("1", True, [1]):
            with pytest.raises(TypeError, match=f"^{row.key} must be .*, got "):
                row.check(wrong)

    def test_has_slider_stops_that_it_allows_rising_and_within_its_range(self, row):
        stops = row.stops
        assert list(stops) == sorted(set(stops))
        assert bool(stops) == (row.slider is not None)
        for stop in stops:
            row.check(stop)
        if row.slider:
            assert (stops[0], stops[-1]) == pytest.approx(row.slider[:2])


def test_stops_of_a_plain_and_of_a_logarithmic_slider_by_hand():
    assert NUMBER.stops == (1.0, 1.5, 2.0, 2.5, 3.0)
    assert WHOLE.stops == (1.0, 3.0, 10.0, 32.0, 100.0)  # 1, 3.16, 10, 31.6 and the end


def test_ranges_are_checked_at_both_ends():
    for value in (0.5, 4, 4.0):
        NUMBER.check(value)
    for value in (0.49, 4.01, math.nan):
        with pytest.raises(ValueError, match=f"size must be a number from 0.5 to 4.0, got {value}"):
            NUMBER.check(value)


def test_a_whole_number_may_come_as_a_float_but_not_with_a_fraction():
    WHOLE.check(7.0)
    with pytest.raises(ValueError, match=r"count must be a whole number from 1 to 1,000, got 7\.5"):
        WHOLE.check(7.5)


def test_not_set_is_allowed_where_the_default_says_so():
    WHOLE.check(None)
    with pytest.raises(TypeError, match=r"size must be a number .*, got None"):
        NUMBER.check(None)


def test_a_choice_names_its_choices():
    row = Parameter("scheme", "Scheme", "Which.", "one", kind="choice", choices=("one", "two"))
    row.check("two")
    with pytest.raises(ValueError, match="scheme must be one of one, two, got 'three'"):
        row.check("three")
