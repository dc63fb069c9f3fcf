"""Explore: how the class mix of the batches moves over a run, and what one epoch draws."""

import streamlit as st

from pages.parts import cached, words
from pages.parts.explore_charts import charts_of_epoch, charts_over_epochs
from pages.parts.findings import headline, show_findings
from pages.parts.following import choose_followed, follow_clicked, followed_numbers
from pages.parts.later import send_later
from pages.parts.live_panel import live_panel
from pages.parts.moves import moves_of
from pages.parts.neighbours import neighbours_of
from pages.parts.player import player, say_if_batches_stand, wanted_frames
from pages.parts.scenario import choose_axis, choose_batches, choose_epoch, current, nearby_sliders, switch_law
from pages.parts.tables import table_twins
from pages.parts.tiles import tiles
from sampler_core import figures

scenario = current()
st.title("Explore", anchor=False)
st.markdown(words.data_line(scenario))
top, merit_row = st.container(), st.container()
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
first = shown = 0
if scenario.plan.adaptive is None:
    switch_law(scenario)
    first, shown = choose_batches(scenario)
    say_if_batches_stand(scenario, shown)
with place:
    player(scenario, shown)
one_epoch = st.container()

# All controls stand by now. The panels come next and together, so that the browser draws all figures in one go; what
# is read rather than followed comes after them.
rev = f"{scenario.rev}-{logarithmic}-{followed}"
moves, charts = moves_of(scenario, followed), charts_over_epochs(scenario, followed, logarithmic)
of_epoch = [] if scenario.plan.adaptive is not None else charts_of_epoch(scenario, followed, first, shown)
near = neighbours_of(scenario, moves, first, shown, followed) if of_epoch else None
moves["near"] = near and {"name": near.name, "key": near.key}
with over_epochs:
    live_panel("over-epochs", charts, rev, moves=moves, on_pick=lambda: follow_clicked(scenario, "over-epochs"))
with one_epoch:
    if of_epoch:
        live_panel(
            "one-epoch", of_epoch, f"{rev}-{first}-{shown}", follow=True,
            on_pick=lambda: follow_clicked(scenario, "one-epoch"),
            frames=wanted_frames(scenario, first, shown, followed),
        )  # fmt: skip
    else:
        st.info(words.ADAPTIVE, icon=":material/model_training:")

merits = figures.merits(cached.outlook_of(scenario.plan, scenario.counts), scenario.epoch)
with top:
    st.markdown(words.takeaway(scenario))
    st.markdown(headline(scenario))
with merit_row:
    tiles("merits", merits, scenario.epoch)
send_later(scenario, moves, near, followed, first, shown)

st.subheader("Findings", anchor=False)
show_findings(scenario)
for tex in words.formulas(scenario):
    st.latex(tex)
table_twins(charts + of_epoch, "explore", ("Figures of merit", lambda: figures.merit_table(merits)))
