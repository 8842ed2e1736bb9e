"""Whether the numbers of a file have a decimal comma or a decimal point: decided for the whole file, like its dates.

Systems write numbers as their user has set it, so 1.200 is a thousand and two hundred in one export and one and a fifth
in the next. Most cells show which (1.200,50), and so does a file in which every number has three digits behind the
same sign: 5,000 would be a plain 5000 were it not a decimal comma.
"""

from __future__ import annotations

from collections.abc import Sequence

from fulfillment_bi.errors import IngestError
from fulfillment_bi.ingest.casts import narrow
from fulfillment_bi.ingest.cells import BLANKS
from fulfillment_bi.warehouse.engine import Session

_NUMBER = r"^[+-]?\s*([0-9][0-9.,]*)\s*-?$"
# T stands for the sign of thousands, D for the decimal sign.
_DECIDES = "|".join(
    (
        r"[0-9]{1,3}(T[0-9]{3})+D[0-9]+",
        r"[0-9]+D([0-9]{1,2}|[0-9]{4,})",
        r"0D[0-9]{3}",
        r"[0-9]{4,}D[0-9]{3}",
        r"[0-9]{1,3}(T[0-9]{3}){2,}",
    )
)
_UNDECIDED = r"[1-9][0-9]{0,2}D[0-9]{3}"
_PLAIN = r"[0-9]*[1-9][0-9]*"


def has_decimal_comma(session: Session, columns: Sequence[tuple[str, str]], adapter: str, where: str) -> bool:
    """Whether the numbers in `columns`, which are (table, column) of text, have a decimal comma.

    Raises IngestError when no number decides, or when two decide differently.
    """
    if not columns:
        return False
    parts = [f"SELECT trim({narrow(column)}, ?) AS cell FROM {table}" for table, column in columns]  # noqa: S608
    patterns = [_written(_DECIDES, ","), _written(_DECIDES, "."), _written(_UNDECIDED, ","), _written(_UNDECIDED, ".")]
    examples = ", ".join("min(digits) FILTER (regexp_full_match(digits, ?))" for _ in patterns)
    found = session.rows(
        f"SELECT {examples}, bool_or(regexp_full_match(digits, ?)) FROM ("  # noqa: S608
        f"SELECT DISTINCT regexp_extract(cell, ?, 1) AS digits FROM ({' UNION ALL '.join(parts)}) AS cells) AS numbers",
        (*patterns, _PLAIN, _NUMBER, *[BLANKS] * len(columns)),
    )[0]
    comma, point, perhaps_comma, perhaps_point, plain = found
    if comma is None and point is None and not plain and (perhaps_comma is None or perhaps_point is None):
        return perhaps_comma is not None
    if (comma is None) != (point is None):
        return comma is not None
    example = comma or perhaps_comma or perhaps_point
    if example is None:
        return False
    other = f" and '{point}'" if comma and point else ""
    raise IngestError(
        f"Its numbers can be read with a decimal comma or a decimal point, for example '{example}'{other}, "
        "and no number of the file decides.",
        where=where,
        hint=f"Say which: --adapter {adapter}_decimal_comma or --adapter {adapter}_decimal_point.",
    )


def _written(pattern: str, decimal: str) -> str:
    """A pattern for one decimal sign, the other being that of thousands."""
    thousands = "." if decimal == "," else ","
    return pattern.replace("T", f"[{thousands}]").replace("D", f"[{decimal}]")
