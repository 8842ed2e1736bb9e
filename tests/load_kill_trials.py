"""Stop whole loads with SIGKILL, and with a full disk, at named steps and at random moments; look at what is left.

    python -m tests.load_kill_trials --trials 1000 --workers 2

A batch is a folder of small exports: orders, lines, fulfilments and parcels, some new and some newer words on earlier
orders. Batches are loaded one after another, each in a forked child that is stopped on the way, and then once more to
the end. What must hold afterwards is known from an undisturbed warehouse loaded from the same files: after a stop the
current version equals the one before the batch or the one after it, in every table but the rollups (and every archived
file is there); after the rerun it equals the one after it. A reader in another process asks all the while.
"""

from __future__ import annotations

import argparse
import errno
import json
import mmap
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from fulfillment_bi.errors import FulfillmentError, NoVersionError
from fulfillment_bi.ingest.rebuild import rebuild
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.settings import Settings
from tests.load_batches import Course, Steps, ask, load_batch, look, seen_batches, undisturbed, warm_up, write_batches
from tests.warehouse.kill_trials import in_child, reading, store_at

HOME = {"CURRENT", "archive", "hash.key", "publish.lock", "tmp", "versions"}


@dataclass(slots=True)
class Tally:
    """What happened so far.

    `covered`: the steps at which a kill or an error was put on purpose; `landed`: where kills at random moments came.
    `pace`: the seconds of whole loads.
    """

    counts: Counter[str] = field(default_factory=Counter)
    covered: dict[str, set[str]] = field(default_factory=lambda: {"kill": set(), "error": set()})
    landed: set[str] = field(default_factory=set)
    errors: dict[str, set[str]] = field(default_factory=dict)
    pace: list[float] = field(default_factory=list)


def read_until_stopped(home: Path, course: Course, stop: Path) -> None:
    """Ask all the time: every answer is one of the undisturbed ones and never an earlier one than before."""
    store, before, asked, slowest = store_at(home), 0, 0, 0.0
    while not stop.exists():
        started = time.monotonic()
        with suppress(NoVersionError):
            with store.reader() as reader:
                answer = ask(reader.session, reader.info)
            assert answer in course.answers, f"{answer} after {before} batches"
            seen = course.answers.index(answer)
            assert seen >= before, f"{seen} after {before}"
            before, asked = seen, asked + 1
            slowest = max(slowest, time.monotonic() - started)
        assert before == 0 or store.current() is not None
        time.sleep(0.25)
    stop.write_text(json.dumps([asked, slowest]))


def with_disk_full(home: Path, course: Course, batch: int, step: int, largest: int) -> list[Any]:
    """Load a batch in this process with ENOSPC at a step, and EFBIG for files beyond a size.

    The same store must then go on. The kind of error, the step it came at, and the batches there were after it.
    """
    store, kind, text = store_at(home), "", ""
    open_before = _open_below(home)

    def no_space() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    steps = Steps(step, no_space)
    steps.watch_system_calls()
    store.fault = steps
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
    try:
        load_batch(store, course.batches[batch], steps)
    except (OSError, FulfillmentError) as error:
        kind, text = type(error).__name__, str(error)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    seen = seen_batches(store, course)
    assert seen == batch + 1 or kind, "an error was lost"
    # What a step of ours raises comes as it is; what the system refuses must reach the user as a sentence.
    assert kind != "OSError" or (step >= 0 and ": " not in steps.names[step]), f"{kind}: {text}"
    store.close()
    assert _open_below(home) == open_before, f"left open: {_open_below(home)}"
    load_batch(store, course.batches[batch])
    assert seen_batches(store, course) == batch + 1
    return [kind, steps.names[step] if 0 <= step < len(steps.names) else "", seen]


def _open_below(home: Path) -> list[str]:
    """The files of the warehouse that this process has open, where the system tells."""
    with suppress(FileNotFoundError):
        names = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
        return sorted(name for name in names if name.startswith(str(home)))
    return []


