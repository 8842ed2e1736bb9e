"""Arrow columns of the export files, made from the simulator's arrays without a loop over rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.sample.clock import HOUR, Times, Whole

Column = Any  # a pyarrow Array; pyarrow ships no types
BUSINESS_ZONE = "Asia/Shanghai"
BUSINESS_OFFSET = 8 * HOUR  # no summer time, so the offset is a constant


def words(choices: Sequence[str], index: Whole) -> Column:
    """The chosen word of each row; an empty word is a blank cell."""
    return pc.take(pa.array([choice or None for choice in choices], pa.string()), pa.array(index))


def moments(times: Times, as_of: float) -> Column:
    """Times on the business clock, `2026-11-11 09:30:00`; blank where they lie after `as_of`."""
    known = times <= as_of
    whole = np.where(known, times, 0.0).astype(np.int64)
    return pa.array(whole, mask=~known).cast(pa.timestamp("s"))


def universal(times: Times, as_of: float) -> Column:
    """The same instants as ISO 8601 text with the offset of UTC, `2026-11-11T01:30:00+00:00`."""
    return pc.strftime(moments(times - BUSINESS_OFFSET, as_of - BUSINESS_OFFSET), format="%Y-%m-%dT%H:%M:%S+00:00")


def dates(times: Times) -> Column:
    """The business day of each time; blank where it never comes."""
    return moments(times, np.finfo(np.float64).max).cast(pa.date32())


def promised(times: Times, dated: npt.NDArray[np.bool_]) -> Column:
    """A promise as its platform prints it: a bare date, or a time."""
    as_time = moments(times, np.finfo(np.float64).max).cast(pa.string())
    return pc.if_else(pa.array(dated), dates(times).cast(pa.string()), as_time)


def money(cents: Whole) -> Column:
    """Amounts with two decimals."""
    pairs = np.empty((len(cents), 2), dtype=np.int64)
    pairs[:, 0], pairs[:, 1] = cents, np.where(cents < 0, -1, 0)
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(cents), [None, pa.py_buffer(pairs.tobytes())])


def numbers(values: npt.NDArray[Any]) -> Column:
    """Whole numbers."""
    return pa.array(values.astype(np.int64))


def digits(values: Whole, width: int) -> Column:
    """Whole numbers as text with leading zeros."""
    return pc.utf8_lpad(pa.array(values).cast(pa.string()), width=width, padding="0")


def join(*parts: Column | str, mask: npt.NDArray[np.bool_] | None = None) -> Column:
    """Texts put together; blank where `mask` is false."""
    made = pc.binary_join_element_wise(*parts, "")
    return made if mask is None else pc.if_else(pa.array(mask), made, pa.scalar(None, pa.string()))


def blank(column: Column, keep: npt.NDArray[np.bool_]) -> Column:
    """The column with blanks where `keep` is false."""
    return pc.if_else(pa.array(keep), column, pa.scalar(None, column.type))
