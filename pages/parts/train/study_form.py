"""The form of a study: features, plans, learner, losses, thoroughness; and Start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.live.figure_panel import Panel, live_panel
from pages.parts.server.jobs import start_spare
from pages.parts.server.shown_studies import show_study
from pages.parts.server.study_line import LineIsFullError, finished_studies, start_study
from pages.parts.sidebar.page_parameters import LEARNER, LOSSES, SPLITS, STUDY
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.scenario import Scenario, counts_checksum
from pages.parts.text.markdown import literal
from pages.parts.train.feature_form import Features, feature_form
from pages.parts.train.study_job import TRAINING_MODULES, FeatureFile, StudyJob
from pages.parts.train.thoroughness import Spread, duration, measured_spread, seconds, splitting, visible_difference
from pages.parts.train.trained_plans import TrainedPlans, choose_plans
from sampler_core.figures import Chart
from sampler_core.figures.rows_and_ranks import class_rows
from sampler_core.figures.train_class_charts import class_size_chart
from sampler_core.formatting import several
from sampler_core.plans.named_plans import plans_to_json
from sampler_core.plans.parameters import Parameter
from sampler_core.plans.plan import SamplingPlan
from sampler_core.training.setting_rows import HIDDEN, LEARNER_ROWS, LOSS_ROWS

NOT_STARTED = "study_not_started"
ANOTHER = "another-{}".format  # key of the row -> whether the form stands open below what is shown
SUPPOSED = "Until a study of these features measures it, differences are assumed to vary by 3 points from run to run."
MEASURED = "How much differences vary from run to run is as the last study of these features has measured it."
CHOICES = {name.replace("_", "-"): name for name in LOSS_ROWS}


def study_form(scenario: Scenario) -> list[Chart]:
    """All controls, the class sizes of the features, and Start; the charts that are shown."""
    st.html(Path(__file__).with_name("study_form.css"))
    start_spare(TRAINING_MODULES)  # it imports torch while the form is filled in
    charts: list[Chart] = []
    with st.container(key="train-form", gap="small"):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            features = feature_form()
            trained = choose_plans(scenario, features and features.reading.counts)
        if features is not None:
            with right:
                charts = show_class_sizes(features)
        learner = choose_learner()
        losses = _choose_losses()
        _splits_and_start(scenario, features, trained, learner, losses)
    return charts


def choose_learner() -> dict[str, Any]:
    """As the study's process reads it: the entry's name and its fields."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="train-learner"):
        name = bound_widget(LEARNER, width=140)
        rows = LEARNER_ROWS[name]
        return {"name": name, **{field: bound_widget(row, width=210) for field, row in rows.items()}}


