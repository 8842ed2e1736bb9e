"""python -m tests.bench.soak --work DIR --minutes 115 --every 5: a wall left alone while data keep coming.

A real server over a warehouse of its own, a real Chromium on the turning wall, and a feed that loads a small file every
minute or two. Twice the feed stops, until the wall must say so; twice the server is stopped and started again. Each
minute one line tells what the page and the server use and what was found wrong; slopes are least squares per hour.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
from playwright.sync_api import CDPSession, Page, sync_playwright

from fulfillment_bi.sample.write import write_sample
from tests.browser.serving import launch

ZONE = ZoneInfo("Asia/Shanghai")
COMMAND = (sys.executable, "-c", "from fulfillment_bi.cli import main; main()")
ROTATE_SECONDS = 15
ORDERS_A_LOAD = 200
WARM_MINUTES = 10
"""Before this, what a page and a server build up once is not growth."""
LOOK = (Path(__file__).parent / "soak.js").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the page and the server; bytes, counts, minutes since the start."""

    minutes: float
    heap: float
    nodes: float
    listeners: float
    rss: float
    version: str


@dataclass(slots=True)
class Feed:
    """Loads new orders into the warehouse, one process at a time, and remembers when the last one was done."""

    home: Path
    folder: Path
    number: int = 0
    process: subprocess.Popen[bytes] | None = None
    failures: list[str] = field(default_factory=list)
    newest: float = 0.0

    def start(self) -> None:
        """Write the next files and load them; nothing while the last load still runs."""
        if self.process and self.process.poll() is None:
            return
        self.finish()
        self.number += 1
        folder = self.folder / f"{self.number:05d}"
        folder.mkdir(parents=True)
        self.newest = write_feed(folder, self.number)
        self.process = subprocess.Popen(
            ["nice", "-n", "10", *COMMAND, "load", str(folder)],
            env=environment(self.home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def finish(self) -> None:
        """Wait for the load and keep what it says when it failed."""
        if self.process:
            _, said = self.process.communicate()
            if self.process.returncode not in (0, 3):
                self.failures.append(said.decode(errors="replace")[-300:])
            self.process = None


def write_feed(folder: Path, number: int) -> float:
    """Orders of the last minute with their lines, and what was sent of those before; returns the newest time."""
    chance, now = random.Random(number), datetime.now(ZONE).replace(tzinfo=None, microsecond=0)
    heads = ["channel", "order_no", "shop", "created_at", "paid_at", "promised_ship_at", "promised_delivery_at"]
    orders, lines, sent = [[*heads, "status", "order_value"]], [["channel", "order_no", "sku", "quantity", "price"]], []
    for at in range(ORDERS_A_LOAD):
        made = now - timedelta(seconds=chance.randrange(60))
        channel, order = chance.choice(("tmall", "jd", "douyin", "pdd")), f"SOAK{number:05d}{at:04d}"
        moments = [made, made, made + timedelta(hours=24), made + timedelta(hours=chance.choice((1, 24, 72)))]
        orders.append([channel, order, "soak", *map(str, moments), "paid", str(chance.randrange(20, 900))])
        lines.append([channel, order, f"SK{chance.randrange(400)}", str(chance.randrange(1, 4)), "19.9"])
        if chance.random() < 0.8:
            sent.append([channel, order, "杭州仓", str(now)])
    _write(folder / "orders.csv", orders)
    _write(folder / "order_lines.csv", lines)
    _write(folder / "fulfilments.csv", [["channel", "order_no", "warehouse", "allocated_at"], *sent])
    return now.replace(tzinfo=ZONE).timestamp()


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def environment(home: Path) -> dict[str, str]:
    """What a command of ours runs with."""
    return {**os.environ, "FBI_HOME": str(home), "FBI_SCHEDULER": "off", "FBI_CONFIG": os.devnull}


class Server:
    """The server as a user starts it."""

    def __init__(self, home: Path, port: int, log: Path) -> None:
        self.home, self.port, self.log = home, port, log
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            words = [*COMMAND, "serve", "--port", str(self.port)]
            self.process = subprocess.Popen(words, env=environment(self.home), stdout=log, stderr=log)
        until(60, self._answers)

    def stop(self) -> None:
        """Stop it as a service manager would."""
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)

    def rss(self) -> float:
        """Resident bytes of it and everything it started."""
        if not self.process:
            return 0.0
        own = psutil.Process(self.process.pid)
        return float(sum(each.memory_info().rss for each in (own, *own.children(recursive=True))))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def until(seconds: float, holds: Callable[[], Any], every: float = 0.25) -> float | None:
    """How long it took until `holds()`; None where it did not within `seconds`."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if holds():
            return time.monotonic() - start
        time.sleep(every)
    return None


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Growth per hour by least squares; times in minutes."""
    if len(times) < 2:
        return 0.0
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    spread = sum((at - middle) ** 2 for at in times)
    return 60 * sum((at - middle) * (value - mean) for at, value in zip(times, values, strict=True)) / spread


class Soak:
    """The run: its clock, its samples and what was found."""

    def __init__(self, work: Path, every: int, feed_seconds: int, stale: int) -> None:
        self.work, self.every, self.feed_seconds, self.stale = work, every, feed_seconds, stale
        self.samples: list[Sample] = []
        self.problems: list[str] = []
        self.events: list[str] = []
        self.versions: set[str] = set()
        self.looks = 0
        self.fed = 0.0
        self.started = time.monotonic()
        self.feed = Feed(work / "home", work / "feed")
        self.server = Server(work / "home", 8497, work / "server.log")

    def say(self, words: str) -> None:
        """One line, at once."""
        print(f"{datetime.now(UTC):%H:%M:%S} {self.minutes:6.1f} min  {words}", flush=True)

    @property
    def minutes(self) -> float:
        """Since the start."""
        return (time.monotonic() - self.started) / 60

    def prepare(self, orders: int) -> None:
        """A warehouse that ends yesterday (made unless there is one), one feed on top, and the server over it."""
        if not self.feed.home.exists():
            exports = self.work / "exports"
            end = datetime.now(ZONE).date() - timedelta(days=1)
            write_sample(exports, orders=orders, days=60, seed=7, end=end)
            words = [*COMMAND, "load", str(exports)]
            subprocess.run(words, env=environment(self.feed.home), stdout=subprocess.DEVNULL, check=False)
        self.feed.number = sum(1 for _ in self.feed.folder.glob("*"))
        self.feed.start()
        self.feed.finish()
        self.server.start()

    def run(self, page: Page, console: CDPSession, minutes: float) -> None:
        """Feed, look and disturb until the time is over."""
        page.goto(f"{self.server.address}/wall?lang=zh&rotate={ROTATE_SECONDS}&refresh={self.every}&stale={self.stale}")
        page.wait_for_selector(".wall.is-shown .js-plotly-plot .main-svg", state="attached", timeout=180_000)
        page.wait_for_timeout(5000)
        page.evaluate(
            "() => document.querySelectorAll('.js-plotly-plot').forEach((each) => (each.dataset.same = 'yes'))"
        )
        disturbances = [(0.15, self.stop_feed), (0.35, self.restart), (0.55, self.stop_feed), (0.75, self.restart)]
        todo = [(share * minutes, act) for share, act in disturbances]
        told = 0.0
        while self.minutes < minutes:
            if todo and self.minutes >= todo[0][0]:
                todo.pop(0)[1](page)
            self.keep_feeding()
            self.look(page, console)
            if self.minutes - told >= 10:
                told = self.minutes
                self.summary("interim")
            page.wait_for_timeout(max(1000.0, self.every * 1000.0))
        self.summary("SUMMARY")

    def keep_feeding(self) -> None:
        """Load again when it is time to."""
        if time.monotonic() - self.fed >= self.feed_seconds:
            self.fed = time.monotonic()
            self.feed.start()

    def look(self, page: Page, console: CDPSession) -> None:
        """What is wrong on the screen now; each minute also what is used."""
        self.looks += 1
        found = page.evaluate(LOOK)
        self.versions.add(found["version"])
        for words in found["problems"]:
            self.problems.append(words)
            self.say(f"PROBLEM {words}")
        if not self.samples or self.minutes - self.samples[-1].minutes >= 1:
            self.sample(console, found["version"])

    def sample(self, console: CDPSession, version: str) -> None:
        """Heap after a collection, nodes, listeners, the server's memory."""
        console.send("HeapProfiler.collectGarbage")
        used = {each["name"]: each["value"] for each in console.send("Performance.getMetrics")["metrics"]}
        names = ("JSHeapUsedSize", "Nodes", "JSEventListeners")
        one = Sample(self.minutes, *(used[name] for name in names), self.server.rss(), version)
        self.samples.append(one)
        self.say(
            f"heap {one.heap / 1e6:6.1f} MB  nodes {one.nodes:6.0f}  listeners {one.listeners:5.0f}  "
            f"server {one.rss / 1e6:6.0f} MB  {one.version}  loads {self.feed.number}"
        )

    def stop_feed(self, page: Page) -> None:
        """No more data: the banner must come within one refresh of the limit, and go with the next data."""
        self.feed.finish()
        limit = self.feed.newest + self.stale * 60
        self.say("feed stopped")
        shown = "() => document.body.classList.contains('data-stale')"
        early = page.evaluate(shown)
        came = self.watching(page, limit - time.time() + self.every + 60, lambda: page.evaluate(shown))
        late = time.time() - limit
        self.judge("stale banner", came and not early and late <= self.every + 2, f"{late:+.1f} s from the limit")
        self.feed.start()
        self.fed = time.monotonic()
        self.feed.finish()
        gone = self.watching(page, 60, lambda: not page.evaluate(shown))
        self.judge("stale banner gone with new data", gone is not None, f"{gone or -1:.1f} s after the load")

    def restart(self, page: Page) -> None:
        """The server goes and comes back, and so must the page, alone."""
        self.feed.finish()
        gone = "() => document.body.classList.contains('server-gone')"
        self.server.stop()
        self.say("server stopped")
        came = self.watching(page, 60, lambda: page.evaluate(gone))
        self.judge("server-gone banner", came is not None, f"after {came or -1:.1f} s")
        self.feed.start()
        self.feed.finish()
        self.server.start()
        back = self.watching(page, 60, lambda: not page.evaluate(gone))
        self.judge("recovered alone", back is not None, f"{back or -1:.1f} s after the server answered")
        before = max(self.versions)
        newer = self.watching(page, 60, lambda: page.evaluate(LOOK)["version"] > before)
        self.judge("numbers new after recovery", newer is not None, f"{newer or -1:.1f} s later")

    def watching(self, page: Page, seconds: float, holds: Callable[[], Any]) -> float | None:
        """`until`, with the page running meanwhile."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            if holds():
                return time.monotonic() - start
            page.wait_for_timeout(250)
        return None

    def judge(self, what: str, holds: Any, words: str) -> None:
        """Note a passed or failed event."""
        self.events.append(f"{'ok  ' if holds else 'FAIL'} {what}: {words}")
        self.say(self.events[-1])

    def summary(self, title: str) -> None:
        """Slopes after the warm-up, and everything found."""
        used = [one for one in self.samples if one.minutes >= WARM_MINUTES] or self.samples
        times = [one.minutes for one in used]
        done = (
            f"{self.minutes:.0f} min, {self.looks} looks, {self.feed.number} loads, {len(self.versions)} versions shown"
        )
        print(f"== {title}: {done}, refresh {self.every} s, turning every {ROTATE_SECONDS} s")
        for name, size, unit in (("heap", 1e6, "MB"), ("nodes", 1, ""), ("listeners", 1, ""), ("rss", 1e6, "MB")):
            values = [getattr(one, name) / size for one in used]
            print(f"   {name:<10} first {values[0]:9.1f}  last {values[-1]:9.1f}  least {min(values):9.1f}  "
                  f"most {max(values):9.1f} {unit}  slope {slope(times, values):+9.2f} {unit}/h")  # fmt: skip
        print(f"   problems {len(self.problems)}, failed loads {len(self.feed.failures)}")
        for words in (*self.events, *sorted(set(self.problems))[:10], *self.feed.failures[:3]):
            print(f"   {words}")
        sys.stdout.flush()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="scratch directory; a warehouse that is there is used")
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--every", type=int, default=5, help="seconds between refreshes of the wall")
    parser.add_argument("--feed", type=int, default=90, help="seconds between loads")
    parser.add_argument("--stale", type=int, default=5, help="minutes without data after which the wall says so")
    parser.add_argument("--orders", type=int, default=20_000, help="orders loaded before")
    wanted = parser.parse_args()
    soak = Soak(wanted.work.absolute(), wanted.every, wanted.feed, wanted.stale)
    soak.prepare(wanted.orders)
    soak.started = time.monotonic()
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.set_default_timeout(180_000)
            page.on("pageerror", lambda error: soak.problems.append(f"page error: {error}"))
            console = page.context.new_cdp_session(page)
            console.send("Performance.enable")
            soak.run(page, console, wanted.minutes)
            page.screenshot(path=str(wanted.work / "last.png"))
            browser.close()
    finally:
        soak.feed.finish()
        soak.server.stop()


if __name__ == "__main__":
    main()
