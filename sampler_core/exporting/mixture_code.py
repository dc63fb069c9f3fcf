"""A plan for the sources of a mixture as Python code for somebody's own training script (`mixture_code.txt`)."""

from __future__ import annotations

from dataclasses import replace

from sampler_core.data.class_counts import CountsLike, as_class_counts
from sampler_core.exporting.templates import TEMPLATES
from sampler_core.exporting.training_code import MAX_LINE, as_code, called_classes, is_short
from sampler_core.plans.plan import SamplingPlan


def mixture_snippet(plan: SamplingPlan, sizes: CountsLike, *, tokens: int = 1, resume: bool = False) -> str:
    """Code that trains with this plan on `sources` that are already there, mixed by `ScheduledMix`.

    sizes: the sources as classes, with their sizes in samples. tokens: of a sample, where sizes counted tokens before.
    resume: it saves checkpoints and goes on from the last one. `ValueError` without a batch size, and for a target that
    follows training, as a mix has no labels to tell of.
    """
    plan.needed_batch_size  # noqa: B018  # its error is the point
    if plan.adaptive is not None:
        raise ValueError(f"target must not follow training for a mix of sources, got {type(plan.target).__name__}")
    counts = as_class_counts(sizes)
    plan, short = replace(plan, tuned_on=counts), is_short(counts)
    called = called_classes(plan) if short else ["SamplingPlan"]
    return TEMPLATES.get_template("mixture_code.txt").render(
        plan=plan, plan_code=as_code(plan, room=MAX_LINE), imported_names=sorted({"ScheduledMix", *called}),
        num_sources=counts.num_classes, short=short, tokens=tokens, resume=resume,
        epochs="100" if plan.epochs is None else "plan.epochs",
    )  # fmt: skip
