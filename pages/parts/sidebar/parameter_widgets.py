"""Widgets made from parameters: one parameter, one widget, whatever page or form has it; and setting their values."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts.live.slider import Slider, sliders
from pages.parts.my_labels.session_labels import CONTROLS_NAMING_CLASSES, names_own_classes
from pages.parts.sidebar.error_messages import problem_in_words
from pages.parts.sidebar.page_parameters import PARAMETERS, choice_titles
from pages.parts.sidebar.url_correction import url_binding
from pages.parts.sidebar.wrong_entries import say_what_the_url_had_wrong
from pages.parts.text.words import in_words
from sampler_core.plans.parameters import LIMIT_ROWS, PLAN_ROWS, Parameter
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.target_values import values_of

MOST_WHOLE = 2**53  # beyond, a browser's numbers have gaps
UNSET: Any = object()


def bound_widget(parameter: Parameter, *, last_stop: float | None = None, **options: Any) -> Any:
    """The widget that the URL has under the parameter's key, with its slider, which ends early at `last_stop`."""
    key = parameter.key
    bind = url_binding(key, private=key in CONTROLS_NAMING_CLASSES and names_own_classes(key))
    value = widget(parameter, key, bind=bind, persist_state="session", **options)
    if parameter.slider is not None:
        sliders(f"slider-{key}", [Slider(parameter, value, last_stop)])
    say_what_the_url_had_wrong(key, value)
    return value


def widget(
    parameter: Parameter, key: str, *, label: str = "", value: Any = UNSET, scale: float = 1.0,
    text_box: Callable[..., str] = st.text_input, **options: Any,
) -> Any:  # fmt: skip
    """The Streamlit widget of a parameter, in the words of the data.

    value: what it shows, where that is neither the URL's nor the user's last. scale: 100 shows a share in percent.
    text_box: what shows a text. options: of the Streamlit function.
    """
    label, options = in_words(label or parameter.label), {"key": key, "help": in_words(parameter.help)} | options
    if parameter.kind not in ("choice", "text"):
        return _number_box(parameter, label, value, scale, options)
    if value is not UNSET:
        st.session_state[key] = value
    choices, titles = parameter.choices, choice_titles(parameter)
    if parameter.kind == "text":
        return text_box(label, str(parameter.default), **options)
    if parameter.default is None:  # a radio without a default: always chosen, and always in the URL
        return st.radio(label, choices, None, titles.__getitem__, horizontal=True, **options) or parameter.start
    return st.selectbox(label, choices, choices.index(str(parameter.default)), titles.__getitem__, **options)


def _number_box(parameter: Parameter, label: str, value: Any, scale: float, options: dict[str, Any]) -> Any:
    """Its range has room for a value that a file or a link may have though the parameter does not, as 0.5 repeats."""
    shown_values = [number for number in (value,) if number not in (UNSET, None)]
    whole = parameter.kind == "integer" and all(number == int(number) < MOST_WHOLE for number in shown_values)

    def scaled(number: Any) -> Any:
        if number is None:
            return None
        if whole:
            return int(number)
        return float(number) if scale == 1.0 else round(number * scale, 10)

    if value is not UNSET:
        st.session_state[options["key"]] = scaled(value)
    ends = min([parameter.minimum or 0.0, *shown_values]), max([parameter.maximum or 0.0, *shown_values])
    low, high, default, step = map(scaled, (*ends, parameter.default, parameter.step))
    options = {"format": "%d" if whole else "%.10g", "placeholder": "none"} | options
    return st.number_input(label, low, high, default, step, **options)


def widget_values(plan: SamplingPlan, *, run: bool = False) -> dict[str, Any]:
    """Key -> value of a plan's target and limits; with `run`, of its epochs, batch size, draws and seed too."""
    fields = PLAN_ROWS if run else LIMIT_ROWS
    return values_of(plan.target) | {parameter.key: getattr(plan, field) for field, parameter in fields.items()}


def checked_widget_values(values: dict[str, Any]) -> dict[str, Any]:
    """The values as their widgets hold them; `ValueError` where a widget cannot take one."""
    checked = {}
    for key, value in values.items():
        if problem := problem_in_words(PARAMETERS[key], value):
            raise ValueError(problem)
        checked[key] = int(value) if PARAMETERS[key].kind == "integer" and value is not None else value
    return checked


def set_widgets(values: dict[str, Any]) -> None:
    """Set widgets from a callback, also those that are not on the page yet.

    NOTE unseen-widgets: Streamlit writes to the URL what is set of a widget it knows. One that appears because of
    this very change (the table, when the data becomes a published one) would be missing from it, and from the link.
    """
    for key, value in values.items():
        parameter = PARAMETERS[key]
        st.session_state[key] = value
        if value != parameter.default:
            with suppress(StreamlitAPIException):  # a widget that is on the page updates the URL by itself
                st.query_params[key] = choice_titles(parameter).get(value, str(value))
