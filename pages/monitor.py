"""Monitor: what trainings really drew and reached, from their run logs, beside what was planned."""

import streamlit as st

from pages.parts.compare.compared_plans import choose_followed
from pages.parts.live.class_legend import class_legend
from pages.parts.live.figure_panel import live_panel
from pages.parts.monitor.fed_recalls import fed_recalls
from pages.parts.monitor.first_steps import WHAT_IT_IS, first_steps
from pages.parts.monitor.following import follow
from pages.parts.monitor.run_folder import run_folder
from pages.parts.monitor.run_panels import PANEL, note_for_share, run_panel, run_tables
from pages.parts.monitor.run_rows import run_rows, runs_heading
from pages.parts.monitor.shown_runs import shown_runs
from pages.parts.monitor.upload_box import BRING_ANOTHER, take_read_logs, upload_box
from pages.parts.share.page_tables import chart_tables
from pages.parts.sidebar.figure_endpoint import figure_ticket
from pages.parts.sidebar.page_controls import choose_axis, heading_line, reserved
from pages.parts.sidebar.scenario import current_scenario
from pages.parts.text.markdown import literal

scenario = current_scenario()
take_read_logs()
heading, rows, messages = reserved("page-heading"), st.container(), st.container()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="runs-row"):
    shown = shown_runs(messages)
    group, rank, logarithmic = "rarest class", 1, False
    if shown.runs:
        group, rank = choose_followed()
        logarithmic = choose_axis()
        with st.popover("Bring another", icon=":material/upload:", key=BRING_ANOTHER, on_change="rerun"):
            upload_box()
with heading:
    heading_line(*runs_heading(shown.runs), "page-text-verdict")
with rows:
    if not shown.runs:
        st.markdown(WHAT_IT_IS)
    run_rows(shown.runs)
for sentence in shown.refused:
    messages.warning(literal(sentence), icon=":material/warning:")
if not shown.runs:
    first_steps()
if (folder := run_folder()) is not None:
    follow(folder, shown.followed)
panel = run_panel(scenario, shown.runs, group, rank, logarithmic)
if len(shown.runs) == 1 and panel.charts:
    class_legend(shown.runs[0].judgement.run.class_counts)
live_panel(PANEL, panel, ticket=figure_ticket(scenario))
charts = panel.charts
if len(shown.runs) == 1 and charts:
    charts = charts + fed_recalls(scenario, shown.runs[0], panel.rev, logarithmic)
note_for_share(shown.runs)
if charts:
    chart_tables(charts, "monitor", *run_tables(shown.runs, group, rank))
