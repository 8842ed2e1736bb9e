"""What a load did, per file and entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["loaded", "unchanged", "not_used", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Records of one entity in one file. `read` is what the reader counted; the others say what became of them."""

    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    quarantined: int = 0

    @property
    def balanced(self) -> bool:
        """The law of records: every record read is accounted for exactly once."""
        return self.read == self.new + self.updated + self.unchanged + self.superseded + self.quarantined

    def __add__(self, other: Counts) -> Counts:
        """The sum, number by number."""
        mine, theirs = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + theirs[name] for name in mine})


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file. `message` says why it failed, was skipped or is not used; `notes` are remarks."""

    file: str
    status: Status
    adapter: str = ""
    entities: Mapping[str, Counts] = field(default_factory=dict)
    message: str = ""
    notes: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. `version` is the version that holds the result: None while nothing was ever published."""

    version: str | None
    files: tuple[FileReport, ...]
    published: bool = False

    @property
    def quarantined(self) -> int:
        """Records refused in all files."""
        return sum(counts.quarantined for file in self.files for counts in file.entities.values())

    @property
    def failed(self) -> bool:
        """Whether any file could not be loaded."""
        return any(file.status == "failed" for file in self.files)

    @property
    def exit_code(self) -> int:
        """1 when a file failed, 3 when rows were quarantined, else 0."""
        if self.failed:
            return 1
        return 3 if self.quarantined else 0

    def document(self) -> dict[str, Any]:
        """The shape that `fbi load --json` prints."""
        return {
            "version": self.version,
            "files": [
                {
                    "file": file.file,
                    "adapter": file.adapter or None,
                    "status": file.status,
                    "entities": {entity: asdict(counts) for entity, counts in file.entities.items()},
                    "message": file.message,
                    "notes": list(file.notes),
                    "unknown_columns": list(file.unknown_columns),
                }
                for file in self.files
            ],
        }
