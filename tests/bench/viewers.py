"""python -m tests.bench.viewers --viewers 100 --walls 50 --seconds 60: a real server, and people who look at it.

The server is `fbi serve` on loopback over a copy of a home (FBI_HOME, else a small sample), with users who are signed
in. A viewer opens a page, or filters it, every `--think` seconds: the four callbacks a browser asks for. A wall looks
for a new version every five seconds and is drawn anew every minute. Everybody has one connection, kept open.
`--times 10` then does the same with ten times as many, to see that it refuses what it cannot do and comes back.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil

from fulfillment_bi.journal.accounts import add_user
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.sessions import start_session
from fulfillment_bi.web.answering import PAGES
from tests.web.signing import _filled, _outputs

POLL, REDRAW = 5.0, 60.0
SEARCHES = ("", "preset=all", "preset=7d", "channel=jd", "channel=tmall&preset=all", "compare=none", "lang=en")
DESK = [page for page in PAGES if not page.is_wall and page.name in
        {"overview", "orders", "inventory", "supply", "logistics", "service", "why"}]  # fmt: skip
WALL = next(page for page in PAGES if page.is_wall)


@dataclass(slots=True)
class Seen:
    """What the clients saw: seconds of each answer by kind, statuses, and connections that failed."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"page": [], "poll": []})
    statuses: Counter[int] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """`fbi serve` over a home, on a free port, once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "FBI_HOME": str(home), "FBI_SCHEDULER": "off", "FBI_PORT": str(port), **settings}
    process = subprocess.Popen(
        [sys.executable, "-c", "from fulfillment_bi.cli import main; main()", "serve"],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if "FBI_REQUEST_LOG" in settings else None,
        # What runs in the background ignores Ctrl-C, and its children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        deadline = time.monotonic() + 120
        while get(port, "/readyz")[0] != 200:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server is not ready"
            time.sleep(0.1)
        yield port, process
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def get(port: int, path: str, headers: dict[str, str] | None = None, timeout: float = 60) -> tuple[int, bytes, Any]:
    """Status, body and headers; status 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    except OSError:
        return 0, b"", {}
    finally:
        connection.close()


def bodies(callbacks: list[dict[str, Any]], page: Any, search: str) -> list[bytes]:
    """The requests that opening a page makes."""
    asked = {"path": page.paths[0], "search": search, "lang": "zh", "theme": "light", "scale": 1}
    values = {"request": asked, "mount": asked, "drawer": asked}
    found = []
    for one in callbacks:
        stores = {each["id"] for each in one["inputs"]}
        mine = f"{page.name}-problem.children" in one["output"] or "-problem.children" not in one["output"]
        if one.get("clientside_function") or not stores <= {"request", "mount"} or not mine:
            continue
        body = {
            "output": one["output"],
            "outputs": _outputs(one["output"]),
            "inputs": [_filled(each, values) for each in one["inputs"]],
            "state": [_filled(each, values) for each in one["state"]],
            "changedPropIds": [f"{one['inputs'][0]['id']}.{one['inputs'][0]['property']}"],
        }
        found.append(json.dumps(body).encode())
    return found


class Client:
    """One person's or screen's connection."""

    def __init__(self, port: int, cookie: str, seen: Seen) -> None:
        self._port, self._cookie, self._seen = port, cookie, seen
        self._pipes: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, kind: str, method: str, path: str, body: bytes = b"") -> None:
        """One request, noted."""
        started = time.perf_counter()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nCookie: {self._cookie}\r\n"
            f"Accept-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            if self._pipes is None:
                self._pipes = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._pipes
            writer.write(head.encode() + body)
            status = await asyncio.wait_for(_answer(reader), 60)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError, IndexError) as error:
            self._seen.failed[type(error).__name__] += 1
            self.leave()
            return
        self._seen.statuses[status] += 1
        if status != 503:
            self._seen.seconds[kind].append(time.perf_counter() - started)

    def leave(self) -> None:
        """Hang up."""
        if self._pipes is not None:
            self._pipes[1].close()
            self._pipes = None


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
    elif fields.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return status


async def view(client: Client, opened: list[list[bytes]], until: float, think: float, chance: random.Random) -> None:
    """Open pages until the time is up."""
    await asyncio.sleep(chance.uniform(0, think))
    while time.monotonic() < until:
        for body in chance.choice(opened):
            await client.ask("page", "POST", "/_dash-update-component", body)
        await asyncio.sleep(chance.uniform(0.5, 1.5) * think)
    client.leave()


