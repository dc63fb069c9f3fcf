"""Jobs of Train: the reading of uploaded features, and a study, each in a child process (`study_process`).

The server itself never reads features: it holds an upload's bytes, and each process reads them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from pages.parts.my_labels.reading_job import Upload
from pages.parts.server.jobs import Job, JobError, start_spare
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets.label_files import Layout, ReadingError
from sampler_core.formatting import printable
from sampler_core.training.study_result import StudyResult

PROCESS = "pages.parts.train.study_process"
TRAINING_MODULES = (PROCESS, "sampler_core.training.study", "sampler_core.training.feature_files", "sklearn.metrics",
                    "sklearn.model_selection", "scipy.stats")  # fmt: skip
STUDY_MEMORY, READING_MEMORY = 8 << 30, 6 << 30  # bytes
STUDY_SILENCE = 900.0  # seconds: an epoch of 25,000 x 768 features in 600 runs takes minutes


class FeatureFile(NamedTuple):
    """Features that were brought: a file, labels beside it, and how both are read. label: the column of labels, where
    it is not to be guessed; layout: of `labels`."""

    features: Upload
    labels: Upload | None = None
    layout: Layout | None = None
    label: str | None = None
    leave_out_gaps: bool = False

    def request(self) -> dict[str, Any]:
        """As JSON, without the bytes."""
        files = [self.features, *([self.labels] if self.labels else [])]
        layout = asdict(self.layout) if self.layout else None
        return {"files": [[file.name, len(file.content)] for file in files], "label": self.label, "layout": layout,
                "leave_out_gaps": self.leave_out_gaps}  # fmt: skip

    def content(self) -> bytes:
        """The bytes of the files, one after the other."""
        return self.features.content + (self.labels.content if self.labels else b"")


class FeatureReading(NamedTuple):
    """What features hold. counts: of the rows for training. columns: of a table, those that labels may be in, and
    `label`, the one they are in."""

    title: str
    rows: int
    features: int
    counts: ClassCounts
    notes: tuple[str, ...]
    has_split: bool
    columns: tuple[str, ...] = ()
    label: str | None = None


class RefusedFeatures(ReadingError):
    """Features that cannot be used. gaps: because values are missing, and their rows can be left out."""

    def __init__(self, sentence: str, gaps: bool = False) -> None:
        super().__init__(sentence)
        self.gaps = gaps


class FeatureJob(Job):
    """Reads features that were brought; the result is a `FeatureReading`, or `RefusedFeatures`."""

    def __init__(self, file: FeatureFile) -> None:
        self.file = file
        super().__init__(f"{PROCESS}:read_upload", file.request(), file.content(), TRAINING_MODULES, READING_MEMORY)
        start_spare(TRAINING_MODULES)

    def result(self) -> FeatureReading:
        """What was read. Waits until the job is done."""
        try:
            return reading_of(super().result())
        except JobError as error:
            name = printable(self.file.features.name)
            raise RefusedFeatures(f"{name} cannot be read: {error}. Save X and y as .npz, and bring that") from error


class StudyJob(Job):
    """Runs a study; the result is a `StudyResult`, or `JobError` whatever happened to the process."""

    def __init__(self, request: Mapping[str, Any], file: FeatureFile | None) -> None:
        content = b"" if file is None else file.content()
        super().__init__(
            f"{PROCESS}:run_study_in_background", request, content, TRAINING_MODULES, STUDY_MEMORY, STUDY_SILENCE
        )  # fmt: skip

    def result(self) -> StudyResult:
        """What the study found. Waits until the job is done."""
        result_json = super().result()
        if "refused" in result_json:
            raise JobError(result_json["refused"])
        return StudyResult.from_json(result_json["study"])


def reading_of(reading_json: Mapping[str, Any]) -> FeatureReading:
    """What `read_upload` returned; `RefusedFeatures` where that is a refusal."""
    if "refused" in reading_json:
        raise RefusedFeatures(reading_json["refused"], reading_json["gaps"])
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in reading_json.items()
    }
    counts = np.array(fields.pop("samples"), dtype=np.int64)
    return FeatureReading(counts=ClassCounts(fields.pop("names"), counts), **fields)
