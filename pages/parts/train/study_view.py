"""What a study found: the verdict first, what to keep in mind, figures, the table; and what can be done with it."""

from __future__ import annotations

import json
import zlib
from typing import Any

import streamlit as st

from pages.parts.live.figure_panel import Panel, live_panel
from pages.parts.server.page_contents import page_contents
from pages.parts.server.study_line import ServedStudy
from pages.parts.share.title_and_note import shared_text
from pages.parts.sidebar.page_parameters import CURVE, LEARNER, TRAINED, choice_titles
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.sidebar import set_sidebar_to_plan
from pages.parts.text.markdown import literal
from pages.parts.train.shown_study import close_study
from pages.parts.train.study_table import study_table
from pages.parts.train.thoroughness import duration
from sampler_core.exporting.study_report import study_report
from sampler_core.figures import Chart
from sampler_core.figures.train_charts import summary_table
from sampler_core.figures.train_list import caveats, study_charts
from sampler_core.formatting import quoted
from sampler_core.plans.plan import SamplingPlan
from sampler_core.training.study_result import StudyResult
from sampler_core.training.verdict import signed_points


def study_view(study: ServedStudy) -> list[Chart]:
    """Show the result; its charts."""
    result: StudyResult = study.result
    _verdict(study, result)
    study_table(result)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="train-choices"):
        shown = _choose_shown(result)
        curve = bound_widget(CURVE, width=200)
        _buttons(study, result, shown)
    st.markdown(literal(_shown_in_words(result, shown)))
    charts = study_charts(result, study.about["colours"], shown, curve)
    state = f"{shown}-{curve}".encode()
    live_panel("train-result", Panel(f"{study.id}-{zlib.crc32(state):08x}-0", charts))
    _note_for_share(result, charts)
    return charts


def result_tables(result: StudyResult) -> list[tuple[str, Any]]:
    """Titles and makers of the tables besides those of the charts."""
    return [("Differences", lambda: result.tables["comparisons"].set_index("candidate")),
            ("Recall and draws of each class", lambda: result.tables["recalls"].set_index("candidate")),
            ("Each run", lambda: result.tables["runs"].set_index("candidate"))]  # fmt: skip


def _verdict(study: ServedStudy, result: StudyResult) -> None:
    first, _, rest = result.verdict.partition("; ")
    with st.container(border=True, key="page-text-verdict", gap="small"):
        st.markdown(f"**{literal(first)}{'.' if rest else ''}**")
        if rest:
            st.markdown(literal(rest[0].upper() + rest[1:]))
        learner = choice_titles(LEARNER)[result.settings["learner"]["name"]]
        how = (
            f"{result.settings['features']}, {learner}, {result.settings['runs']} runs of each plan on the same "
            f"splits, in {duration(study.seconds)}. Intervals and verdicts are corrected for splits that share rows, "
            "and for several plans."
        )
        st.markdown(literal(how))
        with st.expander("What to keep in mind", icon=":material/info:", expanded=True):
            st.markdown("\n".join(f"- {literal(sentence)}" for sentence in [*caveats(result), *result.notes]))
    page_contents().sentences.extend([result.verdict, *caveats(result)])


def _choose_shown(result: StudyResult) -> str:
    """The row whose figures are shown in detail: of the URL, else the best that is better, else the reference."""
    names = [str(name) for name in result.tables["summary"]["candidate"]]
    options = [str(TRAINED.default), *names]
    if st.session_state.get(TRAINED.key, st.query_params.get(TRAINED.key)) not in (None, *options):
        st.session_state[TRAINED.key] = TRAINED.default
    chosen = st.selectbox(TRAINED.label, options, key=TRAINED.key, help=TRAINED.help, bind="query-params",
                          persist_state="session", width=220)  # fmt: skip
    if chosen in names:
        return chosen
    better = _better_plans(result)
    return better[0] if better else str(result.settings["reference"])


def _better_plans(result: StudyResult) -> list[str]:
    """The plans that are better than the reference, the best first."""
    better = result.tables["comparisons"].query("verdict == 'better' and not is_baseline")
    return [str(name) for name in better.sort_values("mean", ascending=False)["candidate"]]


def _shown_in_words(result: StudyResult, shown: str) -> str:
    """What the plan that is shown in detail is to the reference."""
    better, reference = _better_plans(result), str(result.settings["reference"])
    if shown == reference:
        others = "" if better else ": no plan is shown to be better, so best means the reference"
        return f"In detail: {quoted(shown)}, the reference{others}."
    row = result.tables["comparisons"].set_index("candidate").loc[shown]
    most = ", the most of all plans that are better" if better[:1] == [shown] and len(better) > 1 else ""
    verdict = {"better": "better than", "worse": "worse than", "same": "the same as"}.get(row["verdict"])
    beside = f"{verdict} {quoted(reference)}" if verdict else f"undecided against {quoted(reference)}"
    return f"In detail: {quoted(shown)}, {beside} ({signed_points(float(row['mean']))} points{most})."


def _buttons(study: ServedStudy, result: StudyResult, shown: str) -> None:
    summary = result.tables["summary"].set_index("candidate")
    plan_name = str(summary.loc[shown, "plan"])
    plan = SamplingPlan.from_json(json.dumps(result.settings["plans"][plan_name]))
    is_better = shown in _better_plans(result)
    st.button(f"Use {literal(plan_name)}", key="use_trained", type="primary" if is_better else "secondary",
              help="Set the sidebar to this plan's target and limits; its code is under Share.",
              on_click=set_sidebar_to_plan, args=(plan,))  # fmt: skip
    st.button(
        "New study", key="new_study", on_click=close_study, help="Back to the form; the URL of this study stays valid."
    )
    st.button("Delete", key="forget_study", type="tertiary", icon=":material/delete:", on_click=close_study,
              args=(study.id,), help="Remove this study from the server now, not an hour after its end.")  # fmt: skip


def _note_for_share(result: StudyResult, charts: list[Chart]) -> None:
    contents, text = page_contents(), shared_text()
    contents.tables.append(("All plans", lambda: summary_table(result)))
    contents.files["study.json"] = result.to_json

    def report(title: str, note: str, data_name: str) -> str:
        del data_name  # the sidebar's
        title = title if text.title else f"{result.settings['features']}: Train"
        return study_report(result, charts, title=title, note=note)

    contents.report = report
