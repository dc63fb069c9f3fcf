"""Whether the draws of a plan meet requirements: counted with NumPy from what the sampler gives, for the tests of Tune.

Nothing here is taken from `sampler_core.tuning` or `sampler_core.forecast`.
"""

import numpy as np

from sampler_core import ScheduledClassSampler
from sampler_core.sampling.index_stream import IndexStream


def indices_of_sampler(labels, plan):
    """The indices of each epoch of a run, epoch -> array, as a training gets them."""
    sampler = ScheduledClassSampler(labels, plan)

    def indices(epoch):
        sampler.set_epoch(epoch)
        return np.fromiter(sampler, dtype=np.int64, count=len(sampler))

    return indices


def meets_as_drawn(plan, counts, requirements, *, quick=False):
    """Whether the run meets all requirements. quick: by `IndexStream`, whose draws are the same."""
    labels = np.repeat(np.arange(len(counts)), counts)
    stream = IndexStream(labels, plan) if quick else None
    indices = stream.indices if stream is not None else indices_of_sampler(labels, plan)
    in_all = np.zeros((len(requirements), labels.size), dtype=np.int64)
    for epoch in range(plan.epochs):
        drawn = indices(epoch)
        times = np.bincount(drawn, minlength=labels.size)
        for i, requirement in enumerate(requirements):
            if epoch in requirement.epochs(plan.epochs):
                in_all[i] += times
                if getattr(requirement, "per", "epoch") == "epoch" and not _holds(
                    requirement, np.asarray(counts), times, labels[drawn], plan.batch_size
                ):
                    return False
    over_run = [i for i, requirement in enumerate(requirements) if getattr(requirement, "per", "epoch") == "run"]
    return all(_holds(requirements[i], np.asarray(counts), in_all[i], None, plan.batch_size) for i in over_run)


def _holds(requirement, counts, times, drawn, batch_size):
    """Of one epoch, or of all together. times: of each sample; drawn: the class of each draw, in order."""
    first = np.cumsum(counts) - counts
    kind = type(requirement).__name__
    if kind == "ShareRatio":
        of_class = np.add.reduceat(times, first)
        return of_class.min() > 0 and of_class.max() <= requirement.bound * of_class.min()
    classes = {"rarest": [counts.argmin()], "largest": [counts.argmax()], "every": range(counts.size)}
    for c in classes[requirement.group]:
        of_class = times[first[c] : first[c] + counts[c]]
        if kind == "RepeatsAtMost" and of_class.max() > requirement.bound:
            return False
        if kind == "SeenAtLeast" and (of_class > 0).mean() < requirement.bound:
            return False
        if kind == "ShareOfClass":
            share = of_class.sum() / times.sum()
            if share < requirement.bound if requirement.sense == "at least" else share > requirement.bound:
                return False
        if kind == "MissingFromAtMost":
            full = max(drawn.size // batch_size, 1)
            batches = drawn[: full * batch_size].reshape(full, -1)
            if (batches != c).all(axis=1).mean() > requirement.bound:
                return False
    return True
