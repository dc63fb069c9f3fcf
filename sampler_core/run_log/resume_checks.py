"""Whether a run went on where it was: its resume lines beside the windows before them."""

from __future__ import annotations

from itertools import accumulate
from typing import TypeAlias

from sampler_core.run_log.rank_history import RankHistory, rank_histories
from sampler_core.run_log.run import LoggedResume, Run

Says: TypeAlias = tuple[str, str]  # the two parts of a `Finding`'s sentence


def resumed_from_a_wrong_state(run: Run) -> tuple[int, Says] | None:
    """The epoch, how it shows and the remedy; None where nothing speaks against any resume."""
    histories, last_epochs = rank_histories(run), _last_epochs(run)
    for resume in run.resumes:
        says = _wrong(resume, histories[resume.rank], last_epochs[resume.number - 1])
        if says is not None:
            return resume.resume.epoch, says
    return None


def _last_epochs(run: Run) -> list[int]:
    """By number of resumes: the latest epoch of all windows up to the next one, on any rank; -1 for none."""
    latest: dict[int, int] = {}
    for window in run.all_windows:
        latest[window.resumes] = max(latest.get(window.resumes, -1), window.draw.epoch)
    numbers = range(max((resume.number for resume in run.resumes), default=0) + 1)
    return [*accumulate((latest.get(number, -1) for number in numbers), max)]


def _wrong(resume: LoggedResume, history: RankHistory, earlier: int) -> Says | None:
    """earlier: the last epoch before, on any rank.

    NOTE a checkpoint holds the windows of its epoch so far. A log that goes on from one writes them anew, between
    its plan line and its resume line: they are what was trained on when the checkpoint was saved.
    """
    epoch, batch, world = resume.resume
    restored = history.within(resume.segment - 1)
    if resume.segment == 2 and len({w.draw.epoch for w in restored}) > 1:  # one process, which went back
        restored = []
    if not restored:
        return _skipped_epochs(earlier, epoch) if 0 <= earlier < epoch - 1 else None
    last, end = max((w.draw.epoch, w.end_batch) for w in restored)
    near = world if world > 1 and restored[-1].plan.num_replicas == 1 else 0
    if last == epoch and batch - end > near:
        return (
            f"The run went on at batch {batch:,} of epoch {epoch}, though only {end:,} batches of it were trained on",
            f"{batch - end:,} were left out. The sampler's state counted what the loader's workers had read ahead: "
            "save sampler.state_dict(batches_delivered=batches), or use torchdata's StatefulDataLoader.",
        )
    if (epoch, batch) < (last, end - near):
        return (
            f"The run went on at batch {batch:,} of epoch {epoch}, though {end:,} batches of epoch {last} had been "
            "trained on, and trains on them again",
            "load the sampler's state beside the model's, sampler.load_state_dict(state). Where the loader skips "
            "batches itself, call log.skip(batches).",
        )
    return _skipped_epochs(last, epoch) if epoch > last + 1 else None


def _skipped_epochs(last: int, epoch: int) -> Says:
    return (
        f"The run went on in epoch {epoch}, though epoch {last} was the last one before",
        "the sampler's state is not of this run. Load the state that was saved beside the model.",
    )
