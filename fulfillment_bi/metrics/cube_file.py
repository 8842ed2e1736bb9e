"""The file of all cubes of a version: running totals that processes map into memory and share, never copies.

First the arrays, each at a multiple of 64 bytes; then the description as JSON; at last its length and a mark, so that
a file cut short is no cube file. A version's file is never changed, so nothing needs a lock.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from fulfillment_bi.metrics.cubes import Family, signature

Array = npt.NDArray[Any]
_MARK = b"fbicubes"
_TAIL = struct.Struct("<Q8s")
_ALIGNED = 64


@dataclass(frozen=True)
class Cube:
    """Running totals: `totals[part]` has a row for each day from `first`, and one more, and a column for each cell.

    `codes` has a row for each of `columns` (and the bucket, where something is timed): the place of each cell's member
    in `Cubes.values`, -1 for none; the bucket is itself. `scales`: digits after the point of each part.
    """

    name: str
    family: Family
    first: date
    columns: tuple[str, ...]
    scales: Mapping[str, int]
    codes: Array
    totals: Mapping[str, Array]

    @property
    def cells(self) -> int:
        """How many combinations of members occur."""
        cells: int = self.codes.shape[1]
        return cells

    @cached_property
    def days(self) -> int:
        """How many days it spans; 1 for a cube as of now."""
        rows: int = next(iter(self.totals.values())).shape[0]
        return rows - 1


@dataclass(frozen=True)
class Cubes:
    """A version's cubes by name. `values` are the members of each column, by their code.

    `about` is what was handed to `Writer.close`.
    """

    cubes: Mapping[str, Cube]
    values: Mapping[str, list[Any]]
    about: Mapping[str, Any]

    @cached_property
    def shown(self) -> dict[str, tuple[list[str], Array]]:
        """Dimension -> its members in order, each once, and the place of the member of each code (the last: none)."""
        found = {}
        for dimension, members in self.about["members"].items():
            names = sorted(set(members))
            places = {name: place for place, name in enumerate(names)}
            found[dimension] = names, np.array([places[name] for name in members], np.int64)
        return found

    @cached_property
    def of_family(self) -> dict[Family, list[Cube]]:
        """The cubes of each family, the smallest first."""
        found: dict[Family, list[Cube]] = {}
        for cube in sorted(self.cubes.values(), key=lambda one: one.cells):
            found.setdefault(cube.family, []).append(cube)
        return found


class Writer:
    """Writes a file of cubes, one after the other. Used as a context manager; without `close` there is no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._cubes: dict[str, Any] = {}

    def add(self, cube: Cube) -> None:
        """Write one cube."""
        self._cubes[cube.name] = {
            "family": [cube.family.fact, cube.family.day, cube.family.timed],
            "first": cube.first.isoformat(),
            "columns": cube.columns,
            "scales": dict(cube.scales),
            "codes": self._put(cube.codes),
            "totals": {part: self._put(total) for part, total in cube.totals.items()},
        }

    def close(self, values: Mapping[str, list[Any]], about: Mapping[str, Any]) -> None:
        """Finish the file with what belongs to all cubes."""
        described = {"cubes": self._cubes, "values": dict(values), "about": dict(about)}
        text = json.dumps(described, ensure_ascii=False).encode()
        self._file.write(text)
        self._file.write(_TAIL.pack(len(text), _MARK))
        self._file.close()

    def _put(self, array: Array) -> list[Any]:
        self._file.write(b"\0" * (-self._file.tell() % _ALIGNED))
        place = self._file.tell()
        self._file.write(np.ascontiguousarray(array).data if array.size else b"")
        return [place, array.dtype.str, list(array.shape)]

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._file.closed:
            self._file.close()
            self._path.unlink(missing_ok=True)


def read_cubes(path: Path) -> Cubes | None:
    """The cubes of a file, mapped into memory; None where there is none, or it is not whole."""
    try:
        mapped = np.memmap(path, dtype=np.uint8, mode="r")
    except (OSError, ValueError):
        return None
    tail = mapped.size - _TAIL.size
    if tail < 0:
        return None
    length, mark = _TAIL.unpack(mapped[tail:].tobytes())
    if mark != _MARK or length > tail:
        return None
    described = json.loads(mapped[tail - length : tail].tobytes())
    cubes = {name: _cube(name, one, mapped) for name, one in described["cubes"].items()}
    return Cubes(cubes, described["values"], described["about"])


def open_cubes(path: Path | None) -> Cubes | None:
    """The cubes of a version's file, which this process maps once; None where there are none of this catalogue."""
    try:
        state = path.stat() if path else None
    except OSError:
        return None
    if path is None or state is None:
        return None
    return _opened(path, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=4)
def _opened(path: Path, *_state: int) -> Cubes | None:
    found = read_cubes(path)
    return found if found and found.about.get("signature") == signature() else None


def _cube(name: str, described: Any, mapped: Array) -> Cube:
    return Cube(
        name,
        Family(*described["family"]),
        date.fromisoformat(described["first"]),
        tuple(described["columns"]),
        described["scales"],
        _array(mapped, described["codes"]),
        {part: _array(mapped, total) for part, total in described["totals"].items()},
    )


def _array(mapped: Array, described: Any) -> Array:
    place, kind, shape = described
    dtype = np.dtype(kind)
    flat = mapped[place : place + dtype.itemsize * int(np.prod(shape))]
    shaped: Array = np.asarray(flat).view(dtype).reshape(shape)
    return shaped
