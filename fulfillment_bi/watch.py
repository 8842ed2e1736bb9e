"""Watching an inbox: whole files are loaded, then archived or put aside; a crash loses nothing and repeats nothing.

A file is moved only after the version that holds it was published. If a crash comes between, the file is loaded once
more, which changes nothing, and then moved. How often a file was tried is written down before each try, so that one
which makes the process die is put aside after the third time, and the others go on.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from fulfillment_bi.errors import SettingsError, WarehouseBusyError, WarehouseError
from fulfillment_bi.ingest.inbox import Waiting, archive, is_same, put_aside, scan
from fulfillment_bi.warehouse.lock import publish_lock

if TYPE_CHECKING:
    from fulfillment_bi.ingest.report import FileReport, LoadReport

MOST_TRIES = 3
STATE, LOCK = "watch.json", "watch.lock"
Say = Callable[[str], None]
Load = Callable[[Sequence[Path]], "LoadReport"]


@dataclass(frozen=True, slots=True)
class Watched:
    """What to watch: the inbox, the home that keeps the number of tries, and when a file counts as whole."""

    inbox: Path
    home: Path
    settle_seconds: float
    load: Load
    say: Say


@dataclass(frozen=True, slots=True)
class Pass:
    """What one look at the inbox did: files archived, put aside, and left for the next time."""

    archived: int = 0
    failed: int = 0
    left: int = 0

    def __add__(self, other: Pass) -> Pass:
        """Both together; what is left is what the later one left."""
        return Pass(self.archived + other.archived, self.failed + other.failed, other.left)


def watch(watched: Watched, stop: Event, *, every_seconds: float, once: bool = False) -> Pass:
    """Look at the inbox until `stop` is set (or `once`); what is being loaded then is finished first.

    Raises SettingsError when the inbox cannot be used, WarehouseBusyError when another process watches for this home.
    """
    _prepare(watched)
    done = Pass()
    with publish_lock(watched.home / LOCK):
        while not stop.is_set():
            done = done + look(watched, stop)
            if once:
                break
            stop.wait(every_seconds)
    return done


def look(watched: Watched, stop: Event) -> Pass:
    """One look: everything that is whole is loaded and moved."""
    found = scan(watched.inbox, watched.settle_seconds, time.time())
    tries = _read_tries(watched.home, found)
    whole = [one for one in found if one.whole]
    done = Pass(left=len(found) - len(whole))
    for one in whole:
        if one.problem or tries.get(one.identity, 0) >= MOST_TRIES:
            reason = one.problem or f"It was tried {MOST_TRIES} times, and each time the program was stopped by it."
            done += Pass(failed=1, left=done.left) if _put_aside(watched, one, reason) else Pass(left=done.left + 1)
    fresh = [one for one in whole if not one.problem and one.identity not in tries]
    # What was tried before may have been what stopped us: by itself, so that it cannot stop the others again.
    suspects = [[one] for one in whole if not one.problem and 0 < tries.get(one.identity, 0) < MOST_TRIES]
    for group in (*([fresh] if fresh else []), *suspects):
        if stop.is_set():
            return done + Pass(left=done.left + len(group))
        tries = _count(watched.home, tries, group)
        done += _load(watched, group, tries, done.left)
    return done


def _prepare(watched: Watched) -> None:
    try:
        watched.inbox.mkdir(parents=True, exist_ok=True)
        watched.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"It cannot be used as an inbox: {error.strerror}.", where=str(watched.inbox)) from error
    inbox, home = watched.inbox.resolve(), watched.home.resolve()
    if inbox == home or inbox in home.parents or home in inbox.parents:
        raise SettingsError("The inbox and the warehouse may not lie in each other.", where=str(watched.inbox))


def _load(watched: Watched, group: list[Waiting], tries: dict[str, int], left: int) -> Pass:
    try:
        report = watched.load([one.path for one in group])
    except (WarehouseError, SettingsError) as error:
        # Not the files' fault (a lock, a full disk, a mapping being edited): they stay, and the try does not count.
        _uncount(watched.home, tries, group)
        busy = isinstance(error, WarehouseBusyError)
        watched.say(f"waiting: {error}" if busy else f"not loaded, will be tried again: {error}")
        return Pass(left=left + len(group))
    except Exception as error:
        # Whatever it is, it may not stop the other files; after the third time this one is put aside.
        watched.say(f"failed, try {max(tries.get(one.identity, 0) for one in group)} of {MOST_TRIES}: {error}")
        return Pass(left=left + len(group))
    done = Pass(left=left)
    by_path = {file.file: file for file in report.files}
    for one in group:
        done += _finish(watched, one, by_path.get(str(one.path)), report.version, done.left)
    return done


def _finish(watched: Watched, one: Waiting, file: FileReport | None, version: str | None, left: int) -> Pass:
    """Move one file to where it belongs now."""
    if file is None or not is_same(one):
        watched.say(f"{one.name}: changed while it was being loaded; it will be looked at again")
        return Pass(left=left + 1)
    if file.status in ("failed", "skipped"):
        return Pass(failed=1, left=left) if _put_aside(watched, one, file.message) else Pass(left=left + 1)
    counts = "; ".join(
        f"{entity}: {count.read:,} read, {count.new:,} new, {count.updated:,} updated, {count.quarantined:,} refused"
        for entity, count in file.entities.items()
    )
    try:
        archive(watched.inbox, one, datetime.now().astimezone())
    except OSError as error:
        watched.say(f"{one.name}: loaded, but it cannot be moved: {error.strerror}")
        return Pass(left=left + 1)
    watched.say(f"{one.name}: {file.status}, {version}{f', {counts}' if counts else ''}")
    return Pass(archived=1, left=left)


def _put_aside(watched: Watched, one: Waiting, reason: str) -> bool:
    moment = datetime.now().astimezone()
    watched.say(f"{one.name}: put aside: {reason}")
    try:
        put_aside(watched.inbox, one, moment, _note(one.name, moment, reason))
    except OSError as error:
        watched.say(f"{one.name}: it cannot be moved: {error.strerror}")
        return False
    return True


def _note(name: str, moment: datetime, reason: str) -> str:
    """What stands beside a refused file, in both languages; the reason itself is the program's own sentence."""
    when = moment.isoformat(sep=" ", timespec="seconds")
    return (
        f"{name}\n\nThis file was not loaded ({when}). Nothing of it is in the warehouse.\nWhy: {reason}\n"
        "What to do: correct the file and put it into the inbox again; `fbi map FILE` teaches an unknown export.\n\n"
        f"此文件没有加载（{when}），数仓中没有它的任何内容。\n原因：{reason}\n"
        "处理办法：改正后重新放入收件夹；如果是未知的导出格式，用 `fbi map FILE` 做一次映射。\n"
    )


def _read_tries(home: Path, found: Sequence[Waiting]) -> dict[str, int]:
    """How often each file that is still there was tried."""
    try:
        known = json.loads((home / STATE).read_text("utf-8"))
        there = {one.identity for one in found}
        return {str(name): int(count) for name, count in known.items() if name in there}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _count(home: Path, tries: dict[str, int], group: Sequence[Waiting]) -> dict[str, int]:
    counted = {**tries, **{one.identity: tries.get(one.identity, 0) + 1 for one in group}}
    _write_tries(home, counted)
    return counted


def _uncount(home: Path, tries: dict[str, int], group: Sequence[Waiting]) -> None:
    mine = {one.identity for one in group}
    less = {name: count - (name in mine) for name, count in tries.items()}
    _write_tries(home, {name: count for name, count in less.items() if count})


def _write_tries(home: Path, tries: dict[str, int]) -> None:
    draft = home / f"{STATE}.{os.getpid()}"
    with draft.open("w", encoding="utf-8") as handle:
        json.dump(tries, handle)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(home / STATE)
