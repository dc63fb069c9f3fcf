"""What a shape can reach: its best schedule for any demands, on one data set, within bounds.

The one contract here: one value answers "the best for these demands" and "is there any", so that a solution, a
contradiction and the numbers at which demands would agree come from the same search.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.counts import FloatArray
from sampler_core.plan import SamplingPlan
from sampler_core.schedules import Schedule
from sampler_core.tuning.band import Edge, allowed_skews, segments
from sampler_core.tuning.curve import Curve, margin_of, value_of
from sampler_core.tuning.demands import Demand, over_run
from sampler_core.tuning.intervals import FREE, Union, intersection
from sampler_core.tuning.levels import best_levels
from sampler_core.tuning.merits import columns, merit_of
from sampler_core.tuning.search import (
    COARSE,
    Found,
    Problem,
    RunTerm,
    best_of_run,
    hopeless,
    nearest,
    polished,
    problem,
    search,
    slack_of,
)
from sampler_core.tuning.shapes import Family, family

HOLDS = -1e-9  # a slack that is 0 but for rounding
_MOST_POLISHED, _MOST_POLISHED_COUPLED = 24, 3


class Best(NamedTuple):
    """A schedule with its slack; proved: see `search.Found`."""

    schedule: Schedule
    slack: float
    proved: bool


class Reach:
    """The schedules of one shape within bounds, under one plan's law, limits and sizes."""

    def __init__(
        self, curve: Curve, plan: SamplingPlan, shape: str, bounds: tuple[float, float], enough: float
    ) -> None:
        self.curve, self.shape, self.bounds, self.enough = curve, shape, bounds, enough
        self.epochs = plan.epochs or 1
        skews = plan.skews()
        self.nearest_to = np.zeros(self.epochs) if skews is None else skews
        self.proved = True  # False once a "no" was given without a complete search
        self._allowed: dict[Demand, Union] = {}
        family(shape, self.epochs, [])  # an unknown shape is refused before any work

    def edges(self, demands: Sequence[Demand]) -> tuple[Edge, ...]:
        """As `band.edges_of`, each demand's edges found once."""
        found = []
        for demand in demands:
            if not over_run(demand):
                if demand not in self._allowed:
                    self._allowed[demand] = allowed_skews(self.curve, demand)
                reach = demand.epochs(self.epochs)
                found.append(Edge(demand, str(demand), reach[0], reach[-1], self._allowed[demand]))
        return tuple(found)

    def best(self, demands: Sequence[Demand]) -> Best | None:
        """The best schedule for these demands; None where there is none that meets them."""
        extra: list[RunTerm] = []
        for _ in range(6):
            best = self._best(demands, extra)
            if best is None or (term := self._missed(demands, best)) is None:
                break
            extra.append(term)
        return best and best._replace(proved=best.proved and not self._jumps(demands))

    def any(self, demands: Sequence[Demand]) -> bool:
        """Whether any schedule meets these demands."""
        given = self._problem(demands, [])
        if given is None:
            return False
        if hopeless(given, self._jumps(demands)):
            return False
        if self._constant(given):
            return True
        if self._by_levels(given):
            found_levels = best_levels(given, self.nearest_to)
            self.proved = self.proved and found_levels.proved
            return found_levels.slack >= HOLDS
        ways = self._family(given)
        found = search(given, ways, least=0.0)
        if found[0].slack >= HOLDS:
            return True
        most = _MOST_POLISHED_COUPLED if given.run_terms else _MOST_POLISHED
        self.proved = self.proved and found[0].proved and not self._jumps(demands)
        near = [one for one in found if one.slack > -2 * COARSE][:most]
        return any(self._finished(given, ways, one).slack >= HOLDS for one in near)

    def _jumps(self, demands: Sequence[Demand]) -> bool:
        """Whether a figure jumps with the skew, so that slack is a guess between the skews looked at."""
        return self.curve.draws.law == "stratified" and any("coverage" in d.figure for d in demands)

    def best_figure(self, demand: Demand, allowed: Union) -> float:
        """The best value of the figure that a demand of single epochs limits, over a union of skews within bounds."""
        sign = 1.0 if demand.sense == "at least" else -1.0

        def figure(skews: FloatArray) -> FloatArray:
            return sign * value_of(demand, self.curve.at(skews), self.curve.counts, self.curve.draws)

        found = [-np.inf]
        for low, high in allowed:
            skews = np.unique(np.concatenate([[low, high], np.linspace(low, high, 33)]))
            while True:
                values = figure(skews)
                found.append(float(values.max()))
                at = int(values.argmax())
                low, high = skews[max(at - 1, 0)], skews[min(at + 1, skews.size - 1)]
                if high - low < 1e-9:
                    break
                skews = np.linspace(low, high, 17)
        return sign * max(found)

    def best_over_run(self, demand: Demand, others: Sequence[Demand]) -> float:
        """The best figure of a demand over the run where every epoch has the best skew that the others leave it."""
        given = self._problem([*others, demand], [])
        if given is None or self._jumps([demand]):
            return demand.bound
        best = [best_of_run(given, term) for term in given.run_terms if term.demand == demand]
        return max([*best, demand.bound]) if demand.sense == "at most" else min([*best, demand.bound])

    def _constant(self, given: Problem) -> bool:
        """Whether a level schedule will do, which every shape can be: quick, and often enough."""
        low, high = self.bounds
        common = intersection(((low, high),), *(allowed for _, allowed in given.stretches))
        if not given.run_terms or not common:
            return bool(common)
        skews = np.concatenate([np.linspace(a, b, 9) for a, b in common])
        return bool(slack_of(given, np.repeat(skews[:, None], self.epochs, axis=1), -1.0).max() >= 0.0)

    def _best(self, demands: Sequence[Demand], extra: list[RunTerm]) -> Best | None:
        given = self._problem(demands, extra)
        if given is None:
            return None
        if self._by_levels(given):
            levels = best_levels(given, self.nearest_to)
            return Best(levels.schedule, levels.slack, levels.proved) if levels.slack >= HOLDS else None
        ways = self._family(given)
        rough = search(given, ways)
        if rough[0].slack < -2 * COARSE:
            return None
        likely = [one for one in rough if one.slack > rough[0].slack - COARSE]
        likely = likely[: _MOST_POLISHED_COUPLED if given.run_terms else _MOST_POLISHED]
        found = self._chosen(given, ways, [self._finished(given, ways, one) for one in likely])
        return Best(ways.build(found.h, found.a, found.b), found.slack, found.proved) if found.slack >= HOLDS else None

    def _chosen(self, given: Problem, ways: Family, found: list[Found]) -> Found:
        """The most slack; of equal ones, the one nearest to the plan's own skews."""
        most = max(one.slack for one in found)
        equal = [nearest(given, ways, one, self.nearest_to) for one in found if one.slack >= most - 1e-7]
        return min(equal, key=lambda one: round(self._away(ways, one), 6))

    def _away(self, ways: Family, one: Found) -> float:
        skews = ways.skews(np.array([one.h]), np.array([one.a]), np.array([one.b]))[0]
        return float(np.abs(skews - self.nearest_to).max())

    def _by_levels(self, given: Problem) -> bool:
        return self.shape == "piecewise" and (not given.run_terms or len(given.stretches) > 1)

    def _family(self, given: Problem) -> Family:
        return family(self.shape, self.epochs, [stretch[0] for stretch, _ in given.stretches])

    def _problem(self, demands: Sequence[Demand], extra: list[RunTerm]) -> Problem | None:
        """None where the demands of an epoch leave it no skew."""
        stretches = segments(self.edges(demands), self.epochs)
        if not all(allowed for _, allowed in stretches):
            return None
        return problem(self.curve, stretches, [*self._run_terms(demands), *extra], self.bounds, self.enough)

    def _run_terms(self, demands: Sequence[Demand]) -> list[RunTerm]:
        """For "every class" the rarest and the largest: extreme without limits. `best` adds what is missed."""
        terms = []
        for demand in filter(over_run, demands):
            groups = ("rarest", "largest") if demand.group == "every" else (demand.group,)
            chosen = {int(columns(self.curve.counts, group, demand.class_name)[0]) for group in groups}
            terms += [RunTerm(demand, c, demand.epochs(self.epochs)) for c in sorted(chosen)]
        return terms

    def _missed(self, demands: Sequence[Demand], best: Best) -> RunTerm | None:
        """A class for which a demand over the run on every class does not hold, though it does for those asked."""
        skews = np.array([best.schedule(epoch, self.epochs) for epoch in range(self.epochs)])
        for demand in filter(over_run, demands):
            if demand.group == "every" and demand.class_name is None:
                reach = demand.epochs(self.epochs)
                shares = self.curve.at(skews[reach.start : reach.stop])
                if margin_of(demand, value_of(demand, shares, self.curve.counts, self.curve.draws))[0] < 0:
                    return RunTerm(demand, self._worst(demand, shares), reach)
        return None

    def _worst(self, demand: Demand, shares: FloatArray) -> int:
        chosen = columns(self.curve.counts, demand.group)
        values = merit_of(demand.figure).rows(shares[:, chosen], self.curve.counts.counts[chosen], self.curve.draws)
        return int(chosen[values.argmax() if demand.sense == "at most" else values.argmin()])

    def _finished(self, given: Problem, ways: Family, found: Found) -> Found:
        """Exact, with exact rows of shares where run terms ask for them: as often as that still moves the result."""
        done = polished(given, ways, found)
        for _ in range(4 if given.run_terms else 0):
            skews = ways.skews(np.array([done.h]), np.array([done.a]), np.array([done.b]))[0]
            reach = np.clip(done.slack, -1.0, 1.0)
            self.curve.add(np.concatenate([skews, skews - reach, skews + reach]))
            again = polished(given, ways, done._replace(slack=-FREE))
            moved = abs(again.a - done.a) + abs(again.b - done.b) + abs(again.slack - done.slack)
            done = again
            if moved < 1e-9:
                break
        return done
