"""From paths to files worth opening, and what identifies a file's bytes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fulfillment_bi.errors import FileUnreadableError
from fulfillment_bi.ingest.adapter import FileDate

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".gz", ".xlsx", ".xlsm", ".jsonl", ".ndjson", ".parquet")
_AMBIGUOUS_ENDINGS = (".txt",)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to look at. `named`: the user asked for this very file, so it may not be passed over silently."""

    path: Path
    shown: str
    named: bool
    problem: str = ""

    @property
    def may_be_prose(self) -> bool:
        """A text file found in a folder need not be a table."""
        return not self.named and self.path.suffix.lower() in _AMBIGUOUS_ENDINGS


@dataclass(frozen=True, slots=True)
class Identity:
    """The bytes of a file at one moment; `modified_at` is in UTC."""

    sha256: str
    size: int
    modified_at: datetime


def expand(paths: Sequence[Path | str]) -> Iterator[Candidate]:
    """Every file named, and every one in the folders named, sorted; `problem` says why one is passed over."""
    seen: set[Path] = set()
    for given in paths:
        path = Path(given)
        for candidate in _in_folder(path) if path.is_dir() else [Candidate(path, str(given), True)]:
            real = candidate.path.absolute()
            if real not in seen:
                seen.add(real)
                yield candidate


def _in_folder(folder: Path) -> Iterator[Candidate]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        reason = "There is no permission to read the folder" if isinstance(error, PermissionError) else str(error)
        raise FileUnreadableError(f"{reason}.", where=str(folder)) from error
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith((".", "~$")):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _in_folder(path)
        elif not entry.is_file():
            yield Candidate(path, str(path), False, "not a regular file")
        elif path.suffix.lower() not in TABLE_ENDINGS:
            yield Candidate(path, str(path), False, f"not a table ({path.suffix or 'no ending'})")
        else:
            yield Candidate(path, str(path), False)


def identify(path: Path) -> Identity:
    """Hash, size and time of the file; FileUnreadableError when it cannot be read."""
    try:
        with path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
            status = os.fstat(handle.fileno())
    except OSError as error:
        raise FileUnreadableError(f"The file cannot be read: {error.strerror or error}.", where=path.name) from error
    modified = datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
    return Identity(digest, status.st_size, modified)


def is_unchanged(path: Path, identity: Identity) -> bool:
    """Whether the file still looks as it did: a half-written export grows while it is read."""
    status = path.stat()
    modified = datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
    return status.st_size == identity.size and modified == identity.modified_at


def exported_at(name: str, rule: FileDate | None, zone: str, modified_at: datetime) -> datetime:
    """When a file was exported (UTC): the date in its name where the mapping says there is one, else its own time."""
    found = re.search(rule.pattern, name) if rule else None
    if rule is None or found is None:
        return modified_at
    text, pattern = found.group(1), rule.format
    if not pattern:
        text = re.sub(r"\D", "", text)
        pattern = "%Y%m%d" if len(text) == 8 else "%Y%m%d%H%M%S"
    if pattern == "%s":
        return datetime.fromtimestamp(int(text), UTC).replace(tzinfo=None)
    try:
        moment = datetime.strptime(text, pattern).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return modified_at
    return moment.astimezone(UTC).replace(tzinfo=None)
