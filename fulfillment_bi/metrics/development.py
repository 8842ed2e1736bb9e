"""How cohorts come of age: the orders of a day by the day on which each was or will be judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fulfillment_bi.errors import NotApplicableError, UsageError
from fulfillment_bi.metrics import expressions
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.fragment import Sql, all_of
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import Period, Resolved, check_query, get_metric, resolve
from fulfillment_bi.metrics.run import plain

if TYPE_CHECKING:
    from fulfillment_bi.warehouse.engine import Session


@dataclass(frozen=True, slots=True)
class Cell:
    """What was ordered on `day` and judged on `judged`: numerator, denominator, and what is still pending."""

    day: date
    judged: date
    n: float
    d: float
    pending: float


def run_development(session: Session, query: Query) -> list[Cell]:
    """The cells of `query`'s one promise metric, by the day of the order; its period and splits play no part.

    Raises NotApplicableError for a metric without pending cases, and what an ordinary query raises.
    """
    resolved = _check(query)
    assert resolved.denominator is not None
    assert resolved.pending is not None
    day = f"f.{resolved.day}"
    parts = (resolved.numerator, resolved.denominator, resolved.pending)
    numbers = ", ".join(f"coalesce({expressions.aggregate(part)}, 0)" for part in parts)
    conditions = expressions.filters(query.where, resolved, day, f"f.{resolved.hour}", Period())
    conditions += [Sql(f"{day} IS NOT NULL AND f.{resolved.settled_day} IS NOT NULL")]
    head = Sql(f"SELECT {day}, f.{resolved.settled_day}, {numbers} FROM {resolved.fact.name} AS f")  # noqa: S608
    sql = head + all_of(conditions) + "\nGROUP BY 1, 2 ORDER BY 1, 2"
    rows = session.rows(sql.text, sql.parameters)
    return [Cell(first, judged, *map(plain, counts)) for first, judged, *counts in rows if any(counts)]


def _check(query: Query) -> Resolved:
    if len(query.metrics) != 1:
        raise UsageError(f"{len(query.metrics)} metrics are named.", hint="Take one metric at a time.")
    check_query(query)
    resolved = resolve(get_metric(query.metrics[0]), query.but(basis="order"))
    if resolved.pending is None or not resolved.ages:
        promised = ", ".join(name for name, metric in METRICS.items() if metric.is_promise)
        what = f"'{query.metrics[0]}' has nothing pending."
        raise NotApplicableError(what, where=query.metrics[0], hint=f"Take one of {promised}.")
    return resolved
