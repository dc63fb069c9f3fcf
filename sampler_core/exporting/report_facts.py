"""The facts of a report: data and plan as words and values, plan.json, and versions."""

from __future__ import annotations

import datetime
import platform
from dataclasses import replace

import numpy as np

import sampler_core
from sampler_core.data.class_counts import ClassCounts
from sampler_core.exporting import as_code
from sampler_core.figures.class_labels import class_in_words
from sampler_core.figures.plotly_script import plotly_js_version
from sampler_core.formatting import count, number, shortened
from sampler_core.plans.plan import SamplingPlan

MAX_PLAN_JSON = 200_000  # characters, class counts included


def report_facts(
    plan: SamplingPlan, counts: ClassCounts, unit: str, *, plan_heading: str = "Plan"
) -> dict[str, dict[str, str]]:
    """Heading -> word -> value."""
    return {"Data": _data_facts(counts, unit), plan_heading: _plan_facts(plan, counts)}


def report_sources(made: datetime.datetime | None) -> str:
    """The date of a report and the versions that made it."""
    made = made or datetime.datetime.now(datetime.UTC)
    return (
        f"Made on {made:%Y-%m-%d %H:%M} UTC with sampler_core {sampler_core.__version__}, NumPy {np.__version__}, "
        f"plotly.js {plotly_js_version()}, Python {platform.python_version()}."
    )


def _data_facts(counts: ClassCounts, unit: str) -> dict[str, str]:
    ends = {"Largest class": counts.largest, "Rarest class": counts.rarest}
    return {
        unit.capitalize(): count(counts.num_samples),
        "Classes": count(counts.num_classes) + (f", {count(len(counts.empty))} of them empty" if counts.empty else ""),
        "Class imbalance": number(counts.imbalance_ratio),
        **{word: f"{class_in_words(counts.names[c])} ({count(int(counts.counts[c]))})" for word, c in ends.items()},
    }


def _plan_facts(plan: SamplingPlan, counts: ClassCounts) -> dict[str, str]:
    limits = {"Cap on repeats": plan.max_repeats, "Floor on shares": plan.min_share}
    return {
        "Target": shortened(as_code(plan.target), 300),
        "Epochs": str(plan.epochs),
        "Batch size": count(plan.needed_batch_size),
        "Samples per epoch": count(plan.samples(counts)),
        "Sampling scheme": plan.drawing,
        **{word: number(float(value)) for word, value in limits.items() if value is not None},
        **({"Floor per batch": count(plan.min_per_batch)} if plan.min_per_batch else {}),
        "Seed": str(plan.seed),
        "Fingerprint": plan.fingerprint,
    }


def plan_json(plan: SamplingPlan, counts: ClassCounts) -> str:
    """plan.json with the class counts of the report; without them where they would fill the file."""
    text = replace(plan, tuned_on=counts).to_json()
    return text if len(text) <= MAX_PLAN_JSON else replace(plan, tuned_on=None).to_json()
