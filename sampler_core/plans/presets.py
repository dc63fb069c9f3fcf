"""Presets: named targets that people know, each with its source in one line.

The one contract here: a preset is an entry of `PRESETS`; the sidebar's menu, Compare and links know them from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Composite, Constant, Cosine, Exponential, Linear, Step
from sampler_core.plans.targets import EffectiveNumber, PowerSkew, ProgressivelyBalanced, RepeatFactor, Target

DEFERRED = 0.8  # of the run: epoch 160 of 200, as published


@dataclass(frozen=True, slots=True)
class Preset:
    """`rule`: epochs of the run -> target. `source`: where it is from, in one line."""

    title: str
    source: str
    rule: Callable[[int], Target]

    def target(self, plan: SamplingPlan) -> Target:
        """The target for a run as long as this plan's (100 epochs where it has no end)."""
        return self.rule(plan.epochs or 100)


def _constant(skew: float) -> Callable[[int], Target]:
    return lambda _: PowerSkew(Constant(skew))


PRESETS: Mapping[str, Preset] = MappingProxyType({
    "natural": Preset("natural", "Instance-balanced, a plain shuffle: Kang et al., arXiv 1910.09217", _constant(0.0)),
    "square_root": Preset("square-root", "Mahajan et al., arXiv 1805.00932", _constant(0.5)),
    "class_balanced": Preset("class-balanced", "Class-aware sampling: Shen et al., arXiv 1512.05830", _constant(1.0)),
    "progressively_balanced": Preset(
        "progressively balanced", "Kang et al., arXiv 1910.09217, section 4.1", lambda _: ProgressivelyBalanced()),
    "deferred": Preset(
        "deferred", "LDAM-DRW, arXiv 1906.07413: natural, then balanced for the last fifth",
        lambda epochs: PowerSkew(Step(round(DEFERRED * epochs), 0.0, 1.0))),
    "curriculum_linear": Preset(
        "curriculum, linear", "DCL, arXiv 1901.06783, section 3.2",
        lambda epochs: PowerSkew(Linear(0.0, 1.0 / max(epochs - 1, 1)))),
    "curriculum_convex": Preset(
        "curriculum, late", "DCL's convex schedule, arXiv 1901.06783", lambda _: PowerSkew(Cosine(0.0, 1.0))),
    "curriculum_concave": Preset(
        "curriculum, early", "DCL's concave schedule, arXiv 1901.06783", lambda _: PowerSkew(Exponential(0.95))),
    "curriculum_composite": Preset(
        "curriculum, smooth", "DCL's composite schedule, arXiv 1901.06783", lambda _: PowerSkew(Composite(0.0, 1.0))),
    "reversed": Preset("reversed", "Second branch of BBN, arXiv 1912.02413", _constant(2.0)),
    "multilingual": Preset("multilingual", "XLM-R, arXiv 1911.02116: shares to the power 0.3", _constant(0.7)),
    "effective_number": Preset(
        "effective number", "Cui et al., arXiv 1901.05555, beta 0.9999", lambda _: EffectiveNumber(0.9999)),
    "repeat_factor": Preset(
        "repeat factor", "LVIS, arXiv 1908.03195, section 5.1", lambda _: RepeatFactor(0.001, 0.5)),
})  # fmt: skip
"""Name -> preset."""
