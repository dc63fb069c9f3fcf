"""What the child processes of Train run: the reading of uploaded features, a study, a search.

Requests and results are JSON. No Streamlit is imported here, and torch only when a study runs: the server imports this
module too.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sampler_core.datasets.label_files import Layout, ReadingError, read_labels, sniff
from sampler_core.formatting import printable
from sampler_core.training.study_result import StudyResult

if TYPE_CHECKING:
    from sampler_core.training.labelled_features import LabelledFeatures
    from sampler_core.training.schedule_search import ScheduleSearch
    from sampler_core.training.study import Progress, Study

MOST_CURVE_ROWS = 60_000  # of the table of classes over epochs: beyond, epochs are thinned out


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
    return replace(result, tables={**result.tables, "class_curves": curves[curves["epoch"].isin(epochs)]})


def _files(request: Mapping[str, Any], content: bytes) -> list[io.BytesIO]:
    files, begin = [], 0
    for name, size in request["files"]:
        file = io.BytesIO(content[begin : begin + size])
        file.name = name
        files.append(file)
        begin += size
    return files


def _news(progress: Progress) -> dict[str, Any]:
    part = {"part": progress.part, "parts": progress.parts} if progress.parts > 1 else {}
    return {"epoch": progress.epoch, "reached": progress.reached, "left": progress.seconds_left, **part}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
