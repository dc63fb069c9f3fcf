"""What every session runs: page settings, navigation, the sidebar, then the page.

NOTE one-script: a page runs as a part of this script, not as `page.run()`, which makes a page's controls others than
those of the same key on the next page: on the way there the browser would get a URL without them, and going back would
find it.
"""

from pathlib import Path

import streamlit as st

from pages.parts.server.page_files import compiled
from pages.parts.server.result_cache import session_cache, using_cache
from pages.parts.server.session_cleanup import page_has_run
from pages.parts.share.share_dialog import share_button
from pages.parts.sidebar.data_controls import say_if_labels_are_missing, speak_of_the_data
from pages.parts.sidebar.leaving_question import ask_before_labels_are_lost
from pages.parts.sidebar.other_pages import keep_url_of_other_pages, keep_values_on_page_switch, place_of_page
from pages.parts.sidebar.scenario import current_scenario
from pages.parts.sidebar.sidebar import sidebar
from pages.parts.sidebar.undo_buttons import record_undo_step
from pages.parts.sidebar.url_correction import show_url_messages

st.set_page_config(page_title="Skewlab", page_icon="🎚️", layout="wide", initial_sidebar_state="auto")

pages = [
    st.Page("explore.py", title="Explore", icon=":material/insights:", default=True),
    st.Page("compare.py", title="Compare", icon=":material/compare_arrows:"),
    st.Page("tune.py", title="Tune", icon=":material/tune:"),
    st.Page("train.py", title="Train", icon=":material/model_training:"),
    st.Page("monitor.py", title="Monitor", icon=":material/monitor_heart:"),
]
page = st.navigation(pages, position="top")
notices = st.container()
sidebar()
st.set_page_config(page_title=f"{page.title}: {current_scenario().data_name} · Skewlab")
keep_values_on_page_switch(page.url_path)
speak_of_the_data(current_scenario(), page.url_path)
say_if_labels_are_missing(current_scenario(), page.url_path)
# The cache is chosen before the page begins: a session may end while its page still runs.
with using_cache(session_cache()), place_of_page(pages, page), share_button(page.title):
    script = Path(__file__).with_name(f"{page.url_path or 'explore'}.py")
    exec(compiled(script.read_bytes(), script), {"__name__": script.stem, "__file__": str(script)})  # noqa: S102
    with st.container(key="unseen"):  # not displayed (page.css)
        keep_url_of_other_pages()
        ask_before_labels_are_lost()
page_has_run.set()
with notices:
    show_url_messages(record_undo_step())
