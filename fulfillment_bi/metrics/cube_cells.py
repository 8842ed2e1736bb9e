"""Sums by day and cell as the database gives them -> running totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from fulfillment_bi.metrics.cube_file import Array, Cube
from fulfillment_bi.metrics.cubes import BUCKET, Plan

if TYPE_CHECKING:
    from fulfillment_bi.warehouse.engine import Session

_LARGEST = 2**62


@dataclass(frozen=True)
class Daily:
    """One row each day and cell: the day's number, the codes of its members (a row for each key), and its sums."""

    days: Array
    codes: Array
    sums: Mapping[str, Array]


def read_daily(
    session: Session,
    plan: Plan,
    text: str,
    parameters: Sequence[Any],
    scales: Mapping[str, int],
    first: date,
    values: dict[str, dict[Any, int]],
) -> Daily:
    """The rows of `text`, a SELECT of the plan's rollup; new members get the next codes in `values`."""
    day = ["CAST(day - CAST(? AS DATE) AS INTEGER) AS day"] if plan.family.day else []
    sums = [
        name if scales[name] < 0 else f"CAST({name} AS DECIMAL(38, {scales[name]})) AS {name}"
        for name in (part.column for part in plan.parts)
    ]
    listed = ", ".join([*day, *plan.keys, *sums])
    bound = ([first] if day else []) + list(parameters)
    table = session.arrow(f"SELECT {listed} FROM ({text})", bound)  # noqa: S608 - declared names
    rows = table.num_rows
    codes = np.empty((len(plan.keys), rows), np.int32)
    for place, key in enumerate(plan.keys):
        column = table.column(key).combine_chunks()
        codes[place] = column.to_numpy() if key == BUCKET else _encoded(column, values.setdefault(key, {}))
    days = table.column("day").to_numpy() if day else np.zeros(rows, np.int32)
    return Daily(days, codes, {part.column: _whole(table.column(part.column)) for part in plan.parts})


def sum_up(
    plan: Plan, first: date, days: int, daily: Daily, scales: Mapping[str, int], old: Cube | None, since: int
) -> Cube:
    """The cube of `days` days: as `old` before the day `since`, from then on by the sums of `daily`."""
    known = np.empty((len(plan.keys), 0), np.int32) if old is None else np.asarray(old.codes)
    codes, places = _distinct(np.concatenate([known, daily.codes], axis=1))
    there, new = places[: known.shape[1]], places[known.shape[1] :]
    totals: dict[str, Array] = {}
    for part in plan.parts:
        name, sums = part.column, daily.sums[part.column]
        total = np.zeros((days + 1, codes.shape[1]), np.int64)
        if old is not None and name in old.totals:
            total[: since + 1, there] = old.totals[name][: since + 1]
        elif old is not None:
            continue
        total[daily.days + 1, new] = sums
        if float(np.abs(sums.astype(np.float64)).sum()) + float(np.abs(total[since]).max(initial=0)) >= _LARGEST:
            continue
        np.cumsum(total[since:], axis=0, out=total[since:])
        small = np.iinfo(np.int32)
        fits = small.min <= total.min(initial=0) and total.max(initial=0) <= small.max
        totals[name] = total.astype(np.int32) if fits else total
    shown = {name: max(scales[name], 0) for name in totals}
    return Cube(plan.name, plan.family, first, plan.keys, shown, codes, totals)


def _distinct(codes: Array) -> tuple[Array, Array]:
    """Each combination once, and the place of every given one among them."""
    if not codes.shape[0]:
        return np.empty((0, 1), np.int32), np.zeros(codes.shape[1], np.int64)
    key = np.zeros(codes.shape[1], np.int64)
    for row in codes:
        low = int(row.min(initial=0))
        key = key * (int(row.max(initial=0)) - low + 1) + (row - low)
    _, chosen, places = np.unique(key, return_index=True, return_inverse=True)
    return codes[:, chosen], places


def _encoded(column: Any, values: dict[Any, int]) -> Array:
    """The code of each member, -1 for none."""
    encoded = column.dictionary_encode()
    codes = [values.setdefault(value, len(values)) for value in encoded.dictionary.to_pylist()]
    found: Array = np.asarray([*codes, -1], np.int32)[encoded.indices.fill_null(-1).to_numpy()]
    return found


def _whole(column: Any) -> Array:
    """Counts, or decimals in their smallest unit, as whole numbers; too large ones beyond any that can be kept."""
    column = column.combine_chunks()
    if str(column.type) == "int64":
        return np.asarray(column.to_numpy(), np.int64)
    pairs = np.frombuffer(column.buffers()[1], np.int64).reshape(-1, 2)[column.offset : column.offset + len(column)]
    low, high = pairs[:, 0], pairs[:, 1]
    return np.where(high == low >> 63, low, _LARGEST)
