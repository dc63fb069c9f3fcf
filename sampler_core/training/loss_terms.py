"""What losses are made of: what they know of the classes, cross-entropy of each sample, weighted means, log ratios."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from sampler_core.data.class_counts import ClassCounts


class ClassMix(NamedTuple):
    """What a loss may know of the classes: training counts n_c and class shares p_c drawn in this epoch, as tensors
    whose shapes broadcast to (..., batch, num_classes); and the epoch, of so many."""

    counts: Tensor
    drawn: Tensor | None = None
    epoch: int = 0
    epochs: int | None = None

    @property
    def frequencies(self) -> Tensor:
        """f_c = n_c / N."""
        return self.counts / self.counts.sum(-1, keepdim=True)

    @property
    def needed_shares(self) -> Tensor:
        """The drawn shares; `ValueError` without."""
        if self.drawn is None:
            raise ValueError("drawn must be the class shares of the epoch (sampler.class_shares()), got None")
        return self.drawn


def class_mix(
    counts: Any, drawn: Any = None, epoch: int = 0, epochs: int | None = None, like: Tensor | None = None
) -> ClassMix:
    """What the caller knows of the classes as tensors of the type and device of `like`."""

    def tensor_of(values: Any) -> Tensor:
        values = np.array(values.counts) if isinstance(values, ClassCounts) else values  # theirs is read-only
        of_type = {"dtype": torch.float32} if like is None else {"dtype": like.dtype, "device": like.device}
        return torch.as_tensor(values, **of_type)

    return ClassMix(tensor_of(counts), None if drawn is None else tensor_of(drawn), epoch, epochs)


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """-log softmax(z)_y of each sample: torch's, for any leading dimensions."""
    each = functional.cross_entropy(logits.flatten(0, -2), targets.flatten(), reduction="none")
    return each.view(targets.shape)


def weighted_mean(
    each: Tensor, class_weights: Tensor | None, targets: Tensor, sample_weights: Tensor | None = None
) -> Tensor:
    """sum v l / sum v over the batch, v the weight of the sample times that of its class: shape of `each` without its
    last dimension."""
    if class_weights is not None:
        of_classes = class_weights.expand(*targets.shape, -1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
        sample_weights = of_classes if sample_weights is None else of_classes * sample_weights
    if sample_weights is None:
        return each.mean(-1)
    return (each * sample_weights).sum(-1) / sample_weights.sum(-1)


def logit_adjustment(logits: Tensor, prior: Any, tau: float = 1.0) -> Tensor:
    """z - tau log prior: whose largest is the decision that favours no class (Menon et al., arXiv 2007.07314, eq. 9).

    prior: the class shares that training drew, shape (num_classes,); the classes' frequencies after natural draws.
    """
    shares = class_mix(prior, like=logits).counts
    return logits + tau * log_ratio(torch.ones_like(shares), shares)


def log_ratio(shares: Tensor, drawn: Tensor) -> Tensor:
    """log(shares / drawn); 0 for what was never drawn."""
    return torch.where(drawn > 0, shares.log() - drawn.clamp(min=torch.finfo(drawn.dtype).tiny).log(), 0.0)
