"""`python app.py` on a machine with no warehouse: sample data, a first page, and it says so."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fulfillment_bi.errors import FulfillmentError, SettingsError
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.sample.write import write_sample
from fulfillment_bi.settings import Settings
from fulfillment_bi.start import demo_orders, ensure_demo, load_files, require_address, require_loopback
from fulfillment_bi.workspace import open_workspace

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(home: Path, port: int) -> subprocess.Popen[str]:
    env = {**os.environ, "FBI_HOME": str(home), "FBI_PORT": str(port), "FBI_DEMO_ORDERS": "300"}
    return subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")],
        env=env,
        cwd=home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A test run in the background ignores Ctrl-C, and its children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for(url: str, process: subprocess.Popen[str], seconds: float = 120) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode("utf-8"))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    output = process.communicate(timeout=10)[0] if process.poll() is not None else ""
    raise AssertionError(f"{url} did not answer: {output}")


def stop(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=30)[0]


@pytest.fixture
def first(tmp_path: Path) -> Iterator[tuple[Path, int, subprocess.Popen[str]]]:
    home, port = tmp_path / "warehouse", free_port()
    process = start(home, port)
    yield home, port, process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_the_first_start_shows_sample_data_and_the_second_keeps_it(first: tuple[Path, int, subprocess.Popen[str]]):
    home, port, process = first
    page = wait_for(f"http://127.0.0.1:{port}/", process)
    assert "<html" in page
    with open_workspace(home) as workspace:
        assert workspace.is_sample
        version = workspace.info
    assert version is not None
    said = stop(process)
    for words in ("300 orders", "sample data", "fbi load PATH", f"http://127.0.0.1:{port}/"):
        assert words in said
    assert process.returncode == 0
    assert not (home / "demo").exists()

    again = start(home, port)
    try:
        wait_for(f"http://127.0.0.1:{port}/", again)
        assert "making sample data" not in stop(again)
    finally:
        again.kill()
        again.wait()
    with open_workspace(home) as workspace:
        assert workspace.info == version


def test_importing_the_application_loads_nothing(tmp_path: Path):
    code = "import app; print(callable(app.server), type(app.server).__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "FBI_HOME": str(tmp_path / "warehouse")},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.strip() == "True OpenAPI"
    assert not (tmp_path / "warehouse").exists()


def test_real_data_are_never_replaced_by_a_demo(tmp_path: Path):
    said: list[str] = []
    with open_workspace(tmp_path / "warehouse") as workspace:
        assert ensure_demo(workspace, said.append, orders=300)
        assert workspace.is_sample
        assert not ensure_demo(workspace, said.append, orders=300)


def test_sample_data_that_have_aged_are_made_anew_and_own_data_never(tmp_path: Path):
    aged = datetime.now(UTC).date() - timedelta(days=9)
    write_sample(tmp_path / "old", orders=300, days=30, end=aged)
    said: list[str] = []
    with open_workspace(tmp_path / "sample") as workspace:
        load_files(workspace, [tmp_path / "old"], sample=True)
        assert ensure_demo(workspace, said.append, orders=300)
        workspace.refresh()
        assert workspace.is_sample
        newest = datetime.fromisoformat(workspace.run(Query(metrics=("orders",))).as_of)
    assert "days old" in said[0]
    assert datetime.now(UTC) - newest < timedelta(days=2)
    with open_workspace(tmp_path / "own") as workspace:
        load_files(workspace, [tmp_path / "old"])
        assert not ensure_demo(workspace, said.append, orders=300)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.test", ""])
def test_an_address_others_can_reach_is_refused(host: str):
    with pytest.raises(SettingsError, match="sign-in"):
        require_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"])
def test_this_machines_own_addresses_are_fine(host: str):
    require_loopback(host)


def test_a_port_in_use_is_found_before_the_work_begins():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(FulfillmentError, match=f"Port {port} is already in use"):
            require_address("127.0.0.1", port, Settings())


@pytest.mark.parametrize("text", ["0", "-5", "many", "1e5"])
def test_a_wrong_size_of_the_demo_is_refused(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("FBI_DEMO_ORDERS", text)
    with pytest.raises(SettingsError, match="FBI_DEMO_ORDERS"):
        demo_orders()
