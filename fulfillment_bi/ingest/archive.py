"""The archive: the mapped, sanitised records of every file as Parquet, by the hash of its bytes.

From it the warehouse can be rebuilt, or checked anew after a contract or mapping has changed, without the exports. It
holds what may be stored and nothing else: the raw files with their personal data are never copied.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fulfillment_bi.errors import WarehouseError
from fulfillment_bi.ingest.adapter import Adapter, from_document, to_document
from fulfillment_bi.ingest.files import Identity

_NOTE = "file.json"


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """Everything about a file but its rows. `read` counts the records of each target, in the adapter's order."""

    name: str
    adapter: Adapter
    identity: Identity
    format: str
    exported_at: datetime
    latest: datetime
    read: tuple[int, ...]
    columns: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class ArchiveWriter:
    """Writes one file's records into a folder that gets its name only when complete."""

    home: Path
    identity: Identity
    fingerprint: str
    writers: dict[int, pq.ParquetWriter] = field(default_factory=dict)

    @property
    def draft(self) -> Path:
        """The folder while it is being written; named by the file, so that no other trips over what is left of it."""
        return self.home / "archive" / f".draft-{os.getpid()}-{self.identity.sha256[:16]}"

    def write(self, place: int, batch: pa.RecordBatch) -> None:
        """Add records of the target number `place`."""
        if place not in self.writers:
            self.draft.mkdir(parents=True, exist_ok=True)
            self.writers[place] = pq.ParquetWriter(
                _part(self.draft, place), batch.schema, compression="zstd", write_page_checksum=True
            )
        self.writers[place].write_batch(batch)

    def commit(self, note: ArchivedFile) -> Path:
        """Make the folder complete and give it its name."""
        for writer in self.writers.values():
            writer.close()
        self.draft.mkdir(parents=True, exist_ok=True)
        (self.draft / _NOTE).write_text(json.dumps(_to_json(note), ensure_ascii=False, indent=1), "utf-8")
        for item in self.draft.iterdir():
            _sync(item)
        folder = archive_folder(self.home, self.identity.sha256, self.fingerprint)
        folder.parent.mkdir(parents=True, exist_ok=True)
        replaced = self.draft.with_name(f"{self.draft.name}-replaced")
        if folder.exists():
            os.rename(folder, replaced)
        os.rename(self.draft, folder)
        _sync(folder.parent)
        shutil.rmtree(replaced, ignore_errors=True)
        return folder

    def drop(self) -> None:
        """Forget what was written; does nothing after `commit`."""
        for writer in self.writers.values():
            writer.close()
        shutil.rmtree(self.draft, ignore_errors=True)


def archive_folder(home: Path, sha256: str, fingerprint: str) -> Path:
    """Where the records of those bytes, mapped that way, are kept."""
    return home / "archive" / sha256[:2] / f"{sha256}-{fingerprint}"


def remove_drafts(home: Path) -> None:
    """Clear away what a stopped load left; call only while holding the publish lock."""
    for folder in (home / "archive").glob(".draft-*"):
        shutil.rmtree(folder, ignore_errors=True)
    for key in home.glob("hash.key.*"):
        if key.suffix[1:].isdecimal():  # named by its process on the way to becoming the key; not a user's copy
            key.unlink(missing_ok=True)


def read_note(folder: Path) -> ArchivedFile:
    """What is known about an archived file; WarehouseError when it is missing or damaged."""
    try:
        return _from_json(json.loads((folder / _NOTE).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WarehouseError(
            "The archive of a loaded file is missing or damaged.", where=str(folder), hint="Load the file again."
        ) from error


def read_rows(folder: Path, place: int) -> Iterator[pa.RecordBatch]:
    """The archived records of a target; WarehouseError when they are damaged."""
    path = _part(folder, place)
    if not path.exists():
        return
    try:
        with pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False) as file:
            yield from file.iter_batches()
    except (pa.ArrowException, OSError) as error:
        raise WarehouseError("The archive of a loaded file is damaged.", where=str(folder)) from error


def _part(folder: Path, place: int) -> Path:
    return folder / f"{place}.parquet"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _to_json(note: ArchivedFile) -> dict[str, Any]:
    return {
        "name": note.name,
        "adapter": to_document(note.adapter),
        "sha256": note.identity.sha256,
        "size": note.identity.size,
        "modified_at": note.identity.modified_at.isoformat(),
        "format": note.format,
        "exported_at": note.exported_at.isoformat(),
        "latest": note.latest.isoformat(),
        "read": list(note.read),
        "columns": [list(columns) for columns in note.columns],
    }


def _from_json(document: Mapping[str, Any]) -> ArchivedFile:
    columns: Sequence[Sequence[str]] = document["columns"]
    return ArchivedFile(
        name=document["name"],
        adapter=from_document(document["adapter"]),
        identity=Identity(document["sha256"], document["size"], datetime.fromisoformat(document["modified_at"])),
        format=document["format"],
        exported_at=datetime.fromisoformat(document["exported_at"]),
        latest=datetime.fromisoformat(document["latest"]),
        read=tuple(document["read"]),
        columns=tuple(tuple(names) for names in columns),
    )
