"""The lines of a log as they are written, whoever writes them: a training script's `RunLog`, or a study.

The one contract here: what these functions return, `records` reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.run_log.class_rows import counts_to_json, expected_to_json
from sampler_core.run_log.records import LOG_VERSION


def plan_line(
    run: str, plan: SamplingPlan, counts: ClassCounts, labels: str, *, world: int = 1, num_replicas: int = 1,
    drop_last: bool = False, **others: Any,
) -> dict[str, Any]:  # fmt: skip
    """What a process is about to draw. labels: their digest; others: further fields."""
    return {
        "kind": "plan", "version": LOG_VERSION, "run": run, **others, "plan": json.loads(plan.to_json()),
        "fingerprint": plan.fingerprint, "classes": list(counts.names), "counts": counts.counts.tolist(),
        "labels": labels, "world": world, "num_replicas": num_replicas, "drop_last": drop_last,
    }  # fmt: skip


def draw_fields(
    epoch: int, batches: int, planned: FloatArray, drawn: IntArray, trained: IntArray, *, rank: int = 0,
    first_batch: int = 0, extras: int = 0, **others: Any,
) -> dict[str, Any]:  # fmt: skip
    """A window of batches, without its kind. planned, drawn, trained: shape (num_classes,); others: further fields."""
    return {
        "epoch": epoch, "rank": rank, "first_batch": first_batch, "batches": batches,
        "planned": expected_to_json(planned), "drawn": counts_to_json(drawn), "trained": counts_to_json(trained),
        "extras": extras, **others,
    }  # fmt: skip


def draw_line(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A window of batches."""
    return {"kind": "draw", **fields}


def metric_line(epoch: int, part: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What was reached after an epoch; values: of `metrics_to_json`."""
    return {"kind": "metric", "epoch": epoch, "part": part, **values}


def end_line(epochs: int, **others: Any) -> dict[str, Any]:
    """The run came to its end; others: further fields."""
    return {"kind": "end", **others, "epochs": epochs}


def line_of(record: Mapping[str, Any]) -> bytes:
    """A record as a line of the file, its newline included."""
    return json.dumps(record, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def now() -> str:
    """UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
