"""All schedules of a shape on a fine grid, judged one by one on the plan's own shares: slow, plain, and to be trusted.

Every skew is a multiple of `STEP`, or is judged by both multiples beside it. Nothing here is taken from the solver: the
figures are `expectations`, the shares `SamplingPlan.class_shares`. Requirements on draws are judged as verdicts do.
"""

from itertools import product

import numpy as np

from sampler_core import Constant, Exponential, Linear, Periodic, Piecewise, PowerSkew, SamplingPlan, Step
from sampler_core.forecast import expectations
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.registry import SCHEDULES
from sampler_core.tuning.as_drawn import chance_left, is_of_draws, margin_as_drawn

STEP = 0.02
LOW, HIGH = -1.0, 2.0
FIRST, LAST = -3.0, 4.0  # skews within slack of those of the schedules
TRIED = (0.05, 0.1, 0.2, 0.4, 0.8)  # slacks asked of requirements over the run


def schedules(shape, epochs, starts):
    """A grid of schedules of a shape with skews from LOW to HIGH."""
    ends = np.round(np.arange(LOW, HIGH + 0.01, 0.2), 10).tolist()
    pairs = list(product(ends, ends))
    if shape == "constant":
        return [Constant(s) for s in np.round(np.arange(LOW, HIGH + 1e-9, STEP), 10).tolist()]
    if shape == "linear":
        span = max(epochs - 1, 1)
        return [Linear(a, round((b - a) / span / STEP) * STEP) for a, b in pairs]
    if rows_of(SCHEDULES[shape]).keys() == {"start", "end"}:
        return [SCHEDULES[shape](start=a, end=b) for a, b in pairs]
    if shape == "exponential":
        return [Exponential(base, a, b) for base in (0.25, 0.5, 0.7071) for a, b in pairs]
    if shape == "step":
        return [Step(at, a, b) for at in range(epochs) for a, b in pairs]
    if shape == "periodic":
        return [
            Periodic(a, round((b - a) / max(period - 1, 1) / STEP) * STEP, period)
            for period in range(1, epochs + 1)
            for a, b in pairs
        ]
    if shape != "piecewise":
        raise ValueError(f"shape must be one that has a grid here, got {shape!r}")
    corners = sorted({0, *starts} - {epochs})
    levels = product(ends if len(corners) < 4 else ends[::3], repeat=min(len(corners), 4))
    stretches = list(zip(corners, [*(c - 1 for c in corners[1:]), epochs - 1], strict=True))[:4]
    return [
        Piecewise(tuple((e, s) for (a, b), s in zip(stretches, some, strict=True) for e in sorted({a, b})))
        for some in levels
    ]


