"""Class counts to start from: published data sets, synthetic profiles, label files."""

from sampler_core.datasets.label_files import ReadingError, count_folder, read_counts, read_labels, read_rows, sniff
from sampler_core.datasets.published import PublishedDataset, load, published_dataset, published_datasets
from sampler_core.datasets.synthetic import PROFILES, cifar_lt, synthetic

__all__ = [
    "PROFILES",
    "PublishedDataset",
    "ReadingError",
    "cifar_lt",
    "count_folder",
    "load",
    "published_dataset",
    "published_datasets",
    "read_counts",
    "read_labels",
    "read_rows",
    "sniff",
    "synthetic",
]
