"""Losses for imbalanced classes, for training scripts and studies, and what corrects probabilities afterwards.

The one contract here: adding a loss is one class in this file, put in with `LOSSES.entry`, and for pages its rows in
`setting_rows.py`. All take leading dimensions besides the batch, so that many runs train as one stack.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from sampler_core.plans.parameters import Described, described
from sampler_core.plans.registry import SCHEDULES, Catalogue
from sampler_core.plans.schedules import Constant, Schedule
from sampler_core.training.loss_terms import ClassMix, class_mix, cross_entropy, log_ratio, weighted_mean
from sampler_core.training.loss_terms import logit_adjustment as logit_adjustment
from sampler_core.training.setting_rows import GAMMA, MARGIN, PRIOR, SCALE, TAU

LOSSES = Catalogue("loss")


class Loss(Described):
    """Base of losses. Called with logits, shape (..., num_classes), and targets, shape (...), class positions.

    counts: training samples of each class, `ClassCounts` or shape (num_classes,). drawn: class shares of the epoch,
    `sampler.class_shares()`, for a loss or correction that reads them. epoch, epochs: for a schedule. -> the mean over
    the batch, a scalar; by weights of classes as torch's own `cross_entropy(weight=...)` takes it.
    """

    __slots__ = ()
    normalised_head: ClassVar[bool] = False  # whether it needs cosines of features and class vectors as logits

    def __call__(
        self, logits: Tensor, targets: Tensor, counts: Any, drawn: Any = None, epoch: int = 0, epochs: int | None = None
    ) -> Tensor:
        mix = class_mix(counts, drawn, epoch, epochs, like=logits)
        return weighted_mean(self.per_sample(logits, targets, mix), self.class_weights(mix), targets).mean()

    @property
    def title(self) -> str:
        """Its name in tables: "class-weighted 0.5"."""
        values = [getattr(self, field.name) for field in fields(self)]  # type: ignore[arg-type]
        words = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
        return " ".join([LOSSES.name_of(self).replace("_", "-"), *words])

    def per_sample(self, logits: Tensor, targets: Tensor, mix: ClassMix) -> Tensor:
        """The loss of each sample before weights of classes, shape of `targets`."""
        return cross_entropy(logits, targets)

    def class_weights(self, mix: ClassMix) -> Tensor | None:
        """The weight of a sample of each class, mean 1 over the classes; None: all alike."""
        return None

    def scores(self, logits: Tensor) -> Tensor:
        """What softmax turns into class probabilities."""
        return logits

    def corrects_for(self, mix: ClassMix) -> bool:
        """Whether it favours rare classes, whatever is drawn."""
        return False

    def correction(self, mix: ClassMix, judged: Tensor) -> Tensor | None:
        """To be added to scores so that their softmax means what it says where the class shares are `judged`.

        Shape of the mix; None where no formula is known. Equal shares give post-hoc logit adjustment (Menon et al.,
        arXiv 2007.07314). A class that was never drawn keeps its score.
        """
        return None


@LOSSES.entry("cross_entropy")
@dataclass(frozen=True, slots=True)
class CrossEntropy(Loss):
    """-log softmax(z)_y.

    Examples:
        >>> CrossEntropy()(torch.tensor([[0.0, 0.0]]), torch.tensor([1]), counts=[9, 1]).exp().item()
        2.0
    """

    def correction(self, mix: ClassMix, judged: Tensor) -> Tensor | None:
        return log_ratio(judged, mix.needed_shares)


@LOSSES.entry("class_weighted")
@dataclass(frozen=True, slots=True)
class ClassWeighted(Loss):
    """Cross-entropy weighted by w_c ~ n_c ** -exponent; mean sum w l / sum w, as torch's.

    exponent: a number or a schedule: the skew's own exponent, on the loss. 0 is cross-entropy, 1 the inverse frequency;
    `Step` is deferred re-weighting (DRW). Source: Cao et al. 2019 (arXiv 1906.07413) for DRW.

    Examples:
        >>> ClassWeighted(1.0).class_weights(class_mix([9, 1]))
        tensor([0.2000, 1.8000])
    """

    exponent: Schedule | float = Constant(1.0)

    def __post_init__(self) -> None:
        if isinstance(self.exponent, int | float) and not isinstance(self.exponent, bool):
            object.__setattr__(self, "exponent", Constant(float(self.exponent)))
        SCHEDULES.name_of(self.exponent)  # TypeError for anything else

    @property
    def title(self) -> str:
        return (
            f"class-weighted {self.exponent.skew:g}"
            if isinstance(self.exponent, Constant)
            else "class-weighted (schedule)"
        )

    def class_weights(self, mix: ClassMix) -> Tensor | None:
        weights = torch.where(mix.counts > 0, mix.counts.clamp(min=1) ** -self._exponent_at(mix), 0.0)
        return weights / weights.mean(-1, keepdim=True)

    def corrects_for(self, mix: ClassMix) -> bool:
        return self._exponent_at(mix) > 0

    def correction(self, mix: ClassMix, judged: Tensor) -> Tensor | None:
        weights = self.class_weights(mix)
        return None if weights is None else log_ratio(judged, mix.needed_shares * weights)

    def _exponent_at(self, mix: ClassMix) -> float:
        exponent = self.exponent
        return exponent(mix.epoch, mix.epochs) if isinstance(exponent, Schedule) else exponent


@LOSSES.entry("focal")
@dataclass(frozen=True, slots=True)
class Focal(Loss):
    """-(1 - p_y) ** gamma log p_y, p = softmax(z). Source: Lin et al. 2017 (arXiv 1708.02002, equation 4).

    Examples:
        >>> round(Focal(2.0)(torch.tensor([[0.0, 0.0]]), torch.tensor([1]), counts=[9, 1]).exp().item() ** 4, 5)
        2.0
    """

    gamma: float = described(GAMMA, 2.0)

    def per_sample(self, logits: Tensor, targets: Tensor, mix: ClassMix) -> Tensor:
        each = cross_entropy(logits, targets)
        return (-torch.expm1(-each)).clamp(min=torch.finfo(each.dtype).tiny) ** self.gamma * each


@LOSSES.entry("logit_adjusted")
@dataclass(frozen=True, slots=True)
class LogitAdjusted(Loss):
    """-log softmax(z + tau log prior)_y; with tau = 1 also known as balanced softmax.

    prior: "data", the class frequencies, or "drawn", the class shares of the epoch; drawn at skew 1 it is
    cross-entropy. Source: Menon et al. 2021 (arXiv 2007.07314, equation 10); Ren et al. 2020 (arXiv 2007.10740).

    Examples:
        >>> loss = LogitAdjusted(1.0, "data")
        >>> round(loss(torch.tensor([[0.0, 0.0]]), torch.tensor([1]), counts=[9, 1]).exp().item(), 4)
        10.0
    """

    tau: float = described(TAU, 1.0)
    prior: str = described(PRIOR, "drawn")

    def per_sample(self, logits: Tensor, targets: Tensor, mix: ClassMix) -> Tensor:
        return cross_entropy(logits + torch.xlogy(self.tau, self._prior(mix)), targets)

    def corrects_for(self, mix: ClassMix) -> bool:
        return self.tau > 0 and self.prior == "data"

    def correction(self, mix: ClassMix, judged: Tensor) -> Tensor | None:
        return log_ratio(judged * self._prior(mix) ** self.tau, mix.needed_shares)

    def _prior(self, mix: ClassMix) -> Tensor:
        return mix.frequencies if self.prior == "data" else mix.needed_shares


@LOSSES.entry("ldam")
@dataclass(frozen=True, slots=True)
class LDAM(Loss):
    """-log softmax(scale (cos - margin_y at y))_y, margin_c ~ n_c ** -1/4, the largest being `margin`.

    Logits must be cosines: features and class vectors of length 1, no bias. Source: Cao et al. 2019 (arXiv 1906.07413,
    equations 12 and 13).

    Examples:
        >>> LDAM(0.5, 1.0).per_sample(torch.zeros(1, 2), torch.tensor([1]), class_mix([16, 1])).expm1().log()
        tensor([0.5000])
    """

    margin: float = described(MARGIN, 0.5)
    scale: float = described(SCALE, 30.0)
    normalised_head: ClassVar[bool] = True

    def per_sample(self, logits: Tensor, targets: Tensor, mix: ClassMix) -> Tensor:
        margins = mix.counts.clamp(min=1) ** -0.25
        margins = self.margin * margins / margins.amax(-1, keepdim=True)
        reduced = functional.one_hot(targets, logits.shape[-1]) * margins
        return cross_entropy(self.scores(logits - reduced), targets)

    def scores(self, logits: Tensor) -> Tensor:
        return self.scale * logits


def loss_of_json(encoded: Any) -> Loss:
    """The inverse of `LOSSES.encode`; an exponent may be a plain number."""
    return LOSSES.decode(encoded, exponent=lambda e: SCHEDULES.decode(e) if isinstance(e, dict) else e)  # type: ignore[no-any-return]
