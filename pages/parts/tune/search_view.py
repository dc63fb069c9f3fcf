"""What a schedule search found: the verdict first, the plan to use, the confirmed differences, what was tried."""

from __future__ import annotations

import json

import streamlit as st

from pages.parts.live.figure_panel import Panel, live_panel
from pages.parts.server.page_contents import Table, page_contents
from pages.parts.server.study_line import ServedStudy
from pages.parts.sidebar.page_parameters import LEARNER, SEARCH, choice_titles
from pages.parts.sidebar.sidebar import set_sidebar_to_plan
from pages.parts.sidebar.values_in_words import target_in_words
from pages.parts.text.markdown import literal
from pages.parts.train.shown_study import close_study
from pages.parts.train.thoroughness import duration
from sampler_core.figures import Chart
from sampler_core.figures.search_charts import search_charts
from sampler_core.figures.train_charts import summary_table
from sampler_core.plans.plan import SamplingPlan
from sampler_core.training.study_result import StudyResult


def search_view(search: ServedStudy) -> list[Chart]:
    """Show the result; its charts."""
    result: StudyResult = search.result
    plans = {key: SamplingPlan.from_json(json.dumps(result.settings[key])) for key in ("plan", "static_plan")}
    _verdict(search, result, plans)
    charts = search_charts(result)
    live_panel("search-result", Panel(f"{search.id}-0", charts))
    page_contents().files["search.json"] = result.to_json
    page_contents().sentences.append(result.verdict)
    return charts


def _verdict(search: ServedStudy, result: StudyResult, plans: dict[str, SamplingPlan]) -> None:
    first, _, rest = result.verdict.partition("). ")
    helps = result.tables["confirmed"].iloc[0]["verdict"] == "better"
    with st.container(border=True, key="page-text-search-verdict", gap="small"):
        st.markdown(f"**{literal(first)}).** {literal(rest)}")
        schedule, static = (target_in_words(plans[key].target) for key in ("plan", "static_plan"))
        st.markdown(literal(f"Won most searches: {schedule}; of the static skews: {static}."))
        _use_buttons(search, plans, helps)
        learner = choice_titles(LEARNER)[result.settings["learner"]["name"]]
        how = f"{result.settings['features']}, {learner}, {result.settings['trainings']} trainings"
        how = f"{how} in {duration(search.seconds)}. The interval is corrected for splits that share rows."
        st.markdown(f":small[{literal(how)}]")
        with st.expander("What to keep in mind", icon=":material/info:"):
            st.markdown("\n".join(f"- {literal(sentence)}" for sentence in result.notes))


def _use_buttons(search: ServedStudy, plans: dict[str, SamplingPlan], helps: bool) -> None:
    """The plan that the verdict speaks for stands first: a schedule that does not help is no more than offered."""
    words = {"plan": "Use this schedule", "static_plan": "Use the static skew"}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="search-use"):
        for key in ("plan", "static_plan") if helps else ("static_plan", "plan"):
            st.button(words[key], key=f"use_search_{key}", type="primary" if (key == "plan") == helps else "secondary",
                      help=f"{target_in_words(plans[key].target)}. Sets the sidebar; the code is under Share.",
                      on_click=set_sidebar_to_plan, args=(plans[key],))  # fmt: skip
        st.button("New search", key="new_search", on_click=close_study, kwargs={"row": SEARCH},
                  help="Back to the form; the URL of this search stays valid.")  # fmt: skip
        st.button("Delete", key="forget_search", type="tertiary", icon=":material/delete:", on_click=close_study,
                  args=(search.id, SEARCH),
                  help="Remove this search from the server now, not an hour after its end.")  # fmt: skip


def search_tables(result: StudyResult) -> list[Table]:
    """Titles and makers of the tables besides those of the charts."""
    return [("All plans", lambda: summary_table(result)),
            ("Each run", lambda: result.tables["runs"].set_index("candidate"))]  # fmt: skip
