"""A sample of the fault matrix, in a process of its own (it forks). By hand: `python -m tests.bench.faults`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.warehouse.stores import child_environment

FAULTS = 38
"""Each operation with each fault once."""


def test_every_operation_survives_every_fault() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.faults", "--count", str(FAULTS), "--seed", "7"],
        capture_output=True,
        text=True,
        timeout=600,
        env=child_environment(),
        cwd=Path(__file__).parents[1],
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{FAULTS} of {FAULTS} survived, 0 did not" in ended.stdout
    stopped = sum(map(int, re.findall(r'"kill: killed": (\d+)', ended.stdout)))
    assert stopped >= 2, ended.stdout
