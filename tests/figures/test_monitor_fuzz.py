"""Whatever a run log says, it is read, judged and drawn, or refused in a sentence.

python -m tests.figures.test_monitor_fuzz 20000    that many of them; prints the slowest
"""

import json
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from sampler_core.figures.monitor_charts import charts_of_run, charts_of_runs
from sampler_core.figures.monitor_classes import class_table
from sampler_core.figures.monitor_runs import MonitoredRun, run_table
from sampler_core.run_log import judged, run_of_contents
from tests.core.run_log_scripts import CLEAN, MISTAKES

VALUES = (
    0, 1, 2, 3, 7, -1, 0.5, 2**31, 2**36, 2**53, 2**63, 10**30, 1e308, float("nan"), None, True, "", "x" * 50, [], {},
    [1, 2], {"0": 5}, "independent", "exact", "stratified",
)  # fmt: skip


@cache
def logs() -> tuple[tuple[bytes, ...], ...]:
    """Those of scripts, a file a rank."""
    with tempfile.TemporaryDirectory() as folder:
        for script in (*CLEAN, *MISTAKES):
            script(Path(folder) / script.__name__ / "run.jsonl")
        return tuple(
            tuple(file.read_bytes() for file in sorted(one.iterdir())) for one in sorted(Path(folder).iterdir())
        )


def changed(value: object, chance: random.Random) -> object:
    """With one value somewhere in it changed."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        return value | {key: changed(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        return [*value[:at], changed(value[at], chance), *value[at + 1 :]]
    return chance.choice(VALUES)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """With up to eight changes: values of lines, lines left out, doubled or moved, bytes."""
    lines = content.splitlines()
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(lines))
        match chance.randrange(8):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(chance.randrange(len(lines)), lines[at])
            case 2:
                lines.append(lines.pop(at))
            case 3:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)] + chance.randbytes(2)
            case _:
                with suppress(ValueError):  # no JSON any more
                    lines[at] = json.dumps(changed(json.loads(lines[at]), chance)).encode()
    return b"".join(line + b"\n" for line in lines)


def look(seed: int) -> None:
    """At one mutated log, as Monitor does."""
    chance = random.Random(seed)
    files = [mutated(file, chance) for file in chance.choice(logs())]
    try:
        run = run_of_contents(files, "night.jsonl")
    except ValueError as error:
        assert str(error).startswith("run log"), error
        return
    judgement = judged(run)
    assert judgement.sentence.isprintable(), judgement.sentence
    one = MonitoredRun("night", judgement, 0)
    draw: Callable[..., object] = chance.choice((charts_of_run, lambda one, *rest: charts_of_runs([one], *rest)))
    if run.windows:
        draw(one, chance.choice(("rarest class", "largest class")), 1)
        class_table(judgement)
        run_table([one], "rarest class", 1)


def test_mutated_logs_are_judged_and_drawn_or_refused_in_a_sentence() -> None:
    for seed in range(100):
        look(seed)


if __name__ == "__main__":
    slowest = (0.0, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in range(int(sys.argv[1])):
            begin = time.process_time()
            try:
                look(seed)
            except Exception as error:
                raise AssertionError(f"seed {seed}") from error
            slowest = max(slowest, (time.process_time() - begin, seed))
    print(f"the slowest took {slowest[0]:.2f} s (seed {slowest[1]})")
