"""A plan as Python code for somebody's own training script.

The one contract here: whatever a class is called, it stands in the code as a literal that `repr` wrote. The code builds
a plan equal to the one given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.formatting import shortened
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import SCHEDULES, TARGETS

VARIANTS = {"torch": "PyTorch", "lightning": "Lightning", "accelerate": "Accelerate"}
MOST_CLASSES = 50  # with more of them, the class counts would be most of the code: plan.json carries those
MOST_NAMES = 2_000  # characters of all class names together

_HEAD = {
    "torch": "",
    "lightning": "from lightning import LightningDataModule, Trainer\n",
    "accelerate": "from accelerate import Accelerator\n",
}

_TORCH = """
sampler = ScheduledClassSampler(labels_of(dataset), plan{classes})
loader = sampler.loader(dataset)  # takes all that a DataLoader takes, such as num_workers=4
for epoch in range({epochs}):
    sampler.set_epoch(epoch)
    for inputs, targets in loader:
        ...  # your training step
{feedback}"""

_LIGHTNING = """

class ScheduledData(LightningDataModule):
    def train_dataloader(self):  # called in each process, where the number of processes is known
        self.sampler = ScheduledClassSampler(labels_of(dataset), plan{classes})
        return self.sampler.loader(dataset)  # takes all that a DataLoader takes, such as num_workers=4


# `model` is your LightningModule. The Trainer tells the sampler each epoch by itself.
trainer = Trainer(max_epochs={epochs})
trainer.fit(model, datamodule=ScheduledData())
{feedback}"""

_ACCELERATE = """
accelerator = Accelerator()
# num_replicas=1: Accelerate hands every n-th batch to a process by itself
sampler = ScheduledClassSampler(labels_of(dataset), plan, num_replicas=1{classes})
loader = accelerator.prepare(sampler.loader(dataset))  # takes all that a DataLoader takes, such as num_workers=4
for epoch in range({epochs}):
    loader.set_epoch(epoch)
    for inputs, targets in loader:
        ...  # your training step, with accelerator.backward(loss)
accelerator.end_training()
{feedback}"""

_BODIES = {"torch": _TORCH, "lightning": _LIGHTNING, "accelerate": _ACCELERATE}


def snippet(plan: SamplingPlan, counts: CountsLike, variant: str = "torch", changed: Sequence[str] = ()) -> str:
    """Code that trains with this plan next to a `dataset` (and Lightning's `model`) that is already there.

    `counts`: what the plan was tuned on; text names ask for the data set's own list of names. `changed`: in sentences
    what was done to the labels before they were counted, which the data set's labels do not know of. `ValueError`
    without a batch size, or for a variant that is not in `VARIANTS`.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, got {variant!r}")
    plan.needed_batch_size  # noqa: B018  # its error is the point
    counts = as_class_counts(counts)
    tuned_on = counts if _is_short(counts) else None
    written = dataclasses.replace(plan, tuned_on=tuned_on)
    named = any(isinstance(name, str) for name in counts.names)
    body = _BODIES[variant].format(
        classes=', classes=getattr(dataset, "classes", None)' if named else "",
        epochs="plan.epochs" if plan.epochs is not None else "100",
        feedback=_feedback(plan, variant),
    )
    intro = _intro(plan, variant, named, tuned_on is None, changed)
    return f"{intro}{_imports(written)}\n\nplan = {as_code(written, room=88)}\n{body.rstrip()}\n"


def _intro(plan: SamplingPlan, variant: str, named: bool, left_out: bool, changed: Sequence[str]) -> str:
    data = "`dataset` is your data set" + ("" if variant != "lightning" else ", `model` your LightningModule")
    lines = [f"# Plan {plan.fingerprint}, to run where {data}.",
             "# It imports Skewlab's package: `pip install` the file that is offered with this code."]  # fmt: skip
    if named:
        lines.append("# If your labels are numbers, `classes` must list the class names in the order of these numbers.")
        lines.append("# Many data sets have that list as `dataset.classes`; for others write it there yourself.")
        if not left_out:
            lines.append("# A warning says so when the class counts are not those below.")
    if left_out:
        lines.append("# The class counts it was tuned on are left out here for their length; plan.json has them.")
    if changed:
        lines.append(
            "# The plan was tuned on labels that were changed first. Change those of `dataset` alike: only then are"
        )
        lines.append("# its batches those that were shown.")
        lines += [f"# - {_one_line(sentence)}" for sentence in changed]
    return "\n".join(lines) + "\n" + _HEAD[variant] + ("\n" if _HEAD[variant] else "")


def _one_line(sentence: str) -> str:
    """A sentence that no character of a class name leads out of its comment."""
    return shortened("".join(c if c.isprintable() else " " for c in sentence), 110)


def _imports(plan: SamplingPlan) -> str:
    """The import of all that the code calls by name."""
    names = sorted({"ScheduledClassSampler", *_class_names(plan)}) + ["labels_of"]
    return "from sampler_core import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _class_names(value: Any) -> Iterator[str]:
    """The names of the classes that `as_code` calls for this value."""
    yield type(value).__name__
    for _, item in [] if isinstance(value, ClassCounts) else _given(value):
        if isinstance(item, ClassCounts) or item in SCHEDULES or item in TARGETS:
            yield from _class_names(item)


def _feedback(plan: SamplingPlan, variant: str) -> str:
    if plan.adaptive is None:
        return ""
    sampler = "self.trainer.datamodule.sampler" if variant == "lightning" else "sampler"
    where = "in the model's on_validation_epoch_end" if variant == "lightning" else "after each epoch"
    return f"# The shares follow what you report, {where}:\n# {sampler}.update({plan.adaptive.reads}=one_per_class)\n"


def as_code(value: Any, indent: str = "", room: int = 1_000_000) -> str:
    """The call that builds a frozen value, without what is at its default; broken into lines where room is short."""
    given = [(f"{name}=", item) for name, item in _given(value)]
    return _broken(f"{type(value).__name__}(", given, ")", indent, room)


def _broken(start: str, items: list[tuple[str, object]], end: str, indent: str, room: int) -> str:
    """start item, item end: in one line, or one line an item."""
    inner = indent + "    "
    line = start + ", ".join(name + _literal(item, inner, 1_000_000) for name, item in items) + end
    if len(indent) + len(line) <= room:
        return line
    lines = (f"{inner}{name}{_literal(item, inner, room)},\n" for name, item in items)
    return f"{start}\n{''.join(lines)}{indent}{end}"


def _given(value: Any) -> Iterator[tuple[str, object]]:
    for field in dataclasses.fields(value):
        given = getattr(value, field.name)
        if type(given) is not type(field.default) or given != field.default:
            yield field.name, given


def _literal(value: object, indent: str, room: int) -> str:
    if isinstance(value, ClassCounts):
        pairs: list[tuple[str, object]] = [
            (f"{name!r}: ", count) for name, count in zip(value.names, value.counts.tolist(), strict=True)
        ]
        return f"ClassCounts.from_counts({_broken('{', pairs, '}', indent, room)})"
    return as_code(value, indent, room) if value in SCHEDULES or value in TARGETS else repr(value)


def _is_short(counts: ClassCounts) -> bool:
    return counts.num_classes <= MOST_CLASSES and sum(len(str(name)) for name in counts.names) <= MOST_NAMES
