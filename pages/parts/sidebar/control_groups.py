"""Where the sidebar's controls stand: the main ones in sight, the others in groups that open and tell what they hold.

A parameter's row names its group, so that a new parameter needs no line here.

NOTE places-on-demand: what stands below a control is told once all controls are known, so it needs a place there.
Places for all of them would be an eighth of what a run sends: another run makes them where there is something to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.values_in_words import value_in_words
from pages.parts.sidebar.wrong_entries import say_beside
from pages.parts.text.markdown import literal
from pages.parts.text.words import said
from sampler_core.plans.parameters import RUN_ROWS, Group, Parameter

TITLES: Mapping[Group, str] = {"data": "Data", "schedule": "Schedule", "limits": "Limits", "draws": "Draws"}
PLACES_WANTED = "places_beside_controls"  # in the session
TEMPERATURE = "temperature"  # where a mixture's is told
ALWAYS_TOLD = ("shape", "scheme")  # what a closed group tells though it be the default


class ControlGroups(NamedTuple):
    """The places of one run. boxes: group -> where its controls go; words: group -> where its few words go; beside: key
    of a parameter -> where a sentence about its entry goes, if one is wanted; drawn: the parameters that have a
    control, in order."""

    boxes: dict[str, DeltaGenerator]
    words: dict[str, DeltaGenerator]
    beside: dict[str, DeltaGenerator]
    drawn: list[Parameter]
    places_wanted: bool

    @classmethod
    def laid_out(cls, *, data_open: bool) -> ControlGroups:
        """The places, one below the other: the data, what is in sight, the other groups."""
        groups = cls({}, {}, {}, [], PLACES_WANTED in st.session_state)
        groups._lay_out("data", data_open)
        groups.boxes["main"] = st.container(key="main-controls")
        for group in ("schedule", "limits", "draws"):
            groups._lay_out(group, False)
        return groups

    def _lay_out(self, group: Group, expanded: bool) -> None:
        with st.container(key=f"group-{group}"):
            self.boxes[group] = st.expander(TITLES[group], expanded, key=f"box-{group}")
            self.words[group] = st.container(key=f"words-{group}")

    def control(self, parameter: Parameter, **options: Any) -> Any:
        """The control of a parameter at its place; its value."""
        with self.boxes[parameter.group]:
            value = bound_widget(parameter, **options)
            if self.places_wanted:
                self.beside[parameter.key] = st.container()
        self.drawn.append(parameter)
        return value

    def tell(self, group: Group, words: str, title: str = "") -> None:
        """What a closed group holds, under a title if any: both plain text."""
        if words:
            self.words[group].markdown(f"**{literal(title)}**  \n" * bool(title) + said(words))

    def tell_what_is_set(self, values: Mapping[str, Any]) -> None:
        """In each group but the data's: its values that are not the default, in a few words."""
        for group in ("schedule", "limits", "draws"):
            of_group = [p for p in self.drawn if p.group == group]
            self.tell(group, ", ".join(_brief_words(of_group, values)))

    def tell_problem(self, sentence: str) -> None:
        """A sentence about one parameter, which it begins with, beside the entry of that parameter."""
        named = [p for p in self.drawn if sentence.casefold().startswith(p.label.casefold())]
        if named and not self.beside:
            st.session_state[PLACES_WANTED] = True
            st.rerun()
        if named:
            with self.beside[max(named, key=lambda p: len(p.label)).key]:
                say_beside(f"{sentence}.")

    def tell_no_problem(self) -> None:
        """There is nothing to tell beside an entry: the next run needs no places for that."""
        st.session_state.pop(PLACES_WANTED, None)

    @property
    def main_sliders(self) -> list[Parameter]:
        """The parameters in sight that shape the class mix and have a slider: what a phone shows beside the figures."""
        return [p for p in self.drawn if p.group == "main" and p.slider is not None and p not in RUN_ROWS]


def _brief_words(parameters: Iterable[Parameter], values: Mapping[str, Any]) -> list[str]:
    told = [p for p in parameters if p.key in ALWAYS_TOLD or values[p.key] != p.default]
    return [(p.brief or f"{p.label.lower()} {{}}").replace("{}", value_in_words(p, values[p.key])) for p in told]
