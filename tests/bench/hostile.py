"""python -m tests.bench.hostile --count 10000: generated hostile files through reading, detection, mapping and staging.

Each input must end, within 10 seconds of processor time (a minute on the clock) and the memory allowed, as loaded,
quarantined or refused with a sentence that a terminal can show. A worker process takes them one after another; when it
dies, that input is a crash and another worker goes on behind it. No models are built: what a file can do, it does
before.
"""

from __future__ import annotations

import argparse
import mmap
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.ingest.load import _Loader
from fulfillment_bi.ingest.plan import plan_files
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.engine import Limits
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from fulfillment_bi.warehouse.versions import Store
from tests.bench.hostile_files import KINDS, kind_of

SECONDS = 10.0
MEMORY = 1 << 30
LONGEST_MESSAGE = 4_000
FRESH = 400
"""Inputs after which the database starts anew, so that it does not grow with the run."""
GOOD = ("loaded", "quarantined", "refused", "passed over")


class Hang(BaseException):
    """An input took longer than it may; not an Exception, so that nothing on the way swallows it."""


@dataclass(slots=True)
class Tally:
    """Counts by kind of input and outcome, the slowest of each kind, and what went wrong."""

    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    slowest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    faults: list[str] = field(default_factory=list)
    memory: int = 0


def judge(loader: Any, session: Any, settings: Settings, path: Path) -> tuple[str, str]:
    """What became of the file, and what was said about it."""
    try:
        plan, reports = plan_files(settings, [path], None)
        loader.settings = settings
        loader._stage_all(session, "v00000001", plan, reports)
    except FulfillmentError as error:
        return "refused", str(error)
    said = " ".join(report.message for report in reports.values())
    states = {report.status for report in reports.values()}
    if not reports or (states <= {"skipped", "not_used"}):
        return "passed over", said or "nothing there"
    if "failed" in states:
        return "refused", said
    counts = [counts for report in reports.values() for counts in report.entities.values()]
    assert all(one.balanced for one in counts), f"records unaccounted for: {counts}"
    return ("quarantined" if any(one.quarantined for one in counts) else "loaded"), said or "loaded"


def complaint(kind: str, outcome: str, said: str) -> str:
    """What is wrong with an outcome; empty when it is as it should be."""
    if KINDS[kind].refused and outcome not in ("refused", "passed over"):
        return f"{outcome} instead of refused"
    if not said.strip():
        return "refused without a word"
    if len(said) > LONGEST_MESSAGE:
        return f"a message of {len(said)} characters"
    if any(ord(sign) < 32 or ord(sign) == 127 or 0xD800 <= ord(sign) < 0xE000 for sign in said):
        return f"a message that no terminal should show: {said[:200]!r}"
    return ""


def work(first: int, count: int, seed: int, folder: Path, at: mmap.mmap, answer: int, until: float) -> None:
    """Try inputs `first` to `count` in this process until a moment, a line for each to `answer`."""
    signal.signal(signal.SIGALRM, _raise_hang)
    signal.signal(signal.SIGPROF, _raise_hang)
    session = None
    for number in range(first, count):
        if time.monotonic() > until:
            return
        at[:8] = number.to_bytes(8, "little")
        chance = random.Random(f"{seed}/{number}")
        kind, place = kind_of(number, chance), folder / str(number)
        place.mkdir()
        path = KINDS[kind].write(chance, place)
        if session is None or number % FRESH == 0:
            home = folder / f"home-{number}"
            home.mkdir()
            session = DuckEngine().open_writer(home / "staging.duckdb", Limits(threads=1, memory="512MB"), home)
            loader = _Loader(Store(home), Settings(home=home), False, None, lambda _: None, (), 0)
        settings = Settings(home=home, mappings=place / "mappings" if (place / "mappings").is_dir() else None)
        started = busy()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.setitimer(signal.ITIMER_REAL, 6 * SECONDS)
        try:
            outcome, said = judge(loader, session, settings, path)
            wrong = complaint(kind, outcome, said)
        except Hang:
            outcome, wrong = "hang", "".join(traceback.format_exc(limit=-4))
        except BaseException:
            outcome, wrong = "crash", "".join(traceback.format_exc(limit=-6))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        seconds = busy() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        line = "\t".join((str(number), kind, outcome, f"{seconds:.3f}", str(peak), repr(wrong) if wrong else ""))
        os.write(answer, f"{line}\n".encode("utf-8", "backslashreplace"))
        shutil.rmtree(place, ignore_errors=True)
        if outcome in ("hang", "crash"):
            session = None


def busy() -> float:
    """Seconds of processor time of this process and those it started: the machine may have others to serve."""
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in each)


def _raise_hang(*_: object) -> None:
    raise Hang


def run(count: int, seed: int, folder: Path, first: int = 0, seconds: float = float("inf")) -> Tally:
    """Try the inputs `first` to `count`, for so many seconds at most; what became of them."""
    until = time.monotonic() + seconds
    tally, at = Tally(), mmap.mmap(-1, 8)
    while first < count and time.monotonic() < until:
        answers, answer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(answers)
            code = 1
            try:
                work(first, count, seed, folder, at, answer, until)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        os.close(answer)
        with os.fdopen(answers, encoding="utf-8") as lines:
            for line in lines:
                _note(tally, line.rstrip("\n"))
                first = int(line.split("\t")[0]) + 1
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code:
            number = int.from_bytes(at[:8], "little")
            kind = kind_of(number, random.Random(f"{seed}/{number}"))
            _note(tally, "\t".join((str(number), kind, "crash", "0", "0", f"the process ended with {code}")))
            first = number + 1
    return tally


def _note(tally: Tally, line: str) -> None:
    number, kind, outcome, seconds, peak, wrong = line.split("\t", 5)
    tally.outcomes[kind][outcome] += 1
    tally.slowest[kind] = max(tally.slowest[kind], float(seconds))
    tally.memory = max(tally.memory, int(peak) << 10)
    if outcome not in GOOD or wrong:
        text = wrong.replace("\\n", "\n    ")
        tally.faults.append(f"{number} ({kind}): {outcome}: {text}")


def problems(tally: Tally) -> list[str]:
    """Everything that must not be."""
    found = list(tally.faults)
    slow = [f"{kind}: {seconds:.1f} s" for kind, seconds in tally.slowest.items() if seconds > SECONDS]
    if tally.memory > MEMORY:
        found.append(f"{tally.memory >> 20} MB, {MEMORY >> 20} are allowed")
    return found + slow


def show(tally: Tally) -> None:
    """The table of outcomes."""
    print(f"{'':34}{''.join(f'{name:>13}' for name in (*GOOD, 'hang', 'crash'))}{'slowest s':>11}")
    total: Counter[str] = Counter()
    for kind in KINDS:
        if kind in tally.outcomes:
            _line(kind, tally.outcomes[kind], tally.slowest[kind])
            total += tally.outcomes[kind]
    _line("all", total, max(tally.slowest.values()))
    print(f"inputs {total.total()}, peak memory of the process {tally.memory >> 20} MB (allowed {MEMORY >> 20})")


def _line(name: str, counts: Counter[str], slowest: float) -> None:
    print(f"{name:34}{''.join(f'{counts[outcome]:>13}' for outcome in (*GOOD, 'hang', 'crash'))}{slowest:>11.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hostile", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000, help="inputs (default 1,000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    started = time.monotonic()
    try:
        tally = run(chosen.count, chosen.seed, folder, chosen.first, chosen.seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(tally)
    found = problems(tally)
    for one in found[:40]:
        print(one)
    print(f"{len(found)} problems, {time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
