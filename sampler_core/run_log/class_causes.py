"""The causes of departures that classes, labels and states have; `causes` has the others."""

from __future__ import annotations

import numpy as np

from sampler_core.formatting import listed, number, quoted, several
from sampler_core.run_log.causes import Finding, cause
from sampler_core.run_log.evidence import Evidence, first_where
from sampler_core.run_log.rank_history import rank_histories
from sampler_core.run_log.resume_checks import resumed_from_a_wrong_state


@cause("classes lost", hides=("other batch size", "fewer batches"))
def classes_lost(evidence: Evidence) -> Finding | None:
    """The sampler gave a class out, and none of it reached the training step."""
    run = evidence.run
    is_lost = (run.trained.sum(axis=0) == 0) & (run.drawn.sum(axis=0) > 0) & evidence.beyond_chance[-1]
    if not is_lost.any() or evidence.not_drawn.sum() > run.extras.sum():
        return None
    names = [run.class_counts.names[c] for c in np.flatnonzero(is_lost)]
    drawn = round(float(run.drawn[:, is_lost].sum()))
    return Finding(
        run.epochs[0],
        f"{'Class' if len(names) == 1 else 'Classes'} {listed(names)} never reached the training step, though the "
        f"sampler gave out {several(drawn, 'sample', 'samples')} of {'it' if len(names) == 1 else 'them'}",
        "something on the way drops them. Look at the data set's filters and at collate_fn.",
    )  # fmt: skip


@cause("other labels")
def other_labels(evidence: Evidence) -> Finding | None:
    """Targets of other classes than those that the sampler gave out, or other labels on another rank or later."""
    return _other_on_a_rank(evidence) or _other_after_a_resume(evidence) or _other_than_drawn(evidence)


_FROM_THE_DATA = "them from the data set, in its order: ScheduledClassSampler(labels_of(dataset), plan)."


def _other_on_a_rank(evidence: Evidence) -> Finding | None:
    of_ranks = {rank: plan.labels for rank, plan in reversed(evidence.run.plans)}
    others = [rank for rank, labels in sorted(of_ranks.items()) if labels != evidence.run.first_plan.labels]
    if not others:
        return None
    says = f"The labels of rank {others[0]} are not those of rank 0, or in another order"
    return Finding(evidence.run.epochs[0], says, f"are files listed unsorted? Take {_FROM_THE_DATA}")


def _other_after_a_resume(evidence: Evidence) -> Finding | None:
    histories = rank_histories(evidence.run)
    for resume in evidence.run.resumes:
        history = histories[resume.rank]
        before, after = history.before(resume.segment - 1), history.since(resume.segment)
        if before is not None and after is not None and before.plan.labels != after.plan.labels:
            epoch = resume.resume.epoch
            says = f"The labels have changed where the run went on, in epoch {epoch}, or are in another order"
            return Finding(epoch, says, f"take {_FROM_THE_DATA}")
    return None


def _other_than_drawn(evidence: Evidence) -> Finding | None:
    run = evidence.run
    of_no_class = dict.fromkeys(run.epochs, 0)
    for window in run.windows:
        of_no_class[window.draw.epoch] += window.draw.other
    strangers = evidence.not_drawn.sum(axis=1)
    shared_out = not evidence.shards_itself and evidence.ranks > 1
    completing = evidence.ranks * (evidence.batch_size or 1) if shared_out else 0  # by a framework, with its first ones
    wrong = np.maximum(np.where(strangers > completing, strangers, 0), list(of_no_class.values()))
    since = first_where(run.epochs, [bool(number_wrong) for number_wrong in wrong.tolist()])
    if since is None:
        return None
    row = run.epochs.index(since)
    return Finding(
        since,
        f"Of {several(int(evidence.taken[row]), 'target', 'targets')} in epoch {since} at least "
        f"{number(float(np.ceil(wrong[row])))} are of other classes than the sampler drew",
        f"its labels are not those that training sees, or in another order. Take {_FROM_THE_DATA} Where targets are "
        "codes of named classes, pass classes=.",
    )


@cause("wrong state", hides=("epoch repeated",))
def wrong_state(evidence: Evidence) -> Finding | None:
    """The run went on elsewhere than where it was."""
    if evidence.batch_size is None:  # then a sampler's state counts samples
        return None
    found = resumed_from_a_wrong_state(evidence.run)
    return None if found is None else Finding(found[0], *found[1])


@cause("other shares")
def shares_depart(evidence: Evidence) -> Finding | None:
    """Other class shares than planned, for a reason that nothing else in the log shows."""
    run = evidence.run
    beyond = evidence.beyond_chance
    if not beyond.any():
        return None
    since = first_where(run.epochs, [bool(row.any()) for row in beyond[:-1]])
    row = len(run.epochs) if since is None else run.epochs.index(since)
    trained, planned = (
        np.concatenate([table, table.sum(axis=0, keepdims=True)])[row] for table in (run.trained, run.planned)
    )
    c = int(np.where(beyond[row], np.abs(trained - planned), -1.0).argmax())
    total = max(int(trained.sum()), 1)
    name, when = quoted(run.class_counts.names[c]), "In the whole run" if since is None else f"In epoch {since}"
    return Finding(
        run.epochs[0] if since is None else since,
        f"{when} class {name} is {number(100 * trained[c] / total)} % of the targets, planned are "
        f"{number(100 * planned[c] / max(planned.sum(), 1e-300))} %, which is more than chance",
        "compare the log with the labels (python -m sampler_core audit).",
    )  # fmt: skip
