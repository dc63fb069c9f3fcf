"""The list of charts of a study, each with its title, note, place and height; and what to keep in mind about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import class_in_words
from sampler_core.figures.figure import Chart
from sampler_core.figures.legend import height_with_legend
from sampler_core.figures.rows_and_ranks import class_rows
from sampler_core.figures.train_charts import accuracy_chart, calibration_chart, metric_curves
from sampler_core.figures.train_class_charts import confusion_chart, drawn_chart, recall_chart
from sampler_core.figures.train_lines import METRIC_LABELS, class_counts_of, numbers, rows_of, study_lines
from sampler_core.formatting import joined, number, percent, quoted
from sampler_core.training.study_result import StudyResult
from sampler_core.training.verdict import signed_points

FEW_JUDGED = 20  # samples of a class: below, the page says what one of them moves
MOST_NAMED = 4
UNCALIBRATED = "the classifier's probabilities do not fit its draws, it is over-confident or trained too briefly"
OFTEN = 10  # times an epoch that a sample is drawn: from there on the page says it
WORSE = 1.02  # times the log loss: what prior correction makes worse by less is not told


def study_charts(
    result: StudyResult, colours: Mapping[str, int] | None = None, shown: str | None = None,
    curve: str = "balanced_accuracy",
) -> list[Chart]:  # fmt: skip
    """All figures of a study. colours: plan name -> 0 to 5. shown: the row that is shown in detail, by default the
    reference; curve: the metric over epochs."""
    lines, counts = study_lines(result, colours), class_counts_of(result)
    shown = result.settings["reference"] if shown is None else shown
    drawn_by = _trained(result, shown)
    points, rows = accuracy_chart(result, lines), class_rows(counts)
    first_height = max(height_with_legend(points, 380), 90 + 26 * rows if rows else 0)
    calibration = calibration_chart(result, lines)
    drawn, confusion = drawn_chart(result, drawn_by), confusion_chart(result, shown)
    detail_height = height_with_legend(drawn, 360)
    interval = f"Bars: 95 % interval of {shown}, by the samples judged."
    recalls_note = (
        f"Colours as beside. {interval}" if rows else f"Means of a twentieth of the classes each. Thick: {shown}."
    )
    charts = [
        Chart("train-points", "Balanced accuracy against accuracy", points,
              "After the last epoch, with the 95 % interval of each alone: differences on the same splits, in the "
              "table above, are surer. Up and to the right is better.", 6, first_height, 0),
        Chart("train-recalls", "Recall of each class, beside its training samples", recall_chart(result, lines, shown),
              recalls_note, 6, first_height, 1),
        Chart("train-curves", f"{METRIC_LABELS[curve].capitalize()} over epochs", metric_curves(result, lines, curve),
              "Means over runs, on test rows. A curve that falls again asks for fewer epochs or weight decay.",
              6, 360, 2),
        Chart("train-calibration", "What the probabilities are worth", calibration, _calibration_note(result),
              6, max(360, 130 + 30 * len(lines)), 2),
        Chart("train-drawn", f"Class shares that {drawn_by} drew", drawn,
              "Means over runs; ribbons: the least and the largest of a run.", 6 if confusion else 12, detail_height,
              3),
    ]  # fmt: skip
    if confusion is not None:
        note = "Rows: the class, largest first. Columns: what it is taken for. Means over repeats."
        charts.append(Chart("train-confusion", f"Confusion matrix of {shown}", confusion, note, 6, detail_height, 3))
    return charts


def caveats(result: StudyResult) -> list[str]:
    """What a reader must not take the result for, in sentences."""
    counts, settings = class_counts_of(result), result.settings
    recalls = rows_of(result.tables["recalls"], settings["reference"])
    judged = numbers(recalls["n"])
    sentences = [
        *what_to_try_first(result),
        "The features are fixed and the learner is small: a network that is trained as a whole may answer otherwise.",
        *_not_compared(result),
    ]
    few = [c for c in np.argsort(judged) if 0 < judged[c] < FEW_JUDGED]
    if len(few) > MOST_NAMED:
        sentences.append(
            f"Of {len(few):,} classes fewer than {FEW_JUDGED} samples are judged: their single recalls say little."
        )
    elif few:
        named = joined([
            f"{class_in_words(counts.names[c])} has {number(float(judged[c]))} (one moves its recall by "
            f"{percent(1 / float(judged[c]))})" for c in few
        ])  # fmt: skip
        sentences.append(f"Few samples are judged: {named}.")
    summary = result.tables["summary"].set_index("candidate")
    sentences += _repeated(result, counts)
    sentences += _least_calibrated(result)
    if mistaken := _worse_corrected(result):
        before, after = (float(summary.loc[mistaken[0], name]) for name in ("log_loss", "corrected_log_loss"))
        sentences.append(
            f"The corrected probabilities of {_few_or_how_many(mistaken)} are worse here (log loss of "
            f"{quoted(mistaken[0])} {number(before)}, corrected {number(after)}): {UNCALIBRATED}."
        )
    return sentences


def _repeated(result: StudyResult, counts: ClassCounts) -> list[str]:
    """How often the best plan draws each sample of the class that it repeats most, where that is often."""
    compared = result.tables["comparisons"]
    better = compared[(compared["verdict"] == "better") & ~compared["is_baseline"].astype(bool)]
    if better.empty:
        return []
    name = str(better.sort_values("mean", ascending=False)["candidate"].iloc[0])
    rows = rows_of(result.tables["recalls"], name)
    trained, last_share = numbers(rows["trained"]), numbers(rows["last_share"])
    summary = result.tables["summary"].set_index("candidate")
    draws = result.settings["plans"][summary.loc[name, "plan"]].get("samples_per_epoch") or trained.sum()
    repeats = np.divide(last_share * draws, trained, out=np.zeros_like(trained), where=trained > 0)
    c = int(repeats.argmax())
    if repeats[c] < OFTEN:
        return []
    return [
        f"{quoted(name)} draws each of the {number(float(trained[c]))} training samples of "
        f"{class_in_words(counts.names[c])} about {number(float(round(repeats[c])))} times in the last epoch: what "
        "memorises them needs augmentation, or a limit on repeats."
    ]


def _least_calibrated(result: StudyResult) -> list[str]:
    """The candidate whose log loss is the highest, where it is well above the reference's; what correction does."""
    summary = result.tables["summary"].set_index("candidate").loc[list(result.settings["losses"])]
    name, natural = str(summary["log_loss"].idxmax()), float(summary.loc[result.settings["reference"], "log_loss"])
    before, after = (numbers(summary.loc[[name], column])[0] for column in ("log_loss", "corrected_log_loss"))
    if before <= 1.1 * natural or not after < before:
        return []
    if before < WORSE * after:
        return [
            f"Probabilities of {quoted(name)} fit the test rows less well than those of "
            f"{quoted(result.settings['reference'])} (log loss {number(before)} against {number(natural)}), and prior "
            f"correction hardly changes that ({number(after)})."
        ]
    return [
        f"Probabilities of {quoted(name)} do not mean what they say on the test rows (log loss {number(before)}); "
        f"prior correction brings it to {number(after)}."
    ]


