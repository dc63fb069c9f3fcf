"""Rounded schedules: the demands still hold, with as few digits as can be."""

import pytest

from sampler_core import Constant, EffectiveNumber, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import load
from sampler_core.rounding import rounded
from sampler_core.tuning import FAMILIES, MissingFromAtMost, RepeatsAtMost, ShareOfClass, solve, verdicts

ISIC = load("isic2019")
PLAN = SamplingPlan(target=PowerSkew(Linear(0.0, 0.01)), epochs=60, batch_size=64)
DEMANDS = (MissingFromAtMost(0.01, first_epoch=20), RepeatsAtMost(15.0))


@pytest.mark.parametrize("shape", FAMILIES)
def test_a_rounded_solution_of_every_shape_meets_the_demands(shape):
    solution = solve(PLAN, ISIC, DEMANDS, shape)
    if solution.plan is None:
        assert shape == "periodic"
        return
    short = rounded(solution.plan, ISIC, DEMANDS)
    assert all(verdict.holds for verdict in verdicts(short, ISIC, DEMANDS))
    assert len(repr(short.target)) <= len(repr(solution.plan.target))


def test_the_numbers_get_short_where_there_is_room():
    short = rounded(solve(PLAN, ISIC, DEMANDS).plan, ISIC, DEMANDS)
    assert short.target == PowerSkew(Linear(0.0, 0.045, None, 0.89))


def test_no_digit_is_lost_where_there_is_no_room():
    skew = 0.123456789
    share = float(SamplingPlan(target=PowerSkew(Constant(skew)), epochs=1, batch_size=8).class_shares(ISIC)[0].min())
    plan = SamplingPlan(target=PowerSkew(Constant(skew)), epochs=2, batch_size=8)
    both = (ShareOfClass(share * (1 - 2e-9)), ShareOfClass(share * (1 + 2e-9), "at most"))
    assert rounded(plan, ISIC, both) == plan


def test_a_target_without_a_schedule_stays_as_it_is():
    plan = SamplingPlan(target=EffectiveNumber(0.99987654), epochs=2, batch_size=8)
    assert rounded(plan, ISIC, ()) == plan
