"""Tuning: demands -> feasible band, solved schedules or contradictions; sweeps and sensitivities.

The one contract here: everything is judged on the class shares that the plan draws, law, limits and sizes included.
"""

from sampler_core.forecast.metrics import MERITS, Merit
from sampler_core.tuning.conflicts import Contradiction
from sampler_core.tuning.feasible_band import Band, Edge, Verdict, feasible_band, verdicts
from sampler_core.tuning.metric_sensitivity import Sensitivity, sensitivity
from sampler_core.tuning.metric_sweep import Sweep, sweep
from sampler_core.tuning.requirements import (
    DEMANDS,
    Demand,
    MissingFromAtMost,
    NaturalMix,
    RepeatsAtMost,
    SeenAtLeast,
    ShareOfClass,
    ShareRatio,
    demands_from_json,
    demands_to_json,
)
from sampler_core.tuning.schedule_families import FAMILIES
from sampler_core.tuning.solver import Solution, solve

__all__ = [
    "DEMANDS",
    "FAMILIES",
    "MERITS",
    "Band",
    "Contradiction",
    "Demand",
    "Edge",
    "Merit",
    "MissingFromAtMost",
    "NaturalMix",
    "RepeatsAtMost",
    "SeenAtLeast",
    "Sensitivity",
    "ShareOfClass",
    "ShareRatio",
    "Solution",
    "Sweep",
    "Verdict",
    "demands_from_json",
    "demands_to_json",
    "feasible_band",
    "sensitivity",
    "solve",
    "sweep",
    "verdicts",
]
