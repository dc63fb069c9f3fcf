"""Monitor: what trainings really drew and reached, from their run logs, beside what was planned."""

import streamlit as st

from pages.parts.compare.compared_plans import choose_followed
from pages.parts.live.class_legend import class_legend
from pages.parts.live.figure_panel import live_panel
from pages.parts.monitor.first_steps import first_steps
from pages.parts.monitor.plan_buttons import plan_buttons
from pages.parts.monitor.run_folder import run_folder
from pages.parts.monitor.run_panels import PANEL, note_for_share, run_panel, run_tables
from pages.parts.monitor.run_sentences import run_facts, runs_line, verdict_line
from pages.parts.monitor.shown_runs import follow, shown_runs
from pages.parts.monitor.uploaded_runs import upload_box
from pages.parts.share.page_tables import chart_tables
from pages.parts.sidebar.figure_endpoint import figure_ticket
from pages.parts.sidebar.page_controls import choose_axis, heading_line, reserved
from pages.parts.sidebar.scenario import current_scenario
from pages.parts.text.markdown import literal

scenario = current_scenario()
heading = reserved("page-heading")
rows, controls = st.container(), st.container()
with controls:
    shown = shown_runs()
    for sentence in shown.refused:
        st.warning(literal(sentence), icon=":material/warning:")
runs = shown.runs
with heading:
    if not runs:
        heading_line("Monitor.", "What a training really drew, beside what was planned.", "page-text-verdict")
    elif len(runs) == 1:
        heading_line(f"{runs[0].name}.", verdict_line(runs[0].judgement), "page-text-verdict")
    else:
        heading_line(f"{len(runs)} runs.", runs_line(runs), "page-text-verdict")
with rows:
    for one in runs:
        with st.container(horizontal=True, vertical_alignment="center", key=f"page-text-finding-run-{one.colour}"):
            about = run_facts(one.judgement.run)
            if len(runs) > 1:
                about = f"**{literal(one.name)}** {verdict_line(one.judgement)}  \n:small[{about}]"
            st.markdown(about)
            plan_buttons(one)
if not runs:
    first_steps()
if (folder := run_folder()) is not None:
    follow(folder, shown.followed)
group, rank, logarithmic = "rarest class", 1, False
if runs:
    with controls.expander("Bring another run log", icon=":material/upload:", key="bring-log"):
        upload_box()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        group, rank = choose_followed()
        logarithmic = choose_axis()
panel = run_panel(scenario, runs, group, rank, logarithmic)
if len(runs) == 1 and panel.charts:
    class_legend(runs[0].judgement.run.class_counts)
live_panel(PANEL, panel, ticket=figure_ticket(scenario))
note_for_share(runs)
if panel.charts:
    chart_tables(panel.charts, "monitor", *run_tables(runs, group, rank))
