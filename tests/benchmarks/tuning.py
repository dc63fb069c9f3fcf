"""How long tuning takes: sweeps of 41 x 41 schedules over 100 epochs, requirements solved or refused, the band.

    python -m tests.benchmarks.tuning

Medians of five, in milliseconds of processor time, so that a busy machine does not blur them; the aim beside each.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from sampler_core import Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import load, synthetic
from sampler_core.figures import to_json
from sampler_core.figures.tune_charts import metric_map
from sampler_core.forecast.metrics import METRICS
from sampler_core.tuning import linear_schedule_map
from sampler_core.tuning.feasible_band import feasible_band
from sampler_core.tuning.metric_sensitivity import sensitivity
from sampler_core.tuning.metric_sweep import sweep
from sampler_core.tuning.requirements import MissingFromAtMost, RepeatsAtMost, SeenAtLeast, ShareOfClass, ShareRatio
from sampler_core.tuning.solver import solve

DATA = {
    "inat2018_supercategory": load("inat2018_supercategory"),
    "isic2019": load("isic2019"),
    "nsl_kdd_train": load("nsl_kdd_train"),
    "synthetic, 1000 classes": synthetic("exponential", 1000, 115_846, 256.0),
    "synthetic, 10 classes": synthetic("exponential", 10, 20_000, 100.0),
}
REQUIREMENTS = (
    ShareOfClass(0.05, first_epoch=30),
    RepeatsAtMost(10),
    MissingFromAtMost(0.01, first_epoch=30),
    SeenAtLeast(0.8),
)
MET = (ShareOfClass(1e-4, first_epoch=50), RepeatsAtMost(60.0), MissingFromAtMost(0.98, first_epoch=30),
       SeenAtLeast(0.5), RepeatsAtMost(3000.0, "run"), ShareRatio(500.0, first_epoch=50))  # fmt: skip
AXES = {
    "even axes": (np.linspace(-1.0, 2.0, 41), np.linspace(-0.1, 0.1, 41)),
    "odd axes": (np.linspace(-0.917, 1.9, 41), np.linspace(-0.0713, 0.0919, 41)),
}


def milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """The median of a few runs, in processor time."""
    taken = []
    for _ in range(times):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return 1000 * statistics.median(taken)


def plan_of(**others: object) -> SamplingPlan:
    """A hundred epochs of a slow ramp."""
    given = {"target": PowerSkew(Linear(0.0, 0.01)), "epochs": 100, "batch_size": 128, **others}
    return SamplingPlan(**given)  # type: ignore[arg-type]


def sweeps() -> None:
    """Axes without common steps, on which values are interpolated, with and without limits."""
    for name, aim in (("synthetic, 1000 classes", 2000), ("synthetic, 10 classes", 300)):
        for limits in ({}, {"max_repeats": 8}):
            for axes, (skews, increments) in AXES.items():
                plan, counts = plan_of(**limits), DATA[name]
                taken = milliseconds(lambda: sweep(plan, counts, "distinct", skews, increments))  # noqa: B023
                error = sweep(plan, counts, "distinct", skews, increments).error
                cap = "capped" if limits else "free"
                print(f"sweep {name:24} {cap:7} {axes:10} {taken:7.0f} ms (aim {aim}), error {error:.1g}")


def maps() -> None:
    """What a request for the map takes: the sweep, the part that meets the requirements, the figure and its JSON."""
    for name, aim in (("synthetic, 1000 classes", 2000), ("synthetic, 10 classes", 300)):
        for scheme in ("independent", "exact", "stratified"):
            plan, counts = linear_schedule_map.plan_at_point(plan_of(drawing=scheme)), DATA[name]
            part = milliseconds(lambda: linear_schedule_map.feasible_points(plan, counts, MET), 3)  # noqa: B023
            allowed = linear_schedule_map.feasible_points(plan, counts, MET).mask
            for metric in METRICS:
                axes = linear_schedule_map.map_axes(100)
                found = sweep(plan, counts, metric, *axes)
                swept = milliseconds(lambda: sweep(plan, counts, metric, *axes), 3)  # noqa: B023
                shown = milliseconds(lambda: to_json(metric_map(found, metric, "rarest", allowed, None).spec), 3)  # noqa: B023
                each = f"{swept:5.0f} + {part:4.0f} + {shown:3.0f}"
                print(f"map   {name:24} {scheme:12} {metric:18} {each} = {swept + part + shown:5.0f} ms (aim {aim})")


def solutions() -> None:
    """All four requirements, and all but the cap on repeats; every scheme."""
    for name, counts in DATA.items():
        for scheme in ("independent", "exact", "stratified"):
            for shape in ("linear", "step", "piecewise"):
                plan = plan_of(drawing=scheme)
                for requirements in (REQUIREMENTS, REQUIREMENTS[:1] + REQUIREMENTS[2:]):
                    taken = milliseconds(lambda: solve(plan, counts, requirements, shape), 3)  # noqa: B023
                    found = "solved" if solve(plan, counts, requirements, shape).plan else "refused"
                    what = f"{scheme:12} {shape:10} {len(requirements)} requirements {found:8}"
                    print(f"solve {name:24} {what} {taken:7.0f} ms (aim 1000)", flush=True)


def others() -> None:
    """The band with its edges, and the table of sensitivities."""
    for name, counts in DATA.items():
        print(f"band  {name:24} {milliseconds(lambda: feasible_band(plan_of(), counts, REQUIREMENTS)):7.0f} ms")  # noqa: B023
        print(f"sensitivity {name:18} {milliseconds(lambda: sensitivity(plan_of(), counts)):7.0f} ms")  # noqa: B023


if __name__ == "__main__":
    maps()
    sweeps()
    solutions()
    others()
