"""Explore: how the class mix of the batches moves over a run, and what one epoch draws."""

from functools import partial

import pandas as pd
import streamlit as st

from pages.parts.explore import explore_panels
from pages.parts.explore.epoch_player import animation_frames, epoch_player, say_if_batches_are_left_out
from pages.parts.explore.explore_panels import BELOW, FIRST, METRICS, ExploreView, live_parts
from pages.parts.explore.followed_classes import choose_followed, follow_clicked, followed_numbers
from pages.parts.explore.takeaway_and_findings import (
    FINDINGS,
    NUMBERS,
    data_title,
    formulas,
    say_how_groupings_go_together,
    show_findings,
    show_first_finding,
    takeaway,
)
from pages.parts.live.figure_panel import live_panel
from pages.parts.live.metric_tiles import tiles
from pages.parts.server.result_cache import forecast_of
from pages.parts.share.page_tables import chart_tables
from pages.parts.sidebar import page_controls
from pages.parts.sidebar.balance_buttons import balance_buttons
from pages.parts.sidebar.figure_endpoint import figure_ticket
from pages.parts.sidebar.page_controls import heading_line, reserved
from pages.parts.text.words import in_words
from sampler_core.figures import class_table, metric_table

# The first screen: each place has its height before it is filled.
heading = reserved("page-heading-of-epoch")
with st.container(horizontal=True, vertical_alignment="center", gap="small", key="epoch-row"):
    play_button = reserved("play-button", "content")
    scenario = page_controls.choose_epoch()
scenario = page_controls.choose_learner(scenario, ["The plan"] * (scenario.plan.adaptive is not None))
with heading:
    heading_line(data_title(scenario), takeaway(scenario), "page-text-first")
with play_button:
    epoch_player(scenario)
first_figures, metric_row = reserved("first-place"), reserved("metric-place")
first_finding = reserved("page-text-finding")
with first_figures:
    page_controls.phone_sliders()

with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="view-row"):
    followed = choose_followed(scenario)
    logarithmic = page_controls.choose_axis()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="scheme-row"):
    page_controls.switch_scheme(scenario)
    window, batches = page_controls.choose_batches(scenario)
say_if_batches_are_left_out(scenario, batches[1])
followed_numbers(scenario, followed, logarithmic)

# The panels come after all controls and together, so that the browser draws all figures in one go; text comes last.
view = ExploreView(followed, logarithmic, window)
panels, metrics = explore_panels.panels_of(scenario, view, batches), explore_panels.tiles_of(scenario)
with first_figures:
    live_panel(
        FIRST, panels[FIRST], ticket=figure_ticket(scenario, partial(live_parts, view=view), view),
        frames=animation_frames(scenario, *batches, followed), on_click=lambda: follow_clicked(scenario, FIRST),
    )  # fmt: skip
with metric_row:
    tiles(METRICS, metrics)
    balance_buttons("explore")
    say_how_groupings_go_together(scenario)
live_panel(BELOW, panels[BELOW], on_click=lambda: follow_clicked(scenario, BELOW))
with first_finding:
    show_first_finding(scenario)
explore_panels.offer_report(scenario, view)


def every_class() -> pd.DataFrame:
    return class_table(forecast_of(scenario.plan, scenario.counts, scenario.learner), scenario.epoch)


st.header(in_words("Every class in numbers"), anchor=NUMBERS)
charts = [chart for panel in panels.values() for chart in panel.charts]
every_class_title = f"Every class, epoch {scenario.epoch}, most repeats first"
chart_tables(charts, "explore", (every_class_title, every_class), ("Metrics", lambda: metric_table(metrics.metrics())))
st.header("Findings", anchor=FINDINGS)
with st.container(key="page-text-findings"):
    st.markdown(page_controls.data_and_run(scenario))
    show_findings(scenario)
for tex in formulas(scenario):
    st.latex(tex)
