"""Draws: position -> class -> sample, one file per sampling scheme; this package imports nothing above `data`."""

from sampler_core.draws.exact import Exact, exact_quotas
from sampler_core.draws.independent import Independent
from sampler_core.draws.scheme import ClassMembers, Epoch, Scheme
from sampler_core.draws.stratified import Stratified, stratified_stride
from sampler_core.draws.systematic_rounding import floor_and_remainder, floors_and_chances

SCHEMES: dict[str, type[Independent | Exact | Stratified]] = {
    "independent": Independent, "exact": Exact, "stratified": Stratified,
}  # fmt: skip

__all__ = [
    "SCHEMES", "ClassMembers", "Epoch", "Exact", "Independent", "Scheme", "Stratified",
    "exact_quotas", "floor_and_remainder", "floors_and_chances", "stratified_stride",
]  # fmt: skip
