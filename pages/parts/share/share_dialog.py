"""The Share button of every page, and its dialog: link, code, plan, report, figures and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import streamlit as st

from pages.parts.live.browser_component import browser_component
from pages.parts.my_labels.session_labels import left_out_of_the_link
from pages.parts.server.page_contents import PageContents, clear_page_contents, page_contents
from pages.parts.share.code_tab import code_tab
from pages.parts.share.page_tables import file_name, table_downloads
from pages.parts.share.plan_tab import plan_tab, show_opened_message
from pages.parts.share.printed_page import printed_facts
from pages.parts.share.report_tab import report_tab
from pages.parts.share.title_and_note import (
    keep_text_on_page_switch,
    shared_text,
    show_title_and_note,
    title_and_note_boxes,
)
from pages.parts.sidebar.scenario import Scenario, current_scenario
from pages.parts.text.markdown import literal
from sampler_core.figures.legend import added_legend_height
from sampler_core.plans.parameters import DATA

GET_CODE = "get_code"
CODE_HELP = "Code that trains with this plan, for PyTorch, Lightning, Accelerate or the Hugging Face Trainer."
LINK = "The link opens this picture for everyone who can reach this server."
LOCAL_LINK = (
    "The link opens this picture on this machine only, where the server runs. For others: the report, or a server that "
    "they can reach."
)
_share_part = browser_component("share", '<div class="share"></div>', "share/share_dialog.css", "share/share_dialog.js")


@contextmanager
def share_button(title: str) -> Iterator[None]:
    """Wraps a page: shows Code and Share above it, which open the dialog with what the page has shown.

    A button of the page with the key `GET_CODE` opens it too, at the Code tab. title: what the page is called.
    """
    clear_page_contents()
    keep_text_on_page_switch(title)
    scenario, text = current_scenario(), shared_text()
    if text.title:
        st.set_page_config(page_title=f"{title}: {text.title} · Skewlab")
    with st.container(horizontal=True, horizontal_alignment="right", key="share-place"):
        wants_code = st.button("Code", key="code", icon=":material/code:", help=CODE_HELP)
        pressed = st.button(
            "Share", key="share", icon=":material/ios_share:", help="Link, code, plan, report, figures, tables."
        )
    show_opened_message()
    show_title_and_note(text)
    yield
    printed_facts(scenario)
    if pressed or wants_code or st.session_state.get(GET_CODE):
        dialog_title = "Share" if pressed else "Code for your training"
        dialog = st.dialog(dialog_title, width="large", on_dismiss="rerun")(share_dialog)  # the title is above the page
        dialog(title, current_scenario(), page_contents(), "Link" if pressed else "Code")
    clear_page_contents()


def share_dialog(title: str, scenario: Scenario, contents: PageContents, first_tab: str) -> None:
    """The tabs of the dialog, of what a page has shown."""
    share_tabs: dict[str, Callable[[], None]] = {
        "Link": partial(_link_tab, contents), "Code": partial(code_tab, scenario, contents),
        "Plan": partial(plan_tab, scenario), "Report": partial(report_tab, title, scenario, contents),
        "Figures": partial(_figures_tab, contents), "Tables": partial(_tables_tab, contents),
    }  # fmt: skip
    for tab, show_tab in zip(st.tabs(list(share_tabs), default=first_tab), share_tabs.values(), strict=True):
        with tab:
            show_tab()


def _link_tab(contents: PageContents) -> None:
    title_and_note_boxes()
    st.markdown(LOCAL_LINK if is_local(st.context.url or "") else LINK)
    _share_part(key="share-link", data={"part": "link", "text": shared_text()})
    for sentence in contents.unlinked:
        st.info(literal(sentence), icon=":material/lock:")
    if st.session_state.get(DATA.key) != "mine":
        return
    left_out = left_out_of_the_link()
    unlinked = f" Nor are the {' and the '.join(left_out)}: they name your classes." if left_out else ""
    st.info(
        f"Your labels are not in the link: what you upload stays with you.{unlinked} Whoever opens the link sees "
        "everything else, and is asked for the labels. The report has the picture with your data.",
        icon=":material/lock:",
    )


def is_local(url: str) -> bool:
    """Whether a server's URL reaches it from its own machine only."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1", "0.0.0.0") or host.startswith("127.") or host.endswith(".localhost")


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
