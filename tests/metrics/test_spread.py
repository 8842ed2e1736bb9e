"""Every definition of a metric: the numbers are those of the query, and the rows behind them are as many."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fulfillment_bi.errors import NotApplicableError, UsageError
from fulfillment_bi.insight.spread import spread
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.definitions import Definition, definitions, run_definitions
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.rows import run_rows
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.engine import Session

PERIOD = {"start": date(2026, 1, 10), "end": date(2026, 2, 20)}
WHERE = (Filter("channel", ("tmall", "jd")),)


def test_there_is_every_combination_that_counts_something_of_its_own() -> None:
    found = definitions(METRICS["otif"])
    assert len(found) == len(set(found)) >= 4 * 5 * 2
    assert found[0] == Definition("order", "sign", "original", "all")
    assert {one.level for one in found} == {"order", "line", "unit", "value"}
    assert {one.event for one in found} == {"warehouse", "platform", "scan", "ship", "sign"}
    assert {one.promise for one in found} == {"original", "current"}
    assert {one.causes for one in found} == {"all", "seller"}
    for name in ("orders", "cycle_time_p50", "cancellation_rate"):
        with pytest.raises(NotApplicableError, match="no definition switch"):
            definitions(METRICS[name])


@pytest.mark.parametrize("name", ["otif", "order_fill_rate", "ship_delay_rate", "delivery_delay_rate"])
def test_each_definition_is_the_query_of_it(star: Session, info: Any, name: str) -> None:
    query = Query((name,), where=WHERE, **PERIOD)  # type: ignore[arg-type]
    found = run_definitions(star, query)
    assert list(found) == definitions(METRICS[name])
    for one, members in found.items():
        asked = run_query(star, info, one.of(query)).records()[0]
        assert members.get("", (0, 0)) == (asked[f"{name}_n"], asked[f"{name}_d"])


@pytest.mark.parametrize("level", ["order", "line", "unit", "value"])
def test_the_rows_behind_each_definition_are_exactly_n_and_d(star: Session, info: Any, level: str) -> None:
    query = Query(("otif",), where=WHERE, **PERIOD)  # type: ignore[arg-type]
    for one, members in run_definitions(star, query).items():
        if one.level != level:
            continue
        n, d = members.get("", (0, 0))
        for part, expected in (("numerator", n), ("denominator", d)):
            rows = run_rows(star, info, one.of(query), "otif", part)  # type: ignore[arg-type]
            assert (rows.total if level in ("unit", "value") else rows.count) == expected
            assert len(rows.rows) == rows.count


def test_members_sum_to_the_whole_and_the_differences_to_nothing(star: Session) -> None:
    query = Query(("otif",), **PERIOD)  # type: ignore[arg-type]
    whole, found = (spread(query, by, run_definitions(star, query, by)) for by in ("", "channel"))
    assert [row.definition for row in whole.rows] == [row.definition for row in found.rows]
    for row, alone in zip(found.rows, whole.rows, strict=True):
        assert (row.n, row.d) == pytest.approx((alone.n, alone.d))  # money is a float once it has left the database
        assert (sum(one.n for one in row.members), sum(one.d for one in row.members)) == pytest.approx((row.n, row.d))
        assert alone.members == ()
        if row.value is not None:
            assert row.difference == pytest.approx(row.value - (found.rows[0].value or 0))
    usual = found.rows[0]
    assert usual.difference == 0
    assert usual.moved == 0
    assert usual.winner is None
    assert [one.rank for one in usual.members] == [one.usual_rank for one in usual.members]
    assert found.low is not None
    assert found.high is not None
    assert found.low <= (usual.value or 0) <= found.high


def test_who_gains_is_turned_for_what_should_fall() -> None:
    usual, other = Definition("order", "ship", "original", "all"), Definition("order", "scan", "original", "all")
    counted = {usual: {"a": (10, 100), "b": (20, 100)}, other: {"a": (40, 100), "b": (20, 100)}}
    later = spread(Query(("ship_delay_rate",)), "channel", counted).rows[1]
    assert [(one.member, one.rank, one.usual_rank) for one in later.members] == [("a", 2, 1), ("b", 1, 2)]
    assert later.winner is not None
    assert later.winner.member == "b"
    assert later.winner.gain == pytest.approx(0.15)
    assert later.moved == 2


def test_a_dimension_of_lines_leaves_the_levels_it_can_split(star: Session) -> None:
    found = run_definitions(star, Query(("otif",)), "sku")
    assert {one.level for one in found} == {"line", "unit", "value"}
    with pytest.raises(NotApplicableError):
        run_definitions(star, Query(("otif",)), "issue")
    with pytest.raises(UsageError, match="one metric"):
        run_definitions(star, Query(("otif", "orders")))
