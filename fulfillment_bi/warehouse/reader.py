"""Open versions of one process: each file once, shared by its readers, closed when the last of them is done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import TracebackType

from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.narrow import narrow
from fulfillment_bi.warehouse.pointer import VersionInfo
from fulfillment_bi.warehouse.scope import EVERYTHING, Scope

IDLE = 8
"""Narrowed sessions kept for reuse, a scope: narrowing one costs more than most questions."""


@dataclass(slots=True)
class _Open:
    info: VersionInfo
    root: Session
    readers: int = 0
    idle: dict[Scope, list[Session]] = field(default_factory=dict)


class Reader:
    """A hold on one version: `info` and `session` never change, whatever is published meanwhile.

    Close it (or use it as a context manager); a pruned version's disk space is freed then. One thread at a time may
    use `session`, which shows only what `scope` allows; `lease()` gives another thread a reader of the same version.
    """

    def __init__(self, shelf: Shelf, opened: _Open, scope: Scope = EVERYTHING) -> None:
        self._shelf = shelf
        self._opened = opened
        self._scope = scope
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._closed = False

    @property
    def info(self) -> VersionInfo:
        """The version; in a narrower scope without its cubes, which hold everybody's rows."""
        whole = self._opened.info
        return whole if self._scope.is_everything else replace(whole, cubes_sha256="")

    @property
    def session(self) -> Session:
        """This reader's own session on the version, read-only; opened when first used."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the reader is closed")
            if self._session is None:
                self._session = self._shelf.session(self._opened, self._scope)
            return self._session

    def lease(self, scope: Scope | None = None) -> Reader:
        """Another reader of the same version and scope, or another `scope`, to be closed separately."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the reader is closed")
            return self._shelf.hold(self._opened, self._scope if scope is None else scope)

    def close(self) -> None:
        """Let the version go; closing twice is fine."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            session, self._session = self._session, None
        if session is not None:
            self._shelf.give_back(self._opened, self._scope, session)
        self._shelf.release(self._opened)

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Shelf:
    """The versions this process has open. The one asked for last stays open between readers."""

    def __init__(self, open_file: Callable[[VersionInfo], Session]) -> None:
        self._open_file = open_file
        self._lock = threading.Lock()
        self._opened: dict[str, _Open] = {}
        self._newest = ""

    def reader(self, info: VersionInfo, scope: Scope = EVERYTHING) -> Reader:
        """A reader of `info`; opens its file unless it is open. Raises DamagedError when it cannot be."""
        with self._lock:
            opened = self._opened.get(info.id)
            if opened is None:
                opened = _Open(info, self._open_file(info))
                self._opened[info.id] = opened
            self._newest = info.id
            opened.readers += 1
            self._drop_unused()
        return Reader(self, opened, scope)

    def hold(self, opened: _Open, scope: Scope) -> Reader:
        """One more reader of an open version."""
        with self._lock:
            opened.readers += 1
        return Reader(self, opened, scope)

    def session(self, opened: _Open, scope: Scope) -> Session:
        """A session that shows what `scope` allows: one given back before, else a new one."""
        with self._lock:
            waiting = opened.idle.get(scope)
            if waiting:
                return waiting.pop()
        session = opened.root.cursor()
        if scope.is_everything:
            return session
        try:
            narrow(session, scope)
        except BaseException:
            session.close()
            raise
        return session

    def give_back(self, opened: _Open, scope: Scope, session: Session) -> None:
        """Keep a narrowed session for the next reader of its scope, and close any other."""
        with self._lock:
            waiting = opened.idle.setdefault(scope, [])
            if not scope.is_everything and len(waiting) < IDLE:
                waiting.append(session)
                return
        session.close()

    def release(self, opened: _Open) -> None:
        """One reader less."""
        with self._lock:
            opened.readers -= 1
            self._drop_unused()

    def forget(self) -> None:
        """Close what no reader holds, and let the rest close with its last reader."""
        with self._lock:
            self._newest = ""
            self._drop_unused()

    def _drop_unused(self) -> None:
        for key, opened in list(self._opened.items()):
            if opened.readers == 0 and key != self._newest:
                del self._opened[key]
                opened.root.close()