class Judge:
    """One plan's data, scheme and limits, on the grid of skews."""

    def __init__(self, plan: SamplingPlan, counts) -> None:
        self.plan, self.counts = plan, counts
        self.grid = np.round(np.arange(FIRST, LAST + STEP / 2, STEP), 10)
        everywhere = SamplingPlan(
            target=PowerSkew(Linear(FIRST, STEP)),
            epochs=self.grid.size,
            batch_size=plan.batch_size,
            samples_per_epoch=plan.samples(counts),
            drawing=plan.drawing,
            max_repeats=plan.max_repeats,
            min_share=plan.min_share,
            min_per_batch=plan.min_per_batch,
        )
        self.shares = everywhere.class_shares(counts)
        self.draws = expectations.Draws(plan.samples(counts), plan.batch_size, plan.drawing)

    def slack(self, shape, requirements, starts):
        """For every schedule of the grid a slack that it has at least; below 0: not known to meet the requirements."""
        made = schedules(shape, self.plan.epochs, starts)
        skews = np.array([[s(e, self.plan.epochs) for e in range(self.plan.epochs)] for s in made])
        inside = ((skews >= LOW - 1e-9) & (skews <= HIGH + 1e-9)).all(axis=1)
        low = np.floor((skews - FIRST) / STEP + 1e-6).astype(int)
        low, high = np.clip(low, 0, self.grid.size - 2), np.clip(low + 1, 0, self.grid.size - 1)
        high = np.where(np.abs(self.grid[low] - skews) < 1e-9, low, high)
        slack = np.full(len(made), np.inf)
        for requirement in requirements:
            judge = self._of_run if requirement.metric.startswith("run_") else self._of_epochs
            slack = np.minimum(slack, judge(requirement, low, high))
        return np.where(inside, slack, -1.0)

    def _of_epochs(self, requirement, low, high):
        """To the nearest skew of the grid that fails, less one step."""
        if is_of_draws(requirement):
            meets = self._margin_as_drawn(requirement, self.shares, self._classes(requirement)) >= 0
        else:
            meets = self._meets(requirement, self.figure(requirement, self.shares))
        fails = np.flatnonzero(~meets)
        away = np.full(self.grid.size, np.inf)
        if fails.size:
            away = np.abs(self.grid[:, None] - self.grid[fails]).min(axis=1) - STEP
        epochs = list(requirement.epochs(self.plan.epochs))
        return np.minimum(away[low[:, epochs]], away[high[:, epochs]]).min(axis=1)

    def _of_run(self, requirement, low, high):
        """The largest slack tried with which the worst shares within it still meet the requirement."""
        epochs = list(requirement.epochs(self.plan.epochs))
        found = np.full(len(low), -1.0)
        for slack in (0.0, *TRIED):
            reach = round(slack / STEP)
            meets = np.ones(len(low), dtype=bool)
            for c in self._classes(requirement):
                worst = _extreme(self.shares[:, c], reach, requirement.sense == "at most")
                pick = np.maximum if requirement.sense == "at most" else np.minimum
                shares = pick(worst[low[:, epochs]], worst[high[:, epochs]]).T
                if is_of_draws(requirement):
                    meets &= self._margin_as_drawn(requirement, shares, [c] * shares.shape[1]) >= 0
                else:
                    meets &= self._meets(requirement, self._run_figure(requirement, shares, self.counts.counts[c]))
            found[meets] = slack
        return found

    def _margin_as_drawn(self, requirement, shares, classes):
        """Of rows of all classes, or over the run of runs of one class, (epochs, runs)."""
        left = chance_left(requirement, self.plan.epochs, len(self._classes(requirement)))
        shares = shares if requirement.metric.startswith("run_") else shares[:, classes]
        return margin_as_drawn(requirement, self.counts.counts[classes], shares, self.draws, left)

    def _run_figure(self, requirement, shares, n):
        counts = np.full(shares.shape[1], n)
        if requirement.metric == "run_repeats":
            return expectations.repeats(counts, shares, self.draws).sum(axis=0)
        return expectations.run_coverage(counts, shares, self.draws)

    def figure(self, requirement, shares):
        """The figure of a requirement of single epochs, row by row; its worst class."""
        n = self.counts.counts
        if requirement.metric == "share_ratio":
            return expectations.share_ratio(n, shares)
        if requirement.metric == "natural_distance":
            shift = expectations.prior_shift(n, shares)
            span = np.log(n.max() / n.min())
            return np.ptp(shift, axis=1) / span if span > 0 else np.zeros(len(shares))
        figures = {
            "share": lambda: shares,
            "repeats": lambda: expectations.repeats(n, shares, self.draws),
            "absence": lambda: expectations.absence(shares, self.draws),
            "coverage": lambda: expectations.coverage(n, shares, self.draws),
        }[requirement.metric]()[:, self._classes(requirement)]
        return figures.max(axis=1) if requirement.sense == "at most" else figures.min(axis=1)

    def _classes(self, requirement):
        n = self.counts.counts
        if requirement.class_name is not None:
            return [self.counts.names.index(requirement.class_name)]
        return {"every": list(range(n.size)), "rarest": [int(n.argmin())], "largest": [int(n.argmax())]}[
            requirement.group
        ]

    @staticmethod
    def _meets(requirement, values):
        return values >= requirement.bound if requirement.sense == "at least" else values <= requirement.bound


def _extreme(column, reach, greatest):
    padded = np.pad(column, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return windows.max(axis=1) if greatest else windows.min(axis=1)
