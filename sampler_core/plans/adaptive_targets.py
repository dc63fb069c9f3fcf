"""Adaptive targets: class shares that follow what training reports.

The one contract here: pure functions over an explicit state, {name: float64 array of shape (num_classes,)}. The shares
move only where `updated` is called, that is between epochs; whoever draws keeps the state (`ScheduledClassSampler`).
Feedback arrives as float64 arrays with NaN for a class that had no validation samples: that class stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias, runtime_checkable

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.parameters import Described, Parameter, described
from sampler_core.plans.registry import TARGETS
from sampler_core.plans.schedules import Constant
from sampler_core.plans.share_limits import normalised
from sampler_core.plans.targets import Moment, PowerSkew, Target, check_needs_no_feedback

State: TypeAlias = Mapping[str, FloatArray]


@runtime_checkable
class AdaptiveTarget(Protocol):
    """A target with a state. `reads` names the feedback it needs: "recall" or "loss"."""

    reads: ClassVar[str]

    def initial(self, counts: ClassCounts, moment: Moment) -> State:
        """The state before any feedback."""
        ...

    def updated(self, state: State, feedback: FloatArray) -> State:
        """The state after one epoch's feedback, shape (num_classes,), NaN where there is none."""
        ...

    def __call__(self, counts: ClassCounts, moment: Moment, state: State | None = None) -> FloatArray:
        """Log weights of the classes; without a state, those before any feedback."""
        ...


