"""Compare: up to six plans side by side on the same data."""

from functools import partial

import streamlit as st

from pages.parts.compare.compared_plans import (
    MIXES,
    SIDE_BY_SIDE,
    CompareView,
    choose_followed,
    drawable_plans,
    note_compared_plans,
    panels_of,
    plan_variants,
    words_of_plans,
)
from pages.parts.compare.metric_table import metric_table
from pages.parts.compare.plan_cards import plan_cards
from pages.parts.compare.requirement_marks import requirement_marks, say_which_requirements, stated_requirements
from pages.parts.live.class_legend import class_legend
from pages.parts.live.figure_panel import live_panel
from pages.parts.share.page_tables import chart_tables
from pages.parts.sidebar.figure_endpoint import figure_ticket
from pages.parts.sidebar.page_controls import choose_axis, choose_epoch, choose_learner, page_heading, phone_sliders
from pages.parts.text.words import in_words, speak
from sampler_core.figures.compare_charts import own_first

scenario = page_heading("Compare")
cards, rest = st.container(), st.container()
with st.expander("The plans as text, as a link carries them", icon=":material/link:"):
    variants = plan_variants(cards)
speak(words_of_plans(variants, scenario))
with cards:
    requirements = stated_requirements()
    plan_cards(variants, scenario.plan, requirement_marks(variants, scenario, requirements))
    say_which_requirements(requirements)
with rest:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        group, rank = choose_followed()
        scenario = choose_epoch()
        logarithmic = choose_axis()
    phone_sliders()
    scenario = choose_learner(scenario, drawable_plans(variants, scenario).adaptive)
    plans = note_compared_plans(variants, scenario)
    view = CompareView(variants, group, rank, logarithmic)
    panels, ticket = panels_of(scenario, view), figure_ticket(scenario, partial(panels_of, view=view), view)
    side_by_side, metrics, all_classes = st.container(), st.container(key="page-text-metrics"), st.container()
    # The panels come one after the other, so that the browser draws all figures in one go; the long table after them.
    with side_by_side:
        live_panel(SIDE_BY_SIDE, panels[SIDE_BY_SIDE], ticket=ticket)
    with all_classes:
        st.header(in_words("All classes of each plan"), anchor=False)
        class_legend(scenario.counts)
        live_panel(MIXES, panels[MIXES])
    with metrics:
        st.header("All metrics", anchor=False)
        metric_table(own_first(plans), scenario.epoch)
    chart_tables([chart for panel in panels.values() for chart in panel.charts], "compare")
