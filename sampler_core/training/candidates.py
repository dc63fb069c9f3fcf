"""What a study compares: plans, each with each loss, and natural draws, which are always among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sampler_core.data.class_counts import ClassCounts
from sampler_core.formatting import joined, quoted
from sampler_core.plans.named_plans import NamedPlans, check_names
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant
from sampler_core.plans.targets import PowerSkew
from sampler_core.training.loss_terms import class_mix
from sampler_core.training.losses import CrossEntropy, Loss

NATURAL = "natural"
ADJUSTED = "logit adjustment"  # what is added to a name for the decision after post-hoc logit adjustment


class Candidate(NamedTuple):
    """A plan with a loss."""

    name: str
    plan_name: str
    plan: SamplingPlan
    loss: Loss


def checked_plans(plans: Mapping[str, SamplingPlan] | NamedPlans, counts: ClassCounts) -> NamedPlans:
    """The plans with their names; `ValueError` for one that cannot be trained by."""
    named = tuple(plans.items()) if isinstance(plans, Mapping) else tuple(plans)
    check_names(name for name, _ in named)
    for name, plan in named:
        if not isinstance(plan, SamplingPlan):
            raise TypeError(f"plan {name!r} must be a SamplingPlan, got {plan!r:.100}")
        for field in ("epochs", "batch_size"):
            if getattr(plan, field) is None:
                raise ValueError(f"plan {name!r}: {field} must be given for training, got None")
    checked = tuple((name, replace(plan, tuned_on=None)) for name, plan in named)
    for name, plan in checked:
        try:
            plan.check(counts)
        except ValueError as error:
            raise ValueError(f"plan {name!r}: {error}") from None
    return checked


def candidates_of(plans: NamedPlans, losses: Sequence[Loss], counts: ClassCounts) -> tuple[Candidate, ...]:
    """Each plan with each loss, and natural draws with cross-entropy where they are not among them: first."""
    with_loss = [
        Candidate(plan_name if len(losses) == 1 and loss == CrossEntropy() else f"{plan_name}, {loss.title}",
                  plan_name, plan, loss)
        for plan_name, plan in plans for loss in losses
    ]  # fmt: skip
    if any(is_natural(candidate, counts) for candidate in with_loss):
        return tuple(with_loss)
    own = next((name for name, plan in plans if draws_naturally(plan, counts)), None)
    first = plans[0][1]
    natural = SamplingPlan(
        target=PowerSkew(Constant(0.0)), epochs=first.epochs, batch_size=first.batch_size,
        samples_per_epoch=first.samples_per_epoch, drawing=first.drawing, seed=first.seed,
    )  # fmt: skip
    taken = {name for name, _ in plans}
    name = own or next(name for name in (NATURAL, "natural draws", "natural draws (added)") if name not in taken)
    plan = dict(plans)[own] if own else natural
    title = name if own is None else f"{name}, {CrossEntropy().title}"
    return (Candidate(title, name, plan, CrossEntropy()), *with_loss)


def draws_naturally(plan: SamplingPlan, counts: ClassCounts) -> bool:
    """Whether every epoch draws the classes as often as the data have them."""
    return plan.adaptive is None and np.allclose(plan.class_shares(counts), counts.frequencies, rtol=1e-6, atol=0)


def is_natural(candidate: Candidate, counts: ClassCounts) -> bool:
    """Whether this is the plain training that others are compared with."""
    return candidate.loss == CrossEntropy() and draws_naturally(candidate.plan, counts)


def notes_on(candidates: Sequence[Candidate], counts: ClassCounts) -> list[str]:
    """A warning where sampling and loss correct the same imbalance twice, and whose prior correction is approximate."""
    notes = []
    if twice := [quoted(candidate.name) for candidate in candidates if _corrects_twice(candidate, counts)]:
        verb = "corrects" if len(twice) == 1 else "correct"
        notes.append(
            f"{joined(twice)} {verb} the imbalance twice, by sampling and by the loss: expect too many answers for "
            "rare classes, and use a logit-adjusted loss with the drawn prior instead."
        )
    plans = {candidate.plan_name: candidate.plan for candidate in candidates}
    if moving := [quoted(name) for name, plan in plans.items() if _moves(plan, counts)]:
        notes.append(
            f"{joined(moving)} {'changes its' if len(moving) == 1 else 'change their'} class shares during training: "
            "prior correction counts those of the last epoch only, and is approximate there."
        )
    return notes


def _moves(plan: SamplingPlan, counts: ClassCounts) -> bool:
    """Whether the last epoch draws other class shares than the run on average."""
    shares = plan.class_shares(counts)
    return bool(plan.adaptive is not None or np.abs(shares[-1] - shares.mean(axis=0)).max() > 0.01)


def _corrects_twice(candidate: Candidate, counts: ClassCounts) -> bool:
    plan, last = candidate.plan, (candidate.plan.epochs or 1) - 1
    shares = plan.class_shares(counts)[last]
    favoured = shares[counts.rarest] > 1.1 * counts.frequencies[counts.rarest]
    return bool(favoured) and candidate.loss.corrects_for(class_mix(counts, shares, last, plan.epochs))
