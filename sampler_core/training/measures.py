"""What each run of a stack reaches on the rows that are judged, epoch by epoch.

Recalls come from counts of right answers, so that no table of classes x classes is made in each epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.training.loss_terms import ClassMix
from sampler_core.training.losses import Loss
from sampler_core.training.stacks import Stack, Table


class RunMeasures(NamedTuple):
    """Of R runs. right, right_adjusted: right answers, shape (R, num_classes), as the scores are and after post-hoc
    logit adjustment. log_loss, brier: shape (R,), of the probabilities as they are; corrected_...: after prior
    correction to the class shares of the rows judged. The adjusted and corrected are NaN for a loss without a formula.
    answers: the class that each row judged is taken for, an array a run; adjusted_answers alike.
    Brier: mean of sum_c (p_c - [y = c]) ** 2, 0 to 2.
    """

    right: IntArray
    right_adjusted: FloatArray
    log_loss: FloatArray
    brier: FloatArray
    corrected_log_loss: FloatArray
    corrected_brier: FloatArray
    answers: Sequence[IntArray]
    adjusted_answers: Sequence[IntArray]


_NONE = np.zeros(0)
NOT_MEASURED = RunMeasures(np.zeros((0, 0), dtype=np.int64), np.zeros((0, 0)), _NONE, _NONE, _NONE, _NONE, (), ())


def measured(stack: Stack, table: Table, parameters: Sequence[Tensor], mix: ClassMix) -> RunMeasures:
    """The measures of all runs, split by split: the runs of one split share the rows that are judged."""
    parts = []
    for split, some in stack.runs_by_split():
        rows = stack.splits[split].test
        targets = torch.from_numpy(stack.data.y[rows]).to(stack.device)
        of_runs = [part[some] for part in parameters]
        inputs = table.part(split, rows).expand(some.stop - some.start, -1, -1)
        scores = stack.loss.scores(stack.learner.logits(of_runs, inputs, stack.loss.normalised_head))
        of_split = mix._replace(counts=mix.counts[some], drawn=mix.needed_shares[some])
        parts.append(_measures(scores, targets, stack.loss, of_split))
    columns = list(zip(*parts, strict=True))
    arrays = [np.concatenate([part.cpu().numpy() for part in column]) for column in columns[:6]]
    answers: list[list[Any]] = [[row for part in column for row in part.cpu().numpy()] for column in columns[6:]]
    return RunMeasures(*arrays, *answers)  # type: ignore[arg-type]


def feedback_of(stack: Stack, table: Table, parameters: Sequence[Tensor], split: int, reads: str) -> FloatArray:
    """Recall or mean log loss per class of one run on the inner part: shape (num_classes,), NaN without a sample."""
    rows = stack.splits[split].validation
    targets = torch.from_numpy(stack.data.y[rows]).to(stack.device)
    inputs = table.part(split, rows).unsqueeze(0)
    scores = stack.loss.scores(stack.learner.logits(parameters, inputs, stack.loss.normalised_head))[0]
    told = (
        scores.argmax(-1) == targets
        if reads == "recall"
        else functional.cross_entropy(scores, targets, reduction="none")
    )
    num_classes = scores.shape[-1]
    sums = torch.zeros(num_classes, dtype=torch.float64).index_add_(0, targets.cpu(), told.double().cpu())
    return (sums / torch.bincount(targets.cpu(), minlength=num_classes)).numpy()


def _measures(scores: Tensor, targets: Tensor, loss: Loss, mix: ClassMix) -> tuple[Tensor, ...]:
    """The fields of `RunMeasures` for runs with the same rows: scores (R, rows, num_classes), targets (rows,)."""
    num_classes = scores.shape[-1]
    judged = torch.bincount(targets, minlength=num_classes).to(scores) / targets.numel()
    even = torch.full_like(judged, 1.0 / num_classes)
    to_even, to_judged = loss.correction(mix, even), loss.correction(mix, judged)
    answers = scores.argmax(-1)
    adjusted = answers if to_even is None else (scores + to_even).argmax(-1)
    right, right_adjusted = _right(answers, targets, num_classes), _right(adjusted, targets, num_classes).double()
    none = torch.full((len(scores),), torch.nan, dtype=torch.float64, device=scores.device)
    plain = _log_loss_and_brier(scores, targets)
    corrected = (none, none) if to_judged is None else _log_loss_and_brier(scores + to_judged, targets)
    if to_even is None:
        right_adjusted = torch.full_like(right_adjusted, torch.nan)
    return right, right_adjusted, *plain, *corrected, answers, adjusted


def _right(answers: Tensor, targets: Tensor, num_classes: int) -> Tensor:
    """Right answers per run and class."""
    sums = torch.zeros(len(answers), num_classes, dtype=torch.int64, device=answers.device)
    return sums.index_add_(1, targets, (answers == targets).long())


def _log_loss_and_brier(scores: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Means over the rows, float64, shape (R,)."""
    log_shares = functional.log_softmax(scores, dim=-1)
    of_targets = log_shares[:, torch.arange(targets.numel(), device=targets.device), targets]
    shares = log_shares.exp()
    squares = (shares**2).sum(-1) - 2.0 * of_targets.exp() + 1.0
    return -of_targets.double().mean(-1), squares.double().mean(-1)
