"""The scenario that all pages show: class counts, a plan for them and an epoch, made from the sidebar's values."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import streamlit as st

from pages.parts.sidebar.data_kinds import OWN_COUNTS, OWN_TALLIES, DataKind, kind_of
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.tallies import Tally
from sampler_core.data.vocabulary import Vocabulary
from sampler_core.forecast.assumed_learner import AssumedLearner
from sampler_core.plans.parameters import PLAN_ROWS, SAMPLES_PER_EPOCH, rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.target_values import target_of

CURRENT = "scenario"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What all pages show: class counts, a plan for them, the chosen epoch.

    unit: what one sample is ("images"). values: those of the sidebar's widgets by key, with the class counts of the
    user's own labels under `OWN_COUNTS`, the name of their file under `OWN_NAME`, and what else their samples carry
    under `OWN_TALLIES` (`data_kinds`).
    """

    counts: ClassCounts
    plan: SamplingPlan
    unit: str = "samples"
    epoch: int = 0
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Scenario:
        """That of the sidebar's values; `TypeError`, `ValueError` where they do not go together."""
        kind = kind_of(values)
        counts = kind.counts(values)
        plan = SamplingPlan(target=target_of(values), **{field: values[row.key] for field, row in PLAN_ROWS.items()})
        samples = plan.samples_per_epoch or kind.samples_per_epoch(counts, plan.epochs or 1)
        plan = replace(plan, samples_per_epoch=samples)
        plan.check(counts)
        return cls(counts, plan, kind.unit(values), values=values)

    def at_epoch(self, epoch: int) -> Scenario:
        """At an epoch; beyond the run's last one, at the last."""
        return replace(self, epoch=min(epoch, (self.plan.epochs or 1) - 1))

    @property
    def learner(self) -> AssumedLearner:
        """What adaptive plans follow before training."""
        rows = rows_of(AssumedLearner).items()
        return AssumedLearner(**{field: self.values.get(row.key, row.default) for field, row in rows})

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """What the samples of each class carry besides: labels, boxes, groups."""
        return self.values.get(OWN_TALLIES, ()) if OWN_COUNTS in self.values else ()

    @property
    def kind(self) -> DataKind:
        """The kind of its data."""
        return kind_of(self.values)

    @property
    def data_name(self) -> str:
        """What the data is called in headings, the tab's title and reports: plain text that may hold any character."""
        return self.kind.called(self.values)

    @property
    def say(self) -> Vocabulary:
        """The words of its data, which leave the names of its classes as they are."""
        return self.kind.words.keeping(self.counts.names)

    @property
    def plan_for_other_data(self) -> SamplingPlan:
        """The plan without what depends on this data: the samples per epoch where their box is empty."""
        return replace(self.plan, samples_per_epoch=self.values.get(SAMPLES_PER_EPOCH.key, self.plan.samples_per_epoch))

    @property
    def rev(self) -> str:
        """A short name of this state; the panels carry it once they show it."""
        learner = "" if self.plan.adaptive is None else f"-{zlib.crc32(repr(self.learner).encode()):08x}"
        return f"{self.plan.fingerprint}-{counts_checksum(self.counts)}{learner}-{self.epoch}"


def counts_checksum(counts: ClassCounts) -> str:
    """A short name of class counts."""
    return f"{zlib.crc32(counts.counts.tobytes() + repr(counts.names).encode()):08x}"


def current_scenario() -> Scenario:
    """The scenario of this run of the page, as `sidebar` made it."""
    return cast(Scenario, st.session_state[CURRENT])
