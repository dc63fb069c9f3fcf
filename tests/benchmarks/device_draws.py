"""How fast draws on a torch device are, beside torch.multinomial there.

    python -m tests.benchmarks.device_draws                   on the first GPU, or else on the CPU
    python -m tests.benchmarks.device_draws cuda:1 100000     on that device, with so many samples
    ... --processor-time                                      for a busy CPU: its time, not the clock's

Each line: milliseconds for an epoch, for each 4,096 indices of it, and for 4,096 indices alone, the tables of a new
epoch included; then how many times faster than torch.multinomial with one weight a sample. Medians of alternating runs.
On a CPU the streams without a device, which draw with NumPy, are the ones to use.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from itertools import count

import torch

from sampler_core import IndexStream
from tests.benchmarks.peers import Labels
from tests.benchmarks.sampler import SCHEMES, alternately, labels_of, plan_of

SAMPLES = (100_000, 10_000_000)
CLASSES = 10
PIECE = 4096  # indices


def wait(device: torch.device) -> None:
    """Until the device has done what it was asked for."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def ways_of(labels: Labels, device: torch.device) -> dict[str, Callable[[int], torch.Tensor]]:
    """Name -> draws of the first so many indices of an epoch; a stream's epoch is a new one each time."""
    weights = torch.from_numpy(plan_of("independent").sample_weights(labels, 0)).to(device)
    epochs = count(1)

    def of_stream(stream: IndexStream, end: int) -> torch.Tensor:
        return stream.indices(next(epochs), 0, end)

    return {"torch.multinomial": lambda end: torch.multinomial(weights, end, replacement=True)} | {
        scheme: partial(of_stream, IndexStream(labels, plan_of(scheme), device=device)) for scheme in SCHEMES
    }


def report(device: torch.device, samples: int, repeats: int = 5) -> str:
    """One line a way of drawing."""
    ways = ways_of(labels_of(samples, CLASSES), device)

    def run(name: str, end: int) -> None:
        ways[name](end)
        wait(device)

    runs = {(name, end): partial(run, name, end) for name in ways for end in (PIECE, samples)}
    for once in runs.values():  # what is compiled, moved and kept at first
        once()
    times = alternately(runs, repeats)
    lines = [f"{device}, {samples:,} samples, {CLASSES} classes, torch {torch.__version__}"]
    for name in ways:
        epoch, alone = 1000 * times[name, samples], 1000 * times[name, PIECE]
        faster = [times["torch.multinomial", end] / times[name, end] for end in (samples, PIECE)]
        lines.append(
            f"  {name:18} epoch {epoch:9.3f}   each {PIECE:,} {epoch * PIECE / samples:7.4f}   {PIECE:,} alone "
            f"{alone:8.3f}   {faster[0]:.3g}x, alone {faster[1]:.3g}x"
        )
    return "\n".join(lines)


def main() -> None:
    """Print one table a size."""
    given = [argument for argument in sys.argv[1:] if argument != "--processor-time"]
    name, *sizes = given or ["cuda" if torch.cuda.is_available() else "cpu"]
    if name == "cpu":
        torch.set_num_threads(1)  # others only wait for each other there
    for samples in map(int, sizes or SAMPLES):
        sys.stdout.write(f"{report(torch.device(name), samples)}\n")


if __name__ == "__main__":
    main()
