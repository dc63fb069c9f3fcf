"""StudyResult: the verdict and the tables of a study, also as JSON, which is read without torch."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from sampler_core.training.verdict import verdict

if TYPE_CHECKING:
    from sampler_core.training.trained_study import TrainedStudy

RESULT_SCHEMA = 1


@dataclass(frozen=True)
class StudyResult:
    """What a study found. verdict: one sentence. notes: what a reader must know. settings: `Study.settings`.

    tables: pandas frames by name, see `study_tables`: summary, comparisons, recalls, curves, class_curves, confusions,
    runs. Shares and metrics are fractions, differences too (0.01 is a point). run_logs: of the first run of each
    candidate, by its name, the text of what `sampler_core.run_log` reads; see `study_logs`.
    """

    verdict: str
    notes: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    run_logs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, trained: TrainedStudy, notes: list[str], settings: Mapping[str, Any]) -> StudyResult:
        """The result of runs that are trained."""
        from sampler_core.training.study_tables import TABLES

        tables = {name: table(trained) for name, table in TABLES.items()}
        summary, comparisons = (_records(tables[name]) for name in ("summary", "comparisons"))
        said = verdict(summary, comparisons, trained.reference, trained.metric, trained.region)
        return cls(said, tuple(notes), dict(settings), tables)

    def to_json(self) -> str:
        """All of it as JSON text; a number that is none is null."""
        tables = {name: {c: _plain(table[c].tolist()) for c in table.columns} for name, table in self.tables.items()}
        content = {"verdict": self.verdict, "notes": list(self.notes), "settings": self.settings, "tables": tables}
        return json.dumps({"schema": RESULT_SCHEMA, **content, "run_logs": dict(self.run_logs)}, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> StudyResult:
        """The result again; `ValueError` for any other text."""
        content = json.loads(text)
        if not isinstance(content, dict) or content.get("schema") != RESULT_SCHEMA:
            raise ValueError(f'result must be an object with "schema": {RESULT_SCHEMA}, got {text:.60}')
        tables = {name: pd.DataFrame(columns) for name, columns in content["tables"].items()}
        return cls(
            content["verdict"], tuple(content["notes"]), content["settings"], tables, content.get("run_logs", {})
        )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.to_dict("records")  # type: ignore[no-any-return]


def _plain(values: list[Any]) -> list[Any]:
    return [None if isinstance(value, float) and not math.isfinite(value) else value for value in values]
