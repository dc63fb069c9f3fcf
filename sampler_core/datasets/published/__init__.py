"""Class counts of published data sets, bundled as tables with their sources."""

from sampler_core.datasets.published.published_tables import PublishedDataset, class_names, load, published_datasets

__all__ = ["PublishedDataset", "class_names", "load", "published_datasets"]
