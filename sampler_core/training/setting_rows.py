"""The rows of what a study lets people set: the fields of learners and losses, and how many splits.

The one contract here: nothing imports torch, so that a page can show its controls without. A test holds the rows of
each entry of `LEARNERS` and `LOSSES` against those here.
"""

from __future__ import annotations

from collections.abc import Mapping

from sampler_core.plans.parameters import Parameter

RATE = Parameter("learning_rate", "Learning rate", "Of Adam.", 3e-3, 1e-6, 1.0, 1e-3, logarithmic=True)
DECAY = Parameter(
    "weight_decay", "Weight decay",
    "Adam's L2 term. Without it a weighted loss fades as a separable learner trains on.", 0.0, 0.0, 1.0, 1e-4,
)  # fmt: skip
HIDDEN = Parameter("hidden", "Hidden units", "Of the one hidden layer.", 64, 1, 4096, 1, kind="integer")

EXPONENT = Parameter(
    "loss_exponent", "Exponent", "The weight of a class is its count to the power -exponent: the skew, on the loss. "
    "0 is cross-entropy, 1 the inverse frequency.", 1.0, 0.0, 5.0, 0.1,
)  # fmt: skip
GAMMA = Parameter("loss_gamma", "Focus on hard samples", "0 is cross-entropy.", 2.0, 0.0, 10.0, 0.1)
TAU = Parameter(
    "loss_tau", "Strength", "0 is cross-entropy; 1 with the drawn prior is balanced softmax.", 1.0, 0.0, 5.0, 0.1
)
PRIOR = Parameter(
    "loss_prior", "Prior", "Data: the class frequencies. Drawn: the class shares of the epoch, so that sampling and "
    "loss never correct the same imbalance twice.", "drawn", kind="choice", choices=("data", "drawn"),
)  # fmt: skip
MARGIN = Parameter("loss_margin", "Largest margin", "The margin of the rarest class.", 0.5, 0.0, 10.0, 0.1)
SCALE = Parameter("loss_scale", "Scale", "Multiplies the cosines.", 30.0, 0.01, 1000.0, 1.0)

# Name of the entry -> field -> row.
_OF_EVERY_LEARNER = {"learning_rate": RATE, "weight_decay": DECAY}
LEARNER_ROWS: Mapping[str, Mapping[str, Parameter]] = {
    "mlp": {**_OF_EVERY_LEARNER, "hidden": HIDDEN},
    "linear": _OF_EVERY_LEARNER,
}
LOSS_ROWS: Mapping[str, Mapping[str, Parameter]] = {
    "cross_entropy": {},
    "class_weighted": {"exponent": EXPONENT},
    "logit_adjusted": {"tau": TAU, "prior": PRIOR},
    "focal": {"gamma": GAMMA},
    "ldam": {"margin": MARGIN, "scale": SCALE},
}
