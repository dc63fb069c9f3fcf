"""Mutated label files, plans, requirements and URLs at size: `python -m tests.benchmarks.fuzz --files 500000`.

Whatever comes, the only errors are ours, no input takes more than 5 s of processor time, and the process stays below
1 GB. An input depends on its number and the seed alone, so that one can be run again: `--start NUMBER --files 1`.
"""

from __future__ import annotations

import argparse
import dataclasses
import faulthandler
import json
import random
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from pages.parts.my_labels.reading_job import ReadingJob, Upload
from pages.parts.sidebar.page_parameters import PARAMETERS
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.url_correction import OLD_KEYS, corrected_url
from pages.parts.tune.requirements_text import read_requirements
from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets.label_files import ReadingError
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import Variants
from sampler_core.plans.presets import PRESETS
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.schedules import Constant
from sampler_core.plans.targets import PowerSkew
from sampler_core.tuning.requirements import REQUIREMENTS
from sampler_core.tuning.verdicts import verdicts
from tests.core.test_reading_fuzz import PIECES, SEEDS, reads_or_says_why

MOST_SECONDS, MOST_MEGABYTES = 5.0, 1000
FILES = list(SEEDS.items())
SIZES = (0, 1, 2, 127, 128, 255, 256, 0x7FFF, 0xFFFF, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63, 2**64 - 1)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A file with up to eight changes: bits flipped, cut, doubled, spliced with another file, sizes changed."""
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at, length = rng.randrange(len(found) + 1), rng.choice((1, 2, 4, 8, 20, 200))
        match rng.randrange(9):
            case 0 if at < len(found):
                found[at] ^= 1 << rng.randrange(8)
            case 1:
                found[at : at + 1] = rng.randbytes(1)
            case 2:
                del found[at : at + length]
            case 3:
                found = found[at:] if rng.random() < 0.3 else found[:at]
            case 4:
                found[at:at] = found[at : at + length] * rng.choice((1, 1, 2, 1000))
            case 5:
                other = rng.choice(FILES)[1]
                start = rng.randrange(len(other))
                found[at : at + rng.choice((0, length))] = other[start : start + length]
            case 6:
                width = rng.choice((1, 2, 4, 8))
                order = rng.choice(("little", "big"))
                found[at : at + width] = (rng.choice(SIZES) % 256**width).to_bytes(width, order)
            case 7:
                found[at : at + rng.choice((0, 1))] = rng.choice(PIECES)
            case 8:  # a number written in digits becomes another
                digits = [i for i in range(len(found)) if 48 <= found[i] <= 57] or [0]
                found[(i := rng.choice(digits)) : i + 1] = str(rng.choice((*SIZES, -1, 1e308, 10**30))).encode()
    return bytes(found)


def file_of(rng: random.Random) -> tuple[str, bytes]:
    """A name and a mutated file."""
    name, data = rng.choice(FILES)
    return name.removeprefix("table ").removeprefix("noticed "), mutated(data, rng)


def read_file(rng: random.Random) -> None:
    """A mutated file by the readers in this process: its counts, one in four times its labels too."""
    reads_or_says_why(*file_of(rng), as_labels=rng.random() < 0.25)


def read_file_in_a_job(rng: random.Random) -> None:
    """A mutated file as a page reads it."""
    try:
        ReadingJob(Upload(*file_of(rng))).result().sentence()
    except ReadingError as error:
        assert str(error).isprintable()
        assert "ended the process" not in str(error), str(error)
        assert "no progress" not in str(error), str(error)


# --- plans, requirements and URLs ------------------------------------------------------------------------------------

COUNTS = ClassCounts(("a", "b", "c"), [900, 90, 10])
PLAN = SamplingPlan(target=PowerSkew(Constant(0.5)), epochs=3, batch_size=16)
NAMES = [*SCHEDULES, *TARGETS, *REQUIREMENTS, *PRESETS, "mine", "a", "b", "every", "rarest", "at most", "run", "epoch"]
NUMBERS = (0, 1, 2, 3, -1, 0.5, 1.5, -0.0, 50, 51, 1e-300, 5e-324, 1e308, float("inf"), float("nan"), 2**31, 2**53,
           2**63 - 1, 2**63, 2**64, 10**18, 10**300, 10**400)  # fmt: skip
FIELDS = sorted({field for catalogue in (SCHEDULES, TARGETS, REQUIREMENTS) for entry in catalogue.values()
                 for field in entry.__dataclass_fields__} | {*SamplingPlan.__dataclass_fields__, "name", "preset",
                 "colour", "schema", "drawing_version", "fingerprint", "names", "counts"})  # fmt: skip


def json_value(rng: random.Random, depth: int = 0) -> object:
    """Any JSON value of the words that plans and requirements are written in."""
    match rng.randrange(9 if depth < 5 else 5):
        case 0 | 1:
            return rng.choice(NUMBERS)
        case 2 | 3:
            return rng.choice(NAMES)
        case 4:
            return rng.choice((None, True, False, "", "0:0, 5:1", "x" * 300, "\ud800", '{"a": 2}', [], {}))
        case 5:
            return [json_value(rng, depth + 1) for _ in range(rng.randrange(4))]
        case 6:
            return entry_of(rng, rng.choice((SCHEDULES, TARGETS, REQUIREMENTS)), depth)
        case _:
            return {rng.choice(FIELDS): json_value(rng, depth + 1) for _ in range(rng.randrange(5))}


def entry_of(rng: random.Random, catalogue: dict[str, type], depth: int = 0) -> dict[str, object]:
    """An entry of a catalogue with most of its fields, many of them such as they may be."""
    name = rng.choice(list(catalogue))
    entry: dict[str, object] = {"name": name}
    for described in dataclasses.fields(catalogue[name]):
        field, row = described.name, described.metadata.get("parameter")
        is_needed = described.default is dataclasses.MISSING
        if field == "schedule":
            entry[field] = entry_of(rng, SCHEDULES, depth)
        elif field in ("target", "base"):
            entry[field] = entry_of(rng, TARGETS, depth + 1) if depth < 3 else {"name": "unimax", "max_repeats": 2}
        elif row is not None and row.kind == "text":
            texts = "0:0, 2:1", "a: 2, b: 0.5", "a: 0.2, b: 0.3, c: 0.5", json_value(rng, depth + 1)
            entry[field] = rng.choice(texts)
        elif row is not None and (is_needed or rng.random() < 0.5):
            likely = (*row.choices, row.default, row.default, row.minimum, row.maximum, rng.choice(NUMBERS))
            entry[field] = rng.choice([value for value in likely if value is not None] or [0])
        elif rng.random() < 0.1:
            entry[field] = json_value(rng, depth + 1)
    return entry


def plan_of(rng: random.Random) -> dict[str, object]:
    """The fields of a plan, most of them such as they may be."""
    fields: dict[str, object] = json.loads(PLAN.to_json()) | {"target": entry_of(rng, TARGETS)}
    del fields["fingerprint"]
    for _ in range(rng.randrange(3)):
        fields[rng.choice([field for field in fields if field != "schema" or rng.random() < 0.1])] = rng.choice(
            (rng.choice(NUMBERS), json_value(rng))
        )
    if rng.random() < 0.2:
        fields["drawing"] = rng.choice(("exact", "stratified"))
    return fields


def written(rng: random.Random, value: object) -> str:
    """A value as JSON text; at times with something changed in it."""
    sys.set_int_max_str_digits(0)
    text = json.dumps(value)
    sys.set_int_max_str_digits(4300)
    if rng.random() < 0.1:
        at = rng.randrange(len(text) + 1)
        piece = rng.choice(('"', "[", "{", "}", "9" * 30, "9" * 5000, "[" * 800, "\ud800", "NaN", text[:40], ""))
        text = text[:at] + piece + text[at + rng.choice((0, 1, 5)) :]
    return text


def take_plan(rng: random.Random) -> None:
    """A plan's JSON: an error of ours, or a plan that can be checked, listed and written again."""
    try:
        plan = SamplingPlan.from_json(written(rng, plan_of(rng)))
    except ValueError:
        return
    use_plan(plan)
    assert SamplingPlan.from_json(plan.to_json()) == plan


