"""The sidebar shared by all pages -> the current Scenario."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import cast

import streamlit as st

from pages.parts.sidebar.settings import Settings
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan

_CURRENT, _SETTINGS = "scenario", "settings"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What all pages show: class counts, a plan for them, the chosen epoch. A frozen value, and the key of caches.

    `unit`: what one sample is ("images").
    """

    counts: ClassCounts
    plan: SamplingPlan
    unit: str = "samples"
    epoch: int = 0

    @classmethod
    def of(cls, settings: Settings) -> Scenario:
        """That of these settings; `TypeError`, `ValueError` where they do not go together."""
        counts, plan = settings.counts(), settings.plan()
        plan.check(counts)
        return cls(counts, plan, settings.unit())

    def at_epoch(self, epoch: int) -> Scenario:
        """At an epoch; beyond the run's last one, at the last."""
        return replace(self, epoch=min(epoch, (self.plan.epochs or 1) - 1))

    @property
    def rev(self) -> str:
        """A short name of this state; the panels carry it once they show it."""
        return f"{self.plan.fingerprint}-{mark_of(self.counts)}-{self.epoch}"


def mark_of(counts: ClassCounts) -> str:
    """A short name of class counts."""
    return f"{zlib.crc32(counts.counts.tobytes() + repr(counts.names).encode()):08x}"


def current() -> Scenario:
    """The scenario of this run of the page, as `sidebar` made it."""
    return cast(Scenario, st.session_state[_CURRENT])


def current_settings() -> Settings:
    """What it was made of."""
    return cast(Settings, st.session_state[_SETTINGS])


def set_current(scenario: Scenario, settings: Settings) -> None:
    """For the rest of this run of the page."""
    st.session_state[_CURRENT], st.session_state[_SETTINGS] = scenario, settings
