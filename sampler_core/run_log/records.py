"""The lines of a log, checked: what one of each kind holds. Whatever else a line has is left alone.

The one contract here: a log comes from anywhere, so a line is data. `record_of_line` never raises.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import whole_number
from sampler_core.run_log.class_rows import LARGEST_COUNT, counts_of_json, expected_of_json

orjson: Any = importlib.import_module("orjson") if importlib.util.find_spec("orjson") else None

LOG_VERSION = 1
MOST_CLASSES = 100_000
MOST_RANKS = 1 << 16
_MOST_METRICS = 50  # values in one line
_MOST_TEXT = 100  # characters of an identifier


class PlanLine(NamedTuple):
    """What a process was about to draw; plan: as in plan.json, or None where it is missing."""

    run: str
    plan: str | None
    fingerprint: str
    class_counts: ClassCounts
    labels: str
    world: int
    num_replicas: int
    drop_last: bool
    time: str


class DrawLine(NamedTuple):
    """A window of batches of one epoch and rank; rows: shape (num_classes,). `other`: targets of no class."""

    epoch: int
    rank: int
    first_batch: int
    batches: int
    planned: FloatArray
    drawn: IntArray
    trained: IntArray
    extras: int
    seconds: float
    other: int


class ResumeLine(NamedTuple):
    """Where a process went on: after `batch` batches of the one-process stream of an epoch."""

    epoch: int
    batch: int
    world: int


class MetricLine(NamedTuple):
    """What was reached after an epoch; values: a number, or one per class with NaN where there is none."""

    epoch: int
    part: str
    values: Mapping[str, float | FloatArray]


class EndLine(NamedTuple):
    """The run came to its end."""

    epochs: int


class UnknownLine(NamedTuple):
    """A line of a kind that later versions may have."""

    kind: str


class TooManyClasses(NamedTuple):
    """A plan of more than `MOST_CLASSES` classes."""

    classes: int


Record: TypeAlias = PlanLine | DrawLine | ResumeLine | MetricLine | EndLine | UnknownLine | TooManyClasses


def record_of_line(line: bytes, num_classes: int | None) -> Record | None:
    """A line as a record; None for what is none, also before any plan. num_classes: of the plan before it."""
    try:
        data = _json_of(line)
        kind = data.get("kind") if isinstance(data, dict) else None
        if kind == "plan":
            return _plan_line(data)
        if isinstance(kind, str) and kind not in _LINES:
            return UnknownLine(kind)
        return None if num_classes is None or kind is None else _LINES[kind](data, num_classes)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None


def draw_line(data: Mapping[str, Any], num_classes: int) -> DrawLine:
    """The fields of a "draw" line; `ValueError` or `KeyError` for anything else."""
    return DrawLine(
        _whole(data, "epoch"), _whole(data, "rank", most=MOST_RANKS - 1), _whole(data, "first_batch"),
        _whole(data, "batches"), expected_of_json("planned", data["planned"], num_classes),
        counts_of_json("drawn", data["drawn"], num_classes), counts_of_json("trained", data["trained"], num_classes),
        whole_number("extras", data.get("extras", 0), most=LARGEST_COUNT), _number(data.get("seconds", 0.0)),
        whole_number("other", data.get("other", 0), most=LARGEST_COUNT),
    )  # fmt: skip


def _plan_line(data: Mapping[str, Any]) -> PlanLine | TooManyClasses:
    whole_number("version", data["version"], LOG_VERSION, LOG_VERSION)
    names, counts = data["classes"], data["counts"]
    if not isinstance(names, list):
        raise ValueError("classes must be a list")
    if len(names) > MOST_CLASSES:
        return TooManyClasses(len(names))
    plan = data.get("plan")
    return PlanLine(
        _text(data["run"]), json.dumps(plan) if isinstance(plan, dict) else None, _text(data["fingerprint"]),
        ClassCounts(tuple(names), counts_of_json("counts", counts, len(names))), _text(data["labels"]),
        _whole(data, "world", 1, MOST_RANKS), _whole(data, "num_replicas", 1, MOST_RANKS),
        data.get("drop_last") is True, _text(data.get("time", "")),
    )  # fmt: skip


def _resume_line(data: Mapping[str, Any], num_classes: int) -> ResumeLine:
    return ResumeLine(_whole(data, "epoch"), _whole(data, "batch"), _whole(data, "world", 1, MOST_RANKS))


def _metric_line(data: Mapping[str, Any], num_classes: int) -> MetricLine:
    values: dict[str, float | FloatArray] = {}
    for name, value in data.items():
        if isinstance(value, list):
            values[_text(name)] = _values_per_class(value, num_classes)
        elif name not in ("kind", "epoch", "part") and type(value) in (int, float):
            values[_text(name)] = _number(value)
        if len(values) > _MOST_METRICS:
            raise ValueError(f"a line must have at most {_MOST_METRICS} metrics")
    return MetricLine(_whole(data, "epoch"), _text(data.get("part", "validation")), values)


def _end_line(data: Mapping[str, Any], num_classes: int) -> EndLine:
    return EndLine(_whole(data, "epochs"))


_LINES: dict[str, Callable[[Mapping[str, Any], int], Record]] = {
    "draw": draw_line, "resume": _resume_line, "metric": _metric_line, "end": _end_line,
}  # fmt: skip


def _values_per_class(values: list[Any], num_classes: int) -> FloatArray:
    if len(values) != num_classes or not set(map(type, values)) <= {int, float, type(None)}:
        raise ValueError(f"values must be one number or null per class ({num_classes})")
    per_class = np.array(values, dtype=np.float64)  # None -> NaN
    if np.isinf(per_class).any():
        raise ValueError("values must be finite")
    return per_class


def _json_of(line: bytes) -> Any:
    """`ValueError` for what is no JSON. orjson, where it is installed, reads numbers four times as fast."""
    if orjson is not None:
        with suppress(ValueError):  # it refuses more, such as halves of surrogates
            return orjson.loads(line)
    return json.loads(line, parse_constant=_refused)


def _whole(data: Mapping[str, Any], name: str, least: int = 0, most: int = (1 << 53)) -> int:
    return whole_number(name, data[name], least, most)


def _number(value: object) -> float:
    if type(value) not in (int, float) or not math.isfinite(number := float(value)):  # type: ignore[arg-type]
        raise ValueError("value must be a finite number")
    return number


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise ValueError(f"value must be a text of at most {_MOST_TEXT} characters")
    return value


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")
