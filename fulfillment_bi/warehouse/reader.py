"""Open versions of one process: each file once, shared by its readers, closed when the last of them is done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.pointer import VersionInfo


@dataclass(slots=True)
class _Open:
    info: VersionInfo
    root: Session
    readers: int = 0


class Reader:
    """A hold on one version: `info` and `session` never change, whatever is published meanwhile.

    Close it (or use it as a context manager); a pruned version's disk space is freed then. One thread at a time may
    use `session`; `lease()` gives another thread a reader of the same version.
    """

    def __init__(self, shelf: Shelf, opened: _Open) -> None:
        self._shelf = shelf
        self._opened = opened
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._closed = False

    @property
    def info(self) -> VersionInfo:
        """The version."""
        return self._opened.info

    @property
    def session(self) -> Session:
        """This reader's own session on the version, read-only; opened when first used."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the reader is closed")
            if self._session is None:
                self._session = self._opened.root.cursor()
            return self._session

    def lease(self) -> Reader:
        """Another reader of the same version, to be closed separately."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the reader is closed")
            return self._shelf.hold(self._opened)

    def close(self) -> None:
        """Let the version go; closing twice is fine."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            session, self._session = self._session, None
        if session is not None:
            session.close()
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

    def reader(self, info: VersionInfo) -> Reader:
        """A reader of `info`; opens its file unless it is open. Raises DamagedError when it cannot be."""
        with self._lock:
            opened = self._opened.get(info.id)
            if opened is None:
                opened = _Open(info, self._open_file(info))
                self._opened[info.id] = opened
            self._newest = info.id
            opened.readers += 1
            self._drop_unused()
        return Reader(self, opened)

    def hold(self, opened: _Open) -> Reader:
        """One more reader of an open version."""
        with self._lock:
            opened.readers += 1
        return Reader(self, opened)

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
