"""Cells of the export files as bytes, made from the simulator's arrays without a loop over rows.

A column is an Arrow array of binary cells in the encoding of its file; a blank cell is null. Cells of one width are
built as a matrix of characters, which is ten times as fast as formatting them one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.sample.clock import BUSINESS_OFFSET, DAY, EPOCH, Mask, Times, Whole

Column = Any  # a pyarrow Array or Scalar of bytes; pyarrow ships no types
BUSINESS_ZONE = "Asia/Shanghai"
FAR = float(np.finfo(np.float64).max)
ISO, DAY_FIRST, MONTH_FIRST, MONTH_NAME = "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%y", "%b-%d-%y"
_FOURS = np.array([int.from_bytes(b"%04d" % number, "little") for number in range(10_000)], dtype=np.uint32)
_HUNDREDTHS = [b".%02d" % number for number in range(100)]


class Choices(tuple[str, ...]):
    """Many words that are used again and again: known by which they are, so that nobody compares thousands of texts."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


@lru_cache(maxsize=256)
def _encoded(choices: tuple[str, ...], encoding: str, quoted: bool) -> Column:
    return pa.array([_cell(word, quoted).encode(encoding) if word else None for word in choices], pa.binary())


def _cell(word: str, quoted: bool) -> str:
    """A word as a cell: in quotes where it needs them, unless the file puts every cell in quotes."""
    inside = word.replace('"', '""')
    return f'"{inside}"' if not quoted and any(mark in word for mark in ',"\n') else inside


def words(choices: Sequence[str], index: Whole, encoding: str = "utf-8", *, quoted: bool = False) -> Column:
    """The chosen word of each row; an empty word is a blank cell. `quoted`: the file puts every cell in quotes."""
    known = choices if isinstance(choices, Choices) else tuple(choices)
    return pc.take(_encoded(known, encoding, quoted), pa.array(index))


def constant(word: str, encoding: str = "utf-8") -> Column:
    """The same cell in every row."""
    return pa.scalar(word.encode(encoding), pa.binary())


def of_width(cells: npt.NDArray[np.uint8], keep: Mask | None = None) -> Column:
    """A matrix of characters (rows x width) as a column; blank where `keep` is false."""
    count, width = cells.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(cells))]
    made = pa.Array.from_buffers(pa.binary(), count, buffers)
    return made if keep is None else blank(made, keep)


def blank(column: Column, keep: Mask) -> Column:
    """The column with blanks where `keep` is false."""
    return pc.if_else(pa.array(keep), column, pa.scalar(None, pa.binary()))


def either(choose: Mask, first: Column, second: Column) -> Column:
    """`first` where `choose` is true, else `second`."""
    return pc.if_else(pa.array(choose), first, second)


def join(*parts: Column) -> Column:
    """Cells put together; a blank part adds nothing."""
    return pc.binary_join_element_wise(
        *parts, pa.scalar(b"", pa.binary()), null_handling="replace", null_replacement=b""
    )


def moments(times: Times, as_of: float, *, form: str = ISO, between: bytes = b" ", after: bytes = b"") -> Column:
    """Times on the business clock, `2026-11-11 09:30:00`; blank where they lie after `as_of`.

    `between` stands between day and time, one byte; `after` behind both.
    """
    known = times <= as_of
    whole = np.where(known, times, 0.0).astype(np.int64)
    day = whole // 86400
    first, last = _span(day, known)
    texts, clock = _dates(form, first, last), _clock()
    width = texts.shape[1]
    cells = np.empty((len(times), width + 9 + len(after)), dtype=np.uint8)
    cells[:, :width] = texts[np.where(known, day - first, 0)]
    cells[:, width] = between[0]
    cells[:, width + 1 : width + 9] = clock[whole - day * 86400]
    cells[:, width + 9 :] = np.frombuffer(after, dtype=np.uint8)
    return of_width(cells, known)


def universal(times: Times, as_of: float) -> Column:
    """The same instants in UTC, `2026-11-11T01:30:00+00:00`."""
    return moments(times - BUSINESS_OFFSET, as_of - BUSINESS_OFFSET, between=b"T", after=b"+00:00")


def dates(times: Times, as_of: float = FAR, *, form: str = ISO) -> Column:
    """The business day of each time; blank where it lies after `as_of`."""
    known = times <= as_of
    day = np.where(known, times, 0.0).astype(np.int64) // 86400
    first, last = _span(day, known)
    return of_width(_dates(form, first, last)[np.where(known, day - first, 0)], known)


def promised(times: Times, dated: Mask) -> Column:
    """A promise as its platform prints it: a bare date, or a time."""
    return either(dated, dates(times), moments(times, FAR))


def numbers(values: npt.NDArray[Any]) -> Column:
    """Whole numbers."""
    whole = values.astype(np.int64)
    if len(whole) and whole.min() >= 0 and whole.max() < 1000:
        return pc.take(_small(), pa.array(whole))
    return pa.array(whole).cast(pa.string()).cast(pa.binary())


def money(cents: Whole) -> Column:
    """Amounts with two decimals, none below zero."""
    whole = cents // 100
    return join(numbers(whole), pc.take(pa.array(_HUNDREDTHS, pa.binary()), pa.array(cents - whole * 100)))


def digits(values: Whole, width: int) -> Column:
    """Whole numbers as text with leading zeros."""
    return of_width(figures(values, width))


def figures(values: Whole, width: int) -> npt.NDArray[np.uint8]:
    """The digits of whole numbers, rows x width."""
    blocks = -(-width // 4)
    made = np.empty((len(values), blocks), dtype=np.uint32)
    rest = values
    for place in range(blocks - 1, -1, -1):
        upper = rest // 10_000
        made[:, place] = _FOURS[rest - upper * 10_000]
        rest = upper
    return made.view(np.uint8).reshape(len(values), blocks * 4)[:, blocks * 4 - width :]


def _span(day: Whole, known: Mask) -> tuple[int, int]:
    """First and last day needed, widened so that few tables are made."""
    if not known.any():
        return 0, 0
    return int(day[known].min()) // 64 * 64, int(day[known].max()) // 64 * 64 + 63


@lru_cache(maxsize=64)
def _dates(form: str, first: int, last: int) -> npt.NDArray[np.uint8]:
    texts = [(EPOCH + timedelta(days=day)).strftime(form).encode() for day in range(first, last + 1)]
    return np.array(texts).view(np.uint8).reshape(len(texts), -1)


@lru_cache(maxsize=1)
def _clock() -> npt.NDArray[np.uint8]:
    texts = [b"%02d:%02d:%02d" % (s // 3600, s // 60 % 60, s % 60) for s in range(int(DAY))]
    return np.array(texts).view(np.uint8).reshape(len(texts), 8)


@lru_cache(maxsize=1)
def _small() -> Column:
    return pa.array([b"%d" % number for number in range(1000)], pa.binary())
