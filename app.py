"""The server: what happens around the page script `pages/navigation.py`.

Serves the pages with Plotly from the installed package (nothing is fetched from outside), and figures while a slider
moves; compresses, sets security headers, loads what is heavy before the first user, empties sessions that ended, and
shows a message where a script fails.
"""

from __future__ import annotations

import asyncio
import gc
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import net_util

from pages import parts
from pages.parts.server.freed_memory import share_heaps
from pages.parts.server.lost_pages import with_lost_pages_opened_again
from pages.parts.server.page_files import (
    BASE,
    PLOTLY_JS,
    PLOTLY_SRC,
    compressed,
    offered_script,
    page,
    plotly_js,
    with_compressed_scripts,
)

SECURITY_HEADERS = [
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]

share_heaps()

# Else a page of another site that tries to connect makes the server ask an outside one for its own address.
net_util.get_external_ip = lambda: None


def figures_response(request: Request) -> Response:
    """The figures of a page with its sliders elsewhere."""
    from pages.parts.sidebar.figure_endpoint import figure_endpoint

    return figure_endpoint(request)


async def page_that_names_its_data(request: Request) -> Response:
    """A page; one whose URL names no data is sent to the URL that does.

    NOTE named-data: the script could name the data too, but then the URL without it would stay in the browser's
    history, where going back finds it.
    """
    from pages.parts.sidebar.url_correction import unnamed_data

    if "data" in request.query_params:
        return await page(request)
    named = request.url.include_query_params(data=unnamed_data(request.query_params))
    return RedirectResponse(f"?{named.query}", 307)  # relative: a proxy may have the page at another path


def with_security_headers(server: ASGIApp) -> ASGIApp:
    """Adds `SECURITY_HEADERS` to every response of a server, but for the messages of sessions, which have none."""

    async def secured_server(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *SECURITY_HEADERS]
            await send(message)

        await server(scope, receive, send if scope["type"] == "websocket" else send_with_headers)

    return secured_server


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Load all parts of pages, then freeze them out of the garbage collector.

    NOTE frozen-gc: collecting garbage holds the interpreter, and so every session. With the imports frozen there is
    little left to walk.
    """
    from pages.parts.monitor.log_job import LOG_MODULES
    from pages.parts.monitor.run_folder import run_folder
    from pages.parts.my_labels.reading_job import READING_MODULES
    from pages.parts.server.downloads import remove_downloads, sweep_no_more_after_runs
    from pages.parts.server.idle_memory import give_memory_back
    from pages.parts.server.jobs import start_spare
    from pages.parts.server.server_log import leave_out_ended_fragments
    from pages.parts.server.session_cleanup import (
        collect_garbage,
        watch_closed_tabs,
        watch_lost_sessions,
    )
    from pages.parts.server.state_lookups import look_up_single_keys
    from pages.parts.server.study_line import stop_studies, watch_studies
    from pages.parts.server.theme_message import make_theme_once

    for part in pkgutil.walk_packages(parts.__path__, "pages.parts."):
        import_module(part.name)
    leave_out_ended_fragments()
    look_up_single_keys()
    sweep_no_more_after_runs()
    make_theme_once()
    start_spare(READING_MODULES, lasting=True)
    if run_folder() is not None:
        start_spare(LOG_MODULES, lasting=True)
    compressed(PLOTLY_JS)
    gc.collect()
    gc.freeze()
    watchers = (
        watch_closed_tabs, watch_lost_sessions, watch_studies, remove_downloads, collect_garbage,
        give_memory_back,
    )  # fmt: skip
    cleanup = [asyncio.create_task(watch()) for watch in watchers]
    yield {}
    for task in cleanup:
        task.cancel()
    stop_studies()


def show_error_message(_: Exception) -> bool:
    """What a user sees instead of a traceback; the traceback itself is in the server's log."""
    st.error(
        "Something went wrong while this page was built, and it is our mistake, not yours. Undo the last change, or "
        "open the page without its URL parameters to start again. The server's log has the details.",
        icon=":material/error:",
    )
    return True


app = st.App(
    "pages/navigation.py",
    routes=[
        *(
            Route(f"{BASE}/{page_name}", page_that_names_its_data)
            for page_name in ("", "compare", "tune", "train", "monitor")
        ),
        Route(f"{BASE}/{PLOTLY_SRC}", plotly_js),
        Route(f"{BASE}/assets/{{name}}", offered_script),
        Route(f"{BASE}/figures/{{offer}}", figures_response),
    ],
    middleware=[
        Middleware(with_security_headers),
        Middleware(with_lost_pages_opened_again),
        Middleware(with_compressed_scripts),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
    ],
    lifespan=lifespan,
    on_script_error=show_error_message,
)
