"""The server: what happens around the page script `pages/frame.py`.

Serves the pages with Plotly from the installed package (nothing is fetched from outside), and figures while a slider
moves; compresses, sets security headers, loads what is heavy before the first user, empties sessions that ended, and
shows a message where a script fails.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.parts.server.page_files import PLOTLY_JS, PLOTLY_SRC, compressed, page, plotly_js, with_compressed_scripts

SECURITY_HEADERS = [
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
MOST_COMPRESSED = 200_000  # bytes of a response; larger ones are numbers, slow to compress and hardly smaller then


def figure_endpoint(request: Request) -> Response:
    """The figures of a page with its sliders at other values (`pages/parts/live/figure_endpoint.py`), 204 if none."""
    from pages.parts.live.figure_endpoint import parts_at

    parts = None
    with suppress(ValueError):  # not a number
        values = {key: float(value) for key, value in request.query_params.items()}
        parts = parts_at(request.path_params["offer"], values)
    if parts is None:
        return Response(status_code=204)
    response = JSONResponse(parts, headers={"Cache-Control": "no-store"})
    if len(response.body) > MOST_COMPRESSED:
        response.headers["Content-Encoding"] = "identity"
    return response


def with_security_headers(server: ASGIApp) -> ASGIApp:
    """Adds `SECURITY_HEADERS` to every response of a server."""

    async def secured_server(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *SECURITY_HEADERS]
            await send(message)

        await server(scope, receive, send_with_headers)

    return secured_server


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Load the page's imports, then freeze them out of the garbage collector.

    NOTE frozen-gc: Streamlit collects garbage in full after each run of a script and holds the interpreter while it
    does. With the imports frozen there is little left to walk, and the last message leaves about 100 ms earlier.
    """
    import pages.parts.live.figure_panel
    import pages.parts.sidebar.sidebar  # noqa: F401
    from pages.parts.my_labels.file_reading import MODULES
    from pages.parts.server.jobs import start_spare
    from pages.parts.server.session_cleanup import remove_downloads_after_uploads, watch_lost_sessions

    start_spare(MODULES)
    compressed(PLOTLY_JS)
    gc.collect()
    gc.freeze()
    cleanup = [asyncio.create_task(watch_lost_sessions()), asyncio.create_task(remove_downloads_after_uploads())]
    yield {}
    for task in cleanup:
        task.cancel()


def show_error_message(_: Exception) -> bool:
    """What a user sees instead of a traceback; the traceback itself is in the server's log."""
    st.error(
        "Something went wrong while this page was built, and it is our mistake, not yours. Undo the last change, or "
        "open the page without its URL parameters to start again. The server's log has the details.",
        icon=":material/error:",
    )
    return True


app = st.App(
    "pages/frame.py",
    routes=[
        *(Route(address, page) for address in ("/", "/compare", "/tune")),
        Route(PLOTLY_SRC, plotly_js),
        Route("/figures/{offer}", figure_endpoint),
    ],
    middleware=[
        Middleware(with_security_headers),
        Middleware(with_compressed_scripts),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
    ],
    lifespan=lifespan,
    on_script_error=show_error_message,
)
