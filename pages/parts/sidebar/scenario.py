"""The scenario that all pages show: class counts, a plan for them and an epoch, made from the sidebar's values."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import streamlit as st

from pages.parts.my_labels.reading_job import PASTED
from pages.parts.sidebar.page_parameters import PROFILE, TABLE, choice_titles
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.tallies import Tally
from sampler_core.datasets import load, published_dataset, synthetic
from sampler_core.forecast.assumed_learner import AssumedLearner
from sampler_core.formatting import shortened
from sampler_core.plans.parameters import PLAN_ROWS, RATIO, rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.target_values import target_of

OWN_COUNTS, OWN_NAME, OWN_TALLIES, CURRENT = "own", "own_name", "own_tallies", "scenario"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What all pages show: class counts, a plan for them, the chosen epoch.

    unit: what one sample is ("images"). values: those of the sidebar's widgets by key, with the class counts of the
    user's own labels under `OWN_COUNTS`, the name of their file under `OWN_NAME`, and what else their samples carry
    under `OWN_TALLIES`.
    """

    counts: ClassCounts
    plan: SamplingPlan
    unit: str = "samples"
    epoch: int = 0
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Scenario:
        """That of the sidebar's values; `TypeError`, `ValueError` where they do not go together."""
        counts, unit = _counts_and_unit(values)
        plan_fields = {field: values[parameter.key] for field, parameter in PLAN_ROWS.items()}
        plan = SamplingPlan(target=target_of(values), **plan_fields)
        plan.check(counts)
        return cls(counts, plan, unit, values=values)

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
    def data_name(self) -> str:
        """What the data is called in headings, the tab's title and reports: plain text that may hold any character."""
        if OWN_COUNTS in self.values:
            file_name = self.values.get(OWN_NAME, PASTED)
            return "My labels" if file_name == PASTED else shortened(file_name)
        if table_name := self.values.get(TABLE.key):
            return choice_titles(TABLE)[table_name]
        return f"Synthetic, {choice_titles(PROFILE)[self.values.get(PROFILE.key, PROFILE.default)]}"

    @property
    def rev(self) -> str:
        """A short name of this state; the panels carry it once they show it."""
        learner = "" if self.plan.adaptive is None else f"-{zlib.crc32(repr(self.learner).encode()):08x}"
        return f"{self.plan.fingerprint}-{counts_checksum(self.counts)}{learner}-{self.epoch}"


def _counts_and_unit(values: Mapping[str, Any]) -> tuple[ClassCounts, str]:
    if OWN_COUNTS in values:
        return values[OWN_COUNTS], "samples"
    if table_name := values.get(TABLE.key):
        return load(table_name, values.get(RATIO.key)), published_dataset(table_name).unit
    return synthetic(*(values[key] for key in ("profile", "classes", "samples", "ratio"))), "samples"


def counts_of(values: Mapping[str, Any]) -> ClassCounts:
    """The class counts of the Data group's values; `ValueError` where these do not go together."""
    return _counts_and_unit(values)[0]


def counts_checksum(counts: ClassCounts) -> str:
    """A short name of class counts."""
    return f"{zlib.crc32(counts.counts.tobytes() + repr(counts.names).encode()):08x}"


def current_scenario() -> Scenario:
    """The scenario of this run of the page, as `sidebar` made it."""
    return cast(Scenario, st.session_state[CURRENT])
