"""The next version while it is being made: a private copy of the current one, published in one step or dropped."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from fulfillment_bi.errors import WarehouseError
from fulfillment_bi.warehouse.engine import DamagedError, Engine, Limits, QueryLimitError, Session
from fulfillment_bi.warehouse.leftovers import remove_builds
from fulfillment_bi.warehouse.pointer import (
    SCHEMA,
    Layout,
    VersionInfo,
    disk_errors,
    sync_directory,
    sync_file,
    utc_text,
    version_id,
    write_info,
    write_pointer,
)
from fulfillment_bi.warehouse.verify import (
    OTHER_RELEASE,
    Check,
    failed_checks,
    file_digest,
    file_problem,
    format_problem,
)

Fault = Callable[[str], None]
"""Called with the name of each step before it is taken, so that tests can stop a load anywhere."""

Beside = Callable[[Session, Path, Path | None], None]
"""Writes a file beside a version that answers faster: from the finished draft, to where, and that of the base."""

FAULT_POINTS = (
    "lock", "clean", "copy", "copying", "open", "apply", "beside", "checkpoint", "close", "verify", "fsync", "describe",
    "rename", "renamed", "pointer", "pointer.replace", "published", "prune", "pruned",
)  # fmt: skip
_CHUNK = 4 << 20
_CHECKING_MEMORY = "350MB"
"""What the checks of a finished version may take, unless that is too little: what is more goes to temporary files."""


class Draft:
    """A version in the making. Change it through `session`, then `publish`; leaving without that drops it.

    `base` is the version it started from (None: from nothing), `next_id` the id it will have.
    """

    def __init__(
        self,
        layout: Layout,
        engine: Engine,
        limits: Limits,
        base: VersionInfo | None,
        number: int,
        fault: Fault,
        after: Callable[[], None],
        beside: Beside | None = None,
    ) -> None:
        self.base = base
        self.next_id = version_id(number)
        self.fault = fault
        self._layout = layout
        self._engine = engine
        self._limits = limits
        self._number = number
        self._after = after
        self._beside = beside
        self._path = layout.build
        self._done = False
        fault("open")
        self.session: Session = engine.open_writer(self._path, limits, layout.scratch)

    def publish(self, checks: Sequence[Check] = ()) -> VersionInfo:
        """Make this draft the current version and return it; afterwards `session` is closed.

        The finished file is reopened read-only and must pass the law of records and every one of `checks`; otherwise
        WarehouseError lists what is wrong and nothing is published.
        """
        if self._done:
            raise RuntimeError("this draft was already published or dropped")
        self.fault("beside")
        if self._beside is not None:
            with disk_errors(self._layout.home):
                self._beside(self.session, self._cubes, self.base.cubes if self.base else None)
        self._finish_file()
        self._verify(checks)
        with disk_errors(self._layout.home):
            info = self._describe()
            self._put_in_place(info)
        self._done = True
        self.fault("published")
        self._after()
        return info

    def drop(self) -> None:
        """Throw the draft away; does nothing once published."""
        if self._done:
            return
        self._done = True
        self.session.close()
        remove_builds(self._layout, only=self._path)

    @property
    def _cubes(self) -> Path:
        return self._path.with_name(self._path.name + ".cubes")

    def _finish_file(self) -> None:
        self.fault("checkpoint")
        self.session.execute("CHECKPOINT")
        self.fault("close")
        self.session.close()
        if _wal(self._path).exists():
            # A database renamed without its log opens happily and lacks rows.
            what = "The new version could not be completed: its log is still open."
            raise WarehouseError(what, where=str(self._path))

    def _verify(self, checks: Sequence[Check]) -> None:
        self.fault("verify")
        try:
            problems = self._problems(checks, self._limits.memory or _CHECKING_MEMORY)
        except QueryLimitError:
            if self._limits.memory:
                raise
            problems = self._problems(checks, None)
        if problems:
            kept = f"{self.base.id} stays current." if self.base is not None else "Nothing was published."
            raise WarehouseError(f"The new version failed its checks: {'; '.join(problems)}.", hint=kept)

    def _problems(self, checks: Sequence[Check], memory: str | None) -> list[str]:
        """Everything the checks find wrong, using at most so much `memory`."""
        limits = Limits(memory=memory, threads=self._limits.threads)
        session = self._engine.open_reader(self._path, limits, self._layout.scratch)
        try:
            return failed_checks(session, checks)
        finally:
            session.close()

    def _describe(self) -> VersionInfo:
        self.fault("fsync")
        written = [self._path, *([self._cubes] if self._cubes.exists() else [])]
        for path in written:
            path.chmod(0o444)
            sync_file(path)
        info = VersionInfo(
            id=self.next_id,
            number=self._number,
            path=self._layout.file(self._number),
            size=self._path.stat().st_size,
            sha256=file_digest(self._path),
            published_at=utc_text(time.time()),
            schema=SCHEMA,
            engine=self._engine.version,
            cubes_sha256=file_digest(self._cubes) if len(written) > 1 else "",
        )
        self.fault("describe")
        write_info(info)
        return info

    def _put_in_place(self, info: VersionInfo) -> None:
        self.fault("rename")
        if info.path.exists():
            raise WarehouseError("A version of this number exists already.", where=str(info.path))
        if info.cubes:
            os.rename(self._cubes, info.cubes)
        os.rename(self._path, info.path)
        sync_directory(self._layout.versions)
        self.fault("renamed")
        self.fault("pointer")
        write_pointer(self._layout, info, info.number, lambda: self.fault("pointer.replace"))


def copy_base(info: VersionInfo, target: Path, fault: Fault) -> None:
    """Copy a published file, which nobody ever changes, checking that its bytes are those that were published.

    Raises DamagedError when they are not: going on from a damaged version would make the damage permanent.
    """
    if wrong := format_problem(info):
        raise WarehouseError(f"Nothing can be added to {info.id}: {wrong}.", where=str(info.path), hint=OTHER_RELEASE)
    damaged = DamagedError(
        "The current version's file is missing or was altered since it was published.",
        where=str(info.path),
        hint="Return to a good version with `fbi versions rollback`, then load again what came after it.",
    )
    if file_problem(info):
        raise damaged
    digest = hashlib.sha256()
    with info.path.open("rb") as source, target.open("xb") as copy:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
            fault("copying")
    if info.sha256 and digest.hexdigest() != info.sha256:
        raise damaged


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
