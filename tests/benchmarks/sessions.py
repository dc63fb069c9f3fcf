"""How many people one server carries: real WebSocket sessions that change a value every one to two seconds.

    python -m tests.benchmarks.sessions                  10, 20, 50 and 100 sessions; writes sessions.md beside it
    python -m tests.benchmarks.sessions 10 --seconds 20  some of them, for other times; only printed

A change counts from its message to the server's word that the last run it caused has ended, all its messages received.
A press is a number box's; a drag asks the figure endpoint for ten values at twenty a second, and its release runs the
page. Beside each row a bare page (one number box, one `st.plotly_chart`, Streamlit's own settings) under the same load,
on a server of its own, after it. Processor times are the server's, per change; the generator's own are told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.servers import APP, Server, streamlit_server

SESSIONS = (10, 20, 50, 100)
SECONDS = 30.0  # of changes, after as long for all to come
LABEL = "Skew factor"
VALUES = [round(0.02 * step, 2) for step in range(1, 60)]
DRAGGED, DRAG_STEP = 10, 0.05  # values of a drag, seconds between two
BARE = """
import numpy as np, plotly.graph_objects as go, streamlit as st
skew = st.number_input("Skew factor", 0.0, 2.0, 0.0, 0.02)
lines = np.linspace(1, 10, 10)[:, None] ** (1 - skew - np.linspace(0, 1, 100))
st.plotly_chart(go.Figure([go.Scatter(y=line) for line in lines / lines.sum(axis=0)]))
"""
ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class Row(NamedTuple):
    """One load on one page."""

    sessions: int
    changes: int
    median: float
    p95: float
    processor: float
    kilobytes: float
    figures_median: float
    memory: float
    generator: float


@dataclass
class Session:
    """A browser's side of one session: what it was sent, and how long changes took."""

    socket: ClientConnection
    port: int
    query: str
    box: str = ""
    shown: float = 0.0
    offer: str = ""
    received: int = 0
    by_element: dict[str, int] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    figure_times: list[float] = field(default_factory=list)

    async def run(self, skew: float | None = None) -> None:
        """Run the page, with another value of the box; until its last run has ended."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        if skew is not None:
            message.rerun_script.widget_states.widgets.add(id=self.box, double_value=skew)
        await self.socket.send(message.SerializeToString())
        while True:
            sent = await self.socket.recv()
            assert isinstance(sent, bytes)
            received = ForwardMsg.FromString(sent)
            self.received += len(sent)
            kind = received.WhichOneof("type")
            if kind == "delta" and received.delta.WhichOneof("type") == "new_element":
                self._look_at(received.delta.new_element, len(sent))
            if kind == "page_info_changed":
                self.query = received.page_info_changed.query_string
            if kind == "script_finished" and received.script_finished in ENDED:
                return

    def _look_at(self, element: Any, size: int) -> None:
        kind = element.WhichOneof("type")
        name = getattr(element, kind)
        name = getattr(name, "component_name", "") or getattr(name, "label", "") or kind
        self.by_element[name] = self.by_element.get(name, 0) + size
        if kind == "number_input" and element.number_input.label == LABEL:
            self.box, self.shown = element.number_input.id, element.number_input.default
        if kind == "bidi_component" and (ticket := _ticket(element.bidi_component)):
            self.offer = ticket.get("offer", self.offer)

    async def press(self, skew: float) -> None:
        begin = time.perf_counter()
        await self.run(skew)
        self.times.append(time.perf_counter() - begin)

    async def drag(self, skew: float) -> None:
        for step in range(DRAGGED):
            begin = time.perf_counter()
            if self.offer:
                self.received += await fetched(self.port, f"/figures/{self.offer}?skew={skew + 0.001 * step:.3f}")
                self.figure_times.append(time.perf_counter() - begin)
            await asyncio.sleep(max(0.0, begin + DRAG_STEP - time.perf_counter()))
        await self.press(skew)

    async def go_on(self, drags: bool, until: float, seed: int) -> None:
        chance = random.Random(seed)
        while time.perf_counter() < until:
            await asyncio.sleep(chance.uniform(1.0, 2.0))
            await (self.drag if drags else self.press)(chance.choice(VALUES))


def _ticket(component: Any) -> dict[str, Any]:
    """What a panel of figures was sent to ask for others by; empty for other components."""
    with suppress(ValueError, AttributeError, KeyError, TypeError):
        return dict(json.loads(json.loads(component.json)["ticket"]))
    return {}


async def fetched(port: int, path: str) -> int:
    """Bytes of the response to a request, as a browser's (compressed)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    writer.write(request.encode())
    size = len(await reader.read())
    writer.close()
    return size