def run(kills: int, errors: int, limits: int, seed: int, folder: Path) -> dict[str, Any]:
    """Stop loads that many times in each way; what happened. AssertionError at the first thing that must not be."""
    chance = random.Random(seed)
    batches = write_batches(folder / "exports", seed)
    warm_up(Settings(home=folder), batches)
    code, found = in_child(lambda: undisturbed(folder / "undisturbed", batches))
    assert code == 0
    looks, answers, steps, seconds = zip(*found, strict=True)
    course = Course(batches, [{}, *looks], [[], *answers], steps, seconds)
    wanted = ["kill"] * kills + ["error"] * errors + ["limit"] * limits
    chance.shuffle(wanted)
    tally, reads, slowest, worlds = Tally(pace=list(seconds)), 0, 0.0, 0
    while wanted:
        home, stop, done = folder / f"world-{worlds}", folder / f"stop-{worlds}", 0
        with reading(lambda home=home, stop=stop: read_until_stopped(home, course, stop), stop):
            while wanted and done < len(batches):
                _stop_and_go(home, course, done, wanted, chance, tally)
                done += 1
        asked, longest = json.loads(stop.read_text())
        reads, slowest, worlds = reads + asked, max(slowest, longest), worlds + 1
        if worlds % 10 == 0:
            assert in_child(lambda home=home, done=done: _rebuilt(home, course, done))[0] == 0
        shutil.rmtree(home)
    known = {name for names in steps for name in names}
    return {
        **tally.counts,
        "kills": tally.counts["killed before"] + tally.counts["killed after"],
        "worlds": worlds,
        "reads": reads,
        "slowest read": round(slowest, 2),
        "steps": len(known),
        "steps killed at": len(known & tally.covered["kill"]),
        "steps failed at": len(known & tally.covered["error"]),
        "steps where kills at random moments came": len(tally.landed),
        "errors": {kind: sorted(places) for kind, places in sorted(tally.errors.items())},
    }


def _stop_and_go(
    home: Path, course: Course, batch: int, wanted: list[str], chance: random.Random, tally: Tally
) -> None:
    """Stop the load of a batch, and half of the time the rerun as well, and so on; then let it run to its end."""
    seen, going_on = batch, True
    while wanted and going_on and seen == batch:
        if wanted[-1] == "kill":
            where, seen, killed = _kill(home, course, batch, chance, tally)
            going_on = chance.random() < 0.5
        else:
            where, seen = _fail(home, course, batch, wanted[-1], chance, tally)
            killed, going_on = True, False
        assert seen in {batch, batch + 1}, f"{where}: {seen} batches instead of {batch} or {batch + 1}"
        if killed:
            wanted.pop()
    code, seconds = in_child(lambda: _rerun(home, course, batch))
    assert code == 0, f"rerun after {where}: exit {code}"
    tally.counts["reruns"] += 1
    if seconds:
        tally.pace.append(seconds)
        left = {path.name for path in home.iterdir()} - HOME
        left |= {path.name for path in (*home.glob("versions/build-*"), *home.glob("archive/.draft-*"))}
        assert not left, f"left over after {where}: {left}"


def _kill(home: Path, course: Course, batch: int, chance: random.Random, tally: Tally) -> tuple[str, int, bool]:
    """By turns at a step and at a moment: where, the batches seen afterwards, and whether it was in time."""
    step, wait = -1, None
    tally.counts["attempts"] += 1
    if tally.counts["attempts"] % 2:
        step = _pick(course.steps[batch], tally.covered["kill"], chance)
    else:
        wait = chance.uniform(0, median(tally.pace[-5:]))
    shared = mmap.mmap(-1, 4)

    def work() -> None:
        steps = Steps(step, lambda: os.kill(os.getpid(), signal.SIGKILL), shared)
        steps.watch_system_calls()
        load_batch(store_at(home, steps), course.batches[batch], steps)

    code, _ = in_child(work, wait)
    names = course.steps[batch]
    where = names[min(int.from_bytes(shared[:4], "little"), len(names) - 1)]
    assert code in {0, -9}, f"exit {code} in batch {batch} at {where}"
    seen = _seen(home, course)
    tally.counts["too late" if code == 0 else "killed after" if seen > batch else "killed before"] += 1
    if wait is not None and code:
        tally.landed.add(where)
    return f"kill at {where}", seen, code != 0


