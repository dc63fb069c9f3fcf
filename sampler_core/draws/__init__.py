"""Drawing: position -> class -> sample. Takes shares and keys, knows nothing else of this package."""

from sampler_core.draws.class_order import class_order
from sampler_core.draws.rounding_and_alias import sure_and_chance
from sampler_core.draws.schemes import (
    Epoch,
    Exact,
    Independent,
    Law,
    Members,
    Stratified,
    exact_quotas,
    stratified_epoch_period,
    stratified_next,
    stratified_period,
    stratified_start,
    stratified_stride,
)

LAWS: dict[str, type[Independent | Exact | Stratified]] = {
    "independent": Independent,
    "exact": Exact,
    "stratified": Stratified,
}

__all__ = [
    "LAWS", "Epoch", "Exact", "Independent", "Law", "Members", "Stratified", "class_order", "exact_quotas",
    "stratified_epoch_period", "stratified_next", "stratified_period", "stratified_start", "stratified_stride",
    "sure_and_chance",
]  # fmt: skip