async def loaded(server: Server, sessions: int, query: str, drags: bool, seconds: float) -> Row:
    """So many sessions come one after another, then change values for so many seconds."""
    url = f"ws://localhost:{server.port}/_stcore/stream"
    opened = []
    for _ in range(sessions):
        socket = await connect(url, subprotocols=["streamlit"], max_size=None, ping_interval=None)  # type: ignore[list-item]
        opened.append(Session(socket, server.port, query))
        await opened[-1].run()
    for session in opened:
        session.received = 0
    used, own, until = server.processor_seconds(), time.process_time(), time.perf_counter() + seconds
    await asyncio.gather(*(session.go_on(drags, until, seed) for seed, session in enumerate(opened)))
    used, own = server.processor_seconds() - used, time.process_time() - own
    memory = server.megabytes()
    for session in opened:
        await session.socket.close()
    times = np.array([second for session in opened for second in session.times]) * 1e3
    figures = np.array([second for session in opened for second in session.figure_times] or [np.nan]) * 1e3
    return Row(
        sessions, times.size, float(np.median(times)), float(np.quantile(times, 0.95)), 1e3 * used / times.size,
        sum(session.received for session in opened) / times.size / 1e3, float(np.median(figures)), memory,
        own / seconds,
    )  # fmt: skip


async def sent_by_element(server: Server, query: str) -> dict[str, int]:
    """Element -> bytes that one change sends of it."""
    socket = await connect(f"ws://localhost:{server.port}/_stcore/stream", subprotocols=["streamlit"], max_size=None)  # type: ignore[list-item]
    session = Session(socket, server.port, query)
    await session.run()
    session.by_element.clear()
    await session.press(0.5)
    await socket.close()
    return session.by_element


def table(rows: list[tuple[Row, Row]], drags: bool) -> list[str]:
    """A Markdown table: a load a row, the bare page beside it."""
    what = f"A drag of {DRAGGED} values and its release" if drags else "A key press"
    lines = [
        f"{what} every 1 to 2 s in each session:", "",
        "| sessions | changes | p50 / p95, ms | bare, ms | CPU, ms a change | bare | kB a change | one figure, ms"
        " | memory, MB | generator |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]  # fmt: skip
    lines += [
        f"| {own.sessions} | {own.changes:,} | {own.median:,.0f} / {own.p95:,.0f}"
        f" | {bare.median:,.0f} / {bare.p95:,.0f}"
        f" | {own.processor:.0f} | {bare.processor:.0f} | {own.kilobytes:.0f} | {own.figures_median:.0f}"
        f" | {own.memory:.0f} | {own.generator:.0%} |"
        for own, bare in rows
    ]
    return [*lines, ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sessions", nargs="*", type=int, help="how many at once (default: 10, 20, 50, 100)")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--query", default="data=published&table=CIFAR-10-LT", help="of the page's URL")
    parser.add_argument("--elements", action="store_true", help="only what one change sends, by element")
    arguments = parser.parse_args()
    if arguments.elements:
        with tempfile.TemporaryDirectory() as folder, streamlit_server(Path(folder) / "log.txt") as server:
            sizes = asyncio.run(sent_by_element(server, arguments.query))
        for name, size in sorted(sizes.items(), key=lambda one: -one[1]):
            print(f"{size:9,} {name}")
        print(f"{sum(sizes.values()):9,} in all")
        return
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        lines = [f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.", ""]
        for drags in (False, True):
            rows = []
            for sessions in arguments.sessions or SESSIONS:
                pair = []
                for script in (APP, bare):
                    with streamlit_server(Path(folder) / "log.txt", script) as server:
                        query = arguments.query if script == APP else ""
                        pair.append(asyncio.run(loaded(server, sessions, query, drags, arguments.seconds)))
                rows.append((pair[0], pair[1]))
            lines += table(rows, drags)
    print("\n".join(lines))
    if not arguments.sessions and arguments.seconds == SECONDS:
        (Path(__file__).with_suffix(".md")).write_text("\n".join(lines))


if __name__ == "__main__":
    main()
