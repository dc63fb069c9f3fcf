"""Tune: the plan that meets requirements, or the schedule that trains best; or why there is none."""

import streamlit as st

from pages.parts.share.page_tables import chart_tables
from pages.parts.sidebar.page_controls import page_heading
from pages.parts.sidebar.page_parameters import WAY
from pages.parts.sidebar.scenario import current_scenario
from pages.parts.tune.by_requirements import by_requirements
from pages.parts.tune.by_training import by_training, search_heading

heading = st.container()
way = st.radio(WAY.label, WAY.choices, WAY.choices.index(str(WAY.default)), key=WAY.key, horizontal=True, help=WAY.help,
               label_visibility="collapsed", bind="query-params", persist_state="session")  # fmt: skip
if way == "by training":
    with heading:
        search = search_heading()
    charts, tables = by_training(current_scenario(), search)
    if charts:
        chart_tables(charts, "tune", *tables)
else:
    with heading:
        scenario = page_heading("Tune")
    chart_tables(by_requirements(scenario), "tune")
