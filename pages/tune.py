"""Tune: what must hold -> the schedules that are allowed, the one with the most slack, or what contradicts."""

import streamlit as st

from pages.parts.explore import takeaway
from pages.parts.live.figure_panel import Panel, live_panel
from pages.parts.live.point_click import pick
from pages.parts.live.preview_data import hand_of
from pages.parts.share.chart_tables import table_twins
from pages.parts.sidebar.scenario import current, nearby_sliders
from pages.parts.tune import metric_map, solution, stated_requirements
from pages.parts.tune.requirement_form import demand_form, say_what_is_left_to_chance
from pages.parts.tune.sensitivity_table import sensitivity_box
from sampler_core.figures import Chart, tune_charts

scenario = current()
st.title("Tune", anchor=False)
with st.container(key="said-data"):
    st.markdown(takeaway.data_line(scenario))
form, rest = st.container(), st.container()
with st.expander("The demands as text, as a link carries them", icon=":material/link:"):
    demands = stated_requirements.stated_demands(form)
charts: list[Chart] = []
with form:
    st.subheader("What must hold", anchor=False)
    stated_requirements.say_if_they_are_examples()
    verdicts = stated_requirements.judged_demands(demands, scenario)
    demand_form(demands, verdicts, scenario.counts, scenario.plan.drawing)
    say_what_is_left_to_chance(demands, scenario.plan.drawing)
judged = tuple(demands[place] for place in verdicts)
with rest:
    st.subheader("The schedules that are allowed", anchor=False)
    nearby_sliders()
    found = solution.solved(scenario, judged, len(demands))
    band = solution.band(scenario, judged)
    if band is not None:
        skews = found.plan.skews() if found and found.plan else None
        figure = tune_charts.feasible_band(band, demands, skews)
        note, height = solution.band_note(band), tune_charts.band_height(band)
        charts.append(Chart("band", "Skews that each epoch may have", figure, note, 12, height, 0))
        live_panel("feasible", Panel(solution.rev(scenario, judged, skews), charts), moves=hand_of(scenario))
        solution.say_what_couples_the_epochs(demands, band, found)

    st.subheader("What a skew factor and an epoch increment would do", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        merit, whose, over = metric_map.choose_merit()
    mapped = metric_map.swept(scenario, merit, whose, over, judged)
    if mapped is not None:
        sweep, allowed = mapped
        here = metric_map.own_point(scenario.plan, sweep)
        figure = tune_charts.merit_map(sweep, merit, whose, allowed and allowed.mask, here)
        note = solution.map_note(allowed, sweep.error, solution.all_of(judged, len(demands)), ringed=here is not None)
        charts.append(Chart("merit-map", metric_map.label_of(merit), figure, note, 12, 460, 1))
        live_panel("map", Panel(solution.rev(scenario, judged, merit, whose, over), charts[-1:]))
        pick("merit-map", lambda x, y: metric_map.take_point(scenario.plan, x, y))
    sensitivity_box(scenario, over)
    table_twins(charts, "tune")
