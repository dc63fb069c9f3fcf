"""Tables and verdict of a schedule search: what was tried, the confirmed differences, and whether a schedule helps."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sampler_core.formatting import number, percent
from sampler_core.plans.targets import PowerSkew, inner_target
from sampler_core.training.candidates import ADJUSTED, NATURAL
from sampler_core.training.comparison import decided, holm
from sampler_core.training.search_space import SCHEDULE, STATIC
from sampler_core.training.successive_halving import Searched
from sampler_core.training.trained_study import TrainedStudy
from sampler_core.training.verdict import points

BASELINE = f"{NATURAL} + {ADJUSTED}"


def searched(schedules: Searched, static_skews: Searched) -> pd.DataFrame:
    """A row a plan that was tried: its skews, what it reached on the inner splits that all were trained on, how many
    searches it won."""
    rows = []
    for kind, of_kind in ((SCHEDULE, schedules), (STATIC, static_skews)):
        for plan, reached, wins in zip(of_kind.plans, of_kind.first_means, of_kind.wins, strict=True):
            base = plan.target if isinstance(plan.target, PowerSkew) else inner_target(plan.target)
            skew = base.schedule if isinstance(base, PowerSkew) else None
            ends = [skew(epoch, plan.epochs) for epoch in (0, (plan.epochs or 1) - 1)] if skew else [float("nan")] * 2
            rows.append({
                "kind": kind, "target": type(plan.target).__name__, "schedule": repr(skew), "first_skew": ends[0],
                "last_skew": ends[1], "reached": float(reached), "wins": int(wins),
            })  # fmt: skip
    return pd.DataFrame(rows)


def confirmed(trained: TrainedStudy) -> pd.DataFrame:
    """The searched schedule against the tuned static skew, and against natural draws with post-hoc logit adjustment:
    difference with interval, p and Holm's, probabilities, verdict; reached and against_reached are the means."""
    rows = {row.name: row for row in trained.rows}
    found = {name: trained._replace(reference=name) for name in (STATIC, BASELINE)}
    differences = {name: of.difference(rows[SCHEDULE], trained.metric) for name, of in found.items()}
    table: list[dict[str, Any]] = []
    for (name, of_name), holm_p in zip(differences.items(), holm([d.p for d in differences.values()]), strict=True):
        means = {"reached": rows[SCHEDULE], "against_reached": rows[name]}
        reached = {key: float(row.metric(trained.metric).mean()) for key, row in means.items()}
        of_rule = {"holm_p": holm_p, "verdict": decided(of_name, holm_p)}
        table.append({"candidate": SCHEDULE, "against": name, **of_name._asdict(), **of_rule, **reached})
    return pd.DataFrame(table)


def search_verdict(differences: pd.DataFrame, tried: pd.DataFrame, metric: str, region: float) -> str:
    """Whether a schedule beats the static skew, by how much, and what needs no search; in two sentences."""
    against = {row["against"]: row for row in differences.to_dict("records")}
    static, baseline = against[STATIC], against[BASELINE]
    skews = tried[(tried["kind"] == STATIC) & (tried["wins"] > 0)].sort_values("first_skew")["first_skew"].tolist()
    values = number(skews[0]) if len(skews) == 1 else f"{number(skews[0])} to {number(skews[-1])}"
    words = metric.replace("_", " ")
    other = f"the tuned static skew ({values}) here"
    beginning = {
        "better": f"A schedule beats {other}",
        "worse": f"No schedule beats {other}: the searched one is worse",
        "same": f"No schedule beats {other}: the two are the same within {points(region)}",
        "undecided": f"No schedule is shown to beat {other}",
    }[static["verdict"]]
    unseen = " on rows that no search has seen"
    least = f"; a difference of {points(static['found'])} would be found" if static["verdict"] == "undecided" else ""
    first = f"{beginning} ({words} {_with_interval(static)},{unseen}{least})."
    reached = f"Natural draws with logit adjustment, which need no search, reach {percent(baseline['against_reached'])}"
    second = f"{reached}, the schedule {percent(baseline['reached'])} ({_with_interval(baseline)}: {_said(baseline)})."
    return f"{first} {second}"


def _with_interval(row: dict[str, Any]) -> str:
    mean, low, high = (round(100 * row[name], 1) + 0.0 for name in ("mean", "low", "high"))
    return f"{mean:+.1f} points, 95 % interval {low:.1f} to {high:.1f}"


def _said(row: dict[str, Any]) -> str:
    return {"better": "better", "worse": "worse", "same": "the same", "undecided": "undecided"}[row["verdict"]]