def _fail(home: Path, course: Course, batch: int, trial: str, chance: random.Random, tally: Tally) -> tuple[str, int]:
    step, largest = -1, resource.RLIM_INFINITY
    if trial == "error":
        step = _pick(course.steps[batch], tally.covered["error"], chance)
        where = course.steps[batch][step]
    else:
        sizes = [path.stat().st_size for path in home.glob("versions/v*.duckdb")]
        largest = int(max(sizes) * chance.uniform(0.9, 1.8)) if sizes else int(10 ** chance.uniform(2, 7.2))
        where = f"file limit of 10^{len(str(largest)) - 1} bytes"
    code, result = in_child(lambda: with_disk_full(home, course, batch, step, largest))
    assert code == 0, f"exit {code} in batch {batch} after an error at {where}, {largest}"
    kind, at, seen = result
    tally.counts["not failed" if not kind else "failed after" if seen > batch else "failed before"] += 1
    tally.errors.setdefault(kind or "none", set()).add(at or where)
    return f"error at {where}", seen


def _pick(names: Sequence[str], covered: set[str], chance: random.Random) -> int:
    """A step, one of a name that was not taken before while there are any."""
    fresh = [number for number, name in enumerate(names) if name not in covered]
    chosen = chance.choice(fresh or range(len(names)))
    covered.add(names[chosen])
    return chosen


def _seen(home: Path, course: Course) -> int:
    code, seen = in_child(lambda: seen_batches(store_at(home), course))
    assert code == 0, f"reader: exit {code}"
    return int(seen)


def _rerun(home: Path, course: Course, batch: int) -> float:
    """Load to the end and look with a new store; the seconds of the load, 0 when there was nothing left to publish."""
    store = store_at(home)
    before, started = store.current(), time.monotonic()
    load_batch(store, course.batches[batch])
    seconds = time.monotonic() - started
    published = store.current(refresh=True) != before
    assert seen_batches(store_at(home), course) == batch + 1
    return seconds if published else 0.0


def _rebuilt(home: Path, course: Course, count: int) -> None:
    """The archive alone gives the same warehouse once more."""
    store = store_at(home)
    rebuild(store, Settings(home=home), finish=(build_rollups,))
    with store.reader() as reader:
        seen, expected = look(reader.session), course.looks[count]
    ours = [name for name in expected if name.startswith(("state_", "staged_", "fct_"))]
    assert {name: seen[name] for name in ours} == {name: expected[name] for name in ours}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--trials", type=int, default=20, help="loads to kill")
    options.add_argument("--errors", type=int, default=0, help="loads to stop with ENOSPC at a step")
    options.add_argument("--limits", type=int, default=0, help="loads whose files may not grow beyond a random size")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=1, help="processes that do this, each with its own seed")
    chosen = options.parse_args()
    if chosen.workers > 1:
        _with_workers(chosen)
        return
    folder = Path(tempfile.mkdtemp(prefix="load-kill-trials-"))
    started = time.monotonic()
    try:
        found = run(chosen.trials, chosen.errors, chosen.limits, chosen.seed, folder)
        print(json.dumps(found | {"seconds": round(time.monotonic() - started)}, ensure_ascii=False))
    finally:
        shutil.rmtree(folder)


def _with_workers(chosen: argparse.Namespace) -> None:
    """Share the trials out; every worker prints its own figures."""
    command = [sys.executable, "-m", "tests.load_kill_trials"]
    running = []
    for worker in range(chosen.workers):
        own = ["--seed", str(chosen.seed + worker)]
        for name in ("trials", "errors", "limits"):
            total = getattr(chosen, name)
            own += [f"--{name}", str(total // chosen.workers + (worker < total % chosen.workers))]
        running.append(subprocess.Popen([*command, *own]))
    codes = [process.wait() for process in running]
    sys.exit(max(abs(code) for code in codes))


if __name__ == "__main__":
    main()
