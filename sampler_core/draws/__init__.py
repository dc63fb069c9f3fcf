"""Draws: position -> class -> sample, a file a sampling scheme. Takes shares and keys, knows nothing else of this package."""

from sampler_core.draws.class_order import class_order
from sampler_core.draws.exact import Exact, exact_quotas
from sampler_core.draws.independent import Independent
from sampler_core.draws.scheme import Epoch, Members, Scheme
from sampler_core.draws.stratified import (
    Stratified,
    stratified_epoch_period,
    stratified_next,
    stratified_period,
    stratified_start,
    stratified_stride,
)
from sampler_core.draws.systematic_rounding import sure_and_chance

SCHEMES: dict[str, type[Independent | Exact | Stratified]] = {
    "independent": Independent,
    "exact": Exact,
    "stratified": Stratified,
}

__all__ = [
    "SCHEMES", "Epoch", "Exact", "Independent", "Members", "Scheme", "Stratified", "class_order", "exact_quotas",
    "stratified_epoch_period", "stratified_next", "stratified_period", "stratified_start", "stratified_stride",
    "sure_and_chance",
]  # fmt: skip
