"""Compare: up to six plans side by side on the same data."""

import streamlit as st

from pages.parts import compared, words
from pages.parts.class_key import class_key
from pages.parts.live_panel import live_panel
from pages.parts.merit_table import merit_table
from pages.parts.moves import hand_of
from pages.parts.plan_cards import plan_cards
from pages.parts.scenario import choose_axis, choose_epoch, current, nearby_sliders
from pages.parts.tables import table_twins
from sampler_core.figures import Chart, compare

scenario = current()
st.title("Compare", anchor=False)
st.markdown(words.data_line(scenario))
cards, rest = st.container(), st.container()
with st.expander("The plans as text, as a link carries them", icon=":material/link:"):
    variants = compared.chosen_variants(cards)
with cards:
    plan_cards(variants, scenario.plan)
with rest:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        who = compared.choose_followed(scenario.counts)
        scenario = choose_epoch(scenario)
        logarithmic = choose_axis()
    nearby_sliders()
    plans = compared.shown_plans(variants, scenario)
    epoch = scenario.epoch
    shares = compare.plan_shares(plans, who, epoch, logarithmic=logarithmic)
    skews = compare.plan_skews(plans, epoch)
    charts = [
        Chart("plan-shares", "Share over epochs", shares, f"The chance that one draw is of: {who.label}.", 8, 380, 0)
    ]
    if skews is not None:
        charts.append(Chart("plan-skews", "Skew over epochs", skews, "Of the plans that have one.", 4, 380, 1))
    highest = compare.highest_share(plans)
    mixes = [Chart(f"mix-{plan.colour}", plan.name, compare.plan_mix(plan, highest), "", 4, 220, 3) for plan in plans]
    side_by_side, merits, all_classes = st.container(), st.container(), st.container()
    # The panels come one after the other, so that the browser draws all figures in one go; the long table after them.
    with side_by_side:
        rev = compared.rev(scenario, variants, f"{who.label}-{logarithmic}")
        live_panel("side-by-side", charts, rev, moves=hand_of(scenario))
    with all_classes:
        st.subheader("All classes of each plan", anchor=False)
        class_key(scenario.counts)
        live_panel("mixes", mixes, compared.rev(scenario, variants))
    with merits:
        st.subheader("All figures of merit", anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            comparison, base = compared.choose_comparison(plans, scenario)
        merit_table(comparison, base)
    table_twins([*charts, *mixes], "compare")
