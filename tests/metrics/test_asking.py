"""What a query may say: periods, comparison, order, limits, null, and every refusal with its sentence."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fulfillment_bi.errors import NotApplicableError, UnknownNameError, UsageError
from fulfillment_bi.metrics.members import find_missing
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.resolve import earlier_period
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.engine import Session
from tests.metrics.hand import answer, hand
from tests.metrics.star import Line, Order, fill_star

START, END = date(2026, 1, 20), date(2026, 2, 3)


def period(column: str, start: date, end: date) -> str:
    return f"{column} BETWEEN DATE '{start}' AND DATE '{end}'"


def test_a_period_takes_both_its_days(star: Session, info: Any) -> None:
    result = run_query(star, info, Query(("otif",), start=START, end=END))
    by_hand = answer(star, hand("otif", "order", "sign"), condition=period("sign_due_original_day", START, END))["all"]
    assert (result.value("otif_n"), result.value("otif_d")) == by_hand[1:3]
    one = run_query(star, info, Query(("orders",), start=START, end=START)).value("orders")
    assert one == star.rows(f"SELECT count(*) FROM fct_order WHERE created_day = DATE '{START}'")[0][0] > 0


@pytest.mark.parametrize(
    ("compare", "start", "end"),
    [("previous", date(2026, 1, 5), date(2026, 1, 19)), ("year", date(2025, 1, 20), date(2025, 2, 3))],
)
def test_a_comparison_is_the_query_of_the_earlier_period(
    star: Session, info: Any, compare: Any, start: date, end: date
) -> None:
    query = Query(("otif", "orders"), by=("channel",), start=START, end=END)
    earlier = {row["channel"]: row for row in run_query(star, info, query.but(start=start, end=end)).records()}
    for row in run_query(star, info, query.but(compare=compare)).records():
        before = earlier.get(row["channel"], {"otif": None, "otif_n": 0, "otif_d": 0, "orders": 0})
        assert (row["otif_before"], row["otif_before_n"], row["otif_before_d"]) == tuple(
            before[name] for name in ("otif", "otif_n", "otif_d")
        )
        assert row["orders_change"] == row["orders"] - before["orders"]
        expected = None if before["otif"] is None else pytest.approx(row["otif"] - before["otif"])
        assert row["otif_change"] == expected


def test_a_comparison_lays_earlier_days_over_this_period(star: Session, info: Any) -> None:
    query = Query(("orders",), by=("day",), start=START, end=END, compare="previous")
    days = {row["day"]: row["orders_before"] for row in run_query(star, info, query).records()}
    earlier = star.rows(
        "SELECT created_day + 15, count(*) FROM fct_order WHERE created_day BETWEEN ? AND ? GROUP BY 1",
        (date(2026, 1, 5), date(2026, 1, 19)),
    )
    assert days == dict.fromkeys(days, 0) | dict(earlier)
    weekdays = run_query(star, info, query.but(by=("weekday",))).records()
    by_hand = star.rows(
        "SELECT isodow(created_day), count(*) FROM fct_order WHERE created_day BETWEEN ? AND ? GROUP BY 1",
        (date(2026, 1, 5), date(2026, 1, 19)),
    )
    assert {row["weekday"]: row["orders_before"] for row in weekdays} == dict(by_hand)


def test_an_open_end_is_compared_up_to_the_newest_day(star: Session, info: Any) -> None:
    open_end = run_query(star, info, Query(("orders",), start=date(2026, 2, 20), compare="previous"))
    closed = run_query(
        star, info, Query(("orders",), start=date(2026, 2, 20), end=date(2026, 3, 1), compare="previous")
    )
    assert open_end.rows == closed.rows


def test_as_of_metrics_ignore_the_period_and_compare_with_nothing(star: Session, info: Any) -> None:
    compared = run_query(star, info, Query(("backlog",), start=START, end=START, compare="previous"))
    assert compared.value("backlog") == run_query(star, info, Query(("backlog",))).value("backlog") > 0
    assert compared.value("backlog_before") is None
    assert compared.value("backlog_change") is None


def test_nothing_counted_is_null_and_not_zero(star: Session, info: Any) -> None:
    nothing = run_query(star, info, Query(("otif", "cycle_time_p50", "orders", "review_score"), start=date(2030, 1, 1)))
    values = nothing.records()[0]
    assert (values["otif"], values["otif_n"], values["otif_d"]) == (None, 0, 0)
    assert (values["cycle_time_p50"], values["review_score"]) == (None, None)
    assert values["orders"] == 0
    assert run_query(star, info, Query(("otif",), by=("channel",), start=date(2030, 1, 1))).rows == ()


def test_pending_promises_are_told_on_order_basis_only(star: Session, info: Any) -> None:
    by_order = run_query(star, info, Query(("otif", "orders"), basis="order"))
    pending = star.rows("SELECT sum(pending_sign_original) FROM fct_order")[0][0]
    assert by_order.value("otif_pending") == pending > 0
    assert "orders_pending" not in by_order.columns
    assert "otif_pending" not in run_query(star, info, Query(("otif",))).columns


def test_an_event_that_a_channel_never_reports_judges_nothing(star: Session, info: Any) -> None:
    """No scans at all is not 'nothing was filled': the rate is undefined, and other channels' is not pulled down."""
    fills = ("order_fill_rate", "line_fill_rate", "unit_fill_rate", "value_fill_rate")
    for basis in ("due", "order"):
        query = Query(fills, event="scan", where=(Filter("channel", ("shopify",)),), basis=basis)  # type: ignore[arg-type]
        values = run_query(star, info, query).records()[0]
        for name in fills:
            assert (values[name], values[f"{name}_n"], values[f"{name}_d"]) == (None, 0, 0)
            assert values.get(f"{name}_pending", 0) == 0
    everywhere = run_query(star, info, Query(fills, event="scan")).records()
    others = run_query(star, info, Query(fills, event="scan", where=(Filter("channel", ("tmall", "jd")),))).records()
    assert everywhere == others
    assert run_query(star, info, Query(fills, where=(Filter("channel", ("shopify",)),))).value("order_fill_rate") > 0


