"""Tune by requirements: the answer, the form, the allowed schedules, the map."""

from __future__ import annotations

import streamlit as st

from pages.parts.live.browser_component import sent
from pages.parts.live.figure_panel import Panel, live_panel
from pages.parts.sidebar.figure_endpoint import figure_ticket
from pages.parts.sidebar.page_controls import phone_sliders
from pages.parts.sidebar.scenario import Scenario
from pages.parts.tune import allowed_band, metric_map, requirement_verdicts, requirements_text
from pages.parts.tune.answer_box import answer_box, search_controls
from pages.parts.tune.answer_sentences import all_of
from pages.parts.tune.drawn_plan import known_draws, take_finished_drawing
from pages.parts.tune.requirement_form import requirement_form
from pages.parts.tune.sensitivity_table import sensitivity_box
from sampler_core.figures import Chart, tune_charts


def by_requirements(scenario: Scenario) -> list[Chart]:
    """Show it; its charts."""
    take_finished_drawing()
    answer, form, rest = st.container(), st.container(), st.container()
    with st.expander("The requirements as text, as a link carries them", icon=":material/link:"):
        requirements = requirements_text.stated_requirements(form)
    charts: list[Chart] = []
    with form:
        st.header("What must hold", anchor=False)
        st.caption("The page starts with two requirements: change them, remove them, add your own.")
        verdicts = requirement_verdicts.judged_requirements(requirements, scenario)
        judged = tuple(requirements[place] for place in verdicts)
        drawn = known_draws((scenario.plan, scenario.counts, judged))
        requirement_form(requirements, verdicts, scenario.counts, drawn)
        search = search_controls()
    with answer:
        offer = answer_box(scenario, requirements, verdicts, search)
    with rest:
        st.header("The schedules that are allowed", anchor=False)
        phone_sliders()
        found = offer.drawing[0] if offer and offer.answer and offer.drawing else None
        band = allowed_band.band(scenario, judged, found)
        if band is not None:
            figure = tune_charts.feasible_band(band, requirements, None if found is None else found.skews())
            note, height = allowed_band.band_note(band, scenario.plan, found), tune_charts.band_height(band)
            charts.append(Chart("band", "Skews that each epoch may have", figure, note, 12, height, 0))
            live_panel(
                "feasible",
                Panel.saying(
                    scenario.say, allowed_band.panel_revision(scenario, judged, found and found.fingerprint), charts
                ),
                ticket=figure_ticket(scenario),
            )  # fmt: skip
            allowed_band.show_run_requirements(verdicts, offer)

        st.header("What a skew factor and an epoch increment would do", anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            metric, whose, over = metric_map.choose_map_metric()
        mapped = metric_map.computed_map(scenario, metric, whose, over, judged)
        if mapped is not None:
            sweep, allowed = mapped
            here = metric_map.point_of_plan(scenario.plan, sweep)
            figure = tune_charts.metric_map(sweep, metric, whose, allowed and allowed.mask, here)
            note = metric_map.map_note(
                allowed, sweep.error, all_of(len(judged), len(requirements)), ringed=here is not None
            )
            charts.append(Chart("metric-map", metric_map.map_metric_label(metric), figure, note, 12, 460, 1))
            live_panel(
                "map",
                Panel.saying(
                    scenario.say, allowed_band.panel_revision(scenario, judged, metric, whose, over), charts[-1:]
                ),
                on_click=lambda: metric_map.set_sidebar_to_click(scenario.plan, sent("map", "clicked")),
            )  # fmt: skip
        sensitivity_box(scenario, over)
    return charts
