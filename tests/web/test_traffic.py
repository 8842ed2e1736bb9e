"""Requests under way: counted, logged, refused when too many wait, finished when the server is to stop."""

from __future__ import annotations

import http.client
import io
import json
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from fulfillment_bi.settings import Settings
from fulfillment_bi.web.serving import Listening
from fulfillment_bi.web.traffic import RETRY_SECONDS, Traffic, add_traffic, add_traffic_routes
from fulfillment_bi.workspace import open_workspace
from tests.bench.viewers import get, serving


def test_a_server_is_ready_counts_logs_and_ends_in_peace(company: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(company, tmp_path / "home"))
    with serving(home, FBI_REQUEST_LOG="json") as (port, process):
        assert json.loads(get(port, "/readyz")[1]) == {"status": "ok"}
        assert get(port, "/api/version?token=secret")[0] in (200, 401, 403)
        status, body, headers = get(port, "/metrics")
        told = body.decode()
        assert status == 200
        assert headers["Content-Type"].startswith("text/plain")
        assert 'fbi_requests_total{method="GET",route="/readyz",status="200"}' in told
        assert 'fbi_request_seconds_bucket{le="0.5",route="/readyz"}' in told
        assert "\nfbi_version 1.0\n" in told
        assert "\nfbi_requests_waiting 0.0\n" in told
        assert "fbi_process_resident_memory_bytes" in told
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=30)
        assert process.returncode == 0
        lines = [json.loads(line) for line in complaints.decode().splitlines() if line.startswith("{")]
    ready = next(line for line in lines if line["path"] == "/readyz" and line["status"] == 200)
    assert (ready["method"], ready["account"], ready["address"]) == ("GET", "", "127.0.0.1")
    assert ready["ms"] >= 0
    assert ready["bytes"] > 0
    assert "secret" not in complaints.decode()


def test_a_server_without_data_is_not_ready_and_says_no_more(tmp_path: Path) -> None:
    with open_workspace(tmp_path / "home") as workspace:
        server = Flask("empty")
        add_traffic(server, workspace.settings)
        add_traffic_routes(server, workspace)
        answer = server.test_client().get("/readyz")
        assert (answer.status_code, answer.json) == (503, {"status": "not ready", "reason": "nothing loaded"})
        assert b"\nfbi_version 0.0\n" in server.test_client().get("/metrics").data


def test_a_line_of_the_log_cannot_be_forged(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    traffic = Traffic(Settings(request_log="json"), log)
    traffic.write({"path": '/a\n{"path": "/b"}\x1b'})
    (line,) = log.getvalue().splitlines()
    assert json.loads(line) == {"path": '/a\n{"path": "/b"}\x1b'}


class Slow:
    """A server whose every answer waits to be let go."""

    def __init__(self, **settings: Any) -> None:
        self.go, self.stop = threading.Event(), threading.Event()
        application = Flask("slow")
        add_traffic(application, Settings())

        @application.get("/slow")
        def slow() -> str:
            assert self.go.wait(20)
            return "done" * 100_000

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.listening = Listening(application, "127.0.0.1", self.port, Settings(**settings))
        self.traffic = application.extensions["fbi_traffic"]
        self.traffic.most_waiting = settings.get("most_waiting", 200)
        self.answers: list[tuple[int, int, str | None]] = []
        self._threads = [threading.Thread(target=self.listening.run, args=(self.stop,))]
        self._threads[0].start()

    def ask(self) -> None:
        thread = threading.Thread(target=self._ask)
        self._threads.append(thread)
        thread.start()

    def _ask(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", "/slow")
        answer = connection.getresponse()
        self.answers.append((answer.status, len(answer.read()), answer.headers["Retry-After"]))
        connection.close()

    def until(self, holds: Any) -> None:
        deadline = time.monotonic() + 15
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def end(self) -> None:
        self.go.set()
        self.stop.set()
        for thread in self._threads:
            thread.join(20)
        self.listening.close()


@contextmanager
def slow_server(**settings: Any) -> Iterator[Slow]:
    slow = Slow(**settings)
    try:
        yield slow
    finally:
        slow.end()


def test_what_is_at_hand_is_finished_and_nothing_more_taken() -> None:
    with slow_server() as slow:
        for _ in range(3):
            slow.ask()
        slow.until(lambda: slow.traffic.at_hand._value.get() == 3)
        slow.stop.set()
        slow.until(slow.traffic.stopping.is_set)
        slow.until(lambda: get(slow.port, "/slow", timeout=1)[0] == 0)
        assert slow.answers == []
        slow.go.set()
        slow.until(lambda: len(slow.answers) == 3)
    assert slow.answers == [(200, 400_000, None)] * 3


def test_when_too_many_wait_they_are_told_to_come_again() -> None:
    with slow_server(server_threads=1, most_waiting=2) as slow:
        slow.ask()
        slow.until(lambda: slow.traffic.at_hand._value.get() == 1)
        for _ in range(7):
            slow.ask()
        slow.until(lambda: slow.traffic.waiting() == 7)
        slow.go.set()
        slow.until(lambda: len(slow.answers) == 8)
        refused = [answer for answer in slow.answers if answer[0] == 503]
        assert len(refused) == 4  # with 6, 5, 4 and 3 behind them
        assert {answer[2] for answer in refused} == {str(RETRY_SECONDS)}
        assert {answer[:2] for answer in slow.answers if answer[0] != 503} == {(200, 400_000)}
        slow.ask()
        slow.until(lambda: len(slow.answers) == 9)
        assert slow.answers[-1][0] == 200
