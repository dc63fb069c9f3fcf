"""The solver against brute force: every schedule of a fine grid, for randomly drawn data, plans and requirements."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler_core import ClassCounts, Constant, Piecewise, PowerSkew, SamplingPlan
from sampler_core.forecast.expectations import SCHEMES
from sampler_core.tuning.requirements import (
    MissingFromAtMost,
    NaturalMix,
    RepeatsAtMost,
    SeenAtLeast,
    ShareOfClass,
    ShareRatio,
)
from sampler_core.tuning.schedule_families import FAMILIES
from sampler_core.tuning.solver import solve
from sampler_core.tuning.verdicts import verdicts
from tests.core.full_statistics import examples
from tests.core.schedule_grid import HIGH, LOW, STEP, Judge

COARSE = 1e-3  # what the solver promises of its slack
GROUPS = st.sampled_from(["rarest", "largest", "every"])


@st.composite
def problems(draw):
    """(plan, counts, requirements, judge): bounds are values at a drawn skew: about half the sets can be met."""
    counts = ClassCounts.from_counts(draw(st.lists(st.integers(1, 2_000), min_size=2, max_size=4)))
    epochs = draw(st.integers(2, 5))
    plan = SamplingPlan(
        target=PowerSkew(Constant(draw(st.sampled_from([0.0, 0.5, 1.0])))),
        epochs=epochs,
        batch_size=draw(st.sampled_from([1, 8, 32])),
        drawing=draw(st.sampled_from(SCHEMES)),
        max_repeats=draw(st.sampled_from([None, None, 1.5, 4.0])),
        min_share=draw(st.sampled_from([None, None, 1e-4])),
    )
    try:
        judge = Judge(plan, counts)
    except ValueError:  # a floor above the cap of a tiny class
        plan = replace(plan, min_share=None)
        judge = Judge(plan, counts)
    requirements = tuple(draw(requirement(judge, epochs)) for _ in range(draw(st.integers(1, 3))))
    return plan, counts, tuple(dict.fromkeys(requirements)), judge


@st.composite
def requirement(draw, judge, epochs):
    first = draw(st.integers(0, epochs - 1))
    window = {"first_epoch": first, "last_epoch": draw(st.none() | st.integers(first, epochs - 1))}
    row = judge.shares[[round((draw(st.floats(LOW, HIGH)) + 3.0) / STEP)]]
    # Repeats over a run, whole numbers as drawn, jump where a grid has a slack of exactly 0: by hand in test_tuning.
    kinds = ["share", "share", "ratio", "repeats", "absence", "coverage", "natural", "run_coverage"]
    kind = draw(st.sampled_from(kinds))
    group = draw(GROUPS)
    named = draw(st.none() | st.sampled_from(judge.counts.names))
    sense = draw(st.sampled_from(["at least", "at most"]))
    if kind == "natural":
        return NaturalMix(draw(st.integers(1, epochs)), draw(st.sampled_from(["first", "last"])), 0.1)
    if judge.plan.drawing == "stratified":  # there coverage jumps, over gaps that a grid misses: see the test below
        kind = {"run_coverage": "repeats", "coverage": "absence"}.get(kind, kind)
    whose = {"group": group, "class_name": named}
    made = {
        "share": lambda: ShareOfClass(0.5, sense, **whose, **window),
        "ratio": lambda: ShareRatio(2.0, **window),
        "repeats": lambda: RepeatsAtMost(2.0, "epoch", **whose, **window),
        "absence": lambda: MissingFromAtMost(0.5, **whose, **window),
        "coverage": lambda: SeenAtLeast(0.5, "epoch", **whose, **window),
        "run_coverage": lambda: SeenAtLeast(0.5, "run", **whose, **window),
    }[kind]()
    return replace(made, bound=_bound(judge, made, row, epochs))


def _bound(judge, made, row, epochs):
    """The figure that a level run at the drawn skew has, at six digits on the easier side, within what is allowed."""
    if made.metric.startswith("run_"):
        rows = np.repeat(row, len(made.epochs(epochs)), axis=0)
        values = [judge._run_figure(made, rows[:, [c]], judge.counts.counts[c])[0] for c in judge._classes(made)]
        value = max(values) if made.sense == "at most" else min(values)
    else:
        value = float(judge.figure(made, row)[0])
    value = value * (1 - 1e-6) if made.sense == "at least" else value * (1 + 1e-6) + 1e-12
    top = 1.0 if made.metric in ("share", "absence", "coverage", "run_coverage") else 1e12
    return min(max(value, 1.0 if made.metric == "share_ratio" else 1e-6), top)


def starts_of(requirements, epochs):
    reaches = [one.epochs(epochs) for one in requirements if not one.metric.startswith("run_")]
    return {edge for reach in reaches for edge in (reach.start, reach.stop)}


@settings(max_examples=examples("TUNING_EXAMPLES", 50, 500), derandomize=True, deadline=None)
@given(problems(), st.sampled_from(list(FAMILIES)))
def test_the_solver_is_as_good_as_the_best_of_the_grid_and_its_conflicts_are_real_and_minimal(problem, shape):
    plan, counts, requirements, judge = problem
    best = judge.slack(shape, requirements, starts_of(requirements, plan.epochs)).max()
    solution = solve(plan, counts, requirements, shape, bounds=(LOW, HIGH))
    if solution.plan is None:
        assert best < 1e-9, "the grid has a schedule that meets all requirements, and not just so"
        _is_real_and_minimal(plan, counts, solution.conflict, judge)
        return
    assert all(verdict.holds for verdict in verdicts(solution.plan, counts, requirements))
    assert solution.slack >= min(best, 1.5) - STEP - COARSE
    skews = solution.plan.skews()
    assert skews.min() >= LOW - 1e-9 and skews.max() <= HIGH + 1e-9
    _slack_is_honest(solution, counts, requirements)


def _is_real_and_minimal(plan, counts, conflict, judge):
    """And would just agree where it says: two units of the third digit before, the grid has no schedule."""
    few, shape = conflict.requirements, conflict.shape
    assert judge.slack(shape, few, starts_of(few, plan.epochs)).max() < 0
    for i, bound in enumerate(conflict.agree_at):
        others = [*few[:i], *few[i + 1 :]]
        assert solve(plan, counts, others, shape, bounds=(LOW, HIGH)).plan is not None
        if bound is None:
            continue
        agreed = replace(few[i], bound=bound)
        assert solve(plan, counts, [*others, agreed], shape, bounds=(LOW, HIGH)).plan is not None
        tighter = _tighter(few[i], bound)
        assert judge.slack(shape, [*others, tighter], starts_of(few, plan.epochs)).max() < 0


def _tighter(requirement, bound):
    """Two units of the third digit; no further than what was asked for."""
    unit = 10.0 ** (math.floor(math.log10(bound)) - 2) if bound else 0.0
    if requirement.sense == "at least":
        return replace(requirement, bound=min(bound + 2 * unit, requirement.bound))
    return replace(requirement, bound=max(bound - 2 * unit, requirement.bound))


def _slack_is_honest(solution, counts, requirements):
    """Schedules a little less than the slack away, this way and that, meet the requirements too."""
    away = 0.999 * min(solution.slack, 0.5)
    skews = solution.plan.skews()
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(1, skews.size))
    for sign in (np.ones(skews.size), -np.ones(skews.size), *signs):
        moved = _with_skews(solution.plan, skews + away * sign)
        assert all(verdict.holds for verdict in verdicts(moved, counts, requirements))


def _with_skews(plan, skews):
    return replace(plan, target=PowerSkew(Piecewise(tuple(enumerate(skews.tolist())))))


# --- what jumps ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bound", [0.3, 0.6, 0.9, 0.97])
@pytest.mark.parametrize("group", ["rarest", "largest", "every"])
def test_samples_seen_per_run_under_stratified_are_met_where_the_solver_says_so(bound, group):
    counts = ClassCounts.from_counts([1500, 340, 77])
    plan = SamplingPlan(target=PowerSkew(Constant(0.0)), epochs=3, batch_size=32, drawing="stratified")
    requirements = [SeenAtLeast(bound, "run", group), ShareOfClass(0.05)]
    solution = solve(plan, counts, requirements)
    if solution.plan is None:
        assert not solution.proved
        assert solution.says.startswith("Found no")
    else:
        assert all(verdict.holds for verdict in verdicts(solution.plan, counts, requirements))
