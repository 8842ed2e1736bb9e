"""The publish lock: one writer at a time, freed by the operating system when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fulfillment_bi.errors import WarehouseBusyError


@contextmanager
def publish_lock(path: Path, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock file `path`, waiting for it at most `wait_seconds`.

    Raises WarehouseBusyError, naming the process that holds it. Children forked meanwhile would share the hold.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(handle, path, wait_seconds)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, path: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                owner = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
                raise WarehouseBusyError(
                    f"Another process (pid {owner}) is loading or publishing.",
                    where=str(path),
                    hint="Wait for it to finish, then run the command again.",
                ) from None
            time.sleep(0.05)
