"""Which target a row takes, and what is said about a file that cannot be used."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Filter, Query, Result
from fulfillment_bi.metrics.target_file import TargetFile, parse
from fulfillment_bi.metrics.targets import Levels, Targets, against_targets, declared, levels_of, status, without_target

FILE = """
[[target]]
metric = "otif"
target = 0.96

[[target]]
metric = "otif"
channel = ["jd", "tmall"]
from = 2026-01-01
to = 2026-06-30
target = 0.97
warning = 0.95
critical = 0.92
note = "framework contract"

[[target]]
metric = "otif"
channel = "jd"
from = "2026-07-01"
target = 0.98

[[target]]
metric = "otif"
channel = "jd"
warehouse = "GZ-1"
target = 0.90

[[target]]
metric = "ship_delay_rate"
target = 0.02
critical = 0.06
"""
TARGETS = parse(FILE)
DAY = date(2026, 3, 1)


def target(day: date = DAY, metric: str = "otif", **members: str | tuple[str, ...]) -> float | None:
    own = {name: frozenset((one,) if isinstance(one, str) else one) for name, one in members.items()}
    return TARGETS.levels(metric, own, day).target


def test_the_entry_that_says_most_about_a_row_holds() -> None:
    assert target() == 0.96
    assert target(channel="douyin") == 0.96
    assert target(channel="jd") == 0.97
    assert target(channel=("jd", "tmall")) == 0.97
    assert target(channel=("jd", "douyin")) == 0.96
    assert target(channel="jd", warehouse="GZ-1") == 0.90
    assert target(warehouse="GZ-1") == 0.96
    assert target(metric="delivery_delay_rate") == METRICS["delivery_delay_rate"].target


def test_entries_come_into_force_and_end() -> None:
    assert [target(day, channel="tmall") for day in (date(2025, 12, 31), date(2026, 6, 30), date(2026, 7, 1))] == [
        0.96,
        0.97,
        0.96,
    ]
    assert target(date(2026, 7, 1), channel="jd") == 0.98


def test_an_entry_replaces_all_three_levels() -> None:
    assert TARGETS.levels("otif", {}, DAY) == Levels(0.96)
    assert TARGETS.levels("ship_delay_rate", {}, DAY) == Levels(0.02, None, 0.06)
    assert Targets().levels("otif", {}, DAY) == declared(METRICS["otif"])


def answer(query: Query, *rows: tuple[Any, ...], targets: Targets | None = TARGETS) -> Result:
    columns = (*query.by, "otif", "otif_n", "otif_d")
    return Result(query, columns, rows, "2026-08-15T04:00:00Z", "Asia/Shanghai", "v1", targets=targets)


@pytest.mark.parametrize(
    ("by", "member", "end", "expected"),
    [
        ("day", date(2026, 6, 30), None, 0.97),
        ("day", date(2026, 7, 1), None, 0.98),
        ("week", date(2026, 6, 29), None, 0.98),  # ends in July
        ("week", date(2026, 6, 29), date(2026, 6, 30), 0.97),
        ("month", "2026-06", None, 0.97),
        ("quarter", "2026-Q3", None, 0.98),
        ("quarter", "2026-Q2", None, 0.97),
        ("channel", "jd", None, 0.98),  # in force on the last day of the data
        ("channel", "jd", date(2026, 3, 31), 0.97),
    ],
)
def test_a_row_takes_the_levels_of_its_last_day(by: str, member: Any, end: date | None, expected: float) -> None:
    query = Query(("otif",), by=(by,), where=(Filter("channel", ("jd",)),), end=end)
    result = answer(query, (member, 0.9, 90, 100))
    assert levels_of(result, result.records()[0], "otif").target == expected


def test_a_target_beside_each_number() -> None:
    query = Query(("otif",), by=("channel",), end=date(2026, 3, 31), compare="target", order_by="-otif_change", limit=2)
    plain = without_target(query)
    assert (plain.compare, plain.order_by, plain.limit) == ("none", None, None)
    found = answer(plain, ("douyin", None, 0, 0), ("jd", 0.9, 90, 100), ("shop", 0.95, 95, 100))
    result = against_targets(found, query)
    assert result.columns == (
        *("channel", "otif", "otif_n", "otif_d"),
        *("otif_before", "otif_before_n", "otif_before_d", "otif_change"),
    )
    assert [row[0] for row in result.rows] == ["shop", "jd"]
    assert result.rows[1][4:] == (0.97, None, None, pytest.approx(-0.07))


@pytest.mark.parametrize(
    ("metric", "value", "sample", "expected"),
    [
        ("otif", 0.95, 100, "good"),
        ("otif", 0.94, 100, "watch"),
        ("otif", 0.91, 100, "warning"),
        ("otif", 0.5, 100, "critical"),
        ("otif", 0.5, 3, None),
        ("otif", None, 100, None),
        ("ship_delay_rate", 0.03, 100, "good"),
        ("ship_delay_rate", 0.04, 100, "watch"),
        ("ship_delay_rate", 0.06, 100, "warning"),
        ("ship_delay_rate", 0.2, 100, "critical"),
    ],
)
def test_where_a_value_stands(metric: str, value: float | None, sample: float, expected: str | None) -> None:
    assert status(METRICS[metric], declared(METRICS[metric]), value, sample) == expected


@given(value=st.floats(0, 1), more=st.floats(0, 1), metric=st.sampled_from(["otif", "ship_delay_rate"]))
def test_a_better_value_never_stands_worse(value: float, more: float, metric: str) -> None:
    order = ["critical", "warning", "watch", "good"]
    worse, better = sorted((value, more), reverse=METRICS[metric].direction == "down")
    places = [order.index(str(status(METRICS[metric], declared(METRICS[metric]), one, 100))) for one in (worse, better)]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[[target]]\nmetric = "ottif"\ntarget = 0.9', 2, "Did you mean otif"),
        ("[[target]]\ntarget = 0.9", 1, "names no metric"),
        ('\n[[target]]\nmetric = "otif"', 2, "has no target"),
        ('[[target]]\nmetric = "otif"\ntarget = 95', 3, "target = 0.95"),
        ('[[target]]\nmetric = "otif"\ntarget = "high"', 3, "not a number"),
        ('[[target]]\nmetric = "otif"\ntarget = 0.9\n\n[[target]]\nmetric = "otif"\nchanel = "jd"', 7, "channel"),
        ('[[target]]\nmetric = "otif"\nchannel = 3\ntarget = 0.9', 3, "no member"),
        ('[[target]]\nmetric = "otif"\nmonth = "2026-01"\ntarget = 0.9', 3, "from and to"),
        ('[[target]]\nmetric = "otif"\nfrom = "soon"\ntarget = 0.9', 3, "not a day"),
        ('[[target]]\nmetric = "otif"\nfrom = 2026-02-01\nto = 2026-01-01\ntarget = 0.9', 4, "Swap"),
        ('[[target]]\nmetric = "otif"\ntarget = 0.9\nwarning = 0.95', 4, "better than the target"),
        ('[[target]]\nmetric = "ship_delay_rate"\ntarget = 0.05\ncritical = 0.04', 4, "when it is high"),
        ('title = "x"', 1, "'title' is not a target"),
        ("[target]\nmetric = 1", 1, "not entries"),
        ("[[target]\n", 1, "line 1"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text, "targets.toml")
    assert words in str(caught.value)
    assert f"line {line}" in str(caught.value)
    assert str(caught.value).startswith("targets.toml")


def test_the_file_is_read_again_when_it_changed(tmp_path: Path) -> None:
    file = TargetFile(tmp_path / "targets.toml")
    assert file.read() == Targets()
    file.path.write_text('[[target]]\nmetric = "otif"\ntarget = 0.9\n')
    assert file.read().levels("otif", {}, None).target == 0.9
    assert file.read() is file.read()
    file.path.write_text('[[target]]\nmetric = "otif"\ntarget = 0.875\n')
    assert file.read().levels("otif", {}, None).target == 0.875
    file.path.unlink()
    assert file.read() == Targets()
    with pytest.raises(SettingsError, match="no such file"):
        TargetFile(tmp_path / "mine.toml", named=True).read()
