"""Pages whose session the server does not know any more: they are opened again from their URL.

NOTE lost-page: after a restart of the server, or longer without a connection than a session is kept, the browser
connects by itself and gets a new session, but asks for no run: the page would show what is gone, such as the figures of
labels that were uploaded, until its user changes something.
"""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


def open_again() -> bytes:
    """The message on which a browser opens the page that it shows: a redirect to "", its own URL."""
    message = ForwardMsg()
    message.metadata.SetInParent()
    message.auth_redirect.SetInParent()
    return bytes(message.SerializeToString())


def session_is_lost(headers: Headers) -> bool:
    """Whether a browser that connects had a session, named third in its subprotocols, and the server has none such."""
    had = headers.get("sec-websocket-protocol", "").split(",")[2:3]
    if not had or not runtime.exists():
        return False
    sessions: Any = runtime.get_instance()._session_mgr
    session_id = had[0].strip()
    return not sessions.is_active_session(session_id) and sessions._session_storage.get(session_id) is None


def with_lost_pages_opened_again(server: ASGIApp) -> ASGIApp:
    """Tells every page whose session is lost to open again, as soon as it is connected."""

    async def telling_server(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_tell(message: Message) -> None:
            await send(message)
            if message["type"] == "websocket.accept":
                await send({"type": "websocket.send", "bytes": open_again()})

        lost = scope["type"] == "websocket" and session_is_lost(Headers(scope=scope))
        await server(scope, receive, send_and_tell if lost else send)

    return telling_server
