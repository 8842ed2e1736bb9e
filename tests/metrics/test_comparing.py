"""Which days a period is compared with, and that none of their rows is lost or lands outside of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import earlier_period
from fulfillment_bi.metrics.rollups import build_rollups
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.engine import Session
from tests.metrics.star import EVENTS, Line, Order, fill_star

TODAY = date(2026, 3, 1)


def earlier(compare: Any, start: date, end: date) -> tuple[date | None, date | None]:
    period = earlier_period(Query(("orders",), start=start, end=end, compare=compare), TODAY)
    return period.start, period.end


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-01-20", "2026-02-03", ("2025-01-20", "2025-02-03")),
        ("2025-02-01", "2025-02-28", ("2024-02-01", "2024-02-29")),  # a whole month against a whole month
        ("2024-02-01", "2024-02-29", ("2023-02-01", "2023-02-28")),
        ("2024-02-01", "2024-02-28", ("2023-02-01", "2023-02-28")),
        ("2024-01-01", "2025-02-28", ("2023-01-01", "2024-02-29")),
        ("2024-02-29", "2024-03-10", ("2023-02-28", "2023-03-10")),
        ("2024-02-29", "2024-02-29", ("2023-02-28", "2023-02-28")),
        ("2025-02-28", "2025-02-28", ("2024-02-28", "2024-02-28")),  # one day against one day
        ("2025-02-28", "2025-03-01", ("2024-02-28", "2024-03-01")),
        ("2026-01-01", "2026-04-30", ("2025-01-01", "2025-04-30")),
    ],
)
def test_a_year_earlier(start: str, end: str, expected: tuple[str, str]) -> None:
    found = earlier("year", date.fromisoformat(start), date.fromisoformat(end))
    assert found == tuple(map(date.fromisoformat, expected))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-02-01", "2026-02-28", ("2026-01-04", "2026-01-31")),  # as many days, not the month before
        ("2024-03-01", "2024-03-31", ("2024-01-30", "2024-02-29")),
        ("2025-01-01", "2025-12-31", ("2024-01-02", "2024-12-31")),
    ],
)
def test_right_before_are_as_many_days(start: str, end: str, expected: tuple[str, str]) -> None:
    found = earlier("previous", date.fromisoformat(start), date.fromisoformat(end))
    assert found == tuple(map(date.fromisoformat, expected))


def one_order_a_day(session: Session, first: date, last: date) -> None:
    line = Line(1, 1, Decimal(10), [(1, dict.fromkeys(EVENTS, 1.0))])
    noon = datetime(first.year, first.month, first.day, 4)
    fill_star(session, [Order(noon + timedelta(days=day), [line]) for day in range((last - first).days + 1)])
    build_rollups(session, least_rows=0)


@pytest.fixture(scope="module")
def leap_year(scratch: Any) -> Any:
    from pathlib import Path

    from fulfillment_bi.warehouse.engine import Limits
    from fulfillment_bi.warehouse.engines.duckdb import DuckEngine

    session = DuckEngine().open_writer(Path(":memory:"), Limits(), scratch)
    one_order_a_day(session, date(2022, 12, 1), date(2025, 4, 30))
    yield session
    session.close()


def near_the_leap_day() -> st.SearchStrategy[date]:
    february = st.sampled_from([date(2023, 2, 28), date(2024, 2, 28), date(2024, 2, 29), date(2025, 2, 28)])
    return st.builds(lambda day, shift: day + timedelta(days=shift), february, st.integers(-2, 2))


@given(
    start=near_the_leap_day(),
    days=st.integers(0, 30) | st.integers(360, 400),
    compare=st.sampled_from(["previous", "year"]),
)
def test_days_sum_to_the_whole_and_lie_in_the_period(
    leap_year: Session, info: Any, start: date, days: int, compare: Any
) -> None:
    query = Query(("orders",), start=start, end=start + timedelta(days=days), compare=compare)
    total = run_query(leap_year, info, query).value("orders_before")
    first, last = earlier(compare, start, start + timedelta(days=days))
    assert total == run_query(leap_year, info, Query(("orders",), start=first, end=last)).value("orders")
    for prefer in ("rollup", "fact"):
        by_day = run_query(leap_year, info, query.but(by=("day",)), prefer=prefer).records()  # type: ignore[arg-type]
        assert all(start <= row["day"] <= start + timedelta(days=days) for row in by_day)
        assert sum(row["orders_before"] for row in by_day) == total


def test_a_leap_day_is_compared_with_the_day_it_would_have_been(leap_year: Session, info: Any) -> None:
    query = Query(("orders",), by=("day",), start=date(2024, 2, 29), end=date(2024, 3, 1), compare="year")
    rows = run_query(leap_year, info, query).records()
    assert [(row["day"], row["orders_before"]) for row in rows] == [(date(2024, 2, 29), 1), (date(2024, 3, 1), 1)]
    february = Query(("orders",), start=date(2025, 2, 1), end=date(2025, 2, 28), compare="year")
    assert run_query(leap_year, info, february).value("orders_before") == 29
    last = run_query(leap_year, info, february.but(by=("day",))).records()[-1]
    assert (last["day"], last["orders_before"]) == (date(2025, 2, 28), 2)
