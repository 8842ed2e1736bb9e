"""Removing what is no longer needed. Call all of this only while holding the publish lock."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fulfillment_bi.warehouse.pointer import Layout, VersionInfo

HELD = ".held"
"""Beside a version's file: its time of change is the moment until which the version is kept."""


def remove_builds(layout: Layout, only: Path | None = None) -> None:
    """Remove what unfinished loads left behind, or just the build file `only` with all that belongs to it."""
    names = f"{only.name}*" if only is not None else "build-*"
    for path in layout.versions.glob(names):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def remove_scratch(directory: Path) -> None:
    """Remove temporary files of processes that ended without doing so."""
    for path in directory.glob("*"):
        if path.name.isdecimal() and not _alive(int(path.name)):
            shutil.rmtree(path, ignore_errors=True)


def remove_version(path: Path) -> None:
    """Remove a version's file and description; processes that have it open go on reading it."""
    path.unlink(missing_ok=True)
    path.with_suffix(".json").unlink(missing_ok=True)
    path.with_suffix(".cubes").unlink(missing_ok=True)
    path.with_suffix(HELD).unlink(missing_ok=True)


def hold_version(path: Path, until: datetime) -> None:
    """Keep a version's file beyond the newest ones until then (UTC), or as long as it was held already.

    The only one that may be called without the publish lock.
    """
    mark = path.with_suffix(HELD)
    held = mark.stat().st_mtime if mark.exists() else 0.0
    latest = max(held, until.replace(tzinfo=UTC).timestamp())
    mark.touch()
    os.utime(mark, (latest, latest))


def _is_held(path: Path) -> bool:
    mark = path.with_suffix(HELD)
    return mark.exists() and mark.stat().st_mtime > time.time()


def remove_old(
    present: Sequence[VersionInfo], current: VersionInfo | None, keep: int, minimum_age_seconds: float
) -> list[VersionInfo]:
    """Remove all of `present` (oldest first) but the newest `keep`, the current one, held ones and younger ones."""
    newest_removed = time.time() - minimum_age_seconds
    removed = []
    for info in present[: -max(keep, 1)]:
        is_current = current is not None and info.id == current.id
        if not is_current and not _is_held(info.path) and info.path.stat().st_mtime <= newest_removed:
            remove_version(info.path)
            removed.append(info)
    return removed


def _alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
