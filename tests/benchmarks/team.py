"""A team's load on two servers behind one address, and what becomes of it when one of them is killed.

    python -m tests.benchmarks.team                     60 sessions, then 100
    python -m tests.benchmarks.team 20 --seconds 10

HAProxy (Debian's package) runs with `.github/serving/haproxy.cfg`, its ports replaced. Each session changes a value
every one to two seconds. Then a server is killed: each of its sessions comes back as a browser does, again and again
until somebody answers, and counts as back when its page shows the value that it had.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.benchmarks.sessions import SECONDS, VALUES, Session
from tests.servers import ROOT, Server, free_port, started, streamlit_server

CONFIGURATION = ROOT / ".github" / "serving" / "haproxy.cfg"
AGAIN = 0.5  # seconds between two attempts to come back


@contextmanager
def behind_one_address(servers: list[Server]) -> Iterator[int]:
    """The proxy's port."""
    port = free_port()
    text = CONFIGURATION.read_text().replace("bind :8500", f"bind 127.0.0.1:{port}")
    for place, server in enumerate(servers):
        text = text.replace(f"127.0.0.1:{8501 + place}", f"127.0.0.1:{server.port}")
    with tempfile.TemporaryDirectory() as folder:
        configuration, log = Path(folder) / "haproxy.cfg", Path(folder) / "log.txt"
        configuration.write_text(text)
        with started(["haproxy", "-f", str(configuration)], port, log):
            yield port


def cookie_of(port: int) -> str:
    """What a browser is given with its first page, and sends from then on."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/?data=synthetic") as response:
        given = re.match(r"SKEWLAB=\w+", response.headers["Set-Cookie"])
    assert given
    return given[0]


async def opened(port: int, query: str, cookie: str) -> Session:
    socket = await connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None,  # type: ignore[list-item]
                           additional_headers={"Cookie": cookie})  # fmt: skip
    session = Session(socket, port, query)
    await session.run()
    return session


async def use(session: Session, cookie: str, until: float, seed: int, back: list[float]) -> None:
    """Change values until then. back: gets the seconds after which a session was there again, with its value."""
    chance, value = random.Random(seed), 0.0
    while time.perf_counter() < until:
        await asyncio.sleep(chance.uniform(1.0, 2.0))
        try:
            value = chance.choice(VALUES)
            await session.press(value)
        except ConnectionClosed:
            lost, had = time.perf_counter(), session.query
            while True:
                try:
                    again = await opened(session.port, had, cookie)
                    break
                except (ConnectionClosed, InvalidHandshake, OSError):
                    await asyncio.sleep(AGAIN)
            skew = re.search(r"skew=([\d.]+)", had)
            assert again.shown == float(skew[1] if skew else 0.0), (again.shown, had)
            back.append(time.perf_counter() - lost)
            session.socket, session.box = again.socket, again.box


async def loaded(servers: list[Server], port: int, sessions: int, seconds: float, kill: bool) -> list[str]:
    cookies = [cookie_of(port) for _ in range(sessions)]
    opened_sessions = [await opened(port, "data=published&table=CIFAR-10-LT", cookie) for cookie in cookies]
    back: list[float] = []
    until = time.perf_counter() + seconds
    using = asyncio.gather(*(
        use(session, cookie, until + 15 * kill, seed, back)
        for seed, (session, cookie) in enumerate(zip(opened_sessions, cookies, strict=True))
    ))  # fmt: skip
    if kill:
        await asyncio.sleep(seconds)
        servers[0].process.kill()
    await using
    times = np.array([second for session in opened_sessions for second in session.times]) * 1e3
    said = (
        f"{sessions} sessions, {sum(cookie.endswith('one') for cookie in cookies)} of them on the first server: "
        f"{times.size:,} changes, p50 {np.median(times):,.0f} ms, p95 {np.quantile(times, 0.95):,.0f} ms"
    )
    lines = [said]
    if kill:
        lines.append(
            f"after one was killed: {len(back)} sessions back with their value, the last after {max(back):.1f} s"
        )
    for session in opened_sessions:
        await session.socket.close()
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sessions", nargs="*", type=int, default=[60, 100])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    arguments = parser.parse_args()
    for place, sessions in enumerate(arguments.sessions):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            servers = [stack.enter_context(streamlit_server(folder / f"{name}.txt")) for name in ("one", "two")]
            port = stack.enter_context(behind_one_address(servers))
            lines = asyncio.run(loaded(servers, port, sessions, arguments.seconds, kill=place == 0))
        print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    main()
