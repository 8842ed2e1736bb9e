"""python -m tests.bench.faults --count 2000: operations stopped, starved or lied to, looked at and repeated.

Operations: load (rows and ledger into the next version), prune, rollback, move (inbox to archive), schedule, send.
Faults: kill -9, a full disk, a disk that takes no byte, an error of the system at a step, a damaged or cut file, a
clock that jumps by years, two at once, a reader on a version that is pruned away. A step is any call that leaves Python
(of the system, the database or the journal), chosen at random among those an undisturbed run takes. Each trial runs in
a forked child over a small home. Afterwards nothing may be lost, doubled or half there, before and after the
repetition. Whole loads with models are stopped in `tests.load_kill_trials`.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pyarrow as pa

from fulfillment_bi.errors import FulfillmentError, WarehouseBusyError
from fulfillment_bi.ingest import inbox
from fulfillment_bi.journal.database import Journal, moment
from fulfillment_bi.journal.messages import Message, list_messages, put_messages, recover_messages, send_messages
from fulfillment_bi.journal.runs import Made, add_run, finish_run, list_runs, recover_runs, start_run, waiting_runs
from fulfillment_bi.warehouse.lock import publish_lock
from fulfillment_bi.warehouse.versions import Store
from tests.warehouse.kill_trials import in_child, store_at

ROWS = 40
AT = datetime(2026, 11, 1, 8)
DISK = {"fsync", "rename", "replace", "unlink", "mkdir", "chmod", "open", "write", "rmdir", "ftruncate", "utime"}
"""Calls of the system that a broken disk refuses."""
FRESH = 25
"""Trials after which a home is left for a new one."""


def load(home: Path, batch: int) -> None:
    """Add a batch of rows unless the ledger has it, and prune."""
    with store_at(home).draft() as draft:
        if draft.base is None:
            draft.session.execute("CREATE TABLE ledger (batch INTEGER)")
        if draft.session.rows("SELECT 1 FROM ledger WHERE batch = ?", [batch]):
            return
        draft.session.append("facts", pa.table({"batch": [batch] * ROWS, "line": range(ROWS)}))
        draft.session.execute("INSERT INTO ledger VALUES (?)", [batch])
        draft.publish()


def loaded(home: Path) -> int:
    """How many batches there are, each whole and once. AssertionError for anything else."""
    store = store_at(home)
    if store.current(refresh=True) is None:
        return 0
    return _batches(store)


def _batches(store: Store) -> int:
    with store.reader() as reader:
        rows = reader.session.rows("SELECT batch, count(*), count(DISTINCT line) FROM facts GROUP BY 1 ORDER BY 1")
        ledger = reader.session.rows("SELECT batch FROM ledger ORDER BY 1")
    assert rows == [(batch, ROWS, ROWS) for batch in range(len(rows))], rows
    assert ledger == [(batch,) for batch in range(len(rows))], ledger
    return len(rows)


def prune(home: Path, _batch: int) -> None:
    """Remove every version but the newest."""
    store_at(home).prune(1, minimum_age_seconds=0)


def rollback(home: Path, batch: int) -> None:
    """Go back to the version before, and on again."""
    store = store_at(home)
    names = [info.id for info in store.list()]
    if batch > 1 and len(names) > 1:
        store.rollback(names[-2])
        store.rollback(names[-1])


def move(home: Path, batch: int) -> None:
    """Take what is whole out of the inbox: every third file is refused."""
    folder = home / "inbox"
    for found in inbox.scan(folder, 30.0, time.time()):
        if found.whole and int(found.path.stem.split("-")[1]) % 3:
            inbox.archive(folder, found, AT)
        elif found.whole:
            inbox.put_aside(folder, found, AT, "refused")


def fill_inbox(home: Path, batch: int) -> None:
    """Three whole files and two that are being written."""
    folder = home / "inbox"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(batch * 3, batch * 3 + 3):
        (folder / f"f-{number}.csv").write_text(f"file {number}\n")
        os.utime(folder / f"f-{number}.csv", (1, 1))
    (folder / "f-1000000.csv").write_text("half a li")
    (folder / "f-1000001.csv.part").write_text("half")


def moved(home: Path, batch: int) -> bool:
    """Whether nothing whole is left in the inbox. Each file must be in one place, and those in the making untouched."""
    folder = home / "inbox"
    texts = Counter(path.read_text() for path in folder.rglob("f-*.csv"))
    assert texts == Counter({**{f"file {number}\n": 1 for number in range(batch * 3 + 3)}, "half a li": 1}), texts
    assert (folder / "f-1000000.csv").read_text() == "half a li"
    assert (folder / "f-1000001.csv.part").exists()
    return len(list(folder.glob("f-*.csv"))) == 1


def schedule(home: Path, batch: int) -> None:
    """Note that a report is due, make it, and put its message into the outbox; one scheduler at a time, as always."""
    with publish_lock(home / "scheduler.lock"):
        _make_due(Journal(home), batch)


def _make_due(journal: Journal, batch: int) -> None:
    recover_runs(journal)
    add_run(journal, "daily", AT + timedelta(days=batch), AT)
    for run in waiting_runs(journal, AT + timedelta(days=batch + 1)):
        start_run(journal, run.id)
        made = Made("orders", "", "v00000001", "", f"daily/{run.id}", ())
        finish_run(journal, run.id, made, [Message("report", f"run {run.id}", "", recipient="r", run=run.id)], AT)


def scheduled(home: Path, batch: int) -> bool:
    """Whether the report is made. No day twice, and a message for each that is done."""
    journal = Journal(home)
    runs, told = list_runs(journal, 10_000), Counter(row["run"] for row in list_messages(journal, 10_000))
    assert len({run.due_at for run in runs}) == len(runs)
    assert told == Counter({run.id: 1 for run in runs if run.status == "done"}), told
    return sum(run.status == "done" for run in runs) == batch + 1


def send(home: Path, batch: int) -> None:
    """Hand over what waits, one sender at a time; `delivered` is what the receiver has."""
    with publish_lock(home / "sender.lock"):
        _hand_over(home, Journal(home))


def _hand_over(home: Path, journal: Journal) -> None:
    recover_messages(journal)

    def deliver(message: Message) -> None:
        handle = os.open(home / "delivered", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        with os.fdopen(handle, "a") as file:
            file.write(f"{message.id} {int(message.may_repeat)}\n")

    # What failed waits for a while: come back when all of that is over.
    later = [found for row in list_messages(journal, 10_000) if (found := moment(row["next_at"])) is not None]
    send_messages(journal, deliver, max([AT, *later]) + timedelta(hours=1))


def fill_outbox(home: Path, batch: int) -> None:
    """Two messages more."""
    with Journal(home).writing() as connection:
        put_messages(connection, [Message("alert", f"{batch}", "", recipient="r")] * 2, AT)


def sent(home: Path, batch: int) -> bool:
    """Whether everything arrived. What arrived twice said so the second time."""
    path = home / "delivered"
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    first: set[str] = set()
    for number, may_repeat in lines:
        assert number not in first or may_repeat == "1", f"message {number} came twice without a word"
        first.add(number)
    rows = list_messages(Journal(home), 10_000)
    assert {str(row["id"]) for row in rows if row["status"] == "sent"} <= first
    return all(row["status"] == "sent" for row in rows) and len(first) == 2 * (batch + 1)


def _nothing(home: Path, batch: int) -> None:
    return


Act = Callable[[Path, int], None]
OPERATIONS: dict[str, tuple[Act, Act, Callable[[Path, int], bool]]] = {
    "load": (_nothing, load, lambda home, batch: loaded(home) == batch + 1),
    "prune": (load, prune, lambda home, batch: loaded(home) == batch + 1),
    "rollback": (load, rollback, lambda home, batch: loaded(home) == batch + 1),
    "move": (fill_inbox, move, moved),
    "schedule": (_nothing, schedule, scheduled),
    "send": (fill_outbox, send, sent),
}
"""Name -> what comes before, the operation itself, and whether it is done: it raises where something is wrong."""
FAULTS = ("kill", "error", "disk full", "no byte", "clock", "two at once", "damage", "pruned reader")
ONLY = {"damage": ("load",), "pruned reader": ("load",)}


class Steps:
    """Counts the calls that leave Python, and acts before the one chosen."""

    def __init__(
        self, stop: int = -1, act: Callable[[str], None] = lambda _: None, only: set[str] | None = None
    ) -> None:
        self.count, self._stop, self._act, self._only = 0, stop, act, only

    def __call__(self, _frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call":
            name = getattr(called, "__name__", "")
            if self._only is None or name in self._only:
                self.count += 1
                if self.count - 1 == self._stop:
                    sys.setprofile(None)
                    self._act(name)


def stepping(steps: Steps, work: Callable[[], None]) -> int:
    """Run with every step watched; how many there were."""
    sys.setprofile(steps)
    try:
        work()
    finally:
        sys.setprofile(None)
    return steps.count


def disturb(fault: str, home: Path, batch: int, act: Act, most: dict[str, int], chance: random.Random) -> str:
    """Run the operation in this process under a fault; what came of it."""
    if fault == "kill":
        stop = chance.randrange(most["all"])
        stepping(Steps(stop, lambda _: os.kill(os.getpid(), signal.SIGKILL)), lambda: act(home, batch))
    elif fault == "error":
        number = chance.choice((errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT))

        def refuse(name: str) -> None:
            raise OSError(number, os.strerror(number), name)

        with suppress(FulfillmentError, OSError):
            stepping(Steps(chance.randrange(max(most["disk"], 1)), refuse, DISK), lambda: act(home, batch))
            return "not reached"
    elif fault in ("disk full", "no byte"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        size = 0 if fault == "no byte" else int(10 ** chance.uniform(1, 6.2))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        with suppress(FulfillmentError, OSError):
            act(home, batch)
            return "went through"
    elif fault == "clock":
        real, jump = time.time, 10 ** chance.uniform(1, 8.6)
        # Forwards, a file that is being written would look as if nothing had happened to it for long.
        jump *= -1 if act is move else chance.choice((-1, 1))
        time.time = lambda: max(real() + jump, 0.0)
        act(home, batch)
    return "stopped"


def trial(name: str, fault: str, home: Path, batch: int, most: dict[str, int], chance: random.Random) -> str:
    """One fault, then a look, the operation again, and another look."""
    before, act, done = OPERATIONS[name]
    assert in_child(lambda: before(home, batch))[0] == 0, "before"
    if fault == "two at once":
        _both(act, home, batch)
        said = "stopped"
    elif fault == "damage":
        said = _damaged(home, batch, chance)
    elif fault == "pruned reader":
        assert in_child(lambda: _read_while_pruned(home, batch))[0] == 0, "the reader"
        said = "stopped"
    else:
        code, told = in_child(lambda: disturb(fault, home, batch, act, most, chance))
        assert code in ({-9, 0} if fault == "kill" else {0}), f"exit {code}"
        said = "killed" if code else told
    code, _ = in_child(lambda: _look(name, home, batch))
    assert code == 0, "after the fault"
    code, finished = in_child(lambda: (act(home, batch), done(home, batch))[1])
    assert code == 0, "the repetition"
    assert finished, "the repetition did not finish it"
    return said


def _look(name: str, home: Path, batch: int) -> None:
    if name in ("load", "prune", "rollback"):
        assert loaded(home) in {batch, batch + 1}
    else:
        OPERATIONS[name][2](home, batch)


def _both(act: Act, home: Path, batch: int) -> None:
    """Two processes at the same time: each finishes or is told that the other is at it."""

    def one() -> None:
        with suppress(WarehouseBusyError, FileNotFoundError):
            act(home, batch)

    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            code = 1
            with suppress(BaseException):
                one()
                code = 0
            os._exit(code)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0, 0], codes


def _damaged(home: Path, batch: int, chance: random.Random) -> str:
    """Load, then damage what was published; no wrong answer may come of it. Then repair as documented."""
    assert in_child(lambda: load(home, batch))[0] == 0
    newest = max((home / "versions").glob("v*.duckdb"))
    path = chance.choice((newest, newest, newest.with_suffix(".json"), home / "CURRENT"))
    data = bytearray(path.read_bytes())
    path.chmod(0o644)
    what = chance.choice(("flip", "cut", "empty", "gone"))
    if what == "flip":
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif what == "cut":
        del data[chance.randrange(len(data)) :]
    path.write_bytes(b"" if what == "empty" else bytes(data))
    if what == "gone":
        path.unlink()
    assert in_child(lambda: _repair(home, batch))[0] == 0, f"{what} of {path.name}"
    return f"{what} {path.suffix or path.name}"


def _repair(home: Path, batch: int) -> None:
    store = store_at(home)
    with suppress(FulfillmentError):
        assert _batches(store) in {batch, batch + 1}
    bad = [finding.subject for finding in store.verify() if not finding.ok]
    good = [info.id for info in store.list() if info.id not in bad]
    if bad and good:
        store.rollback(good[-1])
    elif bad:
        shutil.rmtree(home)  # the only version there was: as a backup or the exports would give it back
        for earlier in range(batch):
            load(home, earlier)


def _read_while_pruned(home: Path, batch: int) -> None:
    """A reader holds a version, which is pruned away after the next two: it answers as before."""
    if batch == 0:
        return
    store = store_at(home)
    with store.reader() as reader:
        before = reader.session.rows("SELECT count(*), sum(line) FROM facts")
        load(home, batch)
        prune(home, batch)
        assert not reader.info.path.exists()
        assert reader.session.rows("SELECT count(*), sum(line) FROM facts") == before


def undisturbed(home: Path) -> dict[str, dict[str, int]]:
    """The steps of each operation when nothing happens: all, and those of the disk."""
    found = {}
    for name, (before, act, done) in OPERATIONS.items():
        own = home / name

        def work(own: Path = own, before: Act = before, act: Act = act, done: Any = done) -> list[int]:
            own.mkdir(parents=True)
            counts = []
            for batch, only in ((0, None), (1, None), (2, DISK)):
                before(own, batch)
                counts.append(stepping(Steps(only=only), lambda batch=batch: act(own, batch)))
                assert done(own, batch)
            return counts

        code, counts = in_child(work)
        assert code == 0, name
        found[name] = {"all": counts[1], "disk": counts[2]}
    return found


def run(
    count: int, seed: int, folder: Path, seconds: float
) -> tuple[Counter[tuple[str, str]], Counter[str], list[str]]:
    """That many trials, or so many seconds: (operation, fault) -> survived, what came of them, what went wrong."""
    chance, survived, told, wrong = random.Random(seed), Counter[tuple[str, str]](), Counter[str](), []
    steps = undisturbed(folder / "undisturbed")
    cells = [(name, fault) for name in OPERATIONS for fault in FAULTS if name in ONLY.get(fault, OPERATIONS)]
    batches: Counter[str] = Counter()
    until = time.monotonic() + seconds
    for number in range(count):
        if time.monotonic() > until:
            break
        name, fault = cells[number % len(cells)]
        home = folder / f"{name}-{batches[name] // FRESH}"
        home.mkdir(exist_ok=True)
        try:
            said = trial(name, fault, home, batches[name] % FRESH, steps[name], chance)
            survived[name, fault] += 1
            told[f"{fault}: {said}"] += 1
        except AssertionError as error:
            wrong.append(f"trial {number}: {name} x {fault}: {error}")
            batches[name] += FRESH - batches[name] % FRESH - 1  # what is left of this home says nothing more
        batches[name] += 1
        if batches[name] % FRESH == 0:
            shutil.rmtree(home, ignore_errors=True)
    return survived, told, wrong


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.faults", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200, help="faults to inject (default 200)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    chosen = parser.parse_args()
    folder, started = Path(tempfile.mkdtemp(prefix="faults-")), time.monotonic()
    try:
        survived, told, wrong = run(chosen.count, chosen.seed, folder, chosen.seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'survived':10}" + "".join(f"{fault:>15}" for fault in FAULTS))
    for name in OPERATIONS:
        print(f"{name:10}" + "".join(f"{survived[name, fault] or '-':>15}" for fault in FAULTS))
    print(json.dumps(dict(sorted(told.items()))))
    print("\n".join(wrong[:30]))
    seconds, tried = time.monotonic() - started, survived.total() + len(wrong)
    others = os.getloadavg()[0]
    print(f"{survived.total()} of {tried} survived, {len(wrong)} did not; {seconds:.0f} s, load {others:.1f}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
