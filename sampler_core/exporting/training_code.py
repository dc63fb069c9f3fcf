"""A plan as Python code for somebody's own training script: `training_code.txt` with the plan filled in.

The one contract here: whatever a class is called, it stands in the code as a literal that `repr` wrote. The code builds
a plan equal to the one given.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.datasets.label_files import Reading
from sampler_core.exporting.selected_rows import rows_code
from sampler_core.exporting.templates import TEMPLATES
from sampler_core.formatting import shortened
from sampler_core.plans.explicit_shares import Shares
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.presets import PRESETS
from sampler_core.plans.registry import is_entry
from sampler_core.plans.schedules import Step
from sampler_core.plans.targets import skew_schedule

VARIANTS = {
    "torch": "PyTorch", "lightning": "Lightning", "accelerate": "Accelerate", "transformers": "Hugging Face Trainer",
}  # fmt: skip
MOST_CLASSES = 50  # with more of them, the class counts would be most of the code: plan.json carries those
MOST_NAMES = 2_000  # characters of all class names together
NO_LOG = "No run log: it counts classes among the targets, and here a target is not the class that is drawn by."
MAX_LINE = 88  # characters of a line of the plan's code


def snippet(
    plan: SamplingPlan,
    counts: CountsLike,
    variant: str = "torch",
    changed: Sequence[str] = (),
    *,
    reading: Reading | None = None,
    resume: bool = False,
    two_stage: bool = False,
    run_log: bool = False,
) -> str:
    """Code that trains with this plan next to a `dataset` (and where it says so `model`) that is already there.

    `counts`: what the plan was tuned on; text names ask for the data set's own list of names. `changed`: in sentences
    what was done to the labels before they were counted, which the data set's labels do not know of. reading: of the
    label file that they come from; the code reads rows and labels from it where they are not all, or others. resume: it
    saves checkpoints and goes on from the last one. two_stage: it trains by `two_stage_plan`, and in its second stage
    the last layer alone. run_log: it writes what it draws to runs/today.jsonl (`sampler_core.run_log`). `ValueError`
    without a batch size, or for a variant that is not in `VARIANTS`.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, got {variant!r}")
    plan.needed_batch_size  # noqa: B018  # its error is the point
    counts = as_class_counts(counts)
    plan = replace(two_stage_plan(plan) if two_stage else plan, tuned_on=counts if is_short(counts) else None)
    rows = "" if reading is None else rows_code(reading, variant)
    lacks_log = run_log and reading is not None and bool(reading.tallies)
    has_text = any(isinstance(name, str) for name in counts.names)
    named = not rows and has_text  # those of the file have their names
    label_reader = [] if rows or variant == "transformers" else ["labels_of"]  # there a data set has a column of labels
    return TEMPLATES.get_template("training_code.txt").render(
        plan=plan, plan_code=as_code(plan, room=MAX_LINE), variant=variant, changed=[_comment_line(s) for s in changed],
        imported_names=[*sorted({"ScheduledClassSampler", *called_classes(plan)}), *label_reader],
        idle_rest=_rest_is_idle(plan, counts),
        named=named, classes=', classes=getattr(dataset, "classes", None)' if named else "",
        epochs="100" if plan.epochs is None else "plan.epochs", resume=resume, rows_code=rows,
        labels="labels" if rows else "labels_of(dataset)", head_from=_step_to_balanced(plan) if two_stage else None,
        run_log=run_log and not lacks_log, no_log=NO_LOG if lacks_log else "", unnamed_codes=bool(rows) and has_text,
    )  # fmt: skip


def is_short(counts: ClassCounts) -> bool:
    """Whether class counts have room in the code."""
    return counts.num_classes <= MOST_CLASSES and sum(len(str(name)) for name in counts.names) <= MOST_NAMES


def two_stage_plan(plan: SamplingPlan) -> SamplingPlan:
    """The plan with two stages: natural, then class-balanced, both in one run.

    The plan itself where it steps from one to the other within its run, else with the step of the preset "deferred".
    Kang et al., arXiv 1910.09217, train all layers in the first stage and the last layer alone, anew, in the second.
    """
    return plan if _step_to_balanced(plan) else replace(plan, target=PRESETS["deferred"].target(plan))


def _step_to_balanced(plan: SamplingPlan) -> int | None:
    """The epoch in which the plan steps from the natural to the class-balanced mix; None where it does not."""
    step = skew_schedule(plan.target)
    if not isinstance(step, Step) or (step.start, step.end) != (0.0, 1.0):
        return None
    return step.at_epoch if 0 < step.at_epoch < (plan.epochs or math.inf) else None


def _rest_is_idle(plan: SamplingPlan, counts: ClassCounts) -> bool:
    """Whether the target's shares name every class that has a sample, so that no other class shares the rest."""
    pairs = plan.target.pairs if isinstance(plan.target, Shares) else ()
    is_given = any(isinstance(share, float) and share > 0 for _, share in pairs)  # else there may be none in an epoch
    return is_given and {str(name) for name, _ in pairs} >= set(map(str, counts.present.names))


def _comment_line(comment: str) -> str:
    """A sentence that no character of a class name leads out of its comment."""
    return shortened("".join(c if c.isprintable() else " " for c in comment), 110)


def called_classes(call: Any) -> Iterator[str]:
    """The names of the classes that `as_code` calls for this value."""
    yield type(call).__name__
    for _, argument in _call_arguments(call):
        if isinstance(argument, ClassCounts) or is_entry(argument):
            yield from called_classes(argument)


def as_code(value: Any, indent: str = "", room: int = 1_000_000) -> str:
    """The call that builds a frozen value, without what is at its default; broken into lines where room is short."""
    arguments = [(f"{name}=", argument) for name, argument in _call_arguments(value)]
    return _code_of(f"{type(value).__name__}(", arguments, ")", indent, room)


def _code_of(start: str, items: Sequence[tuple[str, object]], end: str, indent: str, room: int) -> str:
    """start item, item end: in one line, or one line an item."""
    inner_indent = indent + "    "
    code_line = start + ", ".join(name + _code_literal(item, inner_indent, 1_000_000) for name, item in items) + end
    if len(indent) + len(code_line) <= room:
        return code_line
    code_lines = (f"{inner_indent}{name}{_code_literal(item, inner_indent, room)},\n" for name, item in items)
    return f"{start}\n{''.join(code_lines)}{indent}{end}"


def _call_arguments(value: Any) -> Iterator[tuple[str, object]]:
    for field in dataclasses.fields(value):
        argument = getattr(value, field.name)
        if type(argument) is not type(field.default) or argument != field.default:
            yield field.name, argument


def _code_literal(value: object, indent: str, room: int) -> str:
    if isinstance(value, ClassCounts):
        count_items = [(f"{name!r}: ", count) for name, count in zip(value.names, value.counts.tolist(), strict=True)]
        return f"ClassCounts.from_counts({_code_of('{', count_items, '}', indent, room)})"
    if isinstance(value, tuple) and len(value) > 1 and len(indent) + len(repr(value)) > room:
        return _code_of("(", [("", item) for item in value], ")", indent, room)
    return as_code(value, indent, room) if is_entry(value) else repr(value)
