"""Requirements, their edges and their solutions by hand: closed forms on two and three classes."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from sampler_core import (
    Boost,
    ClassCounts,
    Constant,
    Cosine,
    DifficultyBalanced,
    Linear,
    PowerSkew,
    ProgressivelyBalanced,
    SamplingPlan,
)
from sampler_core.forecast.expectations import SCHEMES
from sampler_core.forecast.metrics import METRICS
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.registry import SCHEDULES
from sampler_core.tuning.feasible_band import feasible_band
from sampler_core.tuning.requirements import (
    REQUIREMENTS,
    MissingFromAtMost,
    NaturalMix,
    RepeatsAtMost,
    SeenAtLeast,
    ShareOfClass,
    ShareRatio,
    requirements_from_json,
    requirements_to_json,
)
from sampler_core.tuning.schedule_families import FAMILIES
from sampler_core.tuning.shares_by_skew import SharesBySkew
from sampler_core.tuning.solver import solve
from sampler_core.tuning.verdicts import verdicts

LARGE, RARE = 9_000, 1_000
TWO = ClassCounts.from_counts({"common": LARGE, "rare": RARE})
RHO, N = LARGE / RARE, LARGE + RARE
B, EPOCHS = 16, 11


def plan_of(schedule=None, **others):
    return SamplingPlan(
        **{"target": PowerSkew(schedule or Constant(0.3)), "epochs": EPOCHS, "batch_size": B, "seed": 1, **others}
    )


def skew_of_rare_share(share):
    """p = 1 / (1 + rho^(1 - s)), solved for s."""
    return 1.0 - math.log((1.0 - share) / share) / math.log(RHO) if share > 0 else -np.inf


def rare_share(skew):
    return 1.0 / (1.0 + RHO ** (1.0 - skew))


EVERY_KIND = [
    ShareOfClass(0.05, first_epoch=3),
    ShareOfClass(0.5, "at most", "largest", first_epoch=1, last_epoch=4),
    ShareOfClass(0.1, class_name="rare"),
    ShareRatio(3.0, first_epoch=8),
    RepeatsAtMost(4.0),
    RepeatsAtMost(30.0, per="run", group="rarest"),
    MissingFromAtMost(0.01, first_epoch=5),
    MissingFromAtMost(0.2, group="every"),
    SeenAtLeast(0.8),
    SeenAtLeast(0.3, per="epoch", group="every"),
    NaturalMix(2, "first", 0.05),
    NaturalMix(1, "last"),
]


# --- requirements as values ------------------------------------------------------------------------------------------


def test_requirements_survive_json_and_are_equal_hashable_values():
    again = requirements_from_json(json.loads(json.dumps(requirements_to_json(tuple(EVERY_KIND)))))
    assert again == tuple(EVERY_KIND)
    assert len({*again, *EVERY_KIND}) == len(EVERY_KIND)
    assert {REQUIREMENTS.name_of(requirement) for requirement in EVERY_KIND} == set(REQUIREMENTS)


def test_requirements_read_as_sentences():
    assert [str(requirement) for requirement in EVERY_KIND] == [
        "the rarest class has at least 5 % of the draws from epoch 3 on",
        "the largest class has at most 50 % of the draws from epoch 1 to 4",
        "class 'rare' has at least 10 % of the draws in every epoch",
        "the share ratio is at most 3 from epoch 8 on",
        "no sample is drawn more than 4 times per epoch",
        "no sample of the rarest class is drawn more than 30 times per run",
        "the rarest class is missing from at most 1 % of the batches from epoch 5 on",
        "every class is missing from at most 20 % of the batches in every epoch",
        "at least 80 % of the samples of the largest class are seen per run",
        "at least 30 % of the samples of every class are seen per epoch",
        "natural mix in the first 2 epochs (skew within 0.05 of 0)",
        "natural mix in the last 1 epoch (skew within 0.02 of 0)",
    ]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_kind_of_requirement_has_a_row_for_each_field_and_a_default_that_can_be_shown(name):
    kind = REQUIREMENTS[name]
    rows = rows_of(kind)
    assert set(rows) == set(kind.__dataclass_fields__) - {"class_name"}
    requirement = kind(**{field: row.default for field, row in rows.items()})
    assert requirement.metric in METRICS
    assert str(requirement)[0].isalpha()
    assert list(requirement.epochs(7)) == sorted({*requirement.epochs(7)})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ShareOfClass(1.5), "bound must be a number from 0.0 to 1.0, got 1.5"),
        (lambda: ShareOfClass(float("nan")), "bound must be a number"),
        (lambda: ShareOfClass(0.1, "exactly"), "sense must be one of at least, at most, got 'exactly'"),
        (lambda: ShareOfClass(0.1, group="all"), "group must be one of rarest, largest, every, got 'all'"),
        (lambda: ShareRatio(0.5), "bound must be a number from 1.0"),
        (lambda: MissingFromAtMost(0.1, first_epoch=5, last_epoch=4), r"last_epoch must be at least first_epoch \(5\)"),
        (lambda: NaturalMix(0), "num_epochs must be a whole number from 1"),
        (lambda: requirements_from_json([{"name": "wish"}]), "requirement must be one of share, share_ratio"),
        (lambda: requirements_from_json({"name": "share"}), "requirements must be a list"),
    ],
)
def test_wrong_requirements_are_refused_with_what_was_given(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        (ShareOfClass(0.1, class_name="unknown"), "class must be one of"),
        (ShareOfClass(0.1, class_name="empty"), "class must have samples, got 'empty', which is empty"),
        (ShareOfClass(0.1, first_epoch=EPOCHS), "first_epoch must be at most 10, the last of 11 epochs, got 11"),
    ],
)
@pytest.mark.parametrize("ask", [feasible_band, solve, verdicts])
def test_requirements_about_what_is_not_there_are_refused(ask, requirement, message):
    with pytest.raises(ValueError, match=message):
        ask(plan_of(), {"a": 9, "b": 1, "empty": 0}, [requirement])


# --- edges by hand ---------------------------------------------------------------------------------------------------


def share_edges(scheme):
    """kind -> (requirement, low, high): the skews it allows on two classes, with M = N."""
    seen = {"independent": LARGE * (1 - 0.55 ** (1 / N)), "exact": 0.45 * LARGE / N}.get(scheme)
    found = {
        "share, at least": (ShareOfClass(0.2), skew_of_rare_share(0.2), np.inf),
        "share, at most": (ShareOfClass(0.4, "at most"), -np.inf, skew_of_rare_share(0.4)),
        "share of the largest": (ShareOfClass(0.7, "at least", "largest"), -np.inf, skew_of_rare_share(0.3)),
        "share of a named class": (ShareOfClass(0.7, "at most", class_name="common"), skew_of_rare_share(0.3), np.inf),
        "share ratio": (ShareRatio(3.0), 1 - math.log(3) / math.log(RHO), 1 + math.log(3) / math.log(RHO)),
        "natural mix": (NaturalMix(EPOCHS, bound=0.07), -0.07, 0.07),
    }
    if scheme == "exact":  # there what is drawn is what is planned, to within one draw
        found["repeats of any"] = (RepeatsAtMost(4.0), skew_of_rare_share(0.0), skew_of_rare_share(4.0 * RARE / N))
        found["repeats of the largest"] = (
            RepeatsAtMost(1.5, group="largest"), skew_of_rare_share(1 - LARGE / N), np.inf,
        )  # fmt: skip
    if scheme == "stratified":  # missing from none of 625 batches in an epoch, which may fail with chance 0.05 / 11
        absent = 0.05 / EPOCHS * B / N
        found["absence"] = (MissingFromAtMost(0.0), skew_of_rare_share((1 - absent) / B), np.inf)
        both = (MissingFromAtMost(0.0, "every"), *map(skew_of_rare_share, ((1 - absent) / B, 1 - (1 - absent) / B)))
        found["absence of every class"] = both
    if seen is not None:
        found["coverage"] = (SeenAtLeast(0.45, per="epoch"), -np.inf, skew_of_rare_share(1 - seen))
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_edges_of_every_kind_of_requirement_are_those_of_the_closed_form(scheme):
    for kind, (requirement, low, high) in share_edges(scheme).items():
        (edge,) = feasible_band(plan_of(drawing=scheme), TWO, [requirement]).edges
        assert np.array(edge.allowed) == pytest.approx(np.array([(low, high)]), abs=1e-8), kind
        assert edge.label == str(requirement)


def share_where(most, left):
    """The share p up to which the chance above `most`, a function of p, is at most what is left."""
    return brentq(lambda p: most(p) - left, 1e-9, 1 - 1e-9)


@pytest.mark.parametrize("epochs", [range(11), range(9, 11)])
def test_edges_of_requirements_on_draws_are_those_of_the_binomial_distribution(epochs):
    left, first = 0.05 / len(epochs), epochs[0]
    # a sample of the rare class is drawn more than 10 times with a small chance, and 1000 of them may be
    repeats = share_where(lambda p: RARE * stats.binom.sf(10, N, p / RARE), left)
    # 2 % of 625 batches are 12: with a chance a to be missing from a batch, from more than 12
    missing = brentq(lambda a: stats.binom.sf(12, N // B, a) - left, 1e-6, 0.02)
    seldom = {"independent": 1 - missing ** (1 / B), "stratified": (1 - missing) / B}
    for scheme, share in seldom.items():
        often = RepeatsAtMost(10.0, group="rarest", first_epoch=first)
        requirements = [MissingFromAtMost(0.02, first_epoch=first), often]
        lowest, highest = feasible_band(plan_of(drawing=scheme), TWO, requirements).edges
        ((low, _),) = lowest.allowed
        assert skew_of_rare_share(share) - 1e-3 <= low <= skew_of_rare_share(share) + 5e-3
        if scheme == "independent":
            ((_, high),) = highest.allowed
            assert skew_of_rare_share(repeats) - 5e-3 <= high <= skew_of_rare_share(repeats) + 1e-3


def test_at_most_of_a_middle_class_leaves_two_pieces():
    # q = 1 / (z + 1 + 1/z) with z = 10^(1 - s), at most 0.2 where z + 1/z is at least 4
    (edge,) = feasible_band(plan_of(), [100, 10, 1], [ShareOfClass(0.2, "at most", class_name=1)]).edges
    away = math.log10(2 + math.sqrt(3))
    expected = np.array([(-np.inf, 1 - away), (1 + away, np.inf)])
    assert np.array(edge.allowed) == pytest.approx(expected, abs=1e-8)


def test_an_equality_is_a_single_skew():
    # a ratio of 1 holds at skew 1 alone, a peak that no grid would meet
    (edge,) = feasible_band(plan_of(), [100, 10, 3], [ShareRatio(1.0)]).edges
    assert np.array(edge.allowed) == pytest.approx(np.array([(1.0, 1.0)]), abs=1e-8)


@pytest.mark.parametrize(("share", "pieces"), [(0.33330, 1), (0.33334, 0)])
def test_a_piece_narrower_than_the_table_of_skews_is_found(share, pieces):
    # the middle class peaks at 1/3, so at least 0.3333 holds within 0.006 of skew 1 only
    (edge,) = feasible_band(plan_of(), [100, 10, 1], [ShareOfClass(share, class_name=1)]).edges
    assert len(edge.allowed) == pieces


# --- solutions by hand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("shape", FAMILIES)
def test_between_two_edges_the_solution_is_in_the_middle_for_every_shape_and_kind(shape, scheme):
    for kind, (requirement, low, high) in share_edges(scheme).items():
        low_side = ShareOfClass(rare_share(high - 0.3)) if low == -np.inf else None
        high_side = ShareOfClass(rare_share(low + 0.3), "at most") if high == np.inf else None
        given = [one for one in (requirement, low_side, high_side) if one]
        left = high - 0.3 if low_side else low
        right = low + 0.3 if high_side else high
        solution = solve(plan_of(drawing=scheme), TWO, given, shape, bounds=(-1, 2))
        assert solution.slack == pytest.approx((right - left) / 2, abs=1e-6), kind
        assert solution.plan.skews() == pytest.approx(np.full(EPOCHS, (left + right) / 2), abs=1e-6), kind
        assert SCHEDULES.name_of(solution.schedule) == shape
        assert all(verdict.holds for verdict in solution.verdicts)


RUN = {"of the rarest": RepeatsAtMost(33.0, per="run", group="rarest"), "of any": RepeatsAtMost(33.0, per="run")}
SEEN = {
    "independent": (SeenAtLeast(0.9), LARGE * (1 - 0.1 ** (1 / (N * 3)))),
    "exact": (SeenAtLeast(0.9), 0.9 * LARGE / (N * 3)),
    "stratified": (SeenAtLeast(0.6), 0.6 * LARGE / (N * 3)),  # before the first full pass
}


@pytest.mark.parametrize("kind", RUN)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_repeats_per_run_bound_a_level_schedule_as_the_closed_form_says(kind, scheme):
    low = skew_of_rare_share(0.12)
    solution = solve(plan_of(drawing=scheme), TWO, [RUN[kind], ShareOfClass(0.12)], "constant")
    assert solution.schedule.skew - solution.slack == pytest.approx(low, abs=1e-6)
    high = solution.schedule.skew + solution.slack
    if scheme == "exact":  # at most 33 times each of 1000 samples in 11 epochs, the quotas of which are whole numbers
        assert high == pytest.approx(skew_of_rare_share(33.0 * RARE / (N * EPOCHS)), abs=1e-6)
    if scheme == "independent":  # one of 1000 samples comes more than 33 times with a chance of at most 0.05
        left = 0.05 if kind == "of the rarest" else 0.05 / 2
        share = share_where(lambda p: RARE * stats.binom.sf(33, N * EPOCHS, p / RARE), left)
        assert skew_of_rare_share(share) - 5e-3 <= high <= skew_of_rare_share(share) + 1e-3
    above, below = (verdicts(plan_of(Constant(high + by), drawing=scheme), TWO, [RUN[kind]])[0] for by in (0.05, -1e-6))
    assert (above.holds, below.holds) == (False, True)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_samples_seen_per_run_bound_a_level_schedule_as_the_closed_form_says(scheme):
    requirement, least = SEEN[scheme]
    low, high = skew_of_rare_share(0.15), skew_of_rare_share(1 - least)
    solution = solve(plan_of(drawing=scheme, epochs=3), TWO, [requirement, ShareOfClass(0.15)], "constant")
    assert solution.schedule.skew == pytest.approx((low + high) / 2, abs=1e-6)
    assert solution.slack == pytest.approx((high - low) / 2, abs=1e-6)


def test_a_line_from_natural_to_a_share_has_the_smaller_of_two_slacks():
    requirements = [
        NaturalMix(1, "first", 0.05),
        ShareOfClass(0.3, first_epoch=10),
        ShareOfClass(0.45, "at most", first_epoch=10),
    ]
    solution = solve(plan_of(Linear(0.0, 0.07)), TWO, requirements)
    low, high = skew_of_rare_share(0.3), skew_of_rare_share(0.45)
    assert solution.slack == pytest.approx(0.05, abs=1e-9)
    assert solution.plan.skews()[0] == pytest.approx(0.0, abs=1e-9)
    assert low + 0.05 - 1e-9 <= solution.plan.skews()[10] <= high - 0.05 + 1e-9


def test_a_requirement_over_the_run_couples_two_epochs_as_worked_out_by_hand():
    # first epoch within 0.3 of natural, second at least skew 0.2, both together at most so many repeats: with slack t
    # the lowest pair is (-0.3 + t, 0.2 + t), and both may rise by t, so p(-0.3 + 2t) + p(0.2 + 2t) is at the bound
    bound = 4
    requirements = [
        NaturalMix(1, "first", 0.3),
        ShareOfClass(rare_share(0.2), first_epoch=1),
        RepeatsAtMost(bound, per="run", group="rarest"),
    ]
    low, high = 0.0, 0.3
    while high - low > 1e-12:
        t = (low + high) / 2
        fits = sum(math.ceil(N * rare_share(skew + 2 * t)) for skew in (-0.3, 0.2)) <= bound * RARE
        low, high = (t, high) if fits else (low, t)
    solution = solve(plan_of(epochs=2, drawing="exact"), TWO, requirements, "linear", bounds=(-1, 2))
    assert solution.slack == pytest.approx(low, abs=1e-4)
    assert solution.plan.skews() == pytest.approx([-0.3 + low, 0.2 + low], abs=1e-3)


def test_of_equally_good_schedules_the_one_nearest_to_the_plan_is_taken():
    requirements = [ShareOfClass(0.3, first_epoch=10), ShareOfClass(0.4, "at most", first_epoch=10)]
    own = plan_of(Linear(0.35, 0.0))
    middle = (skew_of_rare_share(0.3) + skew_of_rare_share(0.4)) / 2
    solution = solve(own, TWO, requirements)
    assert solution.plan.skews()[10] == pytest.approx(middle, abs=1e-9)
    assert np.abs(solution.plan.skews() - 0.35).max() == pytest.approx(middle - 0.35, abs=1e-9)


def test_without_requirements_the_plan_stays_as_it_is_and_no_slack_is_bounded():
    solution = solve(plan_of(Cosine(0.2, 0.7)), TWO, [])
    assert solution.slack == np.inf
    assert solution.plan.skews() == pytest.approx(plan_of(Cosine(0.2, 0.7)).skews(), abs=1e-9)


def test_skews_from_natural_to_balanced_are_preferred_unless_they_leave_next_to_no_slack():
    # from a low edge to infinity: within 0 to 1 the slack is 1 - low, within -1 to 2 it is 2 - low
    ample, scarce = (solve(plan_of(), TWO, [ShareOfClass(rare_share(low))]) for low in (0.9, 0.97))
    assert (ample.bounds, ample.slack) == ((0.0, 1.0), pytest.approx(0.1, abs=1e-6))
    assert (scarce.bounds, scarce.slack) == ((-1.0, 2.0), pytest.approx(1.03, abs=1e-6))
    # two edges 0.02 apart leave 0.01 anywhere
    level = solve(plan_of(), TWO, [ShareOfClass(rare_share(0.5)), ShareOfClass(rare_share(0.52), "at most")])
    assert (level.bounds, level.slack) == ((0.0, 1.0), pytest.approx(0.01, abs=1e-6))
    within = solve(plan_of(), TWO, [ShareOfClass(rare_share(0.97))], bounds=(0.0, 1.0))
    assert (within.bounds, within.slack) == ((0.0, 1.0), pytest.approx(0.03, abs=1e-6))


# --- conflicts by hand ------------------------------------------------------------------------------------------


def test_a_conflict_names_its_two_requirements_and_the_numbers_at_which_they_agree():
    # at least 40 % of the draws are N 0.4 / n_rare = 4 times a sample; no more than 2 times are 20 % of the draws
    requirements = [ShareRatio(50.0), ShareOfClass(0.4, first_epoch=5), RepeatsAtMost(2.5), SeenAtLeast(0.1)]
    solution = solve(plan_of(drawing="exact"), TWO, requirements)
    assert solution.plan is None
    assert solution.conflict.requirements == (requirements[1], requirements[2])
    assert solution.conflict.agree_at == (0.199, 4.0)  # 20 %, but for rounding
    assert solution.conflict.least_change == (requirements[2], RepeatsAtMost(4.0))
    assert "at least 19.9 % instead of 40 %" in solution.says
    assert "at most 4 instead of 2.5" in solution.says


@pytest.mark.parametrize("first", [NaturalMix(3), SeenAtLeast(0.9, "epoch")])
def test_a_requirement_that_is_stated_twice_conflicts_as_one_that_is_stated_once(first):
    second = ShareOfClass(0.6)
    once = solve(plan_of(), TWO, [first, second], "constant").conflict
    for twice in ([first, first, second], [second, first, second], [first, replace(first), second, second]):
        conflict = solve(plan_of(), TWO, twice, "constant").conflict
        agree_at = dict(zip(conflict.requirements, conflict.agree_at, strict=True))
        assert len(agree_at) == len(conflict.requirements)
        assert agree_at == dict(zip(once.requirements, once.agree_at, strict=True))


def test_a_shape_that_is_too_stiff_is_told_from_requirements_that_exclude_each_other():
    requirements = [NaturalMix(1, "first", 0.05), ShareOfClass(0.5, first_epoch=1), NaturalMix(1, "last", 0.05)]
    stiff = solve(plan_of(), TWO, [requirements[0], requirements[1]], "constant")
    assert stiff.conflict.shape_alone
    assert "A piecewise schedule can meet all that is required: try that shape." in stiff.says
    hopeless = solve(plan_of(), TWO, requirements, "constant")
    assert not hopeless.conflict.shape_alone, "the two that remain exclude each other in any shape"
    bent = solve(plan_of(), TWO, [requirements[0], requirements[1]], "step")
    assert (bent.schedule.at_epoch, bent.schedule.end) == (1, pytest.approx(1.0, abs=1.0))
    excluded = solve(plan_of(), TWO, requirements, "piecewise")
    assert excluded.conflict.requirements == (requirements[1], requirements[2])
    assert not excluded.conflict.shape_alone


def test_a_requirement_that_nothing_meets_stands_alone():
    solution = solve(plan_of(max_repeats=2), TWO, [ShareOfClass(0.3), SeenAtLeast(0.1)])
    assert solution.conflict.requirements == (ShareOfClass(0.3),)
    assert solution.conflict.agree_at == (0.2,)


def test_a_requirement_over_the_run_can_contradict_one_of_an_epoch():
    # 0.3 in each of 11 epochs are 33 repeats of a rare sample
    requirements = [ShareOfClass(0.3), RepeatsAtMost(20.0, per="run")]
    solution = solve(plan_of(drawing="exact"), TWO, requirements, "linear")
    assert solution.conflict.requirements == tuple(requirements)
    assert solution.conflict.agree_at == (pytest.approx(20 / 110, rel=1e-2), pytest.approx(33.0, rel=1e-2))
    assert not solution.conflict.shape_alone
    assert "try that shape" not in solution.says


def test_another_shape_is_advised_where_it_meets_a_requirement_over_the_run():
    # 0.3 in one epoch and the natural 0.1 in ten are 13 repeats of a rare sample; 0.3 in all eleven are 33
    requirements = [ShareOfClass(0.3, first_epoch=10), RepeatsAtMost(15.0, per="run")]
    plan = plan_of(drawing="exact")
    level = solve(plan, TWO, requirements, "constant")
    assert level.conflict.shape_alone
    assert "try that shape" in level.says
    assert solve(plan, TWO, requirements, "piecewise").plan is not None


# --- plans of other targets ------------------------------------------------------------------------------------------


def test_a_target_that_is_no_power_skew_is_judged_but_not_solved_and_the_sentence_says_so():
    plan = SamplingPlan(target=ProgressivelyBalanced(), epochs=EPOCHS, batch_size=B)
    requirements = [ShareOfClass(0.5, first_epoch=10), ShareOfClass(0.3)]
    solution = solve(plan, TWO, requirements)
    assert solution.plan is None
    assert solution.conflict is None
    assert "progressively balanced" in solution.says and "not solved for" in solution.says
    assert [verdict.holds for verdict in solution.verdicts] == [True, False]
    # p = 0.1 + 0.4 t reaches 0.3 in epoch 5
    assert solution.verdicts[1].epochs == (0, 1, 2, 3, 4)
    assert feasible_band(plan, TWO, requirements).skews is None


def test_a_shape_replaces_another_target_and_boosts_are_replaced_with_it():
    plan = SamplingPlan(target=Boost(PowerSkew(Constant(0.0)), {"rare": 2.0}, 0, 3), epochs=EPOCHS, batch_size=B)
    solution = solve(plan, TWO, [ShareOfClass(0.3)], "cosine")
    assert isinstance(solution.schedule, Cosine)
    assert all(verdict.holds for verdict in verdicts(solution.plan, TWO, [ShareOfClass(0.3)]))


def test_an_adaptive_target_and_missing_sizes_are_refused():
    adaptive = SamplingPlan(target=DifficultyBalanced(PowerSkew(Constant(0.0))), epochs=EPOCHS, batch_size=B)
    with pytest.raises(ValueError, match="target must not be adaptive"):
        solve(adaptive, TWO, [])
    with pytest.raises(ValueError, match="epochs must be given"):
        solve(plan_of(epochs=None), TWO, [])
    with pytest.raises(ValueError, match="batch_size must be given"):
        feasible_band(plan_of(batch_size=None), TWO, [])
    with pytest.raises(ValueError, match=r"shape must be one of constant, linear, .*, got 'spiral'"):
        solve(plan_of(), TWO, [], "spiral")
    with pytest.raises(ValueError, match=r"bounds must be rising and within -50 to 50, got \(1, 0\)"):
        solve(plan_of(), TWO, [], bounds=(1, 0))


def test_every_shape_of_the_catalogue_is_solved_for_or_refused_by_a_sentence():
    assert list(FAMILIES) == [shape for shape in SCHEDULES if shape in FAMILIES]
    assert {"constant", "linear", "cosine", "exponential", "composite", "step", "piecewise", "periodic"} <= set(
        FAMILIES
    )
    for shape in set(SCHEDULES) - set(FAMILIES):
        with pytest.raises(ValueError, match=f"shape must be one of constant, .*, got '{shape}'"):
            solve(plan_of(), TWO, [], shape)


# --- the band and the plan in it -------------------------------------------------------------------------------------


def test_the_band_of_an_epoch_is_what_all_its_requirements_leave_and_violations_are_marked():
    requirements = [ShareOfClass(0.3, first_epoch=2, last_epoch=4), ShareRatio(4.0, first_epoch=4), SeenAtLeast(0.99)]
    band = feasible_band(plan_of(Linear(0.0, 0.2)), TWO, requirements)
    least, ratio = skew_of_rare_share(0.3), math.log(4) / math.log(RHO)
    assert [edge.first_epoch for edge in band.edges] == [2, 4]
    assert [edge.last_epoch for edge in band.edges] == [4, 10]
    assert band.allowed[0] == ((-np.inf, np.inf),)
    assert np.array(band.allowed[3]) == pytest.approx(np.array([(least, np.inf)]), abs=1e-8)
    assert np.array(band.allowed[4]) == pytest.approx(np.array([(least, 1 + ratio)]), abs=1e-8)
    assert np.array(band.allowed[9]) == pytest.approx(np.array([(1 - ratio, 1 + ratio)]), abs=1e-8)
    assert band.skews == pytest.approx(0.2 * np.arange(EPOCHS))
    inside = [
        any(low <= skew <= high for low, high in allowed)
        for skew, allowed in zip(band.skews, band.allowed, strict=True)
    ]
    assert band.violated.tolist() == [not ok for ok in inside]
    assert [verdict.requirement for verdict in band.run] == [requirements[2]]


def test_a_verdict_names_the_worst_epoch_value_and_class():
    plan = plan_of(Linear(0.0, 0.1))
    share, missing = verdicts(plan, TWO, [ShareOfClass(0.2, "at most"), MissingFromAtMost(0.5, "every")])
    assert not share.holds
    assert share.value == pytest.approx(rare_share(1.0))
    assert share.epochs == tuple(e for e in range(EPOCHS) if rare_share(0.1 * e) > 0.2)
    assert missing.holds and missing.class_name == "rare"
    assert missing.expected == pytest.approx(0.9**B)
    # from so many of 625 batches in one of 11 epochs with a chance of 0.05 at most
    assert missing.value * N / B == stats.binom.ppf(1 - 0.05 / EPOCHS, N // B, 0.9**B)
    assert (missing.chance, share.chance) == (0.95, None)


LIMITS = [
    {},
    {"max_repeats": 3},
    {"min_share": 0.02},
    {"max_repeats": 2.5, "min_share": 0.02},
    {"drawing": "stratified", "min_per_batch": 1},
]


@pytest.mark.parametrize("limits", LIMITS)
def test_the_curve_has_the_shares_that_the_plan_draws_at_every_skew_and_limit(limits):
    counts = ClassCounts.from_counts({"x": 5000, "b": 40, "empty": 0, "a": 700, "c": 40})
    plan = plan_of(Linear(-3.0, 0.02), epochs=350, samples_per_epoch=4000, **limits)
    assert SharesBySkew(plan, counts).shares_at(plan.skews()) == pytest.approx(
        plan.class_shares(counts), rel=1e-11, abs=1e-300
    )
