"""A sample of the kill trials, in a process of its own (it forks). By hand: `kill_trials.py --trials 1000`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.warehouse.stores import child_environment

TRIALS = 20


def test_kills_leave_a_readable_version_and_a_clean_restart() -> None:
    ended = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("kill_trials.py")), "--trials", str(TRIALS)],
        capture_output=True,
        text=True,
        timeout=120,
        env=child_environment(),
    )
    assert ended.returncode == 0, ended.stderr
    counts = json.loads(ended.stdout)
    assert counts["batches"] == TRIALS + 1
    assert counts["killed before"] + counts["killed after"] >= TRIALS * 0.8
    assert counts["killed after"] > 0
    assert counts["reads"] > 0
