"""Published versions: immutable files and a pointer. Readers hold one version, the one writer makes the next.

Nothing that is published is ever changed, so readers need no lock and the writer waits for nobody; a crash at any
point leaves either the old pointer or the new one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from fulfillment_bi.errors import NoVersionError, UnknownNameError, WarehouseError
from fulfillment_bi.warehouse.draft import Beside, Draft, Fault, copy_base
from fulfillment_bi.warehouse.engine import DamagedError, Engine, Limits
from fulfillment_bi.warehouse.leftovers import remove_builds, remove_old, remove_scratch, remove_version
from fulfillment_bi.warehouse.lock import publish_lock
from fulfillment_bi.warehouse.pointer import (
    Layout,
    Pointer,
    PointerError,
    VersionInfo,
    disk_errors,
    read_info,
    read_pointer,
    version_id,
    version_number,
    write_pointer,
)
from fulfillment_bi.warehouse.reader import Reader, Shelf
from fulfillment_bi.warehouse.recovery import Resolved, resolve
from fulfillment_bi.warehouse.scope import EVERYTHING, Scope
from fulfillment_bi.warehouse.verify import Finding, version_problems

MINIMUM_AGE_SECONDS = 3600.0
_OPEN_TRIES = 4
_log = logging.getLogger(__name__)
Infos = list[VersionInfo]
Findings = list[Finding]
Problems = list[str]


class Store:
    """The versions below one home directory, for one process; safe to share between threads.

    `check_seconds`: how long a look at CURRENT stays good. Pruning after a publish removes versions that are neither
    among the `keep` newest nor younger than `minimum_age_seconds`.
    `fault` is called with the name of each step of a publish (see `draft.FAULT_POINTS`); `beside` writes a file that
    answers faster, published with its version.
    """

    def __init__(
        self,
        home: Path | str,
        *,
        engine: Engine | None = None,
        limits: Limits | None = None,
        keep: int = 5,
        minimum_age_seconds: float = MINIMUM_AGE_SECONDS,
        check_seconds: float = 1.0,
        fault: Fault | None = None,
        beside: Beside | None = None,
    ) -> None:
        self.home = Path(home)
        self.fault: Fault = fault if fault is not None else _no_fault
        self._beside = beside
        self._layout = Layout(self.home.absolute())
        self._engine = engine if engine is not None else _duckdb()
        self._limits = limits if limits is not None else Limits()
        self._keep = keep
        self._minimum_age_seconds = minimum_age_seconds
        self._check_seconds = check_seconds
        self._lock = threading.RLock()
        self._condemned: frozenset[str] = frozenset()
        self._resolved: Resolved | None = None
        self._checked_at = 0.0
        self._shelf = Shelf(lambda info: self._engine.open_reader(info.path, self._limits, self._layout.scratch))

    def current(self, *, refresh: bool = False) -> VersionInfo | None:
        """The version in force; None before the first publish. `refresh` looks again however recent the last look.

        When CURRENT or its file is lost or damaged, the newest version that verifies, and `problems` says so.
        Raises DamagedError when there are versions and none of them verifies.
        """
        return self._look(refresh).info

    def problems(self) -> Findings:
        """What `current` had to work around; empty when all is well."""
        return [*self._look(False).problems]

    def list(self) -> Infos:
        """All versions present, oldest first."""
        found = []
        for number in self._layout.numbers():
            with suppress(FileNotFoundError):  # pruned while we looked
                found.append(read_info(self._layout, number))
        return found

    def reader(self, scope: Scope = EVERYTHING) -> Reader:
        """A reader pinned to the version current now, for `scope`. Raises NoVersionError before the first publish."""
        for attempt in range(_OPEN_TRIES):
            info = self.current(refresh=attempt > 0)
            if info is None:
                raise nothing_loaded(self.home)
            try:
                return self._shelf.reader(info, scope)
            except DamagedError:
                # Pruned between the look and the opening, or really damaged: look again, and lastly do without it.
                if attempt > 0:
                    self.condemn(info.id)
        raise DamagedError("No version can be opened.", where=str(self.home))

    def reader_of(self, name: str, scope: Scope = EVERYTHING) -> Reader:
        """A reader pinned to the version `name`. Raises UnknownNameError where it is not kept any more."""
        return self._shelf.reader(self._named(name), scope)

    def condemn(self, name: str) -> bool:
        """Stop using a version that proved unreadable, if its file is indeed not the published one.

        True when another version will answer from now on (for this process; the files stay as they are).
        """
        with self._lock:
            for info in self.list():
                if info.id == name and self._problems(info):
                    self._condemned |= {name}
                    self._shelf.forget()
            chosen = self.current(refresh=True)
            return chosen is not None and chosen.id != name

    def verify(self, name: str | None = None) -> Findings:
        """One finding for CURRENT and one for each version (or for the version `name` only).

        Reads every byte. Raises UnknownNameError for a version that does not exist.
        """
        chosen = [self._named(name)] if name is not None else self.list()
        findings = [] if name is not None else [self._pointer_finding()]
        for info in chosen:
            problems = self._problems(info)
            hint = "Return to a good version with `fbi versions rollback ID`." if problems else ""
            findings.append(Finding(info.id, not problems, "; ".join(problems) or "as published", hint))
        return findings

    def rollback(self, name: str) -> VersionInfo:
        """Make an earlier (or later) version current again, after verifying it, and return it.

        The next publish starts from it and still takes a number never used before. Raises UnknownNameError,
        DamagedError for a version that does not verify, or WarehouseBusyError.
        """
        with self._locked():
            info = self._named(name)
            if problems := self._problems(info):
                raise DamagedError(f"{info.id} cannot be used: {'; '.join(problems)}.", where=str(info.path))
            with disk_errors(self.home):
                write_pointer(self._layout, info, self._last(), lambda: self.fault("pointer.replace"))
            self._look(True)
        return info

    def prune(self, keep: int | None = None, *, minimum_age_seconds: float | None = None) -> Infos:
        """Remove all but the `keep` newest versions, the current one and any younger than the age; returns them."""
        with self._locked():
            kept = self._keep if keep is None else keep
            age = self._minimum_age_seconds if minimum_age_seconds is None else minimum_age_seconds
            return remove_old(self.list(), self.current(refresh=True), kept, age)

    @contextmanager
    def draft(self, *, wait_seconds: float = 0.0) -> Iterator[Draft]:
        """The next version, as a private copy of the current one; see `Draft`.

        Raises WarehouseBusyError with the owner's process id when another writer is still at work after
        `wait_seconds`, DamagedError when the current version is damaged (roll back first).
        """
        with self._locked(wait_seconds):
            draft = self._begin()
            try:
                self.fault("apply")
                yield draft
            finally:
                draft.drop()

    def close(self) -> None:
        """Close the files no reader holds; the store can still be used."""
        self._shelf.forget()

    def _look(self, refresh: bool) -> Resolved:
        with self._lock:
            now = time.monotonic()
            seen = self._resolved
            if seen is not None and not refresh and now - self._checked_at < self._check_seconds:
                return seen
            self._checked_at = now
            if seen is None or not seen.still_holds(self._layout, self._condemned):
                fresh = resolve(self._layout, self._condemned, self.list, self._problems)
                for problem in fresh.problems:
                    _log.warning("%s: %s. %s", problem.subject, problem.what, problem.hint)
                self._resolved = seen = fresh
            return seen

    def _problems(self, info: VersionInfo) -> Problems:
        return version_problems(info, self._engine, self._limits, self._layout.scratch)

    def _named(self, name: str) -> VersionInfo:
        present = self._layout.numbers()
        number = version_number(name)
        if number not in present:
            raise UnknownNameError("version", name, map(version_id, present))
        return read_info(self._layout, number)

    def _pointer_finding(self) -> Finding:
        try:
            info = self.current(refresh=True)
        except WarehouseError as error:
            return Finding("CURRENT", False, str(error))
        problems = self.problems()
        if problems:
            return Finding("CURRENT", False, "; ".join(p.what for p in problems), problems[0].hint)
        return Finding("CURRENT", True, f"points to {info.id}" if info is not None else "nothing published yet")

    @contextmanager
    def _locked(self, wait_seconds: float = 0.0) -> Iterator[None]:
        with ExitStack() as stack:
            with disk_errors(self.home):
                self._layout.versions.mkdir(parents=True, exist_ok=True)
                # The engine makes its own directory for temporary files when it needs one, but not the one above.
                self._layout.scratch.parent.mkdir(exist_ok=True)
                stack.enter_context(publish_lock(self._layout.lock, wait_seconds))
            self.fault("lock")
            yield

    def _begin(self) -> Draft:
        """Clear what crashes left, copy the base and open the copy."""
        layout = self._layout
        self.fault("clean")
        try:
            with disk_errors(self.home):
                remove_builds(layout)
                remove_scratch(layout.home / "tmp")
                pointer = self._sane_pointer()
                if pointer is not None:
                    self.fault("copy")
                    copy_base(pointer.info, layout.build, self.fault)
                    self._drop_unpublished(pointer)
            base = pointer.info if pointer is not None else None
            number, after = self._last() + 1, self._after_publish
            return Draft(layout, self._engine, self._limits, base, number, self.fault, after, self._beside)
        except BaseException:
            remove_builds(layout)
            raise

    def _sane_pointer(self) -> Pointer | None:
        """CURRENT; when it is lost, written anew from the newest version, which must verify. The lock is held."""
        with suppress(PointerError):
            pointer = read_pointer(self._layout)
            if pointer is not None:
                return pointer
        info = self.current(refresh=True)
        if info is None:
            return None
        if info.number != self._last():
            raise DamagedError(
                f"CURRENT is lost and the newest version is damaged; {info.id} is the newest good one.",
                where=str(self.home),
                hint=f"`fbi versions rollback {info.id}` goes on from it; then load again what came after it.",
            )
        write_pointer(self._layout, info, info.number)
        return Pointer(info, info.number)

    def _drop_unpublished(self, pointer: Pointer) -> None:
        """Remove versions completed but never made current, because a crash came between; reserve their numbers."""
        last = self._last()
        if last > pointer.last:
            write_pointer(self._layout, pointer.info, last)
            for number in self._layout.numbers():
                if number > pointer.last:
                    remove_version(self._layout.file(number))

    def _last(self) -> int:
        """The highest version number ever used."""
        try:
            pointer = read_pointer(self._layout)
        except PointerError:
            pointer = None
        return max([0, *self._layout.numbers(), pointer.last if pointer is not None else 0])

    def _after_publish(self) -> None:
        self._look(True)
        self.fault("prune")
        try:
            remove_old(self.list(), self.current(), self._keep, self._minimum_age_seconds)
        except OSError as error:  # the version is published; old files can wait for the next time
            _log.warning("Old versions could not be removed: %s", error)
        self.fault("pruned")


def nothing_loaded(home: Path) -> NoVersionError:
    """The error for a question asked before the first load."""
    return NoVersionError("Nothing has been loaded yet.", where=str(home), hint="Load exports with `fbi load PATH`.")


def _duckdb() -> Engine:
    from fulfillment_bi.warehouse.engines.duckdb import DuckEngine

    return DuckEngine()


def _no_fault(step: str) -> None:
    """Nothing goes wrong on purpose."""