def test_open_and_overdue_fails_and_a_promise_not_yet_due_does_not_count(empty: Session, info: Any) -> None:
    from tests.metrics.star import AS_OF, EVENTS, timedelta

    on_time = dict.fromkeys(EVENTS, 10.0)
    never: dict[str, float | None] = dict.fromkeys(EVENTS)
    kept = Order(AS_OF - timedelta(days=20), [Line(1, 2, Decimal(10), [(2, on_time)])])
    overdue = Order(AS_OF - timedelta(days=20), [Line(1, 1, Decimal(10), [(1, never)])])
    young = Order(AS_OF - timedelta(hours=1), [Line(1, 1, Decimal(10), [])])
    fill_star(empty, [kept, overdue, young])
    found = run_query(empty, info, Query(("otif", "delivery_delay_rate", "unit_fill_rate"))).records()[0]
    assert (found["otif_n"], found["otif_d"], found["otif"]) == (1, 2, 0.5)
    assert (found["delivery_delay_rate_n"], found["delivery_delay_rate_d"]) == (1, 2)
    assert (found["unit_fill_rate_n"], found["unit_fill_rate_d"]) == (2, 3)


def test_order_and_limit(star: Session, info: Any) -> None:
    query = Query(("orders",), by=("region",), order_by="-orders")
    counts = [row[1] for row in run_query(star, info, query).rows]
    assert counts == sorted(counts, reverse=True)
    assert [row[1] for row in run_query(star, info, query.but(limit=2)).rows] == counts[:2]
    ascending = run_query(star, info, query.but(order_by="orders_n")).rows
    assert [row[1] for row in ascending] == counts[::-1]


def test_stages_come_in_their_own_order(star: Session, info: Any) -> None:
    rows = run_query(star, info, Query(("stage_time_mean",), by=("stage",))).rows
    assert [row[0] for row in rows] == ["pay", "ship", "deliver"]


