"""What every visit runs: page settings, navigation, the sidebar, then the page."""

from pathlib import Path

import streamlit as st

from pages.parts.address import say_what_was_wrong
from pages.parts.controls import every_row
from pages.parts.history import remember
from pages.parts.scenario import sidebar

st.set_page_config(page_title="Skewlab", page_icon="🎚️", layout="wide", initial_sidebar_state="auto")
st.html(Path(__file__).parent / "parts" / "frame.css")

page = st.navigation([st.Page("explore.py", title="Explore", icon=":material/insights:", default=True)])
notices = st.container()
sidebar()
page.run()
with notices:
    say_what_was_wrong(remember(every_row()))