def what_to_try_first(result: StudyResult) -> list[str]:
    """The baseline without another training, where no plan does more than it, or as much with more accuracy: what it
    reached, and how to have it."""
    compared, settings = result.tables["comparisons"], result.settings
    is_baseline = compared["is_baseline"].astype(bool)
    better, baseline = compared[(compared["verdict"] == "better") & ~is_baseline], compared[is_baseline].iloc[0]
    gain, said, region = float(baseline["mean"]), str(baseline["verdict"]), float(settings["region"])
    summary, name = result.tables["summary"].set_index("candidate"), str(baseline["candidate"])
    if len(better):
        best = str(better.sort_values("mean", ascending=False)["candidate"].iloc[0])
        costs = float(summary["accuracy"][best] - summary["accuracy"][name])
        as_good = float(better["mean"].max()) - gain < region and costs < region
    else:
        as_good, best = said == "better" or (said == "undecided" and gain > 0), str(settings["reference"])
    if not as_good:
        return []
    against, reached, accuracy = quoted(settings["reference"]), summary[settings["metric"]], summary["accuracy"]
    verdict = {"better": f"it is better than {against}", "same": f"it is the same as {against}"}
    return [
        f"Try {quoted(name)} first: it needs no other training, and reached {percent(float(reached[name]))} "
        f"({quoted(best)} {percent(float(reached[best]))}), its accuracy {percent(float(accuracy[name]))} "
        f"({percent(float(accuracy[best]))}); "
        f"{verdict.get(said, f'against {against} it is {said}')} ({signed_points(gain)} points). At test time, "
        "subtract log p from the logits, p the class shares of the training rows: logit_adjustment(logits, p) "
        "in sampler_core.training.losses."
    ]


def _not_compared(result: StudyResult) -> list[str]:
    compared = result.tables["comparisons"]
    better = compared.loc[(compared["verdict"] == "better") & ~compared["is_baseline"].astype(bool), "mean"]
    if len(better) < 2:
        return []
    return [
        f"Each plan is compared with {quoted(result.settings['reference'])}, not the {len(better)} better ones "
        f"with each other: they are {100 * float(better.max() - better.min()):.1f} points apart."
    ]


def _calibration_note(result: StudyResult) -> str:
    note = "Log loss on the test rows. Correction uses the class shares that training drew, and no other training."
    if mistaken := _worse_corrected(result):
        return f"{note} It makes {_few_or_how_many(mistaken)} worse here: {UNCALIBRATED}."
    return note


def _worse_corrected(result: StudyResult) -> list[str]:
    """The candidates whose log loss prior correction makes worse, the one that loses most first."""
    summary = result.tables["summary"].set_index("candidate")
    before, after = (pd.Series(numbers(summary[name]), summary.index) for name in ("log_loss", "corrected_log_loss"))
    lost = (after / before)[list(result.settings["losses"])]
    return [str(name) for name in lost[lost > WORSE].sort_values(ascending=False).index]


def _few_or_how_many(names: Sequence[str]) -> str:
    return joined([quoted(name) for name in names]) if len(names) <= MOST_NAMED else f"{len(names)} rows"


def _trained(result: StudyResult, name: str) -> str:
    """The candidate that was trained for a row: of one that is adjusted afterwards, that before."""
    return name if name in result.settings["losses"] else str(result.settings["reference"])
