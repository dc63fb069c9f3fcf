"""Class counts to start from: published data sets, synthetic profiles, label files, sources of a mixture."""

from sampler_core.datasets.label_files import ReadingError, count_folder, read_counts, read_labels, read_rows, sniff
from sampler_core.datasets.published import PublishedDataset, load, published_dataset, published_datasets
from sampler_core.datasets.sources import load_mixture, published_mixtures, read_sources, short_size, sources_text
from sampler_core.datasets.synthetic import PROFILES, cifar_lt, synthetic

__all__ = [
    "PROFILES",
    "PublishedDataset",
    "ReadingError",
    "cifar_lt",
    "count_folder",
    "load",
    "load_mixture",
    "published_dataset",
    "published_datasets",
    "published_mixtures",
    "read_counts",
    "read_labels",
    "read_rows",
    "read_sources",
    "short_size",
    "sniff",
    "sources_text",
    "synthetic",
]