NATURAL = PowerSkew(Constant(0.0))
TAU = Parameter(
    "tau", "Focus on difficult classes", "0 ignores the recall; larger follows it more.", 1.0, 0.0, 10.0, 0.1
)
SMOOTHING = Parameter(
    "smoothing", "Memory", "How much of the earlier difficulty stays at each update: 0 none, towards 1 almost all.",
    0.5, 0.0, 0.99, 0.05,
)  # fmt: skip
EASIEST = Parameter(
    "easiest", "Least difficulty", "A class that is always right still counts as this difficult.", 0.01, 1e-6, 1.0, 0.01
)
ETA = Parameter("eta", "Step size", "How fast the shares follow the loss.", 0.1, 0.0, 10.0, 0.05)
EPSILON = Parameter(
    "epsilon", "Uniform part", "This part of the shares is spread evenly, so that no class is ever lost.",
    0.01, 0.0, 1.0, 0.01,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OnBase(Described):
    """Base of adaptive targets here: they begin with the shares of another target."""

    base: Target = NATURAL

    def __post_init__(self) -> None:
        check_needs_no_feedback("base", self.base)
        Described.__post_init__(self)


@TARGETS.entry("difficulty_balanced")
@dataclass(frozen=True, slots=True)
class DifficultyBalanced(OnBase):
    """p_c ~ base_c d_c ** tau, where d_c follows 1 - recall_c.

    At each update d <- smoothing * d + (1 - smoothing) * max(1 - recall, easiest), from d = 1 at the beginning. With
    every recall the same (1, say) the shares are those of `base`. Source: CDB (arXiv 2010.01824, section 3.2).

    Examples:
        >>> target = DifficultyBalanced(tau=2.0, smoothing=0.0)
        >>> target.updated({"difficulty": np.ones(3)}, np.array([1.0, 0.5, np.nan]))["difficulty"].tolist()
        [0.01, 0.5, 1.0]
    """

    tau: float = described(TAU, 1.0)
    smoothing: float = described(SMOOTHING, 0.5)
    easiest: float = described(EASIEST, 0.01)
    reads: ClassVar[str] = "recall"

    def initial(self, counts: ClassCounts, moment: Moment) -> State:
        return {"difficulty": np.ones(counts.num_classes)}

    def updated(self, state: State, feedback: FloatArray) -> State:
        difficulty = state["difficulty"]
        now = np.maximum(1.0 - feedback, self.easiest)
        smoothed = self.smoothing * difficulty + (1.0 - self.smoothing) * now
        return {"difficulty": np.where(np.isnan(feedback), difficulty, smoothed)}

    def __call__(self, counts: ClassCounts, moment: Moment, state: State | None = None) -> FloatArray:
        difficulty = (state or self.initial(counts, moment))["difficulty"]
        return self.base(counts, moment) + self.tau * np.log(difficulty)


@TARGETS.entry("exponentiated_gradient")
@dataclass(frozen=True, slots=True)
class ExponentiatedGradient(OnBase):
    """p_c <- p_c exp(eta loss_c), normalised, then (1 - epsilon) p + epsilon / C: the adversary of group DRO.

    Begins with the shares of `base` at the first epoch. Classes without feedback keep their share; the others exchange
    theirs among themselves. Source: Sagawa et al. 2020 (arXiv 1911.08731, algorithm 1), smoothed as in EXP3.

    Examples:
        >>> target = ExponentiatedGradient(eta=np.log(2.0), epsilon=0.1)
        >>> state = target.updated({"log_shares": np.log([0.5, 0.5])}, np.array([1.0, 0.0]))
        >>> np.exp(state["log_shares"]).round(3).tolist()  # 0.9 * 2/3 + 0.05
        [0.65, 0.35]
    """

    eta: float = described(ETA, 0.1)
    epsilon: float = described(EPSILON, 0.01)
    reads: ClassVar[str] = "loss"

    def initial(self, counts: ClassCounts, moment: Moment) -> State:
        return {"log_shares": np.log(np.maximum(normalised(self.base(counts, moment._replace(epoch=0))), 1e-300))}

    def updated(self, state: State, feedback: FloatArray) -> State:
        log_shares = state["log_shares"].copy()
        seen = ~np.isnan(feedback)
        if seen.any():
            mass = float(np.exp(log_shares[seen]).sum())
            loss = np.clip(feedback[seen], -1e30, 1e30)  # far beyond any loss: no sum overflows
            moved = normalised(log_shares[seen] + self.eta * loss)
            mixed = (1.0 - self.epsilon) * moved + self.epsilon / int(seen.sum())
            log_shares[seen] = np.log(np.maximum(mass * mixed, 1e-300))
        return {"log_shares": log_shares}

    def __call__(self, counts: ClassCounts, moment: Moment, state: State | None = None) -> FloatArray:
        return (state or self.initial(counts, moment))["log_shares"]


def state_as_json(state: State | None) -> dict[str, list[float]] | None:
    """A state as plain JSON types."""
    return None if state is None else {name: values.tolist() for name, values in state.items()}


def state_of_json(data: Mapping[str, list[float]] | None) -> State | None:
    """The inverse of `state_as_json`."""
    return None if data is None else {name: np.array(values, dtype=np.float64) for name, values in data.items()}


def check_state(name: str, given: object, target: AdaptiveTarget | None, counts: ClassCounts, moment: Moment) -> None:
    """`ValueError` for what is neither None nor, as lists, a state of this target that gives each class a weight."""
    if given is None:
        return
    if target is None:
        raise ValueError(f"{name} must be None where the target is not adaptive, got {given!r:.200}")
    state_fields = target.initial(counts, moment).keys()
    try:
        state = {field: _array_of_numbers(given[field]) for field in state_fields}  # type: ignore[index]
        with np.errstate(all="ignore"):
            log_weights = target(counts, moment, state)
        drawn = np.isfinite(target(counts, moment))  # a base may give a class the share 0
        is_weighted = not np.isnan(log_weights).any() and np.isfinite(log_weights[drawn]).all()
    except (TypeError, ValueError, KeyError, IndexError, OverflowError):
        state, is_weighted = {}, False
    if any(values.shape != counts.counts.shape for values in state.values()) or not is_weighted:
        must = f"{name} must hold one number per class ({counts.num_classes}) as {', '.join(state_fields)}"
        raise ValueError(f"{must}, got {given!r:.200}")


def _array_of_numbers(values: object) -> FloatArray:
    if not isinstance(values, list | tuple) or any(type(value) not in (int, float) for value in values):
        raise TypeError
    return np.array(values, dtype=np.float64)
