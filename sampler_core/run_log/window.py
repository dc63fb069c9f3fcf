"""A window: the batches of one epoch that training has taken since its pass, or the log's last line of it, began.

NOTE what its three rows are. `trained` is counted where training is. `drawn` is what the sampler has given out of the
very pass that training was in, however far a loader reads ahead; a sampler that nobody asked has given out nothing.
`planned` is what as many targets are expected to be.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from sampler_core.draws import Epoch
from sampler_core.run_log.target_tally import TargetTally
from sampler_core.run_log.window_counts import completed, window_counts
from sampler_core.run_log.written_lines import draw_fields

if TYPE_CHECKING:
    from sampler_core.sampling.sampler import ScheduledClassSampler


class Window:
    """What is counted of the newest pass of a sampler from now on.

    codes: the names of the classes in the order of the targets' codes, () for that of the sampler. skipped: batches of
    this rank that the loader has left out before. begun: batches and indices of the pass that an earlier window has.
    """

    def __init__(
        self, sampler: ScheduledClassSampler, codes: tuple[Any, ...], world: int, skipped: int, begun: tuple[int, int]
    ) -> None:  # fmt: skip
        self.position, self.batches = sampler.newest_pass, sampler.batches
        self.class_counts, self._scheme, self._world = sampler.class_counts, sampler.plan.drawing, world
        self._epoch = _epoch_of(sampler, self.position.epoch)
        self._codes = codes or self.class_counts.names
        self._tally, self._opened_at = TargetTally(self._codes), time.monotonic()
        self._earlier_batches, self._earlier_indices = begun[0] + skipped, begun[1]
        self.batches_taken = 0

    def add(self, targets: Any) -> None:
        """Targets of one batch of the loader."""
        self._tally.add(targets)
        self.batches_taken += 1

    @property
    def begun(self) -> tuple[int, int]:
        """Batches and indices of its pass that are in this or an earlier window."""
        return self._earlier_batches + self.batches_taken, max(self._earlier_indices, self.position.done)

    @property
    def first_batch(self) -> int:
        """Batches of the one-process stream before this window."""
        return self.position.start.batches + self._earlier_batches * self._world

    def fields(self, rank: int) -> dict[str, Any]:
        """The "draw" line, but for its kind."""
        trained, other = self._tally.counts()
        taken, counts, start = int(trained.sum()) + other, self.class_counts, self.position.start
        code_of = {name: code for code, name in enumerate(self._codes)}
        trained = trained[[code_of[name] for name in counts.names]]
        planned = np.zeros(counts.num_classes)
        first, last = max(self._earlier_indices, start.within), self.position.done
        drawn = np.zeros(counts.num_classes, dtype=np.int64)
        if self._epoch is not None:
            planned[counts.canonical] = taken * self._epoch.shares
            drawn = window_counts(self._scheme, self._epoch, counts, self.batches, start, first, last)
        taken_from = completed(self.batches, start, first), completed(self.batches, start, min(last, first + taken))
        return draw_fields(
            self.position.epoch, self.batches_taken, planned, drawn, trained, rank=rank, first_batch=self.first_batch,
            extras=max(0, taken_from[1] - taken_from[0]) + self._beside_the_plan(last - first, taken),
            seconds=round(time.monotonic() - self._opened_at, 3), **({"other": other} if other else {}),
        )  # fmt: skip

    def _beside_the_plan(self, given_out: int, taken: int) -> int:
        """Indices that were read ahead, or by which a framework has completed its last round of batches."""
        if given_out <= 0:
            return 0
        ranks = self._world if self.batches.num_replicas == 1 else 1
        ahead = given_out - ranks * taken
        return abs(ahead) if ahead > -ranks * self.batches.batch_size else 0


def _epoch_of(sampler: ScheduledClassSampler, number: int) -> Epoch | None:
    """What decides an epoch; None on several ranks before the feedback of the last one is exchanged."""
    try:
        return sampler.stream.cursors.draws(number)
    except RuntimeError:
        return None
