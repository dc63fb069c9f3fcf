"""What the child process runs to read an upload, and the reading as JSON. It imports no Streamlit: that is slow."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets.label_files import Dropped, Layout, Limits, Reading, ReadingError, read_counts

# The library reads up to 100,000 classes. A page computes and draws each of them for each epoch: with 10,000 a run
# takes a second and the server 0.5 GB, with 100,000 ten seconds and 2 GB.
LIMITS = Limits(unpacked=4 << 30, classes=10_000)


def read_upload(request: Mapping[str, Any], content: bytes, report: Callable[[float], object]) -> dict[str, Any]:
    """The reading, or under "refused" the sentence why the file cannot be read."""
    file = io.BytesIO(content)
    file.name = request["name"]
    layout = None if request["layout"] is None else layout_from_json(request["layout"])
    try:
        return reading_to_json(read_counts(file, layout, progress=report, limits=LIMITS))
    except ReadingError as error:
        return {"refused": str(error)}


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """The fields of a reading, with class counts as two lists."""
    return asdict(reading) | {"counts": (reading.counts.names, reading.counts.counts.tolist())}


def reading_from_json(values: Mapping[str, Any]) -> Reading:
    """The inverse of `reading_to_json`."""
    fields = {name: _tuples(value) for name, value in values.items()}
    names, counts = fields["counts"]
    fields["counts"] = ClassCounts(names, np.array(counts, dtype=np.int64))
    fields["layout"] = layout_from_json(fields["layout"])
    fields["dropped"] = tuple(Dropped(**dropped) for dropped in fields["dropped"])
    return Reading(**fields)


def layout_from_json(fields: Mapping[str, Any]) -> Layout:
    """The inverse of `asdict`, for JSON turns tuples into lists."""
    return Layout(**{name: _tuples(value) for name, value in fields.items()})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
