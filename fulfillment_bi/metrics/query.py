"""The one question every page, command and report asks: a plain, hashable struct of names.

Names are checked against the catalogue when the query is compiled (`metrics.compile`), not here: a query can be
built from a URL or a command line before anything is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from fulfillment_bi.metrics.targets import Targets

Basis = Literal["due", "order"]
Level = Literal["order", "line", "unit", "value"]
Event = Literal["warehouse", "platform", "scan", "ship", "sign"]
Promise = Literal["original", "current"]
Causes = Literal["all", "seller"]
Timestamps = Literal["possible", "all"]
Compare = Literal["none", "previous", "year", "calendar", "cohort", "target"]
Part = Literal["numerator", "denominator"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Keep rows whose `dimension` is one of `values` (member names as shown, e.g. channel in ("tmall", "jd"))."""

    dimension: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """Metrics by dimensions over a period.

    `start` and `end` are business days, both inclusive; None is open. `basis` "due" counts promises that fall due
    in the period, "order" those ordered in it. `level`, `event`: None takes the metric's own default. `promise`,
    `causes` and `timestamps` are the rest of the definition switch. `order_by` is a column of the result, "-" in
    front for descending.

    `exact` takes quantiles from the rows themselves however many there are, never from a histogram.

    `compare` sets another number beside each: that of as many days right before ("previous"), of the same days a year
    before ("year"), of the days the festival calendar pairs them with ("calendar", see `metrics.festivals`), of the
    days right before as they stood at the same age ("cohort", with basis "order"), or the target ("target").
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: tuple[Filter, ...] = ()
    start: date | None = None
    end: date | None = None
    basis: Basis = "due"
    level: Level | None = None
    event: Event | None = None
    promise: Promise = "original"
    causes: Causes = "all"
    timestamps: Timestamps = "possible"
    compare: Compare = "none"
    order_by: str | None = None
    limit: int | None = None
    exact: bool = False

    def but(self, **changes: Any) -> Query:
        """The same query with some fields changed."""
        return replace(self, **changes)

    @property
    def has_earlier(self) -> bool:
        """Whether it is compared with other days; a target is no day's."""
        return self.compare not in ("none", "target")


@dataclass(frozen=True, slots=True)
class Result:
    """An answer, with everything a tile, a file or a colleague needs to trust it.

    `columns`: the dimensions, then for each metric `m`: `m`, `m_n`, `m_d` (value, numerator, denominator), with
    `m_pending` for promise metrics on order basis, and `m_before`, `m_before_n`, `m_before_d`, `m_change` when
    compared (with a target, `m_before` is the target and has no `m_before_n` and `m_before_d`). A rate is a fraction;
    undefined is None. `as_of` is UTC ISO text, `version` the published version's id, `routes` names the table that
    answered each metric and, where it was the fact, why no rollup could. `targets` are those in force when it was
    asked for: see `metrics.targets.levels_of`.
    """

    query: Query
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    as_of: str
    timezone: str
    version: str
    sql: str = ""
    routes: dict[str, str] = field(default_factory=dict)
    targets: Targets | None = None

    def records(self) -> list[dict[str, Any]]:
        """Rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def value(self, column: str) -> Any:
        """The single value of `column` in a result without dimensions (None when there is no row)."""
        return self.rows[0][self.columns.index(column)] if self.rows else None

    def frame(self) -> Any:
        """Rows as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.columns))
