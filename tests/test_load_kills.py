"""A sample of the load kill trials, in a process of its own (it forks), and what they brought to light.

By hand: `python -m tests.load_kill_trials --trials 1000 --errors 100 --limits 50 --workers 2`.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fulfillment_bi.ingest import archive
from fulfillment_bi.ingest.load import load
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.engine import DiskFullError
from fulfillment_bi.warehouse.versions import Store
from tests.warehouse.stores import child_environment

KILLS, ERRORS, LIMITS = 6, 1, 1


def test_stopped_loads_leave_a_whole_version_and_lose_or_double_nothing() -> None:
    command = [sys.executable, "-m", "tests.load_kill_trials"]
    ended = subprocess.run(
        [*command, "--trials", str(KILLS), "--errors", str(ERRORS), "--limits", str(LIMITS)],
        capture_output=True,
        text=True,
        timeout=600,
        env=child_environment(),
        cwd=Path(__file__).parents[1],
    )
    assert ended.returncode == 0, ended.stderr
    counts = json.loads(ended.stdout)
    assert counts["kills"] == KILLS
    assert counts["reruns"] >= ERRORS + LIMITS + 1
    assert counts["failed before"] + counts.get("failed after", 0) >= ERRORS
    assert counts["reads"] > counts["worlds"]


def test_a_disk_that_fills_up_while_archiving_is_said_so_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    export = tmp_path / "orders.csv"
    export.write_text("channel,order_no,created_at,status\nweb,1,2025-01-01,paid\n")
    home = tmp_path / "warehouse"
    monkeypatch.setattr(archive, "_sync", no_space)
    with pytest.raises(DiskFullError, match="disk is full"):
        load(Store(home), Settings(home=home), [export])
    assert Store(home).current() is None
    assert list((home / "archive").iterdir()) == list((home / "versions").iterdir()) == []


def test_keys_left_by_a_killed_load_are_removed_and_copies_are_not(tmp_path: Path) -> None:
    for name in ("hash.key", "hash.key.4711", "hash.key.bak"):
        (tmp_path / name).write_bytes(b"k" * 32)
    archive.remove_drafts(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hash.key", "hash.key.bak"]


def test_a_file_archived_again_does_not_trip_over_what_could_not_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "warehouse"
    exports = []
    for number in range(2):
        exports.append(tmp_path / f"orders-{number}.csv")
        exports[-1].write_text(f"channel,order_no,created_at,status\nweb,{number},2025-01-01,paid\n")

    def fault(step: str) -> None:
        if step == "models":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):  # archived, but not published
        load(Store(home), Settings(home=home), exports, fault=fault)
    monkeypatch.setattr(archive.shutil, "rmtree", lambda *_, **__: None)
    report = load(Store(home), Settings(home=home), exports)
    assert report.published
    assert not report.failed
