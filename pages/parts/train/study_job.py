"""A study in a child process: the job, what the process runs, and the reading of uploaded features before it.

The process imports this module, so it imports no Streamlit; the server imports it too, so torch is imported when a
study runs. The server itself never reads features: it holds an upload's bytes, and each process reads them again.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pages.parts.my_labels.reading_job import Upload
from pages.parts.server.jobs import Job, JobError, start_spare
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets.label_files import Layout, ReadingError, read_labels, sniff
from sampler_core.formatting import printable
from sampler_core.training.study_result import StudyResult

if TYPE_CHECKING:
    from sampler_core.training.labelled_features import LabelledFeatures
    from sampler_core.training.schedule_search import ScheduleSearch
    from sampler_core.training.study import Progress, Study

TRAINING_MODULES = (__name__, "sampler_core.training.study", "sampler_core.training.feature_files", "sklearn.metrics",
                    "sklearn.model_selection", "scipy.stats")  # fmt: skip
STUDY_MEMORY, READING_MEMORY = 8 << 30, 6 << 30  # bytes
STUDY_SILENCE = 900.0  # seconds: an epoch of 25,000 x 768 features in 600 runs takes minutes
MOST_CURVE_ROWS = 60_000  # of the table of classes over epochs: beyond, epochs are thinned out


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
        super().__init__(f"{__name__}:read_upload", file.request(), file.content(), TRAINING_MODULES, READING_MEMORY)
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
            f"{__name__}:run_study_in_background", request, content, TRAINING_MODULES, STUDY_MEMORY, STUDY_SILENCE
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


# --- in the child process --------------------------------------------------------------------------------------------


def read_upload(request: Mapping[str, Any], content: bytes, report: Callable[..., None]) -> dict[str, Any]:
    """What is in uploaded features, as JSON; under "refused" the sentence why they cannot be used."""
    from sampler_core.training.feature_tables import TABLE_ENDINGS
    from sampler_core.training.labelled_features import GapError

    report(0.1)
    try:
        data = uploaded_features(request, content)
        file, table = _files(request, content)[0], {}
        if file.name.lower().removesuffix(".gz").endswith(TABLE_ENDINGS):
            options = {} if request["label"] is None else {"label": request["label"]}
            layout = sniff(file, **options)
            table = {"columns": layout.columns[:200], "label": layout.label}
    except ReadingError as error:
        cause = error.__cause__
        if isinstance(cause, GapError):
            return {"refused": f"{printable(request['files'][0][0])}: {cause.found}", "gaps": True}
        return {"refused": str(error), "gaps": False}
    return {
        "title": data.title, "rows": len(data.X), "features": data.X.shape[1], "names": data.class_counts.names,
        "samples": data.training_counts.counts.tolist(), "notes": data.notes, "has_split": data.is_test is not None,
        **table,
    }  # fmt: skip


def run_study(request: Mapping[str, Any], content: bytes, report: Callable[..., None]) -> dict[str, Any]:
    """The study's result as its JSON text; under "refused" why it cannot be run, as the end of a sentence.

    News: first {"candidates": [(name, plan name, title of the loss), ...], "notes", "runs"}, then after each epoch
    {"epoch", "reached", "left"}.
    """
    report(0.0)
    try:
        study = _study_of(request, content)
        candidates = [(one.name, one.plan_name, one.loss.title) for one in getattr(study, "candidates", ())]
        report(0.0, {"candidates": candidates, "notes": study.notes, "runs": study.num_runs})
    except ValueError as error:
        return {"refused": str(error)}
    try:
        result = study.run(lambda progress: report(progress.share, _news(progress)))
    except RuntimeError as error:
        if "allocate memory" in str(error):  # as torch says it
            raise MemoryError from error
        raise
    return {"study": thinned(result).to_json()}


def _study_of(request: Mapping[str, Any], content: bytes) -> Study | ScheduleSearch:
    """The study, or the search where the request has a space of schedules; `ValueError`."""
    from sampler_core.plans.named_plans import read_plans
    from sampler_core.plans.plan import SamplingPlan
    from sampler_core.training.learners import LEARNERS
    from sampler_core.training.losses import loss_of_json
    from sampler_core.training.schedule_search import ScheduleSearch
    from sampler_core.training.search_space import SearchSpace
    from sampler_core.training.splits import SPLITTERS
    from sampler_core.training.study import Study

    features, learner = features_of(request["features"], content), LEARNERS.decode(request["learner"])
    splits, seed = SPLITTERS.decode(request["splits"]), request["seed"]
    if "space" in request:
        space = SearchSpace(**{name: _tuples(value) for name, value in request["space"].items()})
        return ScheduleSearch(features, SamplingPlan.from_json(request["base"]), space, learner, splits, seed=seed)
    losses = [loss_of_json(loss) for loss in request["losses"]]
    return Study(features, read_plans(request["plans"])[0], learner, losses, splits, seed=seed)


def run_study_in_background(request: Mapping[str, Any], content: bytes, report: Callable[..., None]) -> dict[str, Any]:
    """`run_study` in a process that leaves the server its time."""
    from sampler_core.training.background_process import yield_to_other_processes

    yield_to_other_processes()
    return run_study(request, content, report)


def features_of(request: Mapping[str, Any], content: bytes) -> LabelledFeatures:
    """The bundled set, or what was uploaded."""
    from sampler_core.training.published_sets import load_features

    if "published" in request:
        return load_features(request["published"], request["long_tail"])
    return uploaded_features(request, content)


def uploaded_features(request: Mapping[str, Any], content: bytes) -> LabelledFeatures:
    """Features of the uploaded files; `ReadingError`."""
    from sampler_core.training.feature_files import read_features

    files = _files(request, content)
    layout = request["layout"] and Layout(**{key: _tuples(value) for key, value in request["layout"].items()})
    labels = read_labels(files[1], layout) if len(files) > 1 else None
    return read_features(
        files[0], labels, label=request["label"], leave_out_gaps=request["leave_out_gaps"],
        title=printable(request["files"][0][0]),
    )  # fmt: skip


def thinned(result: StudyResult) -> StudyResult:
    """The result with classes over epochs at so many epochs, evenly, that a page can hold them; the last among them."""
    curves = result.tables["class_curves"]
    if len(curves) <= MOST_CURVE_ROWS:
        return result
    last = int(curves["epoch"].max())
    kept = max(2, MOST_CURVE_ROWS * (last + 1) // len(curves))
    epochs = np.unique(np.linspace(0, last, kept).round().astype(int))
    tables = {**result.tables, "class_curves": curves[curves["epoch"].isin(epochs)]}
    return StudyResult(result.verdict, result.notes, result.settings, tables)


def _files(request: Mapping[str, Any], content: bytes) -> list[io.BytesIO]:
    files, begin = [], 0
    for name, size in request["files"]:
        file = io.BytesIO(content[begin : begin + size])
        file.name = name
        files.append(file)
        begin += size
    return files


def _news(progress: Progress) -> dict[str, Any]:
    return {"epoch": progress.epoch, "reached": progress.reached, "left": progress.seconds_left}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
