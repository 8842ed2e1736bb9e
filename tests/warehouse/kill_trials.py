"""Kill a writer with SIGKILL at named steps and at random moments, and look at what is left.

    python tests/warehouse/kill_trials.py --trials 1000

Each trial loads one batch. After every kill the current version must be readable and hold exactly the batches
before it, or those and this one; the rerun must complete, and then every batch is there once. A reader in another
process asks all the while. Everything that touches a database runs in a forked child, so that this process never has
one open.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd  # noqa: F401  DuckDB imports these two at the first append: once here, not in every child
import pyarrow as pa
import pyarrow.dataset

import fulfillment_bi.warehouse.engines.duckdb  # noqa: F401
from fulfillment_bi.warehouse.draft import FAULT_POINTS
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.versions import Store

ROWS = 3_000
STEPS = (*FAULT_POINTS, "staged")
LIMITS = Limits(threads=1)


def store_at(home: Path, fault: Callable[[str], None] | None = None) -> Store:
    return Store(home, limits=LIMITS, keep=2, minimum_age_seconds=0, check_seconds=0, fault=fault)


def load(store: Store, batch: int) -> None:
    """Add one batch unless the ledger has it: its rows, then its ledger entry."""
    with store.draft() as draft:
        if draft.base is None:
            draft.session.execute("CREATE TABLE ledger (batch INTEGER)")
        if draft.session.rows("SELECT 1 FROM ledger WHERE batch = ?", [batch]):
            return
        draft.session.append("facts", pa.table({"batch": [batch] * ROWS, "line": range(ROWS)}))
        draft.fault("staged")
        draft.session.execute("INSERT INTO ledger VALUES (?)", [batch])
        draft.publish([lambda session: [] if complete_batches(session) is not None else ["incomplete"]])


def complete_batches(session: Session) -> int | None:
    """How many batches there are; None unless they are 0, 1, 2 ... with each row once and each in the ledger."""
    facts = session.rows("SELECT batch, count(*), count(DISTINCT line), sum(line) FROM facts GROUP BY batch ORDER BY 1")
    ledger = session.rows("SELECT batch FROM ledger ORDER BY 1")
    expected = [(batch, ROWS, ROWS, ROWS * (ROWS - 1) // 2) for batch in range(len(facts))]
    return len(facts) if facts == expected and ledger == [(batch,) for batch in range(len(facts))] else None


def seen_batches(home: Path) -> int:
    """How many complete batches a newly started reader sees; an assertion fails when anything is wrong."""
    store = store_at(home)
    if store.current() is None:
        return 0
    assert not store.problems() or not (home / "CURRENT").exists()
    with store.reader() as reader:
        count = complete_batches(reader.session)
    assert count is not None
    return count


def in_child(work: Callable[[], Any], kill_after: float | None = None) -> tuple[int, Any]:
    """Run `work` in a forked child: 0 and its result, through JSON; -9 when it was killed, 255 when it failed."""
    answers, answer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(answers)
        _end_with(lambda: os.write(answer, json.dumps(work()).encode()))
    os.close(answer)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(answers, "rb") as pipe:
        text = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, json.loads(text) if code == 0 else None


@contextmanager
def reading(read: Callable[[], object], stop: Path) -> Iterator[None]:
    """Meanwhile a forked child runs `read`, which goes on until the file `stop` is there and must not fail."""
    reader = os.fork()
    if reader == 0:
        _end_with(read)
    try:
        yield
    finally:
        stop.touch()
        code = os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1])
    assert code == 0, f"reader: exit {code}"


def _end_with(work: Callable[[], object]) -> NoReturn:
    """The rest of a forked child's life."""
    code = 255
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def killed_at(step: str, occurrence: int) -> Callable[[str], None]:
    """A fault that kills this very process the n-th time `step` comes."""
    left = [occurrence]

    def fault(name: str) -> None:
        if name == step:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return fault


def read_until_stopped(home: Path, stop: Path) -> None:
    """Ask one store again and again; batches must be complete and never fewer than before; no answer is a failure."""
    store, before, asked = store_at(home), 0, 0
    while not stop.exists():
        if store.current() is not None:
            with store.reader() as reader:
                count = complete_batches(reader.session)
            assert count is not None
            assert count >= before, f"{count} after {before}"
            before, asked = count, asked + 1
        time.sleep(0.02)
    assert asked
    stop.with_name("asked").write_text(str(asked))


def run(trials: int, seed: int, home: Path) -> dict[str, object]:
    """Run the trials and count what happened; raises AssertionError at the first thing that is not as it must be."""
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    stop = home / "stop"
    warehouse = home / "warehouse"
    started = time.monotonic()
    assert in_child(lambda: load(store_at(warehouse), 0))[0] == 0
    duration = time.monotonic() - started
    with reading(lambda: read_until_stopped(warehouse, stop), stop):
        for trial in range(1, trials + 1):
            _trial(trial, trials, chance, duration, warehouse, counts)
    return {**counts, "batches": trials + 1, "reads": int((home / "asked").read_text())}


def _trial(trial: int, trials: int, chance: random.Random, duration: float, home: Path, counts: Counter[str]) -> None:
    batch = trial
    for attempt in range(3):
        # Every step once, then moments and steps at random; sometimes the rerun is killed as well.
        if trial <= len(STEPS) and attempt == 0:
            step, wait = STEPS[trial - 1], None
        elif chance.random() < 0.5:
            step, wait = chance.choice(STEPS), None
        else:
            step, wait = "", chance.uniform(0, duration * 1.1)
        fault = killed_at(step, 1) if step else None
        code, _ = in_child(lambda fault=fault: load(store_at(home, fault), batch), wait)
        assert code in {0, -9}, f"trial {trial}: exit {code} at {step or wait}"
        seen = _seen(home)
        assert seen in {batch, batch + 1}, f"trial {trial}: {seen} batches after {step or wait}"
        counts["not killed" if code == 0 else "killed after" if seen > batch else "killed before"] += 1
        if chance.random() < 0.7:
            break
    assert in_child(lambda: load(store_at(home), batch))[0] == 0
    assert _seen(home) == batch + 1
    assert not list((home / "versions").glob("build-*"))
    if trials > 100 and trial % 100 == 0:
        print(f"{trial} of {trials}", file=sys.stderr)


def _seen(home: Path) -> int:
    """The batches that a newly started reader sees."""
    code, seen = in_child(lambda: seen_batches(home))
    assert code == 0, f"reader: exit {code}"
    return int(seen)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--trials", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    home = Path(tempfile.mkdtemp(prefix="kill-trials-"))
    try:
        print(json.dumps(run(chosen.trials, chosen.seed, home)))
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
