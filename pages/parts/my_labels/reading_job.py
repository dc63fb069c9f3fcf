"""Reading a label file in a child process: the job, what the process runs, and the reading as JSON.

The process imports this module, so it imports no Streamlit: that is slow.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from time import time_ns
from typing import Any
from zipfile import ZipFile

import numpy as np

from pages.parts.server.jobs import Job, JobError, start_spare
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.tallies import Tally
from sampler_core.datasets.label_files import Dropped, Layout, Limits, Reading, ReadingError, read_counts
from sampler_core.formatting import printable

PASTED = "the pasted text"  # its name, in place of a file's
READING_FUNCTION = f"{__name__}:read_upload"
READING_MODULES = (__name__, "pyarrow.csv", "pyarrow.compute", "pyarrow.parquet")
DATA_FILES = (".arrow", ".parquet", ".feather")
# The library reads up to 100,000 classes. A page computes and draws each of them for each epoch: with 10,000 a run
# takes a second and the server 0.5 GB, with 100,000 ten seconds and 2 GB.
UPLOAD_LIMITS = Limits(unpacked=4 << 30, classes=10_000, links=False)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Upload:
    """What a user uploaded: a file's bytes under its name, or pasted text. `digest` stands for the bytes.

    path: of a file or folder of the server instead, which is read where it lies; it may be another one at another time.
    """

    name: str
    content: bytes = b""
    path: Path | None = None
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        bytes_or_time = self.content if self.path is None else f"{self.path} {time_ns()}".encode(errors="replace")
        object.__setattr__(self, "digest", sha256(bytes_or_time).hexdigest())

    def request(self, layout: Layout | None) -> dict[str, Any]:
        """What the child process is told, as JSON holds it, beside the content."""
        path = None if self.path is None else os.fsencode(self.path).hex()
        return {"name": self.name, "path": path, "layout": None if layout is None else asdict(layout)}


def upload_of_files(files: Mapping[str, bytes]) -> Upload:
    """One file as it is; several as a zip, which the library reads where they are of one data set."""
    if len(files) == 1:
        return Upload(*next(iter(files.items())))
    if not any(name.endswith(DATA_FILES) for name in files):
        raise ReadingError("choose one file; several only where they are the Arrow or Parquet files of one data set")
    zip_file = io.BytesIO()
    with ZipFile(zip_file, "w") as archive:  # not packed: as quick to read as the files
        for name, content in files.items():
            archive.writestr(name, content)
    return Upload(f"{len(files)} files", zip_file.getvalue())


class ReadingJob(Job):
    """Reads an upload; the result is a `Reading`, or `ReadingError` in a sentence whatever happened to the reader."""

    def __init__(self, upload: Upload, layout: Layout | None = None) -> None:
        self.upload, self.layout = upload, layout
        super().__init__(READING_FUNCTION, upload.request(layout), upload.content, READING_MODULES)
        start_spare(READING_MODULES)

    def result(self) -> Reading:
        """The reading; `ReadingError` when the file cannot be read. Waits until the job is done."""
        try:
            reading_json = super().result()
        except JobError as error:
            upload_name, advice = printable(self.upload.name), "Save the label column alone, as CSV, and read that"
            raise ReadingError(f"{upload_name} cannot be read: {error}. {advice}") from error
        if "refused" in reading_json:
            raise ReadingError(reading_json["refused"], reading_json["code"])
        return reading_from_json(reading_json)


def read_upload(request: Mapping[str, Any], upload: bytes, report: Callable[[float], object]) -> dict[str, Any]:
    """The reading as JSON, or under "refused" the sentence why the file cannot be read, and code that helps."""
    label_file: Any = io.BytesIO(upload)
    label_file.name = request["name"]
    if request["path"] is not None:
        label_file = os.fsdecode(bytes.fromhex(request["path"]))
    layout = None if request["layout"] is None else _layout_from_json(request["layout"])
    try:
        return reading_to_json(read_counts(label_file, layout, progress=report, limits=UPLOAD_LIMITS))
    except ReadingError as error:
        return {"refused": str(error), "code": error.code}


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """The fields of a reading, with class counts as two lists, and the arrays of its tallies as lists."""
    counts = (reading.counts.names, reading.counts.counts.tolist())
    tallies = [tally.fields() for tally in reading.tallies]
    return asdict(replace(reading, tallies=())) | {"counts": counts, "tallies": tallies}


def reading_from_json(reading_json: Mapping[str, Any]) -> Reading:
    """The inverse of `reading_to_json`."""
    reading_fields = {name: _tuples_from_json(value) for name, value in reading_json.items()}
    class_names, class_counts = reading_fields["counts"]
    reading_fields["counts"] = ClassCounts(class_names, np.array(class_counts, dtype=np.int64))
    reading_fields["layout"] = _layout_from_json(reading_fields["layout"])
    reading_fields["dropped"] = tuple(Dropped(**dropped) for dropped in reading_fields["dropped"])
    reading_fields["tallies"] = tuple(Tally(**tally) for tally in reading_fields["tallies"])
    return Reading(**reading_fields)


def _layout_from_json(layout_json: Mapping[str, Any]) -> Layout:
    """The inverse of `asdict`, for JSON turns tuples into lists."""
    return Layout(**{name: _tuples_from_json(value) for name, value in layout_json.items()})


def _tuples_from_json(json_value: Any) -> Any:
    return tuple(map(_tuples_from_json, json_value)) if isinstance(json_value, list) else json_value
