"""Data sets as Hugging Face's `datasets` saves them: the class names in their metadata, and their description alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import listed, several

INFO_FILE = "dataset_info.json"
MOST_INFO_BYTES = 4 << 20
_KEYS_OF_INFO = {"splits", "builder_name", "dataset_name", "config_name", "dataset_size", "download_size", "citation"}
_BRING = "Bring its data files (data-*.arrow, or *.parquet) together with it: choose them all, or a .zip of the folder"


def class_names_of_schema(arrow_schema: Any) -> dict[str, list[str]]:
    """The class names of the columns of integers that stand for classes, from the metadata of a schema."""
    metadata = (arrow_schema.metadata or {}).get(b"huggingface", b"")
    return class_names_of_info(metadata, "info") if len(metadata) <= MOST_INFO_BYTES else {}


def class_names_of_info(info: bytes, key: str | None = None) -> dict[str, list[str]]:
    """The same from the text of `dataset_info.json`, or of what stands under a key in it; {} where it is none."""
    with suppress(ValueError, RecursionError):
        info_json = json.loads(info)
        features = _object(_object(info_json).get(key) if key else info_json).get("features")
        return dict(_class_names(_object(features)))
    return {}


def categories_of(class_names: list[str] | None, limits: Limits) -> dict[Any, str]:
    """Names of integer labels, as `LabelTally.categories`."""
    limits.check_classes(len(class_names or ()))
    return dict(enumerate(class_names or ()))


def refuse_description(json_object: Mapping[str, Any]) -> None:
    """`ReadingError` for the files beside the data, which hold no labels: says what they are and what they tell."""
    features, what = json_object.get("features"), ""
    if isinstance(features, dict) and _KEYS_OF_INFO & json_object.keys():
        names = next((names for _, names in _class_names(features)), [])
        classes = f" of {several(len(names), 'class', 'classes')} ({listed(names, 3)})" if names else ""
        what = f"it describes a Hugging Face data set{classes}"
    elif "_data_files" in json_object and "_fingerprint" in json_object:
        what = "it lists the files of a Hugging Face data set"
    elif json_object.keys() == {"splits"} and isinstance(json_object["splits"], list):
        what = f"it lists the splits of a Hugging Face data set ({listed(json_object['splits'], 4)})"
    if what:
        raise ReadingError(f"{what}, but holds no labels. {_BRING}")


def _class_names(features: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Columns with class names, of lists of classes too."""
    for column, feature in features.items():
        feature = feature[0] if isinstance(feature, list) and feature else feature
        inner = _object(feature).get("feature")
        names = _object(inner if inner is not None else feature).get("names")
        if isinstance(names, dict):  # {"0": "cat", "1": "dog"}
            names = list(names.values())
        if isinstance(names, list) and names and all(isinstance(class_name, str) for class_name in names):
            yield column, names


def _object(json_value: object) -> dict[str, Any]:
    return json_value if isinstance(json_value, dict) else {}
