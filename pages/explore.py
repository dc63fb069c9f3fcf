"""Explore: how the class mix of the batches moves over a run, and what one epoch draws."""

import streamlit as st

from pages.parts import cached, words
from pages.parts.findings import headline, show_findings
from pages.parts.following import choose_followed, follow_clicked, followed_numbers
from pages.parts.live_panel import Chart, live_panel, row_height
from pages.parts.moves import moves_of
from pages.parts.player import player, wanted_frames
from pages.parts.scenario import choose_axis, choose_batches, choose_epoch, current, nearby_sliders, switch_law
from pages.parts.tables import table_twins
from pages.parts.tiles import tiles
from sampler_core import figures

scenario = current()
plan, counts = scenario.plan, scenario.counts
outlook = cached.outlook_of(plan, counts)

st.title("Explore", anchor=False)
st.markdown(words.data_line(scenario))
top, merit_row = st.container(), st.container()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    place = st.container(width="content")
    scenario = choose_epoch(scenario)
with place:
    player(scenario)
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    with st.container(width="stretch"):
        followed = choose_followed(scenario)
    logarithmic = choose_axis()
followed_numbers(scenario, followed)
nearby_sliders()
epoch, rev = scenario.epoch, scenario.rev
merits, moves = figures.merits(outlook, epoch), moves_of(scenario, followed)
with top:
    st.markdown(words.takeaway(scenario))
    st.markdown(headline(scenario))
with merit_row:
    tiles("merits", merits, epoch)

over_epochs = figures.class_shares(counts, outlook.shares, epoch, logarithmic=logarithmic, followed=followed)
weights = figures.weight_beside_share(counts, cached.weights_of(plan, counts)[epoch], outlook.shares[epoch], followed)
charts = [
    Chart("shares", "Class share over epochs", over_epochs, "The chance that one draw is of the class.", 8, 340, 0)
]
if outlook.skews is not None:
    skew = figures.skew_curve(outlook.skews, outlook.crossover, epoch)
    charts.append(Chart("skew", "Skew over epochs", skew, "0 natural, 1 class-balanced, above 1 reversed.", 4, 340, 1))
if figures.is_banded(counts):
    share_map = figures.share_map(counts, outlook.shares, epoch, followed)
    charts.append(Chart("map", "Share of every class", share_map, "One row a class; colour is the share.", 12, 420, 3))
rows = figures.class_rows(counts)
note = "The weight is one sample's, the share is its whole class's: what a batch sees. They are not the same."
charts.append(
    Chart("weights", f"Class weight beside class share, epoch {epoch}", weights, note, 12, row_height(rows, 340), 2)
)
live_panel(
    "over-epochs",
    charts,
    f"{rev}-{logarithmic}-{followed}",
    moves=moves,
    on_pick=lambda: follow_clicked(scenario, "over-epochs"),
)

st.subheader("The batches of this epoch, as training will draw them", anchor=False)
of_epoch: list[Chart] = []
if plan.adaptive is not None:
    st.info(words.ADAPTIVE, icon=":material/model_training:")
else:
    switch_law(scenario)
    first, shown = choose_batches(scenario)
    preview = cached.preview_of(plan, counts, epoch, first, shown)
    mix = figures.batch_mix(preview, followed)
    drawn, num_draws, which = cached.drawn_of(scenario.plan, counts, epoch, preview)
    comparison = figures.planned_and_drawn(counts, cached.spread_of(plan, counts, epoch, num_draws), drawn, followed)
    height = max(380, row_height(rows, 380))
    of_epoch = [
        Chart("batches", f"Batches {first} to {first + shown - 1}", mix, words.batches_note(scenario), 7, height, 1),
        Chart("drawn", f"Planned against drawn, {which}", comparison, words.law_note(scenario), 5, height, 2),
    ]
    live_panel(
        "one-epoch",
        of_epoch,
        f"{rev}-{first}-{shown}-{followed}",
        moves=moves,
        on_pick=lambda: follow_clicked(scenario, "one-epoch"),
        frames=wanted_frames(scenario, first, shown, followed),
    )

st.subheader("Findings", anchor=False)
show_findings(scenario)
if tex := words.formula(scenario):
    st.latex(tex)
twins = {"Figures of merit": lambda: figures.merit_table(merits)}
table_twins(twins | {chart.title: chart.figure.table for chart in charts + of_epoch}, "explore")
