"""What the server does around the page script."""

import asyncio
import base64
import hashlib
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1 import AppTest
from streamlit.web.server.server_util import is_url_from_allowed_origins

from pages.parts.server.lost_pages import with_lost_pages_opened_again


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


def test_many_keys_are_looked_up_at_once_and_are_what_the_session_has():
    def page() -> None:
        import streamlit as st

        from pages.parts.server.state_lookups import values_in_session

        st.session_state.setdefault("none", None)
        st.number_input("Set", 0, 9, 3, key="set")
        defaults = {"none": 1, "set": 2, "missing": "default"}
        assert values_in_session(defaults) == {key: st.session_state.get(key, defaults[key]) for key in defaults}
        st.text(str(values_in_session(defaults)))

    at = AppTest.from_function(page, default_timeout=20).run()
    at.number_input(key="set").set_value(5).run()
    assert not at.exception
    assert at.text[0].value == "{'none': None, 'set': 5, 'missing': 'default'}"


def test_the_theme_that_is_made_once_is_the_one_that_streamlit_makes(monkeypatch):
    from streamlit.proto.NewSession_pb2 import CustomThemeConfig
    from streamlit.runtime import app_session

    from pages.parts.server.theme_message import make_theme_once

    def theme() -> bytes:
        message = CustomThemeConfig()
        app_session._populate_theme_msg(message)
        app_session._populate_theme_msg(message.dark, "theme.dark")
        app_session._populate_theme_msg(message.dark.sidebar, "theme.dark.sidebar")
        return message.SerializeToString(deterministic=True)

    made_by_streamlit = theme()
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)  # and back at the end
    make_theme_once()
    assert theme() == theme() == made_by_streamlit
    assert b"#6CB4F5" in made_by_streamlit


def test_it_listens_on_this_machine_alone_and_a_page_of_another_site_makes_it_ask_nobody(monkeypatch):
    import app

    assert config.get_option("server.address") == "localhost"
    monkeypatch.setattr("requests.get", lambda *_, **__: pytest.fail("an outside server was asked"))
    assert app.net_util.get_external_ip() is None
    assert not is_url_from_allowed_origins("https://example.com")


def test_the_policy_that_is_advised_allows_the_script_in_streamlit_s_page_and_no_other():
    from pages.parts.server.page_files import page_html

    serving = (Path(__file__).parents[2] / ".github" / "SERVING.md").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page_html(), flags=re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert re.findall(r"'sha256-(.*?)'", serving) == hashes


@pytest.mark.parametrize(
    ("protocols", "told"),
    [("streamlit", False), ("streamlit, token, known", False), ("streamlit, token, kept", False),
     ("streamlit, token, of-the-server-before", True)],
)  # fmt: skip
def test_a_page_whose_session_is_lost_is_told_to_open_again(monkeypatch, protocols, told):
    sessions = SimpleNamespace(
        is_active_session=lambda name: name == "known",
        _session_storage=SimpleNamespace(get=lambda name: name if name == "kept" else None),
    )
    monkeypatch.setattr("streamlit.runtime.exists", lambda: True)
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: SimpleNamespace(_session_mgr=sessions))
    sent = []

    async def accept(scope, receive, send):
        await send({"type": "websocket.accept"})

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "headers": [(b"sec-websocket-protocol", protocols.encode())]}
    asyncio.run(with_lost_pages_opened_again(accept)(scope, None, send))
    messages = [ForwardMsg.FromString(message["bytes"]) for message in sent[1:]]
    assert [(message.WhichOneof("type"), message.auth_redirect.url) for message in messages] == [
        ("auth_redirect", "")
    ] * told
