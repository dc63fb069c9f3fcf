"""The files of a page as browsers get them: compressed once, with plotly.js and the pages' style from the first line.

NOTE early-plotly: a page that asks for plotly.js where its first figure stands has waited for Streamlit's scripts, for
the run and for React by then. Named in the page's head it is loaded and run while the browser waits for those. So are
the components' scripts loaded, which are small, and asked for one after the other by what the run sends.
"""

from __future__ import annotations

import gzip
import zlib
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

BASE = f"/{config.get_option('server.baseUrlPath') or ''}".rstrip("/")  # in front of every path of this server
PLOTLY_SRC = "assets/plotly.min.js"  # as pages name it: a proxy may have them at a path that the server does not know
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PAGES = Path(__file__).parents[2]
PAGE_STYLES = tuple(PAGES / name for name in ("page.css", "parts/sidebar/sidebar.css", "parts/share/print.css"))
STREAMLIT = Path(st.__file__).parent / "static"
STREAMLIT_SCRIPTS = {f"{BASE}/static/js/{path.name}": path for path in (STREAMLIT / "static" / "js").glob("*.js")}
PLOTLY_TAGS = f'<link rel="modulepreload" href="{PLOTLY_SRC}"><script type="module" async src="{PLOTLY_SRC}"></script>'
DAY, FOR_EVER = "public, max-age=86400", "public, max-age=31536000, immutable"  # where names change with the text
_offered_scripts: dict[str, bytes] = {}
_added_rules: list[str] = []


@lru_cache(16)
def compiled(source: bytes, script: Path) -> CodeType:
    """The code of a page, compiled once for all runs; again when its text has changed."""
    return compile(source, script, "exec")


@cache
def compressed(script: Path) -> bytes:
    """A script as the installed package ships it, compressed once instead of at each session."""
    return gzip.compress(script.read_bytes(), 6)


def script_response(request: Request, script: Path, kept: str) -> Response:
    """A script, compressed for whoever takes it so. kept: for how long a browser may keep it."""
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return FileResponse(script, media_type="text/javascript", headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(compressed(script), media_type="text/javascript", headers=headers)


def offer_script(name: str, text: str) -> str:
    """The address, relative to a page's, at which browsers get a script from now on; another text has another."""
    script = text.encode()
    file_name = f"{name}-{zlib.crc32(script):08x}.js"
    _offered_scripts[file_name] = script
    return f"assets/{file_name}"


async def offered_script(request: Request) -> Response:
    """A script that was offered."""
    script = _offered_scripts.get(request.path_params["name"])
    if script is None:
        return Response(status_code=404)
    return Response(script, media_type="text/javascript", headers={"Cache-Control": FOR_EVER})


async def plotly_js(request: Request) -> Response:
    """plotly.js."""
    return script_response(request, PLOTLY_JS, DAY)


@cache
def page_html() -> str:
    """Streamlit's page, with our scripts in its head: loaded at once, and plotly.js run when it is there.

    The pages' style stands at its end: there before anything is drawn, and after Streamlit's own, which it changes.
    """
    html = (STREAMLIT / "index.html").read_text(encoding="utf-8")
    return html.replace("<head>", f"<head>{page_scripts()}", 1).replace("</body>", f"{page_style()}</body>", 1)


def page_scripts() -> str:
    """plotly.js and the scripts that were offered, as tags."""
    return PLOTLY_TAGS + "".join(f'<link rel="modulepreload" href="assets/{name}">' for name in _offered_scripts)


def add_style_rules(rules: str) -> None:
    """Rules of CSS for every page, made by a module when it is imported: before a server sends its first page."""
    _added_rules.append(rules)


def page_style() -> str:
    """The style sheets of the pages, and the rules that were added, as a tag."""
    rules = [*(style.read_text(encoding="utf-8") for style in PAGE_STYLES), *_added_rules]
    return f"<style>{''.join(rules)}</style>"


async def page(_: Request) -> Response:
    """The page, whichever it is: Streamlit's script looks at the address."""
    return HTMLResponse(page_html(), headers={"Cache-Control": "no-cache"})


def with_compressed_scripts(server: ASGIApp) -> ASGIApp:
    """Answers for Streamlit's scripts, which it sends uncompressed; all else is the server's."""

    async def faster_server(scope: Scope, receive: Receive, send: Send) -> None:
        script = STREAMLIT_SCRIPTS.get(scope["path"]) if scope["type"] == "http" else None
        answer: ASGIApp = script_response(Request(scope), script, FOR_EVER) if script else server
        await answer(scope, receive, send)

    return faster_server
