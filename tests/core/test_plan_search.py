"""The search over schedule, scheme, floor, cap and batch size: what it offers holds on its own draws."""



from sampler_core import Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import synthetic
from sampler_core.tuning.plan_search import search_plan
from sampler_core.tuning.requirements import (
    MissingFromAtMost,
    RepeatsAtMost,
)
from tests.core.drawn_requirements import meets_as_drawn

MARGINS = (0.0, 0.03, 0.1, 0.2)
RARE = synthetic("exponential", 12, 31_769, 300.0)
LATE = (MissingFromAtMost(0.05, first_epoch=20), RepeatsAtMost(12.0))


def plan_of(**others):
    return SamplingPlan(
        **{"target": PowerSkew(Linear(0.0, 0.01)), "epochs": 40, "batch_size": 96, "drawing": "independent", **others}
    )


def offered(plan, counts, requirements):
    """The first plan whose draws meet the requirements, as the page looks for it; None where there is none."""
    for margin in MARGINS:
        answer = search_plan(plan, counts, requirements, margin=margin)
        for one in (answer, *answer.options):
            if one.plan is not None and meets_as_drawn(one.plan, counts.counts, requirements):
                return one.plan
    return None


def test_where_the_scheme_at_hand_cannot_another_one_is_offered_and_its_draws_hold():
    answer = search_plan(plan_of(), RARE, LATE)
    assert answer.changes == ("scheme stratified", "floor 1 a batch")
    assert all(verdict.holds for verdict in answer.solution.verdicts)
    assert meets_as_drawn(answer.plan, RARE.counts, LATE)
