"""Warnings of an epoch that is drawn a second time."""

from __future__ import annotations

import warnings


def warn_of_going_back(epoch: int, restored: int) -> None:
    """For `set_epoch` after a restore, to an epoch before the restored one."""
    message = f"set_epoch({epoch}) goes back behind epoch {restored}, which was restored"
    warnings.warn(f"{message}: these draws have been trained on before", stacklevel=3)


def warn_of_repetition(epoch: int) -> None:
    """For a second pass without `set_epoch`, two calls below the sampler's `__iter__`."""
    message = f"epoch {epoch} is drawn once more, with the same draws"
    warnings.warn(f"{message}: call sampler.set_epoch(epoch) before each epoch", stacklevel=4)
