"""Schedules: what holds for every entry of the catalogue, first / last / past-last values by hand, wrong values."""

import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sampler_core.plans.schedules as module
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.registry import SCHEDULES
from sampler_core.plans.schedules import Composite, Constant, Cosine, Exponential, Linear, Periodic, Piecewise, Step
from sampler_core.plans.target_values import SHAPE, target_of

# name -> (schedule, skew at epochs 0, 1, 9 and 25), all in a run of 10 epochs: first, inside, last, past the last.
# Computed by hand. A new schedule has its examples in its docstring (see test_registries.py).
EXAMPLES = {
    "constant": [(Constant(0.5), [0.5, 0.5, 0.5, 0.5])],
    "linear": [
        (Linear(0.2, 0.05), [0.2, 0.25, 0.65, 1.45]),
        (Linear(start=0.0, increment=0.25, maximum=1.0), [0.0, 0.25, 1.0, 1.0]),
        (Linear(start=1.0, increment=-0.5, minimum=-0.75), [1.0, 0.5, -0.75, -0.75]),
        (Linear(0.0, 1 / 9), [0.0, 1 / 9, 1.0, 25 / 9]),
    ],
    "cosine": [
        (Cosine(), [0.0, 0.015192246987791869, 1.0, 1.0]),  # 1 - cos(10 degrees)
        (Cosine(1.0, -1.0), [1.0, 0.9696155060244163, -1.0, -1.0]),
    ],
    "exponential": [
        (Exponential(0.5), [0.0, 0.5, 1 - 1 / 512, 1 - 2.0**-25]),
        (Exponential(0.5, start=1.0, end=3.0), [1.0, 2.0, 3 - 2 / 512, 3 - 2.0**-24]),
        (Exponential(0.0), [0.0, 1.0, 1.0, 1.0]),
    ],
    "composite": [
        (Composite(), [0.0, 0.030153689607045842, 1.0, 1.0]),  # (1 - cos(20 degrees)) / 2
        (Composite(-1.0, 0.0), [-1.0, -0.9698463103929542, 0.0, 0.0]),
    ],
    "step": [
        (Step(1), [0.0, 1.0, 1.0, 1.0]),
        (Step(9, 0.25, 0.75), [0.25, 0.25, 0.75, 0.75]),
        (Step(0), [1.0, 1.0, 1.0, 1.0]),
    ],
    "piecewise": [
        (Piecewise(((0, 0.0), (4, 1.0), (9, 0.5))), [0.0, 0.25, 0.5, 0.5]),
        (Piecewise("2:0.5, 10:1.5"), [0.5, 0.5, 0.5 + 7 / 8, 1.5]),
        (Piecewise(((3, 2.0),)), [2.0, 2.0, 2.0, 2.0]),
    ],
    "periodic": [(Periodic(0.1, 0.2, 4), [0.1, 0.3, 0.3, 0.3]), (Periodic(0.0, 1.0, 1), [0.0, 0.0, 0.0, 0.0])],
}
EVERY = [(schedule, skews) for examples in EXAMPLES.values() for schedule, skews in examples]
BY_NAME = [(name, schedule) for name, examples in EXAMPLES.items() for schedule, _ in examples] + [
    (name, target_of({SHAPE.key: name}).schedule) for name in SCHEDULES
]


# --- what holds for every entry --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("schedule", "skews"), EVERY, ids=repr)
def test_first_second_last_and_past_last_skews_are_those_computed_by_hand(schedule, skews):
    assert [schedule(epoch, 10) for epoch in (0, 1, 9, 25)] == pytest.approx(skews, abs=1e-14)


