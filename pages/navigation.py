"""What every session runs: page settings, navigation, the sidebar, then the page."""

import streamlit as st

from pages.parts.server.result_cache import session_cache, using_cache
from pages.parts.share.share_dialog import share_button
from pages.parts.sidebar.page_controls import keep_values_on_page_switch
from pages.parts.sidebar.scenario import current_scenario
from pages.parts.sidebar.sidebar import sidebar
from pages.parts.sidebar.undo_buttons import record_undo_step
from pages.parts.sidebar.url_correction import show_url_messages

st.set_page_config(page_title="Skewlab", page_icon="🎚️", layout="wide", initial_sidebar_state="auto")

page = st.navigation([
    st.Page("explore.py", title="Explore", icon=":material/insights:", default=True),
    st.Page("compare.py", title="Compare", icon=":material/compare_arrows:"),
    st.Page("tune.py", title="Tune", icon=":material/tune:"),
], position="top")  # fmt: skip
notices = st.container()
sidebar()
st.set_page_config(page_title=f"{page.title}: {current_scenario().data_name} · Skewlab")
keep_values_on_page_switch(page.url_path)
# The cache is chosen before the page begins: a session may end while its page still runs.
with using_cache(session_cache()), share_button(page.title):
    page.run()
with notices:
    show_url_messages(record_undo_step())
