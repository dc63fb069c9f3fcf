"""Drawing a plan in a child process: the job, what the process runs, and its verdicts as JSON.

The process imports this module, so it imports no Streamlit: that is slow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, TypeAlias

from pages.parts.server.jobs import Job
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.drawn_verdicts import DrawnPlan, DrawnVerdict, drawn_verdicts
from sampler_core.tuning.requirements import Requirement, requirements_from_json, requirements_to_json

DRAWING_FUNCTION = f"{__name__}:draw_plan"
DRAWING_MODULES = (__name__,)
Drawing: TypeAlias = tuple[SamplingPlan, ClassCounts, tuple[Requirement, ...]]  # what is drawn, and judged on the draws


class DrawingJob(Job):
    """Draws a plan; the result is a `DrawnPlan`, or `JobError` whatever happened to the process."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = plan, counts, requirements = drawing
        request = {
            "plan": replace(plan, tuned_on=counts).to_json(), "requirements": requirements_to_json(requirements)
        }  # fmt: skip
        super().__init__(DRAWING_FUNCTION, request, modules=DRAWING_MODULES)

    def result(self) -> DrawnPlan:
        """The verdicts; `JobError` where there are none. Waits until the job is done."""
        return drawn_from_json(super().result(), self.drawing[2])


def draw_plan(request: Mapping[str, Any], _: bytes, report: Callable[[float], None]) -> dict[str, Any]:
    """The verdicts on the draws as JSON. A plan carries the class counts that it is drawn from."""
    plan, requirements = SamplingPlan.from_json(request["plan"]), requirements_from_json(request["requirements"])
    assert plan.tuned_on is not None
    return drawn_to_json(drawn_verdicts(plan, plan.tuned_on, requirements, report))


def drawn_to_json(drawn: DrawnPlan) -> dict[str, Any]:
    """Plain JSON types, without the requirements."""
    values = [{**asdict(verdict), "requirement": None} for verdict in drawn.verdicts]
    return {"verdicts": values, "drawn": drawn.drawn, "wanted": drawn.wanted}


def drawn_from_json(drawn_json: Mapping[str, Any], requirements: tuple[Requirement, ...]) -> DrawnPlan:
    """The inverse of `drawn_to_json`, for the requirements that were judged."""
    verdicts = [
        DrawnVerdict(**{**verdict, "requirement": requirement})
        for verdict, requirement in zip(drawn_json["verdicts"], requirements, strict=True)
    ]
    return DrawnPlan(tuple(verdicts), drawn_json["drawn"], drawn_json["wanted"])
