"""Which days a period is compared with, and that none of their rows is lost or lands outside of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment_bi.errors import NotApplicableError
from fulfillment_bi.metrics.festivals import FESTIVALS, Festival, aligned, day_before, festival_of, seasons
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import check_query, earlier_period
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.metrics import star
from tests.metrics.star import EVENTS, Line, Order, fill_star, random_orders

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


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-11", "2025-11-11"),  # a Wednesday with a Tuesday: the festival counts, not the weekday
        ("2026-06-18", "2025-06-18"),
        ("2026-02-17", "2025-01-29"),  # the first day of the lunar year
        ("2026-02-03", "2025-01-15"),
        ("2026-09-16", "2025-09-17"),  # any other day: the same weekday, 52 weeks before
        ("2026-01-28", "2025-01-08"),  # 52 weeks before was the New Year: the nearest Wednesday that was not
    ],
)
def test_days_by_the_festival_calendar(day: str, expected: str) -> None:
    assert day_before(date.fromisoformat(day)) == date.fromisoformat(expected)


@given(day=st.dates(date(1952, 2, 1), date(2110, 12, 31)))
def test_every_day_has_one_of_its_kind(day: date) -> None:
    then, found = day_before(day), festival_of(day)
    if found and then.year > 1950 and festival_of(then):
        assert festival_of(then) == found
    else:
        assert then.weekday() == day.weekday()
        assert festival_of(then) is None
    assert timedelta(days=300) < day - then < timedelta(days=430)


@given(year=st.integers(1951, 2099), festival=st.sampled_from(FESTIVALS))
def test_the_days_of_a_season_are_paired_one_for_one(year: int, festival: Festival) -> None:
    days = [day for day, (own, _) in seasons(year).items() if own is festival]
    earlier = [then for _, then in aligned(min(days), max(days))]
    assert sorted(earlier) == sorted(day for day, (own, _) in seasons(year - 1).items() if own is festival)
    assert len(days) == festival.before + festival.after + 1


@given(start=st.dates(date(2023, 12, 1), date(2025, 4, 30)), length=st.integers(0, 80))
@settings(max_examples=25)
def test_a_calendar_comparison_is_the_sum_of_its_days(leap_year: Session, info: Any, start: date, length: int) -> None:
    end = start + timedelta(days=length)
    query = Query(("orders",), start=start, end=end, compare="calendar")
    every = run_query(leap_year, info, Query(("orders",), by=("day",))).records()
    counts = {row["day"]: row["orders"] for row in every}
    wanted = {day: counts.get(then, 0) for day, then in aligned(start, end)}
    for prefer in ("rollup", "fact"):
        assert run_query(leap_year, info, query, prefer=prefer).value("orders_before") == sum(wanted.values())  # type: ignore[arg-type]
        by_day = run_query(leap_year, info, query.but(by=("day",)), prefer=prefer).records()  # type: ignore[arg-type]
        assert {row["day"]: row["orders_before"] for row in by_day} == {
            day: wanted[day] for day in wanted if wanted[day] or counts.get(day)
        }


@pytest.mark.parametrize("metric", ["otif", "ship_delay_rate", "order_fill_rate", "cycle_time_mean"])
@pytest.mark.parametrize("days", [8, 20])
def test_orders_at_the_same_age_stand_as_they_stood_then(
    empty: Session, scratch: Any, info: Any, monkeypatch: pytest.MonkeyPatch, metric: str, days: int
) -> None:
    orders = [order for order in random_orders(seed=17, count=400) if not order.cancelled_by]
    now = star.AS_OF.replace(minute=59, second=59)
    monkeypatch.setattr(star, "AS_OF", now)
    fill_star(empty, orders)
    start = TODAY - timedelta(days=days - 1)
    query = Query((metric,), by=("channel",), start=start, end=TODAY, basis="order", compare="cohort")
    found = {row["channel"]: row for row in run_query(empty, info, query).records()}

    monkeypatch.setattr(star, "AS_OF", now - timedelta(days=days))
    then = DuckEngine().open_writer(Path(":memory:"), Limits(), scratch)
    known = [order for order in orders if order.created <= star.AS_OF]
    fill_star(then, [as_known(order) for order in known])
    earlier = query.but(start=start - timedelta(days=days), end=start - timedelta(days=1), compare="none")
    wanted = {row["channel"]: row for row in run_query(then, info, earlier).records() if row[f"{metric}_d"]}
    then.close()
    assert wanted
    for channel, row in wanted.items():
        assert found[channel][f"{metric}_before_n"] == row[f"{metric}_n"]
        assert found[channel][f"{metric}_before_d"] == row[f"{metric}_d"]
        assert found[channel][f"{metric}_before"] == row[metric]


def as_known(order: Order) -> Order:
    """The order as it stood at the star's as-of time: what came later had not happened."""

    def happened(hours: float | None) -> float | None:
        return hours if hours is not None and order.created + timedelta(hours=hours) <= star.AS_OF else None

    def line(one: Line) -> Line:
        sent = [(units, {event: happened(hours) for event, hours in clock.items()}) for units, clock in one.sent]
        return replace(one, sent=sent)

    return replace(order, lines=[line(one) for one in order.lines])


def test_ages_need_the_day_of_the_order_and_a_moment_of_their_own() -> None:
    period = {"start": date(2026, 2, 1), "end": TODAY, "compare": "cohort"}
    with pytest.raises(NotApplicableError, match="--basis order"):
        check_query(Query(("otif",), **period))  # type: ignore[arg-type]
    for metric in ("orders", "cancellation_rate", "backlog"):
        with pytest.raises(NotApplicableError, match="same at every age"):
            check_query(Query((metric,), basis="order", **period))  # type: ignore[arg-type]
