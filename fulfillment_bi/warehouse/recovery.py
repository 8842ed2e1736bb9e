"""Which version to read: the one CURRENT names or, when that cannot be had, the newest one that verifies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fulfillment_bi.warehouse.engine import DamagedError
from fulfillment_bi.warehouse.pointer import Layout, PointerError, VersionInfo, read_pointer
from fulfillment_bi.warehouse.verify import OTHER_RELEASE, Finding, file_problem, format_problem

Stamp = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The version to read (None: nothing published), what was wrong on the way, and what that was judged from."""

    info: VersionInfo | None
    problems: tuple[Finding, ...]
    stamp: Stamp

    def still_holds(self, layout: Layout, condemned: frozenset[str]) -> bool:
        """Whether nothing changed that the judgement rests on."""
        return self.stamp == (*_seen(layout, condemned), _file(self.info))


def resolve(
    layout: Layout,
    condemned: frozenset[str],
    versions: Callable[[], Sequence[VersionInfo]],
    problems_of: Callable[[VersionInfo], list[str]],
) -> Resolved:
    """Follow CURRENT; failing that, fall back and say so. Raises DamagedError when no version verifies."""
    seen = _seen(layout, condemned)  # before reading: what changes in between must not pass for judged
    named, reason = _named(layout, condemned)
    if named is not None and not reason:
        return Resolved(named, (), (*seen, _file(named)))
    present = list(versions())
    if named is None and not reason and not present:
        return Resolved(None, (), (*seen, _file(None)))
    reason = reason or "CURRENT is missing"
    for info in _by_preference(present, named):
        if info.id not in condemned and not problems_of(info):
            hint = f"{info.id} answers instead. See `fbi versions verify` and `fbi versions rollback`."
            finding = Finding("CURRENT", False, reason, hint)
            return Resolved(info, (finding,), (*seen, _file(info)))
    hint = "Restore the directory from a backup, or move it away and load the exports again."
    if named is not None and format_problem(named):
        hint = OTHER_RELEASE
    raise DamagedError(f"{reason}, and no other version can be read.", where=str(layout.home), hint=hint)


def _named(layout: Layout, condemned: frozenset[str]) -> tuple[VersionInfo | None, str]:
    """The version CURRENT names, and why it cannot be used ("" when it can)."""
    try:
        pointer = read_pointer(layout)
    except PointerError as error:
        return None, str(error)
    if pointer is None:
        return None, ""
    info = pointer.info
    problem = "it proved damaged" if info.id in condemned else file_problem(info)
    return info, f"CURRENT names {info.id}, but {problem}" if problem else ""


def _by_preference(present: Sequence[VersionInfo], named: VersionInfo | None) -> list[VersionInfo]:
    """Newest first; but what was rolled back on purpose (newer than the one named) comes last."""
    newest_first = sorted(present, key=lambda info: -info.number)
    if named is None:
        return newest_first
    return sorted(newest_first, key=lambda info: info.number > named.number)


def _seen(layout: Layout, condemned: frozenset[str]) -> Stamp:
    return (_state(layout.current), _state(layout.versions), condemned)


def _file(info: VersionInfo | None) -> object:
    return _state(info.path) if info is not None else None


def _state(path: Path) -> object:
    try:
        stat = path.stat()
    except OSError:
        return None
    return (stat.st_ino, stat.st_mtime_ns, stat.st_size)
