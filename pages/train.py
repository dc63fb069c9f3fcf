"""Train: which plan makes a classifier better on real features, by how much, and is it more than chance?"""

import streamlit as st

from pages.parts.monitor.uploaded_runs import bring_runs, has_runs
from pages.parts.share.page_tables import chart_tables
from pages.parts.sidebar.page_parameters import STUDY
from pages.parts.sidebar.scenario import current_scenario
from pages.parts.train.page_heading import train_heading
from pages.parts.train.plan_in_detail import RunsOfMonitor
from pages.parts.train.shown_study import earlier_studies, running_study, say_why_there_is_no_result, shown_study
from pages.parts.train.study_form import ANOTHER, study_form
from pages.parts.train.study_view import result_tables, study_view

scenario = current_scenario()
heading = st.container()
study = shown_study()
with heading:
    train_heading(study)
charts = []
if study is not None and study.state == "finished":
    charts = study_view(study, RunsOfMonitor(bring_runs, has_runs))
    chart_tables(charts, "train", *result_tables(study.result))
elif study is not None and not study.is_over:
    running_study(study.id)
elif study is not None:
    say_why_there_is_no_result(study)
if study is None or study.state in ("cancelled", "failed"):
    charts = study_form(scenario)
    chart_tables(charts, "train")
else:
    another = st.expander("Another study", icon=":material/add:", key=ANOTHER(STUDY.key), on_change="rerun")
    if another.open:
        with another:
            study_form(scenario)
earlier_studies(study)
