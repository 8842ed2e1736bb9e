"""python -m tests.bench --lines 2000000 --work DIR: measures everything once and prints it, ratios first.

Each stage runs in a process of its own, so that its peak of memory is its own; its results go into DIR, and a stage
whose results are there is not run again (`--again` forgets them, the made files stay).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.shown import show
from tests.bench.stages import STAGES, Bench


def main() -> None:
    """Run what is missing and print all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=2_000_000, help="order lines (default 2,000,000)")
    parser.add_argument("--work", type=Path, required=True, help="scratch directory; kept")
    parser.add_argument("--stock-every", type=int, default=30, help="days between stock levels; 0: none (default 30)")
    parser.add_argument("--days", type=int, default=182, help="days a page looks at (default 182)")
    parser.add_argument("--again", action="store_true", help="measure again what was measured")
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    bench = Bench(options.work.absolute() / str(options.lines), options.lines, options.stock_every, options.days)
    bench.folder.mkdir(parents=True, exist_ok=True)
    if options.stage:
        bench.result(options.stage).write_text(json.dumps(STAGES[options.stage](bench)), encoding="utf-8")
        return
    show(options.lines, {stage: _measured(bench, stage, options.again) for stage in STAGES})


def _measured(bench: Bench, stage: str, again: bool) -> dict[str, Any]:
    """The results of a stage, from a process of its own unless they are there."""
    path = bench.result(stage)
    if again and stage != "files":
        path.unlink(missing_ok=True)
    if not path.exists():
        print(f"{time.strftime('%H:%M:%S')} {stage} ...", file=sys.stderr, flush=True)
        words = [sys.executable, "-m", "tests.bench", "--stage", stage, "--work", str(bench.folder.parent)]
        words += ["--lines", str(bench.lines), "--stock-every", str(bench.stock_every), "--days", str(bench.days)]
        subprocess.run(words, check=True)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
