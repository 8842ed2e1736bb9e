"""The inbox: which of its files are whole, and where they go once they are loaded or refused. Nothing is read here.

    INBOX/orders.csv            waits until it is whole
    INBOX/orders.csv.done       says at once that it is (an empty file, taken away with it)
    INBOX/archive/DAY/...       loaded files
    INBOX/failed/DAY/...        refused files, each with NAME.reason.txt beside it

A file belongs to whoever writes it until it is whole, so names in the making (`.part`, `.tmp`, a dot in front) are left
alone. Links, pipes, devices and files with a second name are refused: what they lead to is not in the inbox.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

ARCHIVE, FAILED = "archive", "failed"
MARKER = ".done"
IN_THE_MAKING = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart", ".swp", "~")
REASON = ".reason.txt"
_HIDDEN = (".", "~$")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file in the inbox. `problem` says why it cannot be taken in at all; `whole` whether it is complete.

    `identity` changes when the file does: device, inode, size and time of the last change.
    """

    path: Path
    identity: str
    whole: bool
    problem: str = ""

    @property
    def name(self) -> str:
        """Its name as it can be printed: one line, and text."""
        return "".join(sign if sign.isprintable() else "?" for sign in self.path.name)


def scan(inbox: Path, settle_seconds: float, now: float) -> list[Waiting]:
    """The files of the inbox and of folders in it, by name. `now` is the time in seconds since 1970.

    A file is whole when its marker is there, or when nothing has changed in it for `settle_seconds`.
    """
    return sorted(_scan(inbox, settle_seconds, now, top=True), key=lambda found: str(found.path))


def _scan(folder: Path, settle_seconds: float, now: float, *, top: bool) -> Iterator[Waiting]:
    with os.scandir(folder) as listing:
        entries = {entry.name: entry for entry in listing}
    for name, entry in entries.items():
        if name.startswith(_HIDDEN) or name.lower().endswith(IN_THE_MAKING) or (top and name in (ARCHIVE, FAILED)):
            continue
        if name.endswith(MARKER) and name.removesuffix(MARKER) in entries:
            continue
        path = Path(entry.path)
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _scan(path, settle_seconds, now, top=False)
                continue
            yield _waiting(path, f"{name}{MARKER}" in entries, settle_seconds, now)
        except OSError:
            continue  # gone, or not ours to read, between the listing and the look


def _waiting(path: Path, marked: bool, settle_seconds: float, now: float) -> Waiting:
    status = path.lstat()
    problem = _problem(status)
    age = now - status.st_mtime
    # A time in the future settles nothing; the marker, or the clock catching up, does.
    return Waiting(path, _identity(status), bool(problem) or marked or age >= settle_seconds, problem)


def _problem(status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return "It is a link, not a file; what it leads to is not in the inbox."
    if not stat.S_ISREG(status.st_mode):
        return "It is not a regular file."
    if status.st_nlink > 1:
        return "The file has another name elsewhere (a hard link), so it could change after it was read."
    return ""


def _identity(status: os.stat_result) -> str:
    return f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def is_same(waiting: Waiting) -> bool:
    """Whether the file is still the one that was found."""
    try:
        return _identity(waiting.path.lstat()) == waiting.identity
    except OSError:
        return False


def archive(inbox: Path, waiting: Waiting, moment: datetime) -> Path:
    """Move a loaded file to the archive; its new path."""
    folder = inbox / ARCHIVE / moment.date().isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    target = _free(folder, _shortened(waiting.path.name))
    _rename(waiting.path, target)
    return target


def put_aside(inbox: Path, waiting: Waiting, moment: datetime, reason: str) -> Path:
    """Move a refused file to the side folder, and write why into a file beside it; its new path."""
    folder = inbox / FAILED / moment.date().isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    target = _free(folder, _shortened(waiting.path.name))
    # The reason first: a file without one would leave people guessing.
    note = target.with_name(f"{target.name}{REASON}")
    draft = folder / f".reason.{os.getpid()}"
    draft.write_text(reason, "utf-8")
    draft.replace(note)
    _rename(waiting.path, target)
    return target


def _rename(path: Path, target: Path) -> None:
    os.rename(path, target)  # within one folder's tree: at once or not at all
    with suppress(OSError):  # there is none, or its name would be too long to exist
        path.with_name(f"{path.name}{MARKER}").unlink()
    for folder in (target.parent, path.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _shortened(name: str) -> str:
    """A name that leaves room for the ending of its reason (most systems allow 255 bytes)."""
    if len(os.fsencode(name)) <= _LONGEST:
        return name
    ending = Path(name).suffix[:10]
    return os.fsencode(name)[: _LONGEST - 20].decode("utf-8", "ignore") + ending


def _free(folder: Path, name: str) -> Path:
    """A path in `folder` that nothing has yet: a second file of a name is called name-2."""
    target, place = folder / name, 1
    while os.path.lexists(target) or os.path.lexists(folder / f"{target.name}{REASON}"):
        place += 1
        stem, dot, ending = name.partition(".")
        target = folder / f"{stem}-{place}{dot}{ending}"
    return target
