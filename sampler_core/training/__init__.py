"""Real small trainings of many plans at once, and what their differences say.

The one contract here: importing a part does not import the others; losses need torch only.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sampler_core.training.labelled_features import LabelledFeatures as LabelledFeatures
    from sampler_core.training.learners import LinearLearner as LinearLearner
    from sampler_core.training.learners import MlpLearner as MlpLearner
    from sampler_core.training.published_sets import load_features as load_features
    from sampler_core.training.schedule_search import ScheduleSearch as ScheduleSearch
    from sampler_core.training.search_space import SearchSpace as SearchSpace
    from sampler_core.training.splits import Folds as Folds
    from sampler_core.training.splits import Given as Given
    from sampler_core.training.splits import HoldOut as HoldOut
    from sampler_core.training.study import Progress as Progress
    from sampler_core.training.study import Study as Study
    from sampler_core.training.study import StudyStopped as StudyStopped
    from sampler_core.training.study_result import StudyResult as StudyResult

_PLACES = {
    "Folds": "splits", "Given": "splits", "HoldOut": "splits", "LabelledFeatures": "labelled_features",
    "LinearLearner": "learners", "MlpLearner": "learners", "Progress": "study", "ScheduleSearch": "schedule_search",
    "SearchSpace": "search_space", "Study": "study",
    "StudyResult": "study_result", "StudyStopped": "study", "load_features": "published_sets",
}  # fmt: skip
__all__ = list(_PLACES)


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
