"""How each metric changes with each parameter: a table, computed when its expander is opened."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.page_contents import page_contents
from pages.parts.server.result_cache import cached
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.values_in_words import parameter_labels
from pages.parts.text.words import in_words, said, vocabulary
from sampler_core.data.class_counts import ClassCounts
from sampler_core.exporting import csv_file
from sampler_core.figures.rewording import reworded_table
from sampler_core.figures.tune_charts import sensitivity_table
from sampler_core.formatting import number
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.metric_sensitivity import Sensitivity, sensitivity


def sensitivity_box(scenario: Scenario, over: str) -> None:
    """The expander with the table."""
    box = st.expander("What each parameter changes", icon=":material/tune:", key="sensitivity", on_change="rerun")
    if not box.open:
        return
    with box:
        try:
            found = sensitivities(scenario.plan, scenario.counts, over)
            table = reworded_table(sensitivity_table(found, parameter_labels(scenario.plan)), vocabulary())
        except ValueError as error:
            st.markdown(said(f"There is none for this plan: {error}."))
            return
        page_contents().tables.append(("What each parameter changes", lambda: table))
        st.markdown(
            in_words(f"What one unit more of a parameter adds to a metric ({over} over the run, of the rarest class).")
        )
        st.dataframe(table.style.format(number), key="sensitivity-table", width="stretch", height="content")
        st.download_button("Download the table", lambda: csv_file(table), "sensitivity.csv", "text/csv",
                           key="download-sensitivity", help="As CSV, with all digits.", on_click="ignore")  # fmt: skip


@cached(16)
def sensitivities(plan: SamplingPlan, counts: ClassCounts, over: str) -> tuple[Sensitivity, ...]:
    """How each metric of the rarest class changes with each parameter."""
    return sensitivity(plan, counts, at=over)
