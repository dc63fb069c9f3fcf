"""What the server does around the page script."""

import asyncio

from streamlit.testing.v1 import AppTest


def test_a_page_that_fails_shows_a_sentence_with_the_next_step_and_no_traceback():
    def failing() -> None:
        from app import show_error_message

        assert show_error_message(ValueError("a secret")) is True, "handled: Streamlit shows no traceback of its own"

    at = AppTest.from_function(failing, default_timeout=20).run()
    assert not at.exception
    (said,) = at.error
    assert "it is our mistake, not yours. Undo the last change, or open the page without its URL" in said.value
    assert "secret" not in said.value


def test_the_server_asks_that_sentence_of_every_failing_page():
    import app

    assert app.app._on_script_error is app.show_error_message


def test_a_component_s_script_has_an_address_of_its_text_and_is_sent_by_name_only():
    from starlette.requests import Request

    from pages.parts.server.page_files import offer_script, offered_script

    def response_to(name: str):
        return asyncio.run(offered_script(Request({"type": "http", "path_params": {"name": name}, "headers": []})))

    src = offer_script("one", "export default 1;")
    assert src == offer_script("one", "export default 1;") != offer_script("one", "export default 2;")
    response = response_to(src.removeprefix("assets/"))
    assert response.body == b"export default 1;"
    assert response.media_type == "text/javascript"
    assert "immutable" in response.headers["Cache-Control"]
    assert response_to("two.js").status_code == 404


def test_a_widget_looks_its_key_up_and_finds_what_streamlit_finds():
    from streamlit.runtime.state.safe_session_state import SafeSessionState

    from pages.parts.server.state_lookups import look_up_single_keys

    def page() -> None:
        import streamlit as st

        st.session_state.setdefault("none", None)
        st.number_input("Empty", 0, 9, 3, key="none")
        st.number_input("Set", 0, 9, 3, key="set")
        st.selectbox("Choice", ["a", "b"], 1, key="choice")
        st.text(f"{sorted(st.session_state)} {len(st.session_state)} {'set' in st.session_state}")

    whole = vars(SafeSessionState)["filtered_state"]
    shown = []
    try:
        for quick in (False, True):
            if quick:
                look_up_single_keys()
            at = AppTest.from_function(page, default_timeout=20).run()
            at.number_input(key="set").set_value(5).run()
            assert not at.exception
            shown.append([at.number_input(key="none").value, at.number_input(key="set").value, at.text[0].value])
    finally:
        SafeSessionState.filtered_state = whole
    assert shown[0] == shown[1] == [None, 5, "['choice', 'none', 'set'] 3 True"]