def use_plan(plan: SamplingPlan) -> None:
    """What a page does with a plan: an error of ours, or shares that sum to 1."""
    try:
        plan.check(COUNTS)
        if plan.epochs is not None and plan.epochs <= 1000:
            assert abs(plan.class_shares(COUNTS).sum() - plan.epochs) < 1e-6
            if plan.adaptive is None and plan.samples(COUNTS) < 100_000 and plan.batch_size is not None:
                plan.preview(COUNTS, 0, num_batches=2)
    except ValueError:
        return


def take_variants(rng: random.Random) -> None:
    """A plan set of a link: plans and complaints, and a text that gives them again."""
    entries = [
        rng.choice((rng.choice([*PRESETS, "mine"]), {"name": "x"} | plan_difference(rng), json_value(rng)))
        for _ in range(rng.randrange(1, 8))
    ]
    variants, complaints = Variants.from_text(written(rng, entries))
    assert all(map(str, complaints))
    assert Variants.from_text(variants.text) == (variants, [])
    for _, plan in variants.plans_on(PLAN):
        use_plan(plan)


def plan_difference(rng: random.Random) -> dict[str, object]:
    difference: dict[str, object] = {"target": entry_of(rng, TARGETS)} if rng.random() < 0.5 else {"preset": "natural"}
    for field in ("max_repeats", "min_share", "min_per_batch", "drawing", "colour"):
        if rng.random() < 0.3:
            difference[field] = rng.choice((rng.choice(NUMBERS), "exact", "stratified", 2, 0.01))
    return difference


