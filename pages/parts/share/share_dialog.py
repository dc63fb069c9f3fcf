"""The Share button of every page, and its dialog: link, code, plan, report, figures and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import streamlit as st

from pages.parts.live.browser_component import browser_component
from pages.parts.my_labels.session_labels import changes_to_own_labels, left_out_of_the_link, own_reading
from pages.parts.server.page_contents import PageContents, clear_page_contents, page_contents
from pages.parts.share.package_download import WHEEL, wheel
from pages.parts.share.page_tables import file_name, table_downloads
from pages.parts.share.plan_tab import plan_tab, show_opened_message
from pages.parts.sidebar.scenario import Scenario, current_scenario
from sampler_core.exporting import VARIANTS, snippet
from sampler_core.exporting.plan_report import page_report
from sampler_core.figures.legend import added_legend_height
from sampler_core.plans.parameters import DATA

GET_CODE = "get_code"
_share_part = browser_component("share", '<div class="share"></div>', "share/share_dialog.css", "share/share_dialog.js")


@contextmanager
def share_button(title: str) -> Iterator[None]:
    """Wraps a page: shows the Share button above it and opens the dialog with what the page has shown.

    A button of the page with the key `GET_CODE` opens it too, at the Code tab.
    """
    clear_page_contents()
    with st.container(horizontal=True, horizontal_alignment="right", key="share-place"):
        pressed = st.button(
            "Share", key="share", icon=":material/ios_share:", help="Link, code, plan, report, figures."
        )
    show_opened_message()
    yield
    if pressed or st.session_state.get(GET_CODE):
        dialog = st.dialog("Share" if pressed else "Code for your training", width="large")(share_dialog)
        dialog(title, current_scenario(), page_contents(), "Link" if pressed else "Code")
    clear_page_contents()


def share_dialog(title: str, scenario: Scenario, contents: PageContents, first_tab: str) -> None:
    """The tabs of the dialog, of what a page has shown."""
    share_tabs: dict[str, Callable[[], None]] = {
        "Link": _link_tab, "Code": partial(_code_tab, scenario), "Plan": partial(plan_tab, scenario),
        "Report": partial(_report_tab, title, scenario, contents), "Figures": partial(_figures_tab, contents),
        "Tables": partial(_tables_tab, contents),
    }  # fmt: skip
    for tab, show_tab in zip(st.tabs(list(share_tabs), default=first_tab), share_tabs.values(), strict=True):
        with tab:
            show_tab()


def _link_tab() -> None:
    st.markdown("The link opens this picture on any server that runs this dashboard.")
    _share_part(key="share-link", data={"part": "link"})
    if st.session_state.get(DATA.key) != "mine":
        return
    left_out = left_out_of_the_link()
    unlinked = f" Nor are the {' and the '.join(left_out)}: they name your classes." if left_out else ""
    st.info(
        f"Your labels are not in the link: what you upload stays with you.{unlinked} Whoever opens the link sees "
        "everything else, and is asked for the labels. The report has the picture with your data.",
        icon=":material/lock:",
    )


def _code_tab(scenario: Scenario) -> None:
    variant = st.segmented_control("For", list(VARIANTS), default="torch", required=True,
                                   format_func=VARIANTS.__getitem__, key="share-variant")  # fmt: skip
    code = snippet(scenario.plan, scenario.counts, variant or "torch", changes_to_own_labels(), own_reading())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the package", wheel, WHEEL, "application/octet-stream", key="share-package", on_click="ignore",
            icon=":material/package_2:", help="What this dashboard itself draws with. It needs NumPy and torch only.",
        )  # fmt: skip
        st.markdown(f"The code imports it; once: `pip install {WHEEL}`")
    st.code(code, language="python")


def _report_tab(title: str, scenario: Scenario, contents: PageContents) -> None:
    def report() -> bytes:
        if contents.report is not None:
            return contents.report().encode()
        return page_report(
            title, scenario.plan, scenario.counts, contents.charts, contents.tables, sentences=contents.sentences,
            facts=contents.facts, files={name: text() for name, text in contents.files.items()}, unit=scenario.unit,
        ).encode()  # fmt: skip

    st.markdown(
        "One HTML file with the figures of this page, its findings, the data in numbers and the plan. It opens in any "
        "browser, without a server and without a network."
    )
    st.download_button(
        "Download the report", report, f"skewlab-{file_name(title)}.html", "text/html", key="share-report",
        on_click="ignore", icon=":material/download:", type="primary",
    )  # fmt: skip


def _figures_tab(contents: PageContents) -> None:
    st.markdown("Each figure as it is on the page now, made in your browser.")
    pictures = [
        {"id": chart.id, "title": chart.title, "file": file_name(chart.title), "key": added_legend_height(chart.figure)}
        for chart in contents.charts
        if chart.title  # one without a title is a legend
    ]
    _share_part(key="share-figures", data={"part": "figures", "charts": pictures})


def _tables_tab(contents: PageContents) -> None:
    st.markdown("CSV files for Excel and others. Text that a spreadsheet would run as a formula gets an apostrophe.")
    table_downloads(contents.tables)
