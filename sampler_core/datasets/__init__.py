"""Class counts to start from: bundled tables of known data sets, synthetic profiles, people's own label files."""

from sampler_core.datasets.known import KnownDataset, known, load
from sampler_core.datasets.reading import ReadingError, read_counts, read_labels, sniff
from sampler_core.datasets.synthetic import PROFILES, cifar_lt, synthetic

__all__ = [
    "PROFILES",
    "KnownDataset",
    "ReadingError",
    "cifar_lt",
    "known",
    "load",
    "read_counts",
    "read_labels",
    "sniff",
    "synthetic",
]
