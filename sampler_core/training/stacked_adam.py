"""Adam over stacked parameters: `torch.optim.Adam`'s rule, whose own first step imports for more than a second."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import torch
from torch import Tensor

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


class StackedAdam:
    """m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, p <- p - rate m' / (sqrt(v') + eps), with m' = m / (1 - b1^t),
    v' = v / (1 - b2^t) and g the gradient plus decay * p. Source: Kingma and Ba 2015 (arXiv 1412.6980, algorithm 1).

    Each number moves by its own gradient alone: runs of a stack do not touch each other.
    """

    def __init__(self, parameters: Sequence[Tensor], rate: float, decay: float) -> None:
        self._parameters, self._rate, self._decay, self._steps = parameters, rate, decay, 0
        self._moments = [(torch.zeros_like(part), torch.zeros_like(part)) for part in parameters]

    @torch.no_grad()
    def step(self) -> None:
        """Moves the parameters by their gradients, and forgets these."""
        self._steps += 1
        mean_left, square_left = 1.0 - BETA_1**self._steps, 1.0 - BETA_2**self._steps
        for part, (mean, square) in zip(self._parameters, self._moments, strict=True):
            if part.grad is None:
                continue  # the bias that a normalised head leaves out
            gradient = part.grad.add_(part, alpha=self._decay) if self._decay else part.grad
            mean.lerp_(gradient, 1.0 - BETA_1)
            square.mul_(BETA_2).addcmul_(gradient, gradient, value=1.0 - BETA_2)
            part.addcdiv_(mean, square.sqrt().div_(sqrt(square_left)).add_(EPSILON), value=-self._rate / mean_left)
            part.grad = None
