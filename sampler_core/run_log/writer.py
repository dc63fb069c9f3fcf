"""RunLog: writes what a training run draws and reaches, one file a rank.

The one contract here: nothing here communicates with other ranks, and nothing waits for a device before `epoch`.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sampler_core.data.plain_values import ClassName, plain_name, whole_number
from sampler_core.run_log.epoch_shares import EpochShares
from sampler_core.run_log.log_file import LogFile, check_log_path, rank_path
from sampler_core.run_log.log_state import STATE_VERSION, check_log_state
from sampler_core.run_log.metric_values import metrics_to_json
from sampler_core.run_log.window import Window
from sampler_core.run_log.written_lines import draw_line, end_line, metric_line, now, plan_line
from sampler_core.sampling.index_pass import PassPosition

if TYPE_CHECKING:
    from sampler_core.sampling.sampler import ScheduledClassSampler


class RunLog:
    """A log of one run in `path`, and of its other ranks beside it (today.jsonl, today.rank1.jsonl, ...).

    sampler: the one that training draws from. classes: the names of the classes in the order of the codes that targets
    are, where that is not the order of `sampler.class_counts.names`. rank, world: from torch.distributed, else those of
    the sampler or of the environment (RANK, WORLD_SIZE).

    `count` in each step, `epoch` after each epoch. An existing file is appended to: the same run where the sampler goes
    on, a new one where it starts from its first epoch.
    """

    def __init__(
        self, path: str | os.PathLike[str], sampler: ScheduledClassSampler, *,
        classes: Sequence[ClassName] | None = None, rank: int | None = None, world: int | None = None,
    ) -> None:  # fmt: skip
        if not hasattr(sampler, "newest_pass"):
            raise TypeError(f"sampler must be a ScheduledClassSampler, got {type(sampler).__name__}")
        if (rank is None) != (world is None):
            raise ValueError(f"rank and world must be given together, got {rank} and {world}")
        check_log_path(Path(path))
        self._path, self._sampler = Path(path), sampler
        self._codes = () if classes is None else tuple(map(plain_name, classes))
        if self._codes and sorted(self._codes) != sorted(sampler.class_counts.names):
            raise ValueError(f"classes must be those of the sampler in another order, got {self._codes!r:.100}")
        self._given_ranks = None if rank is None or world is None else (rank, world)
        self._file: LogFile | None = None
        self._run, self._labels = uuid.uuid4().hex[:16], ""
        self.rank, self.world = 0, 1
        self._window: Window | None = None
        self._pending: list[Window] = []  # ended by a newer pass, and not written yet
        self._last_position: PassPosition | None = None
        self._last_begun = (0, 0)
        self._restored: dict[str, Any] | None = None
        self._unended: list[dict[str, Any]] = []  # written since `epoch`, for checkpoints
        self._skipped = self._epochs = 0
        self._most_ranks = 1  # that the run has had
        self._latest_epoch: int | None = None
        self._shares = EpochShares()

    # --- in training ---------------------------------------------------------------------------------------------

    def count(self, targets: Any) -> None:
        """Counts the targets of one batch of the loader, in the step: whole numbers, shape (batch,).

        They are codes 0, 1, 2, ... of the classes, or where the classes are other whole numbers these themselves.
        `ValueError` for anything else. Does not wait for a GPU.
        """
        window = self._window
        if window is None or window.position is not self._sampler.newest_pass:
            window = self._next_window()
        window.add(targets)

    def epoch(self, *, part: str = "validation", **metrics: Any) -> None:
        """Writes what was counted, and metrics: one number, or one per class in the order of the sampler's classes.

        Per class also as {name: value}; None or NaN for a class that had no validation samples. part: of the data that
        was judged. Where the plan follows one of them (`recall`, `loss`), the sampler is updated with it. `ValueError`
        naming the class for what is no number; then nothing is written.
        """
        plan = self._sampler.plan
        counts = self._sampler.class_counts if self._window is None else self._window.class_counts
        written = metrics_to_json(metrics, counts, plan.adaptive.reads if plan.adaptive else None)
        file = self._opened()
        number = self._sampler.epoch if self._window is None else self._window.position.epoch
        self._write_windows(file)
        self._unended = []
        if written:
            file.append(metric_line(number, part, written))
        if plan.adaptive is not None and isinstance(written.get(plan.adaptive.reads), list):
            self._sampler.update(**{plan.adaptive.reads: written[plan.adaptive.reads]})

    def skip(self, batches: int) -> None:
        """Says that the loader leaves out so many batches of this rank before the next one that is counted.

        For loaders that draw the epoch from its beginning again when they go on within it
        (`accelerate.skip_first_batches`, the Hugging Face Trainer).
        """
        self._skipped = whole_number("batches", batches)

    def flat(self) -> dict[str, float]:
        """The class shares of the last epoch that was written, for any logger: {"skewlab/share/airplane": 0.1, ...}.

        One line after `epoch`, with what the logger calls its own:

            for name, share in log.flat().items(): writer.add_scalar(name, share, epoch)  # TensorBoard
            wandb.log(log.flat(), step=epoch)  # Weights & Biases
            mlflow.log_metrics(log.flat(), step=epoch)  # MLflow
        """
        return self._shares.flat()

    def end(self) -> None:
        """Writes that the run came to its end."""
        file = self._opened()
        self._write_windows(file)
        file.append(end_line(self._epochs, time=now()))

    # --- with a checkpoint ---------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """What was counted since `epoch`, as plain JSON types, to be saved beside the sampler's state.

        It is written to the log too. Call it on every rank, also where one of them saves for all: a run that goes on
        with another number of ranks then has the counts of each.
        """
        rank, world = self._rank_and_world()
        if self._windows():
            self._write_windows(self._opened())
        state = {"rank": rank, "world": world, "most_ranks": max(world, self._most_ranks), "epochs": self._epochs}
        plan = self._sampler.plan.fingerprint
        return {"version": STATE_VERSION, "run": self._run, "plan": plan, **state, "windows": list(self._unended)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on with the counts of a checkpoint; those of another rank or number of ranks are left out.

        `ValueError` for a state of another plan and for what is none.
        """
        check_log_state(state, self._sampler.plan.fingerprint, self._sampler.class_counts.num_classes)
        self._window, self._pending, self._unended = None, [], []
        self._restored, self._epochs, self._run = dict(state), state["epochs"], state["run"]
        self._latest_epoch = state["windows"][-1]["epoch"] if state["windows"] else None
        self._most_ranks = state["most_ranks"]

    # --- what it is made of --------------------------------------------------------------------------------------

    def _next_window(self) -> Window:
        """A window of the pass that the sampler is in; says first where that pass goes on with an earlier run."""
        file, position = self._opened(), self._sampler.newest_pass
        begun = (0, 0)
        if self._labels != self._sampler.labels_digest:
            self._write_windows(file)  # they are of the classes before
            self._unended = []
            self._append_plan(file)
        if self._window is not None:
            self._pending.append(self._window)
        elif self._last_position is position:
            begun = self._last_begun
        window = Window(self._sampler, self._codes, self.world, self._skipped, begun)
        restored, self._restored = self._restored, None
        if restored is not None and (restored["rank"], restored["world"]) == (self.rank, self.world):
            for fields in restored["windows"]:
                self._append_window(file, self._sampler.class_counts.names, fields)
        starts_within = begun == (0, 0) and window.first_batch > 0
        if restored is not None or starts_within or (position.epoch > 0 and self._last_position is None):
            where = {"epoch": position.epoch, "batch": window.first_batch}
            file.append({"kind": "resume", **where, "world": self.world})
        self._window, self._skipped, self._last_position = window, 0, position
        return window

    def _windows(self) -> list[Window]:
        return [*self._pending, *([self._window] if self._window else [])]

    def _write_windows(self, file: LogFile) -> None:
        """All windows, which end here."""
        windows = self._windows()
        self._window, self._pending = None, []
        for window in windows:
            self._append_window(file, window.class_counts.names, window.fields(self.rank))
            self._last_position, self._last_begun = window.position, window.begun
            self._epochs += window.position.epoch != self._latest_epoch
            self._latest_epoch = window.position.epoch

    def _append_window(self, file: LogFile, names: Sequence[ClassName], fields: Mapping[str, Any]) -> None:
        file.append(draw_line(fields))
        self._unended.append(dict(fields))
        self._shares.add(names, fields)

    def _opened(self) -> LogFile:
        """The file of this rank, with the plan in it; opened when training has begun and the rank is known."""
        if self._file is None:
            self.rank, self.world = self._rank_and_world()
            self._file, position = LogFile(rank_path(self._path, self.rank)), self._sampler.newest_pass
            if self._restored is not None or self._skipped or position.epoch or position.start.batches:  # it goes on
                has_taken_part = self._restored is None or self.rank < self._most_ranks
                self._run = (self._file.last_run() if has_taken_part else None) or self._run
            self._append_plan(self._file)
        return self._file

    def _rank_and_world(self) -> tuple[int, int]:
        return self._given_ranks or _rank_and_world(self._sampler)

    def _append_plan(self, file: LogFile) -> None:
        sampler, self._labels = self._sampler, self._sampler.labels_digest
        file.append(plan_line(
            self._run, sampler.plan, sampler.class_counts, self._labels, world=self.world,
            num_replicas=sampler.num_replicas, drop_last=sampler.drop_last, time=now(),
        ))  # fmt: skip


def _rank_and_world(sampler: ScheduledClassSampler) -> tuple[int, int]:
    dist: Any = sys.modules.get("torch.distributed")
    if dist is not None and dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    if sampler.num_replicas > 1:
        return sampler.rank, sampler.num_replicas
    rank, world = os.environ.get("RANK", ""), os.environ.get("WORLD_SIZE", "")
    return (int(rank), int(world)) if rank.isdigit() and world.isdigit() and int(rank) < int(world) else (0, 1)
