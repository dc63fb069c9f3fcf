"""The verdict of a study: one sentence."""

from __future__ import annotations

from typing import Any

from sampler_core.formatting import joined, percent, quoted

Records = list[dict[str, Any]]


def verdict(summary: Records, comparisons: Records, reference: str, metric: str, region: float) -> str:
    """Who is better than whom in what, by how much, at what cost; the baseline without another training; the undecided.
    Where that baseline does more than any plan, it comes first.

    summary, comparisons: the rows of the tables of those names.
    """
    reached = {row["candidate"]: row for row in summary}
    plans = [row for row in comparisons if not row["is_baseline"]]
    by_verdict = {
        word: sorted((row for row in plans if row["verdict"] == word), key=lambda row: -row["mean"])
        for word in ("better", "same", "worse", "undecided")
    }
    if by_verdict["better"]:
        best = by_verdict["better"][0]
        parts = [_better(best, by_verdict["better"][1:], reference, metric)]
        compared = [best["candidate"], reference]
    else:
        parts, compared = [_none_is_better(by_verdict, reference, metric, region)], [reference]
    most = max((row["mean"] for row in plans), default=0.0)
    for row in comparisons:
        if row["is_baseline"]:
            is_most = row["verdict"] == "better" and row["mean"] > most
            parts.insert(0 if is_most else 1, _baseline(row, reached, compared, metric, is_most))
    if by_verdict["same"]:
        parts.append(f"the same within {points(region)}: {_names(by_verdict['same'])}")
    if by_verdict["worse"]:
        parts.append(f"worse: {joined([_with_difference(row) for row in by_verdict['worse']])}")
    if by_verdict["undecided"]:
        found = max(row["found"] for row in by_verdict["undecided"])
        many = joined([_with_difference(row) for row in by_verdict["undecided"]])
        whether = f" whether{_by(region)}" if region else ""
        parts.append(f"undecided{whether}: {many}, where a true difference of {points(found)} would be found")
    said = "; ".join(parts) + "."
    return said[0].upper() + said[1:]


def _by(region: float) -> str:
    """The least difference that counts."""
    return f" by more than {points(region)}" if region else ""


def _none_is_better(by_verdict: dict[str, Records], reference: str, metric: str, region: float) -> str:
    """What is shown and what is not: of plans that are undecided, nothing is."""
    if not any(by_verdict.values()):
        return f"nothing was trained besides {quoted(reference)}"
    how = "better"
    if by_verdict["undecided"]:
        how = f"shown to be {'better' if by_verdict['worse'] else 'better or worse'}"
    return f"no plan is {how} than {quoted(reference)}{_by(region)} in {_words(metric)}"


def _better(best: dict[str, Any], others: Records, reference: str, metric: str) -> str:
    interval = f"95 % interval {100 * best['low']:.1f} to {100 * best['high']:.1f}"
    said = f"{quoted(best['candidate'])} is better than {quoted(reference)} in {_words(metric)} by "
    said += f"{points(best['mean'])} ({interval}){_costs(best, metric)}"
    return f"{said}; better too: {joined([_with_difference(row) for row in others])}" if others else said


def _costs(best: dict[str, Any], metric: str) -> str:
    other = "accuracy" if metric == "balanced_accuracy" else "balanced_accuracy"
    change, log_loss = best[f"{other}_difference"], best["log_loss_difference"]
    costs = [f"{points(abs(change))} {'less' if change < 0 else 'more'} {_words(other)}"] if abs(change) >= 5e-4 else []
    costs += [f"{abs(log_loss):.2f} {'more' if log_loss > 0 else 'less'} log loss"] if abs(log_loss) >= 5e-3 else []
    return f", with {joined(costs)}" if costs else ""


def _baseline(row: dict[str, Any], reached: dict[str, Any], compared: list[str], metric: str, is_most: bool) -> str:
    others = joined([f"{quoted(name)} {percent(reached[name][metric])}" for name in compared])
    own = percent(reached[row["candidate"]][metric])
    more = f" in {_words(metric)}, more than any plan" if is_most else ""
    return f"without another training, {quoted(row['candidate'])} reaches {own} ({others}){more}"


def _with_difference(row: dict[str, Any]) -> str:
    return f"{quoted(row['candidate'])} ({signed_points(row['mean'])})"


def _names(rows: Records) -> str:
    return joined([quoted(row["candidate"]) for row in rows])


def points(share: float) -> str:
    """A difference of shares in points, as people read it."""
    text = f"{100 * share:.1f}".removesuffix(".0")
    return f"{text} point" if text == "1" else f"{text} points"


def signed_points(share: float) -> str:
    """A difference of shares in points with its sign; what rounds to nothing is "+0.0"."""
    return f"{round(100 * share, 1) + 0.0:+.1f}"


def _words(metric: str) -> str:
    return metric.replace("_", " ")