def take_requirements(rng: random.Random) -> None:
    """Requirements of a link: requirements and complaints; those that go with a plan are judged."""
    entries = [
        rng.choice((entry_of(rng, REQUIREMENTS), entry_of(rng, REQUIREMENTS), json_value(rng)))
        for _ in range(rng.randrange(1, 5))
    ]
    requirements, complaints = read_requirements(written(rng, entries))
    assert all(map(str, complaints))
    for requirement in requirements:
        assert str(requirement)
        with suppress(ValueError):
            verdicts(PLAN, COUNTS, [requirement])


def take_url(rng: random.Random) -> None:
    """A URL: every parameter in it is taken or complained of, and the page's scenario is made or refused."""
    keys = [*PARAMETERS, *OLD_KEYS, "x"]
    url = {rng.choice(keys): url_text(rng) for _ in range(rng.randrange(1, 9))}
    corrected, problems = corrected_url(dict(url))
    assert corrected_url(corrected)[0] == corrected
    assert all(map(str, problems.values()))
    values = {key: parameter.start for key, parameter in PARAMETERS.items()} | {"data": "synthetic", "table": None}
    for key, text in corrected.items():
        parameter = PARAMETERS[key]
        if parameter.kind in ("number", "integer"):
            values[key] = None if text == "" else (int if parameter.kind == "integer" else float)(float(text))
        elif parameter.kind != "choice":
            values[key] = text
    values["classes"] = min(values["classes"], 100)
    try:
        scenario = Scenario.of(values)
    except (TypeError, ValueError):
        return
    use_plan(scenario.plan)


def url_text(rng: random.Random) -> str:
    match rng.randrange(5):
        case 0:
            return rng.choice(("", "inf", "nan", "1e400", "-0", "1_0", "0x1", " 5 ", "\u0665", "9" * 400, "\0", "True"))
        case 1:
            return rng.choice(NAMES).replace("_", rng.choice((" ", "_")))
        case 2:
            return written(rng, json_value(rng))
        case 3:
            return rng.choice([title for row in PARAMETERS.values() for title in row.choices])
        case _:
            return str(rng.choice(NUMBERS))[:300]


def take_text(rng: random.Random) -> None:
    """One of: a plan, a plan set, requirements, a URL."""
    rng.choice((take_plan, take_variants, take_requirements, take_url))(rng)


# --- at size ---------------------------------------------------------------------------------------------------------


def run(what: str, check: Callable[[random.Random], None], seed: int, numbers: range) -> bool:
    """Checks each number and prints what goes wrong, at last how many were run; whether nothing did."""
    slowest, wrong, seen = (0.0, -1), 0, Counter[str]()
    for number in numbers:
        start = time.process_time()
        try:
            check(random.Random(f"{seed} {number}"))
        except Exception as error:  # the search is for these
            wrong += 1
            if (kind := f"{type(error).__name__}: {error}"[:200]) not in seen:
                print(f"{what} {number}: {kind}", flush=True)
            seen[kind] += 1
        if (seconds := time.process_time() - start) > MOST_SECONDS:
            wrong += 1
            print(f"{what} {number}: {seconds:.1f} s", flush=True)
        slowest = max(slowest, (seconds, number))
        if (number + 1) % 10_000 == 0:
            print(f"{what} {number + 1:,}: {wrong} wrong, slowest {slowest}, {peak_megabytes()} MB", flush=True)
    print(
        f"{what}: {len(numbers):,} of seed {seed}, {wrong} wrong, slowest {slowest}, {peak_megabytes()} MB", flush=True
    )
    return not wrong and peak_megabytes() < MOST_MEGABYTES


def peak_megabytes() -> int:
    """The most memory that this process has had, in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 10**6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("files", "jobs", "texts", "seed", "start"):
        parser.add_argument(f"--{option}", type=int, default=0)
    given = parser.parse_args()
    faulthandler.enable()
    warnings.simplefilter("ignore", UserWarning)
    warnings.simplefilter("error", RuntimeWarning)
    checks = {"files": read_file, "jobs": read_file_in_a_job, "texts": take_text}
    sound = [
        run(what, check, given.seed, range(given.start, given.start + number))
        for what, check in checks.items()
        if (number := getattr(given, what))
    ]
    return 0 if all(sound) else 1


if __name__ == "__main__":
    sys.exit(main())
