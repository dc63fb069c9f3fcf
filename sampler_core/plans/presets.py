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
PURPOSES = "One mix for the whole run", "Towards balance", "Two stages", "Past balance"
FIXED, TOWARDS, STAGES, BEYOND = PURPOSES


@dataclass(frozen=True, slots=True)
class Preset:
    """`purpose`: what it is for; those of one purpose stand together. `source`: where it is from, in one line. `rule`:
    epochs of the run -> target. `other_names`: what else people call it."""

    title: str
    purpose: str
    source: str
    rule: Callable[[int], Target]
    other_names: str = ""

    def target(self, plan: SamplingPlan) -> Target:
        """The target for a run as long as this plan's (100 epochs where it has no end)."""
        return self.rule(plan.epochs or 100)


def _constant(skew: float) -> Callable[[int], Target]:
    return lambda _: PowerSkew(Constant(skew))


PRESETS: Mapping[str, Preset] = MappingProxyType({
    "natural": Preset(
        "natural", FIXED, "Instance-balanced, a plain shuffle: Kang et al., arXiv 1910.09217", _constant(0.0),
        "no re-sampling, shuffle=True"),
    "square_root": Preset(
        "square-root", FIXED, "Mahajan et al., arXiv 1805.00932", _constant(0.5),
        "cls_pw 0.5 of detection trainers, temperature 2"),
    "class_balanced": Preset(
        "class-balanced", FIXED, "Class-aware sampling: Shen et al., arXiv 1512.05830", _constant(1.0),
        "WeightedRandomSampler with weights 1 / n, cls_pw 1"),
    "progressively_balanced": Preset(
        "progressively balanced", TOWARDS, "Kang et al., arXiv 1910.09217, section 4.1",
        lambda _: ProgressivelyBalanced(), "PB sampling"),
    "deferred": Preset(
        "deferred", STAGES, "LDAM-DRW, arXiv 1906.07413: natural, then balanced for the last fifth",
        lambda epochs: PowerSkew(Step(round(DEFERRED * epochs), 0.0, 1.0)), "DRW, DRS, two-stage training"),
    "curriculum_linear": Preset(
        "curriculum, linear", TOWARDS, "DCL, arXiv 1901.06783, section 3.2",
        lambda epochs: PowerSkew(Linear(0.0, 1.0 / max(epochs - 1, 1)))),
    "curriculum_convex": Preset(
        "curriculum, late", TOWARDS, "DCL's convex schedule, arXiv 1901.06783", lambda _: PowerSkew(Cosine(0.0, 1.0))),
    "curriculum_concave": Preset(
        "curriculum, early", TOWARDS, "DCL's concave schedule, arXiv 1901.06783",
        lambda _: PowerSkew(Exponential(0.95))),
    "curriculum_composite": Preset(
        "curriculum, smooth", TOWARDS, "DCL's composite schedule, arXiv 1901.06783",
        lambda _: PowerSkew(Composite(0.0, 1.0))),
    "reversed": Preset(
        "reversed", BEYOND, "Second branch of BBN, arXiv 1912.02413", _constant(2.0), "reversed sampler, skew 2"),
    "dynamic": Preset(
        "dynamic, 1 + 0.5", BEYOND, "The dynamic sampler of the article: skew + epoch * 0.5, from skew 1 on",
        lambda _: PowerSkew(Linear(1.0, 0.5))),
    "multilingual": Preset(
        "multilingual", FIXED, "XLM-R, arXiv 1911.02116: shares to the power 0.3", _constant(0.7),
        "exponent 0.3, temperature 3.3"),
    "effective_number": Preset(
        "effective number", FIXED, "Cui et al., arXiv 1901.05555, beta 0.9999", lambda _: EffectiveNumber(0.9999),
        "the weights of the class-balanced (CB) loss"),
    "repeat_factor": Preset(
        "repeat factor", FIXED, "LVIS, arXiv 1908.03195, section 5.1", lambda _: RepeatFactor(0.001, 0.5),
        "RFS, oversample_thr 0.001"),
})  # fmt: skip
"""Name -> preset."""
