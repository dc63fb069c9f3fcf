"""What the server does around the page script."""

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