@pytest.mark.parametrize(("name", "schedule"), BY_NAME, ids=lambda value: str(value))
class TestEverySchedule:
    def test_is_registered_under_its_name_and_says_its_source_or_formula(self, name, schedule):
        assert SCHEDULES.name_of(schedule) == name
        assert SCHEDULES[name] is type(schedule)
        assert len(type(schedule).__doc__) > 40

    def test_is_frozen(self, name, schedule):
        field = dataclasses.fields(schedule)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(schedule, field, 0.0)

    def test_equal_schedules_have_equal_hashes(self, name, schedule):
        other = dataclasses.replace(schedule)
        assert other is not schedule
        assert (other, hash(other)) == (schedule, hash(schedule))

    def test_its_repr_evaluates_back(self, name, schedule):
        assert eval(repr(schedule), vars(module).copy()) == schedule  # noqa: S307  # our own repr

    def test_goes_through_json_and_back(self, name, schedule):
        text = json.dumps(SCHEDULES.encode(schedule))
        assert SCHEDULES.decode(json.loads(text)) == schedule
        assert json.loads(text)["name"] == name

    def test_is_a_pure_function_that_gives_floats(self, name, schedule):
        forth = [schedule(epoch, 10) for epoch in range(30)]
        back = [schedule(epoch, 10) for epoch in reversed(range(30))]
        assert forth == back[::-1]
        assert {type(skew) for skew in forth} == {float}
        assert all(map(math.isfinite, forth))

    def test_a_run_of_one_epoch_has_a_finite_skew(self, name, schedule):
        assert math.isfinite(schedule(0, 1))

    def test_asks_for_epochs_exactly_when_it_says_so(self, name, schedule):
        if schedule.needs_epochs:
            with pytest.raises(ValueError, match="epochs must be given"):
                schedule(3, None)
        else:
            assert schedule(3, None) == schedule(3, 10)

    def test_every_number_of_it_has_a_row_for_controls(self, name, schedule):
        assert rows_of(type(schedule)).keys() == {field.name for field in dataclasses.fields(schedule)}


@given(
    shape=st.sampled_from([Cosine, Composite]),
    start=st.floats(-50, 50),
    end=st.floats(-50, 50),
    epochs=st.integers(1, 10_000),
)
def test_stretched_schedules_reach_their_end_exactly_and_stay_between(shape, start, end, epochs):
    schedule = shape(start, end)
    assert schedule(epochs - 1, epochs) == schedule(epochs + 5, epochs) == end
    assert min(start, end) - 1e-12 <= schedule(epochs // 2, epochs) <= max(start, end) + 1e-12
    if epochs > 1:
        assert schedule(0, epochs) == start


@given(start=st.floats(-50, 50), increment=st.floats(-5, 5), low=st.floats(-50, 0), high=st.floats(0, 50))
def test_a_linear_schedule_never_leaves_its_limits(start, increment, low, high):
    schedule = Linear(start, increment, low, high)
    assert all(low <= schedule(epoch) <= high for epoch in (0, 1, 7, 10_000))


def test_a_periodic_ramp_starts_again_every_period():
    schedule = Periodic(0.5, 0.25, 3)
    assert [schedule(epoch) for epoch in range(7)] == [0.5, 0.75, 1.0, 0.5, 0.75, 1.0, 0.5]


def test_piecewise_is_linear_between_its_points_and_level_outside_them():
    schedule = Piecewise(((2, 1.0), (4, 2.0), (5, 0.0)))
    assert [schedule(epoch) for epoch in range(8)] == [1.0, 1.0, 1.0, 1.5, 2.0, 0.0, 0.0, 0.0]


# --- one value, one text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Constant(1), Constant(1.0)),
        (Constant(-0.0), Constant(0.0)),
        (Linear(0, 1, maximum=2), Linear(0.0, 1.0, maximum=2.0)),
        (Step(40.0), Step(40)),
        (Piecewise(((0, 0), (5, 1))), Piecewise("0:0, 5:1")),
    ],
)
def test_equal_schedules_have_the_same_text(one, other):
    assert one == other
    assert (repr(one), json.dumps(SCHEDULES.encode(one))) == (repr(other), json.dumps(SCHEDULES.encode(other)))


