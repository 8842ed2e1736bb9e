"""The rows behind a number are those it counted, all of them and no others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fulfillment_bi.errors import NotApplicableError, UnknownNameError, UsageError
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.rows import run_rows
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.warehouse.engine import Session

GRAINS = [
    (name, level)
    for name, metric in METRICS.items()
    for level, measure in metric.measures.items()
    if measure.fact.of_order  # stock and purchases have their own
]
PERIOD = {"start": date(2026, 1, 10), "end": date(2026, 2, 20)}


@pytest.mark.parametrize(("name", "level"), GRAINS)
def test_count_or_total_is_the_printed_number(star: Session, info: Any, name: str, level: Any) -> None:
    promises = METRICS[name].is_promise
    for causes in ("all", "seller") if promises else ("all",):
        where = (Filter("channel", ("jd", "tmall")), Filter("category", ("shoes",)))
        query = Query((name,), level=level, causes=causes, where=where, **PERIOD)  # type: ignore[arg-type]
        printed = run_query(star, info, query)
        for part, suffix in (("numerator", "_n"), ("denominator", "_d")):
            behind = run_rows(star, info, query, name, part, limit=3)  # type: ignore[arg-type]
            number = printed.value(name + suffix)
            assert number > 0
            assert (behind.count if behind.total is None else behind.total) == pytest.approx(number, rel=1e-12)
            counts_rows = level in ("order", "line") and name != "failure_causes"  # there a row is a part of an order
            if counts_rows and METRICS[name].unit in ("rate", "count", "days", "hours"):
                assert behind.count == number
            assert len(behind.rows) == min(3, behind.count)
            assert behind.columns[:2] == ("channel", "order_no")


@pytest.mark.parametrize("event", ["warehouse", "platform", "scan", "ship", "sign"])
@pytest.mark.parametrize("promise", ["original", "current"])
@pytest.mark.parametrize("basis", ["due", "order"])
def test_under_every_definition(star: Session, info: Any, event: Any, promise: Any, basis: Any) -> None:
    for level in ("order", "line", "unit", "value"):
        query = Query(("otif",), level=level, event=event, promise=promise, basis=basis, **PERIOD)  # type: ignore[arg-type]
        behind = run_rows(star, info, query, "otif", "numerator")
        number = run_query(star, info, query).value("otif_n")
        assert (behind.count if behind.total is None else behind.total) == pytest.approx(number, rel=1e-12)
        if behind.total is not None:
            assert sum(row[-1] for row in behind.rows) == pytest.approx(number, rel=1e-9)


def test_pages_put_together_are_all_rows_once(star: Session, info: Any) -> None:
    everything = run_rows(star, info, Query(("otif",)), "otif", "denominator")
    pages = [
        run_rows(star, info, Query(("otif",)), "otif", "denominator", limit=50, offset=at) for at in range(0, 600, 50)
    ]
    assert tuple(row for page in pages for row in page.rows) == everything.rows
    assert len({record["order_no"] for record in everything.records()}) == everything.count


def test_order_and_text_filter(star: Session, info: Any) -> None:
    descending = run_rows(star, info, Query(("orders",)), "orders", "numerator", order_by="-order_no", limit=1)
    assert descending.records()[0]["order_no"] == "NO-000600"
    found = run_rows(star, info, Query(("orders",)), "orders", "numerator", text="no-00001")
    assert sorted(record["order_no"] for record in found.records()) == [f"NO-00001{digit}" for digit in range(10)]
    assert found.count == 10
    shoes = run_rows(star, info, Query(("line_fill_rate",)), "line_fill_rate", "denominator", text="运动鞋")
    assert {record["sku"] for record in shoes.records()} == {"SKU-1"}
    nothing = run_rows(star, info, Query(("unit_fill_rate",)), "unit_fill_rate", "numerator", text="' OR 1=1 --")
    assert (nothing.count, nothing.rows, nothing.total) == (0, (), 0)


def test_rows_can_be_narrowed_by_words_in_each_column(star, info):
    def rows(**containing):
        query = Query(("line_fill_rate",))
        return run_rows(star, info, query, "line_fill_rate", "denominator", containing=containing)

    whole = rows(product_name="", order_no="")
    narrowed = rows(product_name="运动鞋", order_no="NO-")
    wanted = [
        row for row in whole.records() if "运动鞋" in (row["product_name"] or "") and "no-" in row["order_no"].lower()
    ]
    assert narrowed.records() == wanted
    assert 0 < narrowed.count == len(wanted) < whole.count
    assert rows(product_name="' OR 1=1 --").count == 0
    with pytest.raises(UnknownNameError):
        rows(nonsense="x")


def test_times_are_shown_in_business_time(star: Session, info: Any) -> None:
    shown = run_rows(star, info, Query(("orders",)), "orders", "numerator", limit=1).records()[0]
    day, hour = star.rows("SELECT created_day, created_hour FROM fct_order WHERE order_no = ?", (shown["order_no"],))[0]
    assert (shown["created_at"].date(), shown["created_at"].hour) == (day, hour)


def test_each_of_several_printed_numbers_has_its_rows(star: Session, info: Any) -> None:
    """A switch that only some of the query's metrics have leaves the others, and so the rows behind them."""
    names = ("otif", "orders", "unit_fill_rate", "cycle_time_p50", "review_score")
    query = Query(names, level="line", event="ship", causes="seller", where=(Filter("channel", ("jd",)),), **PERIOD)
    printed = run_query(star, info, query)
    for name in names:
        for part, suffix in (("numerator", "_n"), ("denominator", "_d")):
            behind = run_rows(star, info, query, name, part)  # type: ignore[arg-type]
            number = printed.value(name + suffix)
            assert number > 0
            assert (behind.count if behind.total is None else behind.total) == number
    with pytest.raises(NotApplicableError, match="not counted at level 'line'"):
        run_rows(star, info, query.but(metrics=("orders",), event=None), "orders", "numerator")


@pytest.mark.parametrize(
    "page", [{"limit": -1}, {"limit": 2**31}, {"offset": -1}, {"offset": 2**31}, {"offset": 2**70}]
)
def test_a_page_out_of_reach_is_refused(star: Session, info: Any, page: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=next(iter(page))):
        run_rows(star, info, Query(("otif",)), "otif", "numerator", **page)  # type: ignore[arg-type]


def test_text_that_cannot_be_encoded_is_refused(star: Session, info: Any) -> None:
    with pytest.raises(UsageError, match="cannot be encoded"):
        run_rows(star, info, Query(("otif",)), "otif", "numerator", text="\ud83d")


def test_refusals(star: Session, info: Any) -> None:
    with pytest.raises(UnknownNameError, match="There is no part 'nominator'"):
        run_rows(star, info, Query(("otif",)), "otif", "nominator")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="There is no column 'oder_no'"):
        run_rows(star, info, Query(("otif",)), "otif", "numerator", order_by="oder_no")
