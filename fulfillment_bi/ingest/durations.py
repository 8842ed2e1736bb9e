"""Moments that an export gives as "so long after another": a time and a duration in two cells, added up.

Both travel as one text, "2025-06-01 09:00 + 15 minutes", which also is what a quarantined record shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.ingest.casts import Sql

UNITS: Mapping[str, int] = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
"""Unit of a duration -> seconds."""

_SIGN = " + "
_PARTS = rf"^(.*) \+ (-?\d{{1,9}}(?:\.\d{{1,6}})?) ({'|'.join(UNITS)})$"


def joined(moments: pa.Array, durations: pa.Array, unit: str) -> pa.Array:
    """The texts of moments and durations as one; null where either is."""
    return pc.binary_join_element_wise(pc.binary_join_element_wise(moments, durations, _SIGN), unit, " ")


def split_layer(names: Sequence[str]) -> list[Sql]:
    """A SELECT that takes such texts apart again: `x` is the moment, `x__later` how many microseconds to add to it.

    A text with something else behind the sign stays as it is, which is no time.
    """
    if not names:
        return []
    moments = ", ".join(
        f"CASE WHEN {_is_joined(name)} THEN {_part(name, 1)} ELSE {name} END AS {name}" for name in names
    )
    scale = " ".join(f"WHEN '{unit}' THEN {seconds * 1_000_000}" for unit, seconds in UNITS.items())
    later = ", ".join(
        f"CASE WHEN {_is_joined(name)} THEN CAST(round(CAST({_part(name, 2)} AS DOUBLE) * "
        f"CASE {_part(name, 3)} {scale} END) AS BIGINT) ELSE 0 END AS {name}__later"
        for name in names
    )
    return [Sql(f"SELECT * REPLACE ({moments}), {later} FROM {{previous}} AS joined")]  # noqa: S608


def moved(moment: Sql, name: str) -> Sql:
    """The typed `moment` of a column, moved by its `x__later`."""
    return Sql(f"({moment.text}) + to_microseconds({name}__later)", moment.values)


def _is_joined(name: str) -> str:
    return f"regexp_full_match({name}, '{_PARTS}')"


def _part(name: str, number: int) -> str:
    return f"regexp_extract({name}, '{_PARTS}', {number})"
