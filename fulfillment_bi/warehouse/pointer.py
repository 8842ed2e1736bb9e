"""Where a warehouse keeps its files, which version is current, and how those few bytes are written so that they last.

HOME/versions/v00000042.duckdb   immutable, its number never used again; v00000042.json describes it
HOME/versions/v00000042.cubes    beside it, written with it: running totals that answer without it
HOME/CURRENT                     JSON: the version in force, and the highest number ever used (`last`)
HOME/publish.lock                held by the one writer
HOME/tmp/<pid>                   temporary files of a process's queries
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fulfillment_bi.errors import WarehouseError
from fulfillment_bi.warehouse.engine import DiskFullError

SCHEMA = 1
"""The format of version files that this release writes, and the newest that it reads."""
OLDEST_SCHEMA = 1
"""The oldest one that it reads."""
_ID = re.compile(r"v(\d{8,})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One published version. `published_at` is UTC ISO text, `size` bytes, `sha256` hex ("" when not known).

    `cubes_sha256` is that of the file beside it which answers faster, "" where there was none.
    """

    id: str
    number: int
    path: Path
    size: int
    sha256: str
    published_at: str
    schema: int
    engine: str = ""
    cubes_sha256: str = ""

    @property
    def cubes(self) -> Path | None:
        """The file beside it which answers faster, None where there is none."""
        return self.path.with_suffix(".cubes") if self.cubes_sha256 else None


@dataclass(frozen=True, slots=True)
class Pointer:
    """What CURRENT says: the version in force, and the highest version number ever used."""

    info: VersionInfo
    last: int


class PointerError(Exception):
    """CURRENT exists but cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below one home directory."""

    home: Path

    @property
    def versions(self) -> Path:
        """Directory of the version files, and of the one being built."""
        return self.home / "versions"

    @property
    def current(self) -> Path:
        """The pointer file."""
        return self.home / "CURRENT"

    @property
    def lock(self) -> Path:
        """The publish lock."""
        return self.home / "publish.lock"

    @property
    def build(self) -> Path:
        """The file this process builds a new version in."""
        return self.versions / f"build-{os.getpid()}.duckdb"

    @property
    def scratch(self) -> Path:
        """Directory for temporary files of this process's queries; made by the engine when one is needed."""
        return self.home / "tmp" / str(os.getpid())

    def file(self, number: int) -> Path:
        """The database file of version `number`."""
        return self.versions / f"{version_id(number)}.duckdb"

    def numbers(self) -> list[int]:
        """Numbers of the version files present, ascending; empty before the first load."""
        try:
            names = os.listdir(self.versions)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except PermissionError as error:
            raise WarehouseError("No permission to read this directory.", where=str(self.versions)) from error
        found = (_ID.fullmatch(name.removesuffix(".duckdb")) for name in names if name.endswith(".duckdb"))
        return sorted(int(match[1]) for match in found if match)


def version_id(number: int) -> str:
    """The id of version `number`: v00000042."""
    return f"v{number:08d}"


def version_number(name: str) -> int | None:
    """The number in `v00000042`, `v42` or `42`; None for anything else."""
    digits = name.strip().lower().removeprefix("v")
    return int(digits) if digits.isascii() and digits.isdecimal() else None


def read_pointer(layout: Layout) -> Pointer | None:
    """What CURRENT says; None when there is none. Raises PointerError when it is not what we write."""
    try:
        record = json.loads(layout.current.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise WarehouseError("No permission to read this file.", where=str(layout.current)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise PointerError(f"CURRENT cannot be read ({error})") from error
    info = _info(layout, record)
    last = record.get("last")
    if not isinstance(last, int) or last < info.number:
        raise PointerError("CURRENT does not say the last number used")
    return Pointer(info, last)


def write_pointer(layout: Layout, info: VersionInfo, last: int, before_replace: Any = None) -> None:
    """Make `info` the current version, at once and durably; `before_replace()` runs when all but that is done."""
    temporary = layout.home / "CURRENT.tmp"
    write_durably(temporary, _record(info) | {"last": last})
    if before_replace is not None:
        before_replace()
    os.replace(temporary, layout.current)
    sync_directory(layout.home)


def read_info(layout: Layout, number: int) -> VersionInfo:
    """Version `number` as described when it was published, else (sha256 "") as its file looks."""
    path = layout.file(number)
    try:
        return _info(layout, json.loads(path.with_suffix(".json").read_bytes()), number)
    except (OSError, ValueError, PointerError):
        stat = path.stat()
        return VersionInfo(version_id(number), number, path, stat.st_size, "", utc_text(stat.st_mtime), SCHEMA)


def write_info(info: VersionInfo) -> None:
    """Describe a version beside its file."""
    write_durably(info.path.with_suffix(".json"), _record(info))


def utc_text(seconds: float) -> str:
    """Unix time as UTC ISO text, to the second."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_durably(path: Path, record: dict[str, Any]) -> None:
    """Write JSON so that it is on the disk when this returns (its name is, after `sync_directory`)."""
    with path.open("wb") as file:
        file.write(json.dumps(record, indent=1).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """Bring the file's bytes to the disk."""
    _sync(path, os.O_RDONLY)


def sync_directory(path: Path) -> None:
    """Bring the directory's names to the disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def disk_errors(home: Path) -> Iterator[None]:
    """Turn the operating system's refusals into sentences a user can act on."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or home)
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            hint = "Nothing was published. Free some space and run the command again."
            raise DiskFullError("The disk is full.", where=where, hint=hint) from error
        raise WarehouseError(f"{error.strerror or error}.", where=where) from error


def _record(info: VersionInfo) -> dict[str, Any]:
    record = asdict(info) | {"file": f"versions/{info.id}.duckdb"}
    del record["path"], record["number"]
    return record


def _info(layout: Layout, record: Any, number: int | None = None) -> VersionInfo:
    if not isinstance(record, dict):
        raise PointerError("CURRENT is not a JSON object")
    match = _ID.fullmatch(str(record.get("id")))
    found = int(match[1]) if match else 0
    sane = (
        found > 0
        and record.get("id") == version_id(found)
        and number in {None, found}
        and isinstance(record.get("size"), int)
        and isinstance(record.get("schema"), int)
        and isinstance(record.get("published_at"), str)
        and _SHA256.fullmatch(str(record.get("sha256"))) is not None
    )
    if not sane:
        raise PointerError("CURRENT names no version")
    return VersionInfo(
        id=version_id(found),
        number=found,
        path=layout.file(found),
        size=record["size"],
        sha256=record["sha256"],
        published_at=record["published_at"],
        schema=record["schema"],
        engine=str(record.get("engine", "")),
        cubes_sha256=str(record.get("cubes_sha256", "")),
    )
