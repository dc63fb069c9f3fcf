"""Learners whose parameters are stacked: one forward pass for many runs of the same kind.

The one contract here: run r of a stack computes what it computes alone, from parameters that depend on its seed only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from sampler_core.plans.parameters import Described, described
from sampler_core.plans.registry import Catalogue
from sampler_core.training.setting_rows import DECAY, HIDDEN, RATE

LEARNERS = Catalogue("learner")


@dataclass(frozen=True, slots=True)
class Learner(Described):
    """Base of learners, all trained by Adam (`torch.optim.Adam(lr=learning_rate, weight_decay=weight_decay)`)."""

    learning_rate: float = described(RATE, 3e-3)
    weight_decay: float = described(DECAY, 0.0)

    def widths(self, features: int, classes: int) -> list[int]:
        """Units of each layer, the input first."""
        return [features, classes]

    def initial(self, features: int, classes: int, seeds: Sequence[int], dtype: torch.dtype) -> list[Tensor]:
        """Weights (runs, fan_in, fan_out) and biases (runs, 1, fan_out) of each layer, as `torch.nn.Linear` begins.

        Uniform in +-fan_in ** -1/2, from a generator of each run's seed.
        """
        of_seed = {seed: self._initial_of_run(features, classes, seed, dtype) for seed in dict.fromkeys(seeds)}
        return [
            torch.stack([of_seed[seed][part] for seed in seeds]) for part in range(len(next(iter(of_seed.values()))))
        ]

    def _initial_of_run(self, features: int, classes: int, seed: int, dtype: torch.dtype) -> list[Tensor]:
        generator = torch.Generator().manual_seed(seed)
        shapes = [shape for fan, out in pairwise(self.widths(features, classes)) for shape in ((fan, out), (1, out))]
        fans = [fan for fan in self.widths(features, classes)[:-1] for _ in range(2)]
        return [
            torch.empty(shape, dtype=dtype).uniform_(-(fan**-0.5), fan**-0.5, generator=generator)
            for shape, fan in zip(shapes, fans, strict=True)
        ]

    def logits(self, parameters: Sequence[Tensor], inputs: Tensor, normalised_head: bool = False) -> Tensor:
        """inputs, shape (runs, samples, features) -> (runs, samples, classes).

        With a normalised head they are cosines between features and class vectors, without a bias.
        """
        *hidden, weight, bias = parameters
        for w, b in zip(hidden[::2], hidden[1::2], strict=True):
            inputs = torch.relu(torch.baddbmm(b, inputs, w))
        if normalised_head:
            return torch.bmm(functional.normalize(inputs, dim=-1), functional.normalize(weight, dim=1))
        return torch.baddbmm(bias, inputs, weight)


@LEARNERS.entry("linear")
@dataclass(frozen=True, slots=True)
class LinearLearner(Learner):
    """Softmax regression: z = x W + b.

    Examples:
        >>> [tuple(part.shape) for part in LinearLearner().initial(4, 3, seeds=[0, 1], dtype=torch.float32)]
        [(2, 4, 3), (2, 1, 3)]
    """


@LEARNERS.entry("mlp")
@dataclass(frozen=True, slots=True)
class MlpLearner(Learner):
    """One hidden layer: z = relu(x W + b) V + c.

    Examples:
        >>> [tuple(part.shape) for part in MlpLearner(hidden=8).initial(4, 3, seeds=[0], dtype=torch.float32)]
        [(1, 4, 8), (1, 1, 8), (1, 8, 3), (1, 1, 3)]
    """

    hidden: int = described(HIDDEN, 64)

    def widths(self, features: int, classes: int) -> list[int]:
        return [features, self.hidden, classes]
