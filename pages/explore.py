"""Explore: how the class mix of the batches moves over a run, and what one epoch draws."""

from functools import partial

import streamlit as st

from pages.parts.explore import takeaway
from pages.parts.explore.animated_report import offer_report
from pages.parts.explore.class_selection import choose_followed, follow_clicked, followed_numbers
from pages.parts.explore.deferred_tables import send_later
from pages.parts.explore.epoch_player import player, say_if_batches_stand, wanted_frames
from pages.parts.explore.explore_panels import METRICS, ONE_EPOCH, OVER_EPOCHS, View, panels_of, parts_of, tiles_of
from pages.parts.explore.findings_list import headline, show_findings
from pages.parts.explore.preview_data import moves_of
from pages.parts.live.figure_panel import live_panel
from pages.parts.live.metric_tiles import tiles
from pages.parts.share.chart_tables import chart_tables
from pages.parts.sidebar.data_line import data_line
from pages.parts.sidebar.epoch_and_batches import (
    batches_shown,
    choose_axis,
    choose_batches,
    choose_epoch,
    nearby_sliders,
    switch_scheme,
)
from pages.parts.sidebar.scenario import current
from pages.parts.sidebar.slider_moves import slider_moves
from sampler_core import figures

scenario = current()
st.title("Explore", anchor=False)
with st.container(key="said-data"):
    st.markdown(data_line(scenario))
top, metric_row = st.container(key="said-first"), st.container()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="epoch-row"):
    place = st.container(width="content")
    scenario = choose_epoch(scenario)
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    with st.container(width="stretch"):
        followed = choose_followed(scenario)
    logarithmic = choose_axis()
followed_numbers(scenario, followed)
nearby_sliders()
over_epochs = st.container()
st.subheader("The batches of this epoch, as training will draw them", anchor=False)
window, first, shown = (0, 1), 0, 0
if scenario.plan.adaptive is None:
    switch_scheme(scenario)
    window = choose_batches(scenario)
    first, shown = batches_shown(scenario, window)
    say_if_batches_stand(scenario, shown)
with place:
    player(scenario, shown)
one_epoch = st.container()

# All controls stand by now. The panels come next and together, so that the browser draws all figures in one go; what
# is read rather than followed comes after them.
view = View(followed, logarithmic, window)
panels = panels_of(scenario, view)
moves = {**moves_of(scenario, followed), **slider_moves(scenario, partial(parts_of, view=view), view)}
with over_epochs:
    live_panel(OVER_EPOCHS, panels[OVER_EPOCHS], moves=moves, on_pick=lambda: follow_clicked(scenario, OVER_EPOCHS))
with one_epoch:
    if ONE_EPOCH in panels:
        live_panel(
            ONE_EPOCH, panels[ONE_EPOCH], follow=True, on_pick=lambda: follow_clicked(scenario, ONE_EPOCH),
            frames=wanted_frames(scenario, first, shown, followed),
        )  # fmt: skip
    else:
        st.info(takeaway.ADAPTIVE, icon=":material/model_training:")

metrics = tiles_of(scenario)
with top:
    st.markdown(takeaway.takeaway(scenario))
    st.markdown(headline(scenario))
with metric_row:
    tiles(METRICS, metrics)
send_later(scenario, moves)
offer_report(scenario, view)

st.subheader("Findings", anchor=False)
with st.container(key="said-findings"):
    show_findings(scenario)
for tex in takeaway.formulas(scenario):
    st.latex(tex)
chart_tables(
    [chart for panel in panels.values() for chart in panel.charts],
    "explore",
    ("Metrics", lambda: figures.metric_table(metrics.metrics())),
)
