"""Explore: how the class mix of the batches moves over a run, and what one epoch draws."""

from functools import partial

import streamlit as st

from pages.parts.explore import explore_panels
from pages.parts.explore.epoch_player import animation_frames, epoch_player, say_if_batches_are_left_out
from pages.parts.explore.explore_panels import METRICS, ONE_EPOCH, OVER_EPOCHS, ExploreView, live_parts
from pages.parts.explore.followed_classes import choose_followed, follow_clicked, followed_numbers
from pages.parts.explore.takeaway_and_findings import ADAPTIVE_NOTE, formulas, headline, show_findings, takeaway
from pages.parts.live.figure_panel import live_panel
from pages.parts.live.metric_tiles import tiles
from pages.parts.share.page_tables import chart_tables
from pages.parts.sidebar import page_controls
from pages.parts.sidebar.figure_endpoint import figure_ticket
from pages.parts.sidebar.page_controls import page_heading
from sampler_core import figures

scenario = page_heading("Explore")
top, metric_row = st.container(key="page-text-first"), st.container()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="epoch-row"):
    play_button = st.container(width="content")
    scenario = page_controls.choose_epoch(scenario)
with play_button:
    epoch_player(scenario)
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    with st.container(width="stretch"):
        followed = choose_followed(scenario)
    logarithmic = page_controls.choose_axis()
followed_numbers(scenario, followed)
page_controls.phone_sliders()
over_epochs = st.container()
st.subheader("The batches of this epoch, as training will draw them", anchor=False)
window, batches = (0, 1), (0, 0)
if scenario.plan.adaptive is None:
    page_controls.switch_scheme(scenario)
    window, batches = page_controls.choose_batches(scenario)
    say_if_batches_are_left_out(scenario, batches[1])
one_epoch = st.container()

# The panels come after all controls and together, so that the browser draws all figures in one go; text comes last.
view = ExploreView(followed, logarithmic, window)
panels, metrics = explore_panels.panels_of(scenario, view, batches), explore_panels.tiles_of(scenario)
with over_epochs:
    live_panel(
        OVER_EPOCHS, panels[OVER_EPOCHS], ticket=figure_ticket(scenario, partial(live_parts, view=view), view),
        frames=animation_frames(scenario, *batches, followed), on_click=lambda: follow_clicked(scenario, OVER_EPOCHS),
    )  # fmt: skip
with one_epoch:
    if ONE_EPOCH in panels:
        live_panel(ONE_EPOCH, panels[ONE_EPOCH], on_click=lambda: follow_clicked(scenario, ONE_EPOCH))
    else:
        st.info(ADAPTIVE_NOTE, icon=":material/model_training:")
with top:
    st.markdown(takeaway(scenario))
    st.markdown(headline(scenario))
with metric_row:
    tiles(METRICS, metrics)
explore_panels.offer_report(scenario, view)

st.subheader("Findings", anchor=False)
with st.container(key="page-text-findings"):
    show_findings(scenario)
for tex in formulas(scenario):
    st.latex(tex)
chart_tables(
    [chart for panel in panels.values() for chart in panel.charts],
    "explore",
    ("Metrics", lambda: figures.metric_table(metrics.metrics())),
)
