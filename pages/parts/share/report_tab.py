"""The report of a page as one HTML file: its own, where it has one, else its figures and tables as they stand."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.page_contents import PageContents
from pages.parts.share.page_tables import file_name
from pages.parts.share.title_and_note import shared_text
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.words import vocabulary
from sampler_core.exporting.plan_report import page_report


def report_tab(title: str, scenario: Scenario, contents: PageContents) -> None:
    """A button that makes the report. title: what the page is called."""
    text, data_name, words = shared_text(), scenario.data_name, vocabulary()
    heading = {"title": text.report_title(scenario, title), "note": text.note, "data_name": data_name}

    def report() -> bytes:
        if contents.report is not None:
            return contents.report(**heading).encode()
        return page_report(
            plan=scenario.plan, counts=scenario.counts, charts=contents.charts, tables=contents.tables,
            sentences=contents.sentences, facts=contents.facts, unit=scenario.unit, recalls=scenario.learner,
            files={name: make() for name, make in contents.files.items()}, say=words, **heading,
        ).encode()  # fmt: skip

    st.markdown(
        "One HTML file with the findings, the figures of this page, the data in numbers and the plan. It opens in any "
        "browser, without a server and without a network. It has the title and the note of the Link tab."
    )
    st.download_button(
        "Download the report", report, f"{file_name(f'skewlab {title} {data_name}')}.html", "text/html",
        key="share-report", on_click="ignore", icon=":material/download:", type="primary",
    )  # fmt: skip