def _choose_losses() -> list[dict[str, Any]]:
    """The chosen losses, each with its fields."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="train-losses"):
        st.pills(LOSSES.label, LOSSES.choices, selection_mode="multi", default=LOSSES.start, width="content",
                 key=LOSSES.key, help=LOSSES.help, wrap=True, bind="query-params", persist_state="session")  # fmt: skip
        chosen = [CHOICES[name] for name in LOSSES.choices if name in (st.session_state[LOSSES.key] or ())]
        return [
            {"name": name, **{field: bound_widget(row, width=210) for field, row in LOSS_ROWS[name].items()}}
            for name in chosen
        ]


def show_class_sizes(features: Features) -> list[Chart]:
    counts = features.reading.counts
    height = min(420, 70 + 20 * class_rows(counts)) if class_rows(counts) else 240
    title = "Samples of each class"
    charts = [Chart("class-sizes", title, class_size_chart(counts), "What all plans start from.", 12, height, 0)]
    live_panel("train-sizes", Panel(f"sizes-{counts_checksum(counts)}", charts))
    return charts


def _splits_and_start(
    scenario: Scenario, features: Features | None, trained: TrainedPlans, learner: dict[str, Any], losses: list[Any]
) -> None:
    missing = _what_is_missing(features, trained, losses)
    captions = None if missing or features is None else _captions(features, trained, learner, len(losses))
    choice = st.radio(SPLITS.label, SPLITS.choices, SPLITS.choices.index(str(SPLITS.default)), key=SPLITS.key,
                      horizontal=True, captions=captions, help=SPLITS.help, bind="query-params",
                      persist_state="session")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="train-start"):
        request: dict[str, Any] = {}
        if features is not None and not missing:
            split = splitting(str(choice), features.reading)
            request = {
                "features": features.request, "plans": plans_to_json(trained.plans), "learner": learner,
                "losses": losses, "splits": split.splits, "seed": scenario.plan.seed,
            }  # fmt: skip
        about: dict[str, Any] = {"colours": trained.colours}
        if features is not None and not missing:
            estimate = seconds(split, features.reading, _plans_of(trained, len(losses)), weights_of(features, learner))
            about |= {"title": features.reading.title, "epochs": scenario.plan.epochs, "estimate": estimate}
            about["runs"] = split.runs
        st.button("Start", key="start_study", type="primary", icon=":material/play_arrow:", disabled=bool(missing),
                  help="Train all plans on the same splits, in a process of its own.", on_click=start,
                  args=(request, features and features.file, about))  # fmt: skip
        if missing or features is None:
            st.markdown(missing)
        else:
            runs = several(len(trained.plans) * len(losses) * split.runs, "run", "runs")
            epochs = several(scenario.plan.epochs or 1, "epoch", "epochs")
            always = "Natural draws, with and without post-hoc logit adjustment, are always compared."
            spread = MEASURED if _spread(features) else SUPPOSED
            st.markdown(literal(f"{runs} of {epochs}: {split.words}. {always} {spread}"))
    if sentence := st.session_state.pop(NOT_STARTED, None):
        st.error(literal(sentence), icon=":material/error:")


def _what_is_missing(features: Features | None, trained: TrainedPlans, losses: list[Any]) -> str:
    if features is None:
        return "Bring features first: choose a file above, or a bundled set."
    if not trained.plans:
        return "All plans are left out: leave at least one in."
    return "" if losses else "Choose at least one loss."


def _captions(features: Features, trained: TrainedPlans, learner: dict[str, Any], losses: int) -> list[str]:
    """Beside each choice of splits: what it is for these features, the time, the smallest difference that it shows."""
    reading, plans, weights = features.reading, _plans_of(trained, losses), weights_of(features, learner)
    spread = _spread(features) or Spread()
    captions = []
    for choice in SPLITS.choices:
        split = splitting(choice, reading)
        points = 100 * visible_difference(split, len(plans) + 1, spread)
        length = duration(pace() * seconds(split, reading, plans, weights))
        of_what = split.lowered or split.words
        captions.append(f"{of_what}; about {length}; finds differences of {points:.1f} points")
    return captions


def _spread(features: Features) -> Spread | None:
    """As the last study of these features on this server has measured it."""
    return measured_spread(features.reading, (study.result for study in finished_studies()))


def pace() -> float:
    """How many times as long as estimated the last study took on this server."""
    last = next(iter(finished_studies()), None)
    return 1.0 if last is None else last.seconds / float(last.about["estimate"])


def _plans_of(trained: TrainedPlans, losses: int) -> list[SamplingPlan]:
    """The plan of each candidate."""
    return [plan for _, plan in trained.plans for _ in range(losses)]


def weights_of(features: Features, learner: dict[str, Any]) -> int:
    """How many weights the learner has, about."""
    inputs, classes = features.reading.features, features.reading.counts.num_classes
    hidden = learner.get(HIDDEN.key)
    return int(inputs * hidden + hidden * classes if hidden else inputs * classes)


def start(request: dict[str, Any], file: FeatureFile | None, about: dict[str, Any], row: Parameter = STUDY) -> None:
    """Put a study in the line, and show it. From a callback. row: under which key it is shown."""
    try:
        study = start_study(lambda: StudyJob(request, file), about)
    except LineIsFullError as error:
        st.session_state[NOT_STARTED] = f"Not started: {error}."
        return
    show_study(study.id, row)
    st.session_state[ANOTHER(row.key)] = False  # down there nobody sees that it runs
