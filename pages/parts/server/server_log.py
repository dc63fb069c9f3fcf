"""The server's log without what is no news."""

from __future__ import annotations

import logging

_ENDED_FRAGMENT = "The fragment with id %s does not exist anymore"


def leave_out_ended_fragments() -> None:
    """From now on nothing is logged of a fragment that has gone with a run of the page.

    NOTE ended-fragment: a browser asks for the next run of a fragment that shows progress until the page's run without
    it has arrived there. Streamlit leaves such a request unanswered, as it should, and logs it each time.
    """
    logging.getLogger("streamlit.runtime.app_session").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_ENDED_FRAGMENT)
