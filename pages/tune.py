"""Tune: what must hold -> the schedules that are allowed, the one with the most slack, or what contradicts."""

import streamlit as st

from pages.parts import demanded, solved, swept, words
from pages.parts.demand_form import demand_form, say_what_is_left_to_chance
from pages.parts.live_panel import Panel, live_panel
from pages.parts.moves import hand_of
from pages.parts.pick import pick
from pages.parts.scenario import current, nearby_sliders
from pages.parts.sensitivities import sensitivity_box
from pages.parts.tables import table_twins
from sampler_core.figures import Chart, tune

scenario = current()
st.title("Tune", anchor=False)
with st.container(key="said-data"):
    st.markdown(words.data_line(scenario))
form, rest = st.container(), st.container()
with st.expander("The demands as text, as a link carries them", icon=":material/link:"):
    demands = demanded.stated_demands(form)
charts: list[Chart] = []
with form:
    st.subheader("What must hold", anchor=False)
    demanded.say_if_they_are_examples()
    verdicts = demanded.judged_demands(demands, scenario)
    demand_form(demands, verdicts, scenario.counts, scenario.plan.drawing)
    say_what_is_left_to_chance(demands, scenario.plan.drawing)
judged = tuple(demands[place] for place in verdicts)
with rest:
    st.subheader("The schedules that are allowed", anchor=False)
    nearby_sliders()
    found = solved.solved(scenario, judged, len(demands))
    band = solved.band(scenario, judged)
    if band is not None:
        skews = found.plan.skews() if found and found.plan else None
        figure = tune.feasible_band(band, demands, skews)
        note, height = solved.band_note(band), tune.band_height(band)
        charts.append(Chart("band", "Skews that each epoch may have", figure, note, 12, height, 0))
        live_panel("feasible", Panel(solved.rev(scenario, judged, skews), charts), moves=hand_of(scenario))
        solved.say_what_couples_the_epochs(demands, band, found)

    st.subheader("What a skew factor and an epoch increment would do", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        merit, whose, over = swept.choose_merit()
    mapped = swept.swept(scenario, merit, whose, over, judged)
    if mapped is not None:
        sweep, allowed = mapped
        here = swept.own_point(scenario.plan, sweep)
        figure = tune.merit_map(sweep, merit, whose, allowed and allowed.mask, here)
        note = solved.map_note(allowed, sweep.error, solved.all_of(judged, len(demands)), ringed=here is not None)
        charts.append(Chart("merit-map", swept.label_of(merit), figure, note, 12, 460, 1))
        live_panel("map", Panel(solved.rev(scenario, judged, merit, whose, over), charts[-1:]))
        pick("merit-map", lambda x, y: swept.take_point(scenario.plan, x, y))
    sensitivity_box(scenario, over)
    table_twins(charts, "tune")
