"""Which of several orders of day and month a file uses: decided for the whole file, never row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fulfillment_bi.errors import IngestError
from fulfillment_bi.ingest.casts import format_pattern, narrow
from fulfillment_bi.ingest.cells import BLANKS
from fulfillment_bi.warehouse.engine import Session

Words = tuple[str, ...]

_DATES = [f"{{}}{sign}{{}}{sign}{year}" for sign in "/.-" for year in ("%Y", "%y")]
_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
# Only cells that begin like 3/4 or 3.4. can be read in two ways; the year comes first everywhere else.
_UNDECIDED = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}"
_PERHAPS = r"^[\s\x{a0}\x{3000}]*[0-9０-９]{1,2}[-/.－／．][0-9０-９]"
COMMON_ORDERS: Mapping[str, Words] = {
    "day_first": tuple(date.format("%d", "%m") + clock for date in _DATES for clock in _CLOCKS),
    "month_first": tuple(date.format("%m", "%d") + clock for date in _DATES for clock in _CLOCKS),
}
"""Every way to write a day and a month in digits."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How many cells an order of day and month reads, and by which of its formats."""

    order: str
    cells: int
    formats: Words


def formats_of_file(
    session: Session, orders: Mapping[str, Words], columns: Sequence[tuple[str, str]], adapter: str, where: str
) -> Words:
    """The formats of the one order that reads most of the cells in `columns`, which are (table, column) of text.

    Empty when no cell needs one. Raises IngestError when two orders read the same cells as different days.
    """
    if not orders or not columns:
        return ()
    parts = [
        f"SELECT trim({narrow(column)}, ?) AS cell FROM {table} WHERE regexp_matches({column}, ?)"  # noqa: S608
        for table, column in columns
    ]
    session.execute(
        f"CREATE OR REPLACE TEMP TABLE undecided AS SELECT DISTINCT cell FROM ({' UNION ALL '.join(parts)}) AS cells "  # noqa: S608
        "WHERE regexp_matches(cell, ?)",
        (*[BLANKS, _PERHAPS] * len(columns), _UNDECIDED),
    )
    try:
        if not session.rows("SELECT 1 FROM undecided LIMIT 1"):
            return ()
        return _decide(session, orders, adapter, where)
    finally:
        session.execute("DROP TABLE temp.undecided")


def _decide(session: Session, orders: Mapping[str, Words], adapter: str, where: str) -> Words:
    fits = [_fit(session, order, formats) for order, formats in orders.items()]
    most = max(fit.cells for fit in fits)
    best = [fit for fit in fits if fit.cells == most and most > 0]
    if not best:
        return ()
    for other in best[1:]:
        example = _example(session, best[0].formats, other.formats)
        if example:
            names = " or ".join(fit.order.replace("_", " ") for fit in best)
            raise IngestError(
                f"Its dates can be read {names}, for example '{example}', and no date of the file decides.",
                where=where,
                hint=f"Say which: {' or '.join(f'--adapter {adapter}_{fit.order}' for fit in best)}.",
            )
    return best[0].formats


def _fit(session: Session, order: str, formats: Words) -> Fit:
    reads = f"SELECT 1 FROM undecided WHERE {_READS} LIMIT 1"  # noqa: S608
    used = tuple(one for one in formats if session.rows(reads, _values(one)))
    if not used:
        return Fit(order, 0, ())
    condition = " OR ".join([f"({_READS})"] * len(used))
    values = [value for one in used for value in _values(one)]
    cells = session.rows(f"SELECT count(*) FROM undecided WHERE {condition}", tuple(values))[0][0]  # noqa: S608
    return Fit(order, cells, used)


_READS = "regexp_full_match(cell, ?) AND try_strptime(cell, ?) IS NOT NULL"


def _values(one: str) -> tuple[str, str]:
    return (format_pattern(one), one)


def _example(session: Session, left: Words, right: Words) -> str:
    """A cell that the two read differently; "" when there is none."""
    moments = []
    values: list[str] = []
    for formats in (left, right):
        cases = " ".join(["WHEN regexp_full_match(cell, ?) THEN try_strptime(cell, ?)"] * len(formats))
        moments.append(f"CASE {cases} END")
        values += [value for one in formats for value in _values(one)]
    found = session.rows(
        f"SELECT cell FROM undecided WHERE {moments[0]} IS DISTINCT FROM {moments[1]} ORDER BY cell LIMIT 1",  # noqa: S608
        tuple(values),
    )
    return str(found[0][0]) if found else ""
