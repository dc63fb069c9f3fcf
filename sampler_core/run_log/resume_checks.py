"""Whether a run went on where it was: its resume lines beside the windows before them."""

from __future__ import annotations

from typing import TypeAlias

from sampler_core.run_log.run import LoggedResume, LoggedWindow, Run

Says: TypeAlias = tuple[str, str]  # the two parts of a `Finding`'s sentence


def resumed_from_a_wrong_state(run: Run) -> tuple[int, Says] | None:
    """The epoch, how it shows and the remedy; None where nothing speaks against any resume."""
    for resume in run.resumes:
        windows = [window for window in run.all_windows if window.draw.rank == resume.rank]
        before = [window for window in windows if window.segment < resume.segment]
        if before and (says := _wrong(resume, before, run)) is not None:
            return resume.resume.epoch, says
    return None


def _wrong(resume: LoggedResume, before: list[LoggedWindow], run: Run) -> Says | None:
    """NOTE a checkpoint holds the windows of its epoch so far. A log that goes on from one writes them anew, between
    its plan line and its resume line: they are what was trained on when the checkpoint was saved."""
    epoch, batch = resume.resume.epoch, resume.resume.batch
    restored = [w for w in before if w.segment == resume.segment - 1]
    if resume.segment == 2 and len({w.draw.epoch for w in restored}) > 1:  # one process, which went back
        restored = []
    if not restored:
        last = max(w.draw.epoch for w in before)
        skipped = epoch - last - 1
        return _skipped_epochs(last, epoch) if skipped > 0 else None
    last, end = max((w.draw.epoch, w.end_batch) for w in restored)
    near = resume.resume.world if run.first_plan.num_replicas == 1 and run.world > 1 else 0
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
