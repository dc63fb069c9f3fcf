"""Tuning: requirements -> feasible band, solved schedules or conflicts; sweeps and sensitivities.

The one contract here: everything is judged on the class shares that the plan draws, scheme, limits and sizes included.
"""

from sampler_core.forecast.metrics import METRICS
from sampler_core.tuning.feasible_band import Band, Edge, Verdict, feasible_band, verdicts
from sampler_core.tuning.metric_sensitivity import Sensitivity, sensitivity
from sampler_core.tuning.metric_sweep import Sweep, sweep
from sampler_core.tuning.requirements import (
    REQUIREMENTS,
    MissingFromAtMost,
    NaturalMix,
    RepeatsAtMost,
    Requirement,
    SeenAtLeast,
    ShareOfClass,
    ShareRatio,
    requirements_from_json,
    requirements_to_json,
)
from sampler_core.tuning.schedule_families import FAMILIES
from sampler_core.tuning.solver import Solution, solve

__all__ = [
    "FAMILIES",
    "METRICS",
    "REQUIREMENTS",
    "Band",
    "Edge",
    "MissingFromAtMost",
    "NaturalMix",
    "RepeatsAtMost",
    "Requirement",
    "SeenAtLeast",
    "Sensitivity",
    "ShareOfClass",
    "ShareRatio",
    "Solution",
    "Sweep",
    "Verdict",
    "feasible_band",
    "requirements_from_json",
    "requirements_to_json",
    "sensitivity",
    "solve",
    "sweep",
    "verdicts",
]
