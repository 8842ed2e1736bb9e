"""Mapping files of the user's own: the same TOML as the built-in ones, in a folder of theirs, and before them.

A file that is wrong stops whatever would use it, with its name and line: to read on without it could change by which
mapping an export is read, and nobody would notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.ingest.adapter import Adapter
from fulfillment_bi.ingest.mapping import parse_mapping

_ENDING = ".toml"
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class OwnMappings:
    """The adapters of a folder, and the file that each one's name comes from."""

    adapters: Mapping[str, Adapter]
    files: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class MappingFile:
    """One mapping file: what it gives, or why it is wrong, with its line."""

    path: Path
    adapters: tuple[Adapter, ...] = ()
    problem: str = ""


def mapping_files(folder: Path) -> list[MappingFile]:
    """Every mapping file of a folder, in the order of their names; a wrong one with its problem, raising nothing."""
    found: list[MappingFile] = []
    try:
        paths = _paths(folder) if folder.is_dir() else []
    except OSError as error:
        return [MappingFile(folder, problem=str(error.strerror))]
    for path in paths:
        try:
            found.append(MappingFile(path, tuple(parse_mapping(_text(path, path.stat().st_size), str(path)))))
        except OSError as error:
            found.append(MappingFile(path, problem=str(error.strerror)))
        except SettingsError as error:
            found.append(MappingFile(path, problem=str(error)))
    return found


def own_mappings(folder: Path | None) -> OwnMappings:
    """What the mapping files of `folder` say, in the order of their names; nothing where there is no folder.

    Raises SettingsError, naming file and line, for one that cannot be read or is wrong, and for a name given twice.
    """
    if folder is None or not folder.is_dir():
        return OwnMappings({}, {})
    try:
        found = _paths(folder)
        return _read(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in found))
    except OSError as error:
        raise SettingsError(f"The mappings cannot be read: {error.strerror}.", where=str(folder)) from error


def _paths(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == _ENDING and not path.name.startswith("."))


@lru_cache(maxsize=8)
def _read(state: tuple[tuple[Path, int, int], ...]) -> OwnMappings:
    adapters: dict[str, Adapter] = {}
    files: dict[str, Path] = {}
    for path, _, size in state:
        for adapter in parse_mapping(_text(path, size), str(path)):
            if adapter.name in files:
                raise SettingsError(
                    f"'{adapter.name}' is also in {files[adapter.name].name}.",
                    where=str(path),
                    hint="Give one of them another platform or kind.",
                )
            adapters[adapter.name] = adapter
            files[adapter.name] = path
    return OwnMappings(adapters, files)


def _text(path: Path, size: int) -> str:
    if size > _LARGEST:
        raise SettingsError("The file is too large for a mapping.", where=str(path))
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError("The file is not UTF-8.", where=f"{path}, line {line}", hint="Save it as UTF-8.") from error
