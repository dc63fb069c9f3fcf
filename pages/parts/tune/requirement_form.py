"""Demands as sentences with controls in them: a row a demand, made from the demands' own parameter rows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from pages.parts.server.page_contents import shown
from pages.parts.sidebar.plan_values import take
from pages.parts.sidebar.url_values import literal
from pages.parts.tune.requirement_fields import class_control, field_control
from pages.parts.tune.stated_requirements import MOST_DEMANDS, Demands, new_demand, state
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.figure import class_in_words
from sampler_core.plans.parameters import DRAWING, rows_of
from sampler_core.tuning import DEMANDS, Demand, Verdict
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import limits_repeats

ADD = "add_demand"
EXPECTED = ("absence", "coverage", "run_coverage")  # figures that chance moves around what is said
# What stands between the controls of a sentence; a field in braces is its control, "who" the class.
SENTENCES = {
    "share": ("a share of the draws", "{who} has {sense} {bound} of the draws from epoch {first_epoch} to "
              "{last_epoch}"),
    "share_ratio": ("the share ratio", "the share ratio is at most {bound} from epoch {first_epoch} to {last_epoch}"),
    "repeats": ("repeats of samples", "no sample of {who} is drawn more than {bound} times per {per} from epoch "
                "{first_epoch} to {last_epoch}"),
    "absence": ("batches without a class", "{who} is missing from at most {bound} of the batches from epoch "
                "{first_epoch} to {last_epoch}"),
    "coverage": ("samples that are seen", "of {who} at least {bound} of the samples are seen per {per} from epoch "
                 "{first_epoch} to {last_epoch}"),
    "natural_mix": ("the natural mix", "natural mix in the {end} {num_epochs} epochs, the skew within {bound} of 0"),
}  # fmt: skip


def demand_form(demands: Demands, verdicts: dict[int, Verdict], counts: ClassCounts, law: str) -> None:
    """Every demand as a sentence, with what the sidebar's plan makes of it, and a menu to add one. law: of drawing."""
    st.html(Path(__file__).with_name("requirement_form.css"))
    with st.container(key="demand-form"):
        for place in range(len(demands)):
            with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", key=f"demand-row-{place}"):
                _sentence(demands, place, counts)
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                if place in verdicts:
                    st.markdown(_judged(verdicts[place], law))
                others = (*demands[:place], *demands[place + 1 :])
                st.button("Remove", key=f"demand-{place}-remove", icon=":material/delete:", help="Remove this demand.",
                          type="tertiary", on_click=state, args=(others,))  # fmt: skip
    shown().facts["What must hold"] = {
        f"Demand {place + 1}": f"{verdicts.get(place, f'{demand}: cannot be judged here')}."
        for place, demand in enumerate(demands)
    }
    st.menu_button("Add a demand", list(DEMANDS), key=ADD, format_func=_title, on_click=partial(_add, demands),
                   disabled=len(demands) >= MOST_DEMANDS, help=f"At most {MOST_DEMANDS} demands.")  # fmt: skip


def say_what_is_left_to_chance(demands: Demands, law: str) -> None:
    """Repeats are kept by the exact law only; under the others they hold on average."""
    if are_left_to_chance(demands, law):
        st.info(
            f"Repeats hold on average: under the {law} law chance draws some samples more often. The exact law keeps "
            "every sample to within one of its class's average.",
            icon=":material/casino:",
        )
        st.button("Use the exact law", key="use_exact_law", help="Set the sidebar's law of drawing.",
                  on_click=take, args=({DRAWING.key: "exact"},))  # fmt: skip


def are_left_to_chance(demands: Demands, law: str) -> bool:
    """Whether one of the demands can hold on average only."""
    return law != "exact" and any(map(limits_repeats, demands))


def on_average_only(verdict: Verdict, law: str) -> bool:
    """Whether single samples may break what holds: by chance, or as quotas are rounded epoch by epoch."""
    return are_left_to_chance((verdict.demand,), law) or (verdict.most or 0) > verdict.demand.bound


def _sentence(demands: Demands, place: int, counts: ClassCounts) -> None:
    demand = demands[place]
    st.markdown(f"**{place + 1}.**", width="content")
    for part in _parts(demand):
        if not part.startswith("{"):
            st.markdown(part, width="content")
        elif part == "{who}":
            class_control(demands, place, counts)
        else:
            field_control(demands, place, part[1:-1])


def _parts(demand: Demand) -> list[str]:
    """Words and fields in turn; a kind without a sentence has all its fields after its name."""
    name = DEMANDS.name_of(demand)
    fields = " ".join(f"{row.label.lower()} {{{field}}}" for field, row in rows_of(type(demand)).items())
    text = SENTENCES[name][1] if name in SENTENCES else f"{_title(name)}: {fields}"
    return [part.strip() for part in text.replace("{", "\0{").replace("}", "}\0").split("\0") if part.strip()]


def _add(demands: Demands) -> None:
    name = st.session_state.get(ADD)
    if name is not None:
        state((*demands, new_demand(name)))


def _judged(verdict: Verdict, law: str) -> str:
    demand, who = verdict.demand, ""
    if verdict.class_name is not None:
        who = f" ({literal(class_in_words(verdict.class_name))})"
    expected = " expected" if demand.figure in EXPECTED else ""
    worst = f"at worst {literal(bound_in_words(demand, verdict.value))}{expected}{who}"
    if not verdict.holds:
        return f":material/cancel: **Violated**{_where(verdict.epochs) if verdict.epochs else ''}: {worst}."
    if on_average_only(verdict, law):
        often = "can come more often" if verdict.most is None else f"come up to {verdict.most:,} times"
        return f":material/casino: Holds **on average**: {worst}. Single samples {often}."
    up_to = "" if verdict.most is None else f", up to {verdict.most:,} for a single sample"
    return f":material/check_circle: Holds: {worst}{up_to}."


def _where(epochs: tuple[int, ...]) -> str:
    return f" in epoch {epochs[0]}" if len(epochs) == 1 else f" in {len(epochs):,} epochs, first in epoch {epochs[0]}"


def _title(name: str) -> str:
    return SENTENCES[name][0] if name in SENTENCES else name.replace("_", " ")
