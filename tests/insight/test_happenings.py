"""Days of the calendar that follow each other are one event."""

from __future__ import annotations

from datetime import date

from fulfillment_bi.insight.happenings import Happening, joined


def day(number: int) -> date:
    return date(2026, 11, number)


def test_days_of_one_name_and_scope_are_one_event():
    single = [Happening(day(at), day(at), name, scope) for at, name, scope in (
        (3, "flash sale", "douyin"), (1, "flash sale", "douyin"), (2, "flash sale", "douyin"),
        (2, "flash sale", "jd"), (5, "flash sale", "douyin"), (11, "double 11", "all"),
    )]  # fmt: skip
    assert joined(single) == (
        Happening(day(1), day(3), "flash sale", "douyin"),
        Happening(day(2), day(2), "flash sale", "jd"),
        Happening(day(5), day(5), "flash sale", "douyin"),
        Happening(day(11), day(11), "double 11", "all"),
    )
    assert joined([]) == ()
