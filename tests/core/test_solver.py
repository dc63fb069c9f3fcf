"""Rounded schedules: the requirements still hold, with as few digits as can be."""

import math
from dataclasses import replace

import pytest

from sampler_core import ClassCounts, Constant, EffectiveNumber, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import load
from sampler_core.tuning.requirements import MissingFromAtMost, RepeatsAtMost, ShareOfClass
from sampler_core.tuning.schedule_families import FAMILIES
from sampler_core.tuning.solver import round_solution, solve
from sampler_core.tuning.verdicts import verdicts

ISIC = load("isic2019")
PLAN = SamplingPlan(target=PowerSkew(Linear(0.0, 0.01)), epochs=60, batch_size=64, drawing="exact")
REQUIREMENTS = (MissingFromAtMost(0.01, first_epoch=20), RepeatsAtMost(15.0))


@pytest.mark.parametrize("shape", FAMILIES)
def test_a_rounded_solution_of_every_shape_meets_the_requirements(shape):
    solution = solve(PLAN, ISIC, REQUIREMENTS, shape)
    if solution.plan is None:
        assert shape == "periodic"
        return
    short = round_solution(solution, ISIC, REQUIREMENTS)
    assert all(verdict.holds for verdict in verdicts(short.plan, ISIC, REQUIREMENTS))
    assert len(repr(short.plan.target)) <= len(repr(solution.plan.target))
    assert short.slack >= 0.9 * solution.slack


def test_the_numbers_get_short_where_there_is_room():
    short = round_solution(solve(PLAN, ISIC, REQUIREMENTS), ISIC, REQUIREMENTS)
    schedule = short.plan.target.schedule
    assert schedule == Linear(0.0, round(schedule.increment, 3), None, 0.98)
    assert "maximum=0.98" in short.says


def test_the_slack_of_a_rounded_schedule_is_its_own_and_nearly_all_that_there_was():
    # p = 1 / (1 + 9^(1 - s)) between those of skews 0.3 and 0.324: 0.312 has a slack of 0.012, and 0.31 one of 0.01
    two = [9_000, 1_000]
    plan = SamplingPlan(target=PowerSkew(Constant(0.0)), epochs=3, batch_size=8)
    low, high = (1 / (1 + 9 ** (1 - skew)) for skew in (0.3, 0.324))
    requirements = (ShareOfClass(low), ShareOfClass(high, "at most"))
    found = round_solution(solve(plan, two, requirements), ClassCounts.from_counts(two), requirements)
    assert found.schedule == Constant(0.312)
    assert found.slack == pytest.approx(0.012, abs=1e-9)
    # 7 repeats in three epochs are 7000 draws under the exact scheme, 2333 in each
    looser, plan = (*requirements[:1], RepeatsAtMost(7.0, "run")), replace(plan, drawing="exact")
    found = round_solution(solve(plan, two, looser), ClassCounts.from_counts(two), looser)
    assert found.schedule == Constant(0.38)
    assert found.slack == pytest.approx(1 - math.log(1 / 0.2333 - 1) / math.log(9) - 0.38, abs=1e-6)


def test_no_digit_is_lost_where_there_is_no_room():
    skew = 0.123456789
    share = float(SamplingPlan(target=PowerSkew(Constant(skew)), epochs=1, batch_size=8).class_shares(ISIC)[0].min())
    plan = SamplingPlan(target=PowerSkew(Constant(0.0)), epochs=2, batch_size=8)
    both = (ShareOfClass(share * (1 - 2e-9)), ShareOfClass(share * (1 + 2e-9), "at most"))
    found = solve(plan, ISIC, both)
    assert found.schedule.skew == pytest.approx(skew, abs=1e-8)
    assert round_solution(found, ISIC, both) == found


def test_where_nothing_is_solved_nothing_is_rounded():
    found = solve(SamplingPlan(target=EffectiveNumber(0.99987654), epochs=2, batch_size=8), ISIC, ())
    assert round_solution(found, ISIC, ()) == found
