from __future__ import annotations

import pytest

from fulfillment_bi.errors import NotApplicableError, UnknownNameError, UsageError
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.members import Member, find_members, find_missing
from fulfillment_bi.metrics.query import Filter
from fulfillment_bi.warehouse.engine import Session


def values(members: list[Member]) -> list[str]:
    return [member.value for member in members]


def test_sku_search_looks_in_code_and_name(star: Session) -> None:
    assert find_members(star, "sku", "SHOE") == [Member("SKU-2", "Blue shoe")]
    assert find_members(star, "sku", "红色") == [Member("SKU-1", "红色运动鞋")]
    assert values(find_members(star, "sku", "sku-")) == ["SKU-1", "SKU-2", "SKU-3"]
    assert values(find_members(star, "sku", limit=2)) == ["SKU-1", "SKU-2"]


def test_members_that_start_with_the_search_come_first(star: Session) -> None:
    assert values(find_members(star, "shop", "l")) == ["flagship", "outlet", "several"]
    assert values(find_members(star, "shop", "out")) == ["outlet"]
    assert values(find_members(star, "carrier", "o")) == ["ZTO", "unknown"]


def test_a_filter_narrows_the_members(star: Session) -> None:
    assert values(find_members(star, "sku", where=(Filter("category", ("shoes",)),))) == ["SKU-1", "SKU-2"]
    assert values(find_members(star, "sku", where=(Filter("brand", ("Acme",)),))) == ["SKU-1", "SKU-3"]
    assert values(find_members(star, "country", where=(Filter("region", ("广东",)),))) == ["中国"]
    stages = find_members(star, "current_stage", where=(Filter("delivery_state", ("delivered",)),))
    assert values(stages) == ["none"]


def test_fixed_and_found_vocabularies(star: Session) -> None:
    assert values(find_members(star, "promise_bucket"))[0] == "overdue"
    assert values(find_members(star, "weekday")) == list("1234567")
    assert values(find_members(star, "status")) == ["cancelled", "delivered", "open"]
    assert values(find_members(star, "brand")) == ["Acme", "Zeta", "unknown"]


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", "\\"])
def test_search_text_is_only_text(star: Session, text: str) -> None:
    assert find_members(star, "channel", text) == []


def test_missing_members_are_named(star: Session) -> None:
    where = (Filter("channel", ("jd", "amazon")), Filter("delivery_state", ("lost",)), Filter("day", ("2026-01-01",)))
    assert find_missing(star, where) == [("channel", "amazon"), ("delivery_state", "lost")]


def test_missing_days_weeks_and_hours_are_named(star: Session) -> None:
    good = {
        "day": ("2026-01-01", "20260102", "2030-12-31"),  # any day is one, also without data
        "week": ("2026-01-05",),
        "month": ("2026-01", "2030-12"),
        "quarter": ("2026-Q1",),
        "weekday": ("1", "07"),
        "hour": ("0", "09", "23"),
    }
    bad = {
        "day": ("2026-02-30", "0001-01-01", "yesterday"),
        "week": ("2026-01-06",),
        "month": ("2026-1", "2026-13", "3000-01", "２０２６-01"),
        "quarter": ("2026-Q5", "2026Q1", "1899-Q4"),
        "weekday": ("0", "8", "monday"),
        "hour": ("24", "-1", "9.0", "٩", ""),
    }
    assert good.keys() == bad.keys() == {name for name, each in DIMENSIONS.items() if each.is_calendar}
    for name in good:
        assert find_missing(star, (Filter(name, good[name]),)) == []
        assert find_missing(star, (Filter(name, (*good[name], *bad[name])),)) == [(name, value) for value in bad[name]]


@pytest.mark.parametrize("limit", [-1, 2**31, 2**64])
@pytest.mark.parametrize("dimension", ["channel", "weekday", "status"])
def test_a_limit_out_of_reach_is_refused(star: Session, dimension: str, limit: int) -> None:
    with pytest.raises(UsageError, match="limit"):
        find_members(star, dimension, limit=limit)
    assert find_members(star, dimension, limit=0) == []


def test_text_that_cannot_be_encoded_is_refused(star: Session) -> None:
    for dimension in ("channel", "weekday", "status"):
        with pytest.raises(UsageError, match="cannot be encoded"):
            find_members(star, dimension, "\udcff")
    with pytest.raises(UsageError, match="cannot be encoded"):
        find_members(star, "sku", where=(Filter("category", ("\udcff",)),))
    with pytest.raises(UsageError, match="a text where a tuple"):
        find_members(star, "sku", where=(Filter("category", "shoes"),))  # type: ignore[arg-type]


def test_refusals(star: Session) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean channel"):
        find_members(star, "chanel")
    with pytest.raises(NotApplicableError, match="Any such date"):
        find_members(star, "day")
