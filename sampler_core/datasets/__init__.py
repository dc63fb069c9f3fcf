"""Class counts to start from: bundled tables of known data sets, and synthetic profiles."""

from sampler_core.datasets.known import KnownDataset, known, load
from sampler_core.datasets.synthetic import PROFILES, cifar_lt, synthetic

__all__ = ["PROFILES", "KnownDataset", "cifar_lt", "known", "load", "synthetic"]
