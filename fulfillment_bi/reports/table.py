"""What every file is made of: a table of an answer, and the stamp that says where it came from.

Any answer with `columns`, `rows`, `as_of`, `timezone`, `version` can become a table: Result and RowsResult.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypeGuard
from zoneinfo import ZoneInfo


class Answer(Protocol):
    """The part of a result that a file needs."""

    @property
    def columns(self) -> Sequence[str]:
        """Column names."""

    @property
    def rows(self) -> Iterable[Sequence[Any]]:
        """Rows, one value a column."""

    @property
    def as_of(self) -> str:
        """UTC ISO text."""

    @property
    def timezone(self) -> str:
        """IANA name of the business time zone."""

    @property
    def version(self) -> str:
        """Id of the published version."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where numbers come from: `as_of` in UTC ISO, `filters` a sentence, `version` the published one."""

    as_of: str
    timezone: str
    filters: str
    version: str

    def local_as_of(self) -> str:
        """`as_of` on the clock of the business time zone, with its offset; the text itself if no time."""
        try:
            moment = datetime.fromisoformat(self.as_of)
        except ValueError:
            return self.as_of
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(ZoneInfo(self.timezone)).isoformat(sep=" ", timespec="seconds")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headers, ready to be written. `rates` are columns of fractions, `labels` new headers."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[Any]]
    stamp: Stamp
    rates: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)

    def headers(self) -> list[str]:
        """Header texts, in column order."""
        return [self.labels.get(column, column) for column in self.columns]


def table_of(
    answer: Answer,
    *,
    name: str = "data",
    filters: str = "",
    rates: Collection[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Table:
    """The table of a result; `filters` is the sentence that says what was selected ("" reads as all).

    `rates`: columns that are fractions; left out, the catalogue says which.
    """
    rates = rate_columns(answer.columns) if rates is None else rates
    stamp = Stamp(answer.as_of, answer.timezone, filters or "all", answer.version)
    return Table(name, tuple(answer.columns), answer.rows, stamp, frozenset(rates), dict(labels or {}))


def clock_time(value: datetime, timezone: ZoneInfo) -> datetime:
    """A time as the clock of the business shows it, without offset (a spreadsheet has none).

    A time without a zone is on that clock already, as the rows behind a number are.
    """
    return value.astimezone(timezone).replace(tzinfo=None) if value.tzinfo else value


def rate_columns(columns: Iterable[str]) -> frozenset[str]:
    """Which columns of a result are fractions: rates, their earlier values and their changes."""
    from fulfillment_bi.metrics.catalog import METRICS

    rates = {name for name, metric in METRICS.items() if metric.unit == "rate"}
    return frozenset(one for one in columns if one.removesuffix("_before").removesuffix("_change") in rates)


def is_day(value: object) -> TypeGuard[date]:
    """Whether this is a calendar day (a datetime is also a date in Python; it is not a day here)."""
    return isinstance(value, date) and not isinstance(value, datetime)