async def hang(client: Client, drawn: list[bytes], until: float, chance: random.Random) -> None:
    """A wall: look for a new version, and now and then draw."""
    await asyncio.sleep(chance.uniform(0, POLL))
    redraw = time.monotonic() + chance.uniform(0, REDRAW)
    while time.monotonic() < until:
        await client.ask("poll", "GET", "/api/version")
        if time.monotonic() > redraw:
            redraw += REDRAW
            for body in drawn:
                await client.ask("page", "POST", "/_dash-update-component", body)
        await asyncio.sleep(POLL)
    client.leave()


async def look(port: int, cookies: list[str], viewers: int, walls: int, seconds: float, think: float) -> Seen:
    """Everybody at once, for so long."""
    headers = {"Cookie": cookies[0]}
    status, body, _ = await asyncio.to_thread(get, port, "/_dash-dependencies", headers)
    assert status == 200, status
    callbacks = json.loads(body)
    opened = [bodies(callbacks, page, search) for page in DESK for search in SEARCHES]
    drawn = bodies(callbacks, WALL, "")
    assert all(len(each) >= 4 for each in opened), [len(each) for each in opened]
    seen, until, chance = Seen(), time.monotonic() + seconds, random.Random(1)
    people = [
        view(Client(port, cookies[number % len(cookies)], seen), opened, until, think, chance)
        for number in range(viewers)
    ]
    people += [hang(Client(port, cookies[-1], seen), drawn, until, chance) for _ in range(walls)]
    await asyncio.gather(*people)
    return seen


def show(name: str, seen: Seen, seconds: float, process: subprocess.Popen[bytes]) -> dict[str, float]:
    """Print what was seen; p95 of pages, and errors."""
    total = seen.statuses.total()
    wrong = {code: count for code, count in seen.statuses.items() if code not in (200, 204, 304, 503)}
    errors = sum(wrong.values()) + seen.failed.total()
    memory = psutil.Process(process.pid).memory_info().rss >> 20
    print(f"{name}: {total / seconds:.1f} requests/s, {total} in {seconds:.0f} s, errors {errors} {wrong or ''}"
          f"{dict(seen.failed) or ''}, refused with 503 {seen.statuses[503]}, server {memory} MB, "
          f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    worst = 0.0
    for kind, found in seen.seconds.items():
        if len(found) > 1:
            cut = quantiles(found, n=100, method="inclusive")
            print(f"  {kind}: {len(found)} answers, p50 {cut[49] * 1000:.0f} ms, p95 {cut[94] * 1000:.0f} ms, "
                  f"p99 {cut[98] * 1000:.0f} ms, slowest {max(found) * 1000:.0f} ms", flush=True)  # fmt: skip
            worst = max(worst, cut[94])
    return {"p95": worst, "errors": errors, "refused": seen.statuses[503], "answered": total}


def signed_in(home: Path, count: int) -> list[str]:
    """Cookies of users of a home."""
    journal, now = Journal(home), datetime.now(UTC).replace(tzinfo=None)
    for number in range(count):
        add_user(journal, f"viewer{number}", "analyst", now)
    return [f"fbi_session={start_session(journal, now, user=f'viewer{number}')}" for number in range(count)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.viewers", description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--walls", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=10, help="seconds between what a viewer opens (default 10)")
    parser.add_argument("--times", type=int, default=0, help="then so many times as many viewers and walls")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="viewers-"))
    try:
        home = folder / "home"
        if os.environ.get("FBI_HOME"):
            shutil.copytree(os.environ["FBI_HOME"], home, ignore=shutil.ignore_patterns("journal*", "*.lock", "tmp"))
        else:
            from tests.browser.serving import small_workspace

            small_workspace(folder).close()
        cookies = signed_in(home, 100)
        with serving(home) as (port, process):
            asyncio.run(look(port, cookies, 20, 2, 20, 1))  # what the day's first viewer finds is not what is measured
            _measure(port, process, cookies, chosen, 1)
            if chosen.times:
                _measure(port, process, cookies, chosen, chosen.times)
                time.sleep(5)
                _measure(port, process, cookies, chosen, 1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(
    port: int, process: subprocess.Popen[bytes], cookies: list[str], chosen: argparse.Namespace, times: int
) -> None:
    viewers, walls = chosen.viewers * times, chosen.walls * times
    seen = asyncio.run(look(port, cookies, viewers, walls, chosen.seconds, chosen.think))
    show(f"{viewers} viewers, {walls} walls", seen, chosen.seconds, process)
    metrics = get(port, "/metrics", {"Cookie": cookies[0]})[1].decode()
    told = [line for line in metrics.splitlines() if line.startswith(("fbi_requests_refused_total", "fbi_requests_at"))]
    print(f"  ready: {get(port, '/readyz')[0]}, {', '.join(told)}")


if __name__ == "__main__":
    main()