# --- wrong values ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (lambda: Constant(math.nan), ValueError, r"skew must be a number from -50\.0 to 50\.0, got nan"),
        (lambda: Constant(math.inf), ValueError, "skew must be .*, got inf"),
        (lambda: Constant(50.5), ValueError, r"skew must be .*, got 50\.5"),
        (lambda: Constant("1"), TypeError, "skew must be a number .*, got '1'"),
        (lambda: Constant(None), TypeError, "skew must be .*, got None"),
        (lambda: Constant(True), TypeError, "skew must be .*, got True"),
        (lambda: Linear(0.0, 6.0), ValueError, r"increment must be .*, got 6\.0"),
        (lambda: Linear(math.nan, 0.1), ValueError, "start must be .*, got nan"),
        (lambda: Linear(0.0, 0.1, minimum=1.0, maximum=0.5), ValueError, r"minimum must be at most maximum \(0\.5\)"),
        (lambda: Linear(0.0, 0.1, maximum=math.nan), ValueError, "maximum must be .*, got nan"),
        (lambda: Cosine(0.0, 51), ValueError, "end must be .*, got 51"),
        (lambda: Exponential(1.5), ValueError, r"base must be .*, got 1\.5"),
        (lambda: Exponential(-0.1), ValueError, r"base must be .*, got -0\.1"),
        (lambda: Step(-1), ValueError, "at_epoch must be a whole number from 0 .*, got -1"),
        (lambda: Step(1.5), ValueError, r"at_epoch must be a whole number .*, got 1\.5"),
        (lambda: Periodic(0.0, 0.1, 0), ValueError, "period must be a whole number from 1 .*, got 0"),
        (lambda: Piecewise(()), ValueError, "points must be .*, got "),
        (lambda: Piecewise(((3, 0.0), (3, 1.0))), ValueError, "points must be in rising order"),
        (lambda: Piecewise(((-1, 0.0),)), ValueError, "points must be in rising order of epochs from 0 on"),
        (lambda: Piecewise("0:0, x"), ValueError, "points must be pairs of a whole epoch and a skew.* got '0:0, x'"),
        (lambda: Piecewise(((0, 99.0),)), ValueError, r"must be a number from -50\.0 to 50\.0, got 99\.0"),
        (lambda: Piecewise(((0.5, 1.0),)), ValueError, r"points must .*0\.5"),
        (lambda: Piecewise(((1, 2, 3),)), ValueError, "points must .*1, 2, 3"),
        (lambda: Piecewise(7), (TypeError, ValueError), "points must .*7"),
        (lambda: Piecewise(((0, "a"),)), (TypeError, ValueError), "points must .*'a'"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_must_be_and_what_came(wrong, error, says):
    with pytest.raises(error, match=says):
        wrong()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"name": "spiral"}, "schedule must be one of constant, .*, got 'spiral'"),
        ({"name": ["linear"]}, 'schedule must be an object with a "name"'),
        ({}, 'schedule must be an object with a "name"'),
        ([], 'schedule must be an object with a "name"'),
        ("linear", 'schedule must be an object with a "name"'),
        (None, 'schedule must be an object with a "name", got None'),
        ({"name": "constant"}, "schedule 'constant' must have the field 'skew', got none"),
        ({"name": "constant", "skew": 1, "slope": 2}, "schedule 'constant' must have the fields .*, got 'slope'"),
        ({"name": "constant", "skew": "1"}, "schedule 'constant': skew must be a number .*, got '1'"),
        ({"name": "constant", "skew": math.nan}, "skew must be a number .*, got nan"),
        ({"name": "constant", "skew": [1]}, r"schedule 'constant': skew must be a number .*, got \(1,\)"),
        ({"name": "piecewise", "points": {"0": 1}}, "points must"),
        ({"name": "piecewise", "points": None}, "points must"),
    ],
)
def test_a_wrong_json_object_is_a_value_error_that_names_what_is_wrong(data, says):
    with pytest.raises(ValueError, match=says):
        SCHEDULES.decode(data)