def test_a_filter_on_lines_keeps_the_orders_that_contain_such_a_line(star: Session, info: Any) -> None:
    both = (Filter("sku", ("SKU-3",)), Filter("warehouse", ("GZ-1",)), Filter("brand", ("Acme",)))
    found = run_query(star, info, Query(("orders",), where=both)).value("orders")
    by_hand = star.rows(
        "SELECT count(*) FROM fct_order o WHERE warehouse_id = 2 AND EXISTS "
        "(SELECT 1 FROM fct_order_line l WHERE l.order_key = o.order_key AND l.sku_id = 3)"
    )[0][0]
    assert found == by_hand > 0


def test_an_order_attribute_filters_reviews_lines_and_stages(star: Session, info: Any) -> None:
    where = (Filter("cancelled_by", ("seller",)),)
    for metric, table, count in (("review_score", "fct_review", "_d"), ("stage_time", "fct_order_stage", "_n")):
        found = run_query(star, info, Query((metric,), where=where, timestamps="all")).value(metric + count)
        orders = "SELECT order_key FROM fct_order WHERE cancelled_by = 'seller'"
        sql = f"SELECT count(*) FROM {table} WHERE order_key IN ({orders})"
        assert found == star.rows(sql)[0][0] > 0


def test_timestamps_all_lets_impossible_sequences_in(star: Session, info: Any) -> None:
    possible = run_query(star, info, Query(("cycle_time_mean",)))
    everything = run_query(star, info, Query(("cycle_time_mean",), timestamps="all"))
    impossible = star.rows("SELECT count(*) FROM fct_order WHERE is_signed = 1 AND sequence_possible = 0")[0][0]
    assert everything.value("cycle_time_mean_n") - possible.value("cycle_time_mean_n") == impossible > 0


def test_the_stamp_is_on_every_result(star: Session, info: Any) -> None:
    result = run_query(star, info, Query(("otif",)))
    assert (result.as_of, result.timezone, result.version) == ("2026-03-01T04:30:00Z", "Asia/Shanghai", "v00000007")
    assert result.sql.startswith("WITH parts AS (")


@pytest.mark.parametrize(
    "value",
    [
        "'; DROP TABLE fct_order; --",
        "x' OR '1'='1",
        '" OR ""="',
        "$$;$$",
        "jd\x00",
        "../../etc/passwd",
        "?",
        "{day}",
        "ｊｄ",
    ],
)
def test_values_are_never_sql(star: Session, info: Any, value: str) -> None:
    for dimension in ("channel", "sku", "status", "day", "weekday", "brand"):
        query = Query(("otif", "unit_fill_rate"), where=(Filter(dimension, (value,)),))
        assert run_query(star, info, query).rows == ((None, 0, 0, None, 0, 0),)
    assert star.rows("SELECT count(*) FROM fct_order")[0][0] == 600


def test_a_filter_without_values_keeps_nothing(star: Session, info: Any) -> None:
    assert run_query(star, info, Query(("orders",), where=(Filter("channel", ()),))).value("orders") == 0


@pytest.mark.parametrize(
    ("query", "error", "words"),
    [
        (Query(()), UsageError, "no metric"),
        (Query(("otfi",)), UnknownNameError, "Did you mean otif"),
        (Query(("otif",), by=("chanel",)), UnknownNameError, "Did you mean channel"),
        (Query(("otif",), where=(Filter("regoin", ("x",)),)), UnknownNameError, "Did you mean region"),
        (Query(("otif", "otif")), UsageError, "named twice"),
        (Query(("otif",), by=("day", "day")), UsageError, "named twice"),
        (Query(("otif",), by=("sku",)), NotApplicableError, "--level line"),
        (Query(("orders",), by=("sku",)), NotApplicableError, "It applies to otif"),
        (Query(("otif",), by=("stage",)), NotApplicableError, "stage_time, stage_time_p90"),
        (Query(("otif",), where=(Filter("issue", ("x",)),)), NotApplicableError, "It applies to data_issues"),
        (Query(("backlog",), by=("day",)), NotApplicableError, "as of now"),
        (Query(("backlog",), where=(Filter("month", ("2026-01",)),)), NotApplicableError, "as of now"),
        (Query(("cycle_time_p50",), level="line"), NotApplicableError, "counted at level order"),
        (Query(("cycle_time_p50",), event="scan"), NotApplicableError, "It applies to otif"),
        (Query(("otif",), level="parcel"), UnknownNameError, "level"),  # type: ignore[arg-type]
        (Query(("otif",), promise="orginal"), UnknownNameError, "original"),  # type: ignore[arg-type]
        (Query(("otif",), order_by="-oitf"), UnknownNameError, "otif"),
        (Query(("otif",), limit=0), UsageError, "limit"),
        (Query(("otif",), start=END, end=START), UsageError, "after its end"),
        (Query(("otif",), compare="previous"), NotApplicableError, "--from"),
    ],
)
def test_refusals_say_what_next(star: Session, info: Any, query: Query, error: type[UsageError], words: str) -> None:
    with pytest.raises(error) as caught:
        run_query(star, info, query)
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


