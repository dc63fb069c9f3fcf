"""Train's verdict, and the numbers that it speaks of: can they be believed?

    python -m tests.benchmarks.verdicts [nulls] [power] [reference] [corrections] [--studies 200] [--repeats 5]

Nulls and power: studies with the default protocol (5 x 5 folds) and fresh data each.
Null A: six identical plans under other seeds. Null B: two plans that boost one of two classes between which the data
are symmetric, so that neither is better in the population. At most the 97.5 % point of Binomial(studies, .05) may claim
a difference: 16 of 200. Power: a boost whose difference in the population, fixed by pilot studies, is the one found
with 80 % power: 75 % must find it.
Reference: the numbers that the bundled sets were published with. Corrections: what post-hoc logit adjustment and prior
correction do on the bundled sets.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping

import numpy as np
import torch
from scipy.stats import binom

from sampler_core import Boost, Constant, Linear, PowerSkew, ProgressivelyBalanced, SamplingPlan
from sampler_core.training import Folds, Given, LabelledFeatures, LinearLearner, MlpLearner, Study, load_features
from sampler_core.training.comparison import difference
from sampler_core.training.study_tables import comparisons

STUDIES = 200
FULL = Folds(5, 5)  # the default protocol
NATURAL = PowerSkew(Constant(0.0))


def symmetric(seed: int, counts: tuple[int, int, int] = (240, 50, 50)) -> LabelledFeatures:
    """A large class in the middle and two rare ones, which x -> -x swaps."""
    generator = np.random.default_rng([seed, 7])
    labels = np.repeat(["middle", "left", "right"], counts)
    centres = np.repeat([[0.0, 0.0], [-1.5, 0.6], [1.5, 0.6]], counts, axis=0)
    return LabelledFeatures(centres + generator.normal(size=centres.shape), labels)


def plan_of(target: object, seed: int = 0, epochs: int = 3, batch_size: int = 32) -> SamplingPlan:
    return SamplingPlan(target=target, epochs=epochs, batch_size=batch_size, drawing="exact", seed=seed)  # type: ignore[arg-type]


IDENTICAL = {f"plan {i}": plan_of(NATURAL, seed=i) for i in range(6)}
SWAPPED = {side: plan_of(Boost(NATURAL, {side: 3.0}, 0, 2)) for side in ("left", "right")}


def compared(
    plans: Mapping[str, SamplingPlan], seed: int, splits: Folds, reference: str | None = None
) -> list[dict[str, object]]:
    """The comparisons of one study on fresh data, without those of the baseline and of added natural draws."""
    study = Study(symmetric(seed), plans, LinearLearner(0.05), splits=splits, reference=reference, seed=seed)
    rows = comparisons(study.train()).to_dict("records")
    return [row for row in rows if row["candidate"] in plans]


def claims(
    plans: Mapping[str, SamplingPlan],
    studies: int,
    splits: Folds = FULL,
    reference: str | None = None,
) -> int:
    """How many of the studies call any plan better or worse; every 20 of them are told."""
    claimed = 0
    for seed in range(studies):
        rows = compared(plans, seed, splits, reference)
        claimed += any(row["verdict"] in ("better", "worse") for row in rows)
        if seed % 20 == 19:
            print(f"  {claimed} of {seed + 1}", flush=True)
    return claimed


def nulls(studies: int = STUDIES) -> None:
    """Both nulls."""
    most = int(binom.ppf(0.975, studies, 0.05))
    for name, plans, reference in (("A, identical plans", IDENTICAL, None), ("B, symmetric plans", SWAPPED, "left")):
        claimed = claims(plans, studies, reference=reference)
        print(f"null {name}: {claimed} of {studies} studies claim a difference (at most {most})", flush=True)


def power(studies: int = STUDIES, pilots: int = 20) -> None:
    """Fixes the boost whose difference is the 80 % point by pilot studies, then counts how many others find it."""
    factors = np.array([1.3, 1.6, 2.0, 2.5, 3.0])
    means, found = [], []
    for factor in factors:
        plans = {"natural": plan_of(NATURAL), "boost": boosted(float(factor))}
        rows = [compared(plans, 10_000 + seed, FULL)[0] for seed in range(pilots)]
        means.append(np.mean([row["mean"] for row in rows]))
        found.append(np.mean([row["found"] for row in rows]))
        print(f"pilot, boost {factor:.2f}: difference {means[-1]:.4f}, 80 % point {found[-1]:.4f}", flush=True)
    factor = float(np.interp(0.0, np.array(means) - np.array(found), factors))
    plans = {"natural": plan_of(NATURAL), "boost": boosted(factor)}
    better = sum(compared(plans, 20_000 + seed, FULL)[0]["verdict"] == "better" for seed in range(studies))
    print(
        f"power, boost {factor:.2f}: found in {better} of {studies} studies (at least {0.75 * studies:.0f})", flush=True
    )


def boosted(factor: float) -> SamplingPlan:
    """Both rare classes oftener than natural."""
    return plan_of(Boost(NATURAL, {"left": factor, "right": factor}, 0, 2))


def six_plans(epochs: int) -> dict[str, SamplingPlan]:
    targets = {
        "natural": NATURAL, "square-root": PowerSkew(Constant(0.5)), "balanced": PowerSkew(Constant(1.0)),
        "progressive": ProgressivelyBalanced(), "linear": PowerSkew(Linear(0.0, 1 / (epochs - 1))),
        "reversed": PowerSkew(Constant(1.5)),
    }  # fmt: skip
    return {name: plan_of(target, epochs=epochs, batch_size=128) for name, target in targets.items()}


def reference_numbers(epochs: int = 60) -> None:
    """Balanced accuracy of the networks that the bundled sets were published with, five seeds on their drawn split."""
    for name, tail, expected in (
        ("page_blocks", None, (0.767, 0.912, 0.952)),
        ("optdigits", 50, (0.807, 0.826, 0.838)),
        ("yeast", None, (0.560, 0.579, 0.568)),
    ):
        data = load_features(name, tail, with_split=True)
        plans = {
            kind: plan for kind, plan in six_plans(epochs).items() if kind in ("natural", "square-root", "balanced")
        }
        summary = Study(data, plans, MlpLearner(hidden=64), splits=Given(5)).run().tables["runs"].groupby("candidate")
        for kind, of_readme in zip(plans, expected, strict=True):
            values = summary.get_group(kind)
            mean, deviation = values["balanced_accuracy"].mean(), values["balanced_accuracy"].std()
            said = (
                f"{mean:.3f} (sd {deviation:.3f}), published {of_readme:.3f}; accuracy {values['accuracy'].mean():.3f}"
            )
            print(f"reference {name:12} {kind:12} balanced accuracy {said}", flush=True)


def corrections(repeats: int = 5) -> None:
    """What needs no other training: log loss of class-balanced draws on natural data before and after prior correction,
    and balanced accuracy of natural draws before and after post-hoc logit adjustment; repeated 5 folds, mlp 64.

    Of optdigits the rows of its long tail, imbalance 50, as natural data; these under a short linear training too, as
    the mlp tells digits apart so well that the prior hardly matters.
    """
    sets = natural_sets()
    cases = [(name, data, MlpLearner(hidden=64), 60) for name, data in sets.items()]
    cases.append(("optdigits, long tail, linear, 20 epochs", sets["optdigits, long tail"], LinearLearner(), 20))
    for name, data, learner, epochs in cases:
        balanced = {"balanced": plan_of(PowerSkew(Constant(1.0)), epochs=epochs, batch_size=128)}
        runs = Study(data, balanced, learner, splits=Folds(5, repeats)).run().tables["runs"]
        table = runs.pivot(index="split", columns="candidate")
        for what, before, after in (
            ("log loss, class-balanced, prior correction", table["log_loss", "balanced"],
             table["corrected_log_loss", "balanced"]),
            ("balanced accuracy, natural, logit adjustment", table["balanced_accuracy", "natural"],
             table["balanced_accuracy", "natural + logit adjustment"]),
        ):  # fmt: skip
            of_runs = after - before
            found = difference(of_runs.to_numpy(), 1 / 4)
            said = f"{before.mean():.3f} -> {after.mean():.3f}, difference {found.mean:+.3f}"
            print(f"{name}: {what}: {said} (95 %: {found.low:+.3f} to {found.high:+.3f})", flush=True)


def natural_sets() -> dict[str, LabelledFeatures]:
    tail = load_features("optdigits", 50)
    rows = np.flatnonzero(~tail.is_test) if tail.is_test is not None else np.arange(len(tail.X))
    return {
        "page_blocks": load_features("page_blocks"), "yeast": load_features("yeast"),
        "optdigits, long tail": LabelledFeatures(tail.X[rows], tail.y[rows], tail.names),
    }  # fmt: skip


PARTS = {"nulls": nulls, "power": power, "reference": reference_numbers, "corrections": corrections}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=[*PARTS], choices=PARTS)
    parser.add_argument("--studies", type=int, default=STUDIES)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
    options = {"nulls": {"studies": given.studies}, "power": {"studies": given.studies},
               "corrections": {"repeats": given.repeats}}  # fmt: skip
    for part in given.parts:
        PARTS[part](**options.get(part, {}))
