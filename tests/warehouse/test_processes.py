"""Several processes on one warehouse: readers beside a writer, and writers against each other."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fulfillment_bi.errors import WarehouseBusyError
from tests.warehouse.stores import child_environment, new_store, publish, values

READ = """
import sys
from fulfillment_bi.warehouse.versions import Store
store = Store(sys.argv[1], check_seconds=0)
pinned = store.reader()
print("ready", flush=True)
before, asked = 0, 0
while sys.stdin.readline() == "more\\n":
    for _ in range(10):
        with store.reader() as reader:
            counts = reader.session.rows("SELECT count(*), max(value) + 1 FROM numbers")[0]
        assert counts[0] == counts[1] >= before, (counts, before)
        before, asked = counts[0], asked + 1
    print(before, asked, pinned.session.rows("SELECT count(*) FROM numbers")[0][0], flush=True)
"""
HOLD = """
import sys
from fulfillment_bi.warehouse.versions import Store
with Store(sys.argv[1]).draft():
    print("holding", flush=True)
    sys.stdin.read()
"""


@contextmanager
def started(script: str, home: Path) -> Iterator[subprocess.Popen[str]]:
    """Run `script` in another interpreter, killed at the end if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=child_environment(),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdin is not None
    process.stdin.write(text + "\n")
    process.stdin.flush()


def test_a_reader_in_another_process_never_waits_and_never_sees_half(tmp_path: Path) -> None:
    store = new_store(tmp_path, keep=1, minimum_age_seconds=0)
    publish(store, 0)
    with started(READ, tmp_path) as reader:
        assert line(reader) == "ready"
        for value in range(1, 6):
            with store.draft() as draft:
                draft.session.execute("INSERT INTO numbers VALUES (?)", [value])
                tell(reader, "more")  # reads while the next version is open for writing
                assert line(reader).split()[0] == str(value)
                draft.publish()
            tell(reader, "more")
            seen, asked, pinned = map(int, line(reader).split())
            assert (seen, pinned) == (value + 1, 1)
        assert asked == 100
        tell(reader, "stop")
        assert reader.wait(10) == 0
    assert [info.number for info in store.list()] == [6]


def test_two_writers_one_is_told_who_the_other_is(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    with started(HOLD, tmp_path) as writer:
        assert line(writer) == "holding"
        began = time.monotonic()
        with pytest.raises(WarehouseBusyError, match=f"pid {writer.pid}"), store.draft():
            pass
        assert time.monotonic() - began < 1
        with pytest.raises(WarehouseBusyError), store.draft(wait_seconds=0.2):
            pass
        with pytest.raises(WarehouseBusyError):
            store.rollback("v1")
        writer.send_signal(signal.SIGKILL)
        writer.wait(10)
        with store.draft(wait_seconds=5):
            pass
    publish(store, 0)
    assert values(store) == [0]


def test_a_waiting_writer_gets_its_turn(tmp_path: Path) -> None:
    with started(HOLD, tmp_path) as writer:
        assert line(writer) == "holding"
        writer.communicate("")
        with new_store(tmp_path).draft(wait_seconds=10) as draft:
            assert draft.next_id == "v00000001"