DAYS = (date(1, 1, 1), date(1899, 12, 31), date(3000, 1, 1), date.max)


@pytest.mark.parametrize("compare", ["none", "previous", "year"])
@pytest.mark.parametrize("day", DAYS)
def test_a_day_out_of_reach_is_refused(star: Session, info: Any, day: date, compare: Any) -> None:
    for period in ({"start": day}, {"end": day}, {"start": day, "end": day}):
        with pytest.raises(UsageError, match="outside 1900 to 2999"):
            run_query(star, info, Query(("orders",), compare=compare, **period))
        with pytest.raises(UsageError, match="outside 1900 to 2999"):
            earlier_period(Query(("orders",), compare=compare, **({"start": START} | period)), END)


def test_the_first_and_the_last_day_are_within_reach(star: Session, info: Any) -> None:
    for compare in ("none", "previous", "year"):
        query = Query(("orders",), ("day",), start=date(1900, 1, 1), end=date(2999, 12, 31), compare=compare)  # type: ignore[arg-type]
        assert sum(row["orders"] for row in run_query(star, info, query).records()) == 600
    moment = datetime(2026, 1, 1, 12)
    with pytest.raises(UsageError, match="not a day"):
        run_query(star, info, Query(("orders",), start=moment))


LIMITS = (0, -1, 2**31, 2**63, -(2**63))


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_out_of_reach_is_refused(star: Session, info: Any, limit: int) -> None:
    with pytest.raises(UsageError, match="The limit is"):
        run_query(star, info, Query(("orders",), limit=limit))
    assert run_query(star, info, Query(("orders",), limit=2**31 - 1)).value("orders") == 600


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("jd", "a text where a tuple"),
        (("jd", 3), "a text for each member"),
        (("jd\ud800",), "cannot be encoded"),
    ],
)
def test_filter_values_that_are_no_members_are_refused(star: Session, info: Any, values: Any, words: str) -> None:
    for dimension in ("channel", "day", "sku", "hour"):
        with pytest.raises(UsageError, match=words) as caught:
            run_query(star, info, Query(("orders",), where=(Filter(dimension, values),)))
        assert str(caught.value).encode()
        with pytest.raises(UsageError, match=words):
            find_missing(star, (Filter(dimension, values),))


def test_a_calendar_filter_reads_a_member_as_a_person_does(star: Session, info: Any) -> None:
    def count(dimension: str, *values: str) -> Any:
        return run_query(star, info, Query(("orders",), where=(Filter(dimension, values),))).value("orders")

    assert count("hour", "09") == count("hour", "9") == count("hour", " 9 ", "9") > 0
    assert count("weekday", "01") == count("weekday", "1") > 0
    assert count("day", "20260115") == count("day", "2026-01-15") > 0
    for dimension, value in (("hour", "24"), ("hour", "nine"), ("hour", "9" * 9999), ("day", "2026-02-30")):
        assert count(dimension, value) == 0


def test_a_switch_that_only_some_metrics_have_leaves_the_others(star: Session, info: Any) -> None:
    mixed = run_query(star, info, Query(("unit_fill_rate", "cycle_time_p50"), level="value", event="sign"))
    assert mixed.value("cycle_time_p50") == run_query(star, info, Query(("cycle_time_p50",))).value("cycle_time_p50")
    alone = run_query(star, info, Query(("value_fill_rate",), event="sign"))
    assert mixed.value("unit_fill_rate") == alone.value("value_fill_rate")
