"""Watching an inbox: in this process for its rules, in processes of its own for signals, kills and locks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import pytest

from fulfillment_bi.errors import SettingsError, WarehouseBusyError
from fulfillment_bi.ingest.load import load
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.lock import publish_lock
from fulfillment_bi.warehouse.versions import Store
from fulfillment_bi.watch import Pass, Watched, look, watch

ORDERS = "channel,order_no,created_at\njd,{number},2026-05-01 08:00\n"


class Bench:
    """An inbox, a home, and what was said."""

    def __init__(self, folder: Path) -> None:
        self.inbox = folder / "inbox"
        self.home = folder / "home"
        self.inbox.mkdir()
        self.said: list[str] = []
        self.loaded: list[list[str]] = []

    def put(self, name: str, text: str = "", age: float = 100.0) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or ORDERS.format(number=name), "utf-8")
        os.utime(path, (time.time() - age,) * 2)
        return path

    def watched(self, loading: Callable[[Sequence[Path]], object] | None = None) -> Watched:
        def really(paths: Sequence[Path]) -> object:
            self.loaded.append([path.name for path in paths])
            return load(Store(self.home), Settings(home=self.home), paths)

        return Watched(self.inbox, self.home, 30.0, loading or really, self.said.append)  # type: ignore[arg-type]

    def once(self, loading: Callable[[Sequence[Path]], object] | None = None) -> Pass:
        self.home.mkdir(exist_ok=True)
        return look(self.watched(loading), Event())

    def files(self) -> list[str]:
        days = [path.relative_to(self.inbox).parts for path in self.inbox.rglob("*") if not path.is_dir()]
        return sorted("/".join((parts[0], *parts[2:])) if len(parts) > 1 else parts[0] for parts in days)

    def orders(self) -> int:
        reader = Store(self.home).reader()
        try:
            return reader.session.rows("SELECT count(*) FROM state_orders")[0][0]
        finally:
            reader.close()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_whole_files_are_archived_and_bad_ones_put_aside_with_the_reason(bench):
    bench.put("export[1].csv")
    bench.put("export1.csv")
    bench.put("unknown.csv", "alpha,beta\n1,2\n")
    bench.put("notes.pdf", "%PDF-1.4 something")
    bench.put("growing.csv", age=1)
    (bench.inbox / "link.csv").symlink_to("/etc/passwd")
    assert bench.once() == Pass(archived=2, failed=3, left=1)
    assert bench.files() == [
        "archive/export1.csv",
        "archive/export[1].csv",
        "failed/link.csv",
        "failed/link.csv.reason.txt",
        "failed/notes.pdf",
        "failed/notes.pdf.reason.txt",
        "failed/unknown.csv",
        "failed/unknown.csv.reason.txt",
        "growing.csv",
    ]
    assert bench.orders() == 2
    reason = next(bench.inbox.rglob("unknown.csv.reason.txt")).read_text("utf-8")
    assert "No adapter recognises the header 'alpha', 'beta'" in reason
    assert "原因" in reason
    assert any("export[1].csv: loaded, v00000001, orders: 1 read, 1 new" in line for line in bench.said)
    assert bench.loaded == [["export1.csv", "export[1].csv", "notes.pdf", "unknown.csv"]]


def test_nothing_is_moved_before_it_is_published(bench):
    path = bench.put("a.csv")

    def killed(paths: Sequence[Path]) -> object:
        load(Store(bench.home), Settings(home=bench.home), paths)
        assert path.exists()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.once(killed)
    assert bench.files() == ["a.csv"]
    assert bench.once() == Pass(archived=1)
    assert bench.orders() == 1
    assert "a.csv: unchanged, v00000001" in bench.said[-1]


def test_a_file_that_kills_the_process_is_put_aside_after_three_times_and_the_others_go_on(bench):
    for name in ("a.csv", "poison.csv", "z.csv"):
        bench.put(name)
    tried: list[list[str]] = []

    def dies(paths: Sequence[Path]) -> object:
        tried.append([path.name for path in paths])
        if "poison.csv" in tried[-1]:
            raise SystemExit("killed")  # as a kill would: nothing after this runs
        return load(Store(bench.home), Settings(home=bench.home), paths)

    for _ in range(3):
        with pytest.raises(SystemExit):
            bench.once(dies)
    assert bench.once(dies) == Pass(archived=1, failed=1)
    assert tried[0] == ["a.csv", "poison.csv", "z.csv"]
    assert sorted(map(tuple, tried[1:])) == [("a.csv",), ("poison.csv",), ("poison.csv",), ("z.csv",)]
    assert bench.files() == ["archive/a.csv", "archive/z.csv", "failed/poison.csv", "failed/poison.csv.reason.txt"]
    assert "3 times" in next(bench.inbox.rglob("*.reason.txt")).read_text("utf-8")


def test_a_fault_of_ours_is_tried_three_times_too(bench):
    bench.put("a.csv")

    def fails(_: Sequence[Path]) -> object:
        raise ValueError("a fault")

    assert [bench.once(fails) for _ in range(4)] == [Pass(left=1)] * 3 + [Pass(failed=1)]
    assert "failed, try 2 of 3: a fault" in bench.said


def test_a_busy_warehouse_or_a_broken_setting_does_not_count(bench):
    bench.put("a.csv")
    errors = [WarehouseBusyError("Another process is loading."), SettingsError("A mapping is wrong.")] * 3

    def busy(_: Sequence[Path]) -> object:
        raise errors.pop()

    assert [bench.once(busy) for _ in range(6)] == [Pass(left=1)] * 6
    assert any(line.startswith("waiting: Another process") for line in bench.said)
    assert bench.once() == Pass(archived=1)


def test_a_file_that_changes_meanwhile_stays(bench):
    path = bench.put("a.csv")

    def grows(paths: Sequence[Path]) -> object:
        report = load(Store(bench.home), Settings(home=bench.home), paths)
        path.write_text(ORDERS.format(number="more"), "utf-8")
        return report

    assert bench.once(grows) == Pass(left=1)
    assert bench.files() == ["a.csv"]


def test_an_inbox_inside_the_warehouse_is_refused(bench):
    wrong = Watched(bench.home / "inbox", bench.home, 1, bench.watched().load, bench.said.append)
    with pytest.raises(SettingsError, match="may not lie in each other"):
        watch(wrong, Event(), every_seconds=1, once=True)


def test_a_stop_ends_it_after_the_load_at_hand(bench):
    stop = Event()
    bench.put("a.csv")

    def stopping(paths: Sequence[Path]) -> object:
        stop.set()
        return load(Store(bench.home), Settings(home=bench.home), paths)

    assert watch(bench.watched(stopping), stop, every_seconds=60) == Pass(archived=1)
    assert bench.files() == ["archive/a.csv"]


def start(bench: Bench, *arguments: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-c",
        "from fulfillment_bi.cli import main; main()",
        "watch",
        str(bench.inbox),
        *arguments,
    ]
    env = {**os.environ, "FBI_HOME": str(bench.home), "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def ended(process: subprocess.Popen[str]) -> str:
    """What it said, once it is gone, however it went."""
    process.kill()
    return process.communicate()[0]


def until(happened: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_process_waits_for_writers_and_locks_and_ends_at_sigterm(bench):
    process = start(bench, "--every", "0.2", "--settle", "1.5")
    try:
        until(lambda: (bench.home / "watch.lock").exists())
        other = start(bench, "--once")
        assert "is loading or publishing" in other.communicate(timeout=60)[0]
        assert other.returncode == 1
        growing = bench.inbox / "growing.csv"
        with publish_lock(bench.home / "publish.lock"):
            with growing.open("w") as handle:
                for number in range(8):
                    handle.write(ORDERS.format(number=number) if not number else f"jd,{number},2026-05-01 08:00\n")
                    handle.flush()
                    time.sleep(0.2)
                    assert growing.exists()
            (bench.inbox / "renamed.csv.part").write_text(ORDERS.format(number="r"))
            (bench.inbox / "renamed.csv.part").rename(bench.inbox / "renamed.csv")
            until(lambda: (bench.home / "watch.json").exists())
            time.sleep(0.3)
            assert growing.exists()
        until(lambda: bench.files() == ["archive/growing.csv", "archive/renamed.csv"])
        assert bench.orders() == 9
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "2 loaded, 0 put aside, 0 waiting" in said
    finally:
        ended(process)


def test_once_after_a_kill_loads_what_was_left(bench):
    bench.put("a.csv")
    with publish_lock(_lock(bench)):
        process = start(bench, "--every", "0.2", "--settle", "1")
        until(lambda: (bench.home / "watch.json").exists())
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert bench.files() == ["a.csv"]
    bench.put("b.csv", "alpha,beta\n1,2\n")
    done = start(bench, "--once", "--settle", "1")
    said, _ = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "1 loaded, 1 put aside, 0 waiting" in said
    assert bench.orders() == 1


def _lock(bench: Bench) -> Path:
    bench.home.mkdir(exist_ok=True)
    return bench.home / "publish.lock"
