"""Rates with their intervals, and China as tiles."""

from __future__ import annotations

import json

import plotly.io
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment_bi.charts.cartogram import cartogram, province_of, provinces
from fulfillment_bi.charts.heat import Cell
from fulfillment_bi.charts.intervals import Interval, intervals
from fulfillment_bi.charts.theme import DARK, LIGHT


def valid(figure):
    plotly.io.from_json(json.dumps(figure))
    return figure


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8), st.floats(0, 1))
def test_every_end_of_every_interval_is_in_view(ends, whole):
    items = [
        Interval(f"m{at}", middle, low, high, "90%", "hover", f"carrier=m{at}")
        for at, (low, middle, high) in enumerate(map(sorted, ends))
    ]
    figure = valid(intervals(items, LIGHT, "en", whole=whole, whole_name="all"))
    low, high = figure["layout"]["xaxis"]["range"]
    assert all(low <= item.low <= item.high <= high for item in items)
    assert low <= whole <= high
    assert figure["data"][-1]["customdata"] == [item.click for item in items]
    assert [trace["x"] for trace in figure["data"][:-1]] == [[item.low, item.high] for item in items]


def test_a_small_sample_is_fainter_than_a_large_one():
    items = [Interval("A", 0.9, 0.8, 0.95, "90%", ""), Interval("B", 0.9, 0.4, 1, "90%", "", faint=True)]
    figure = valid(intervals(items, DARK, "en"))
    solid, faint = figure["data"][-1]["marker"]["color"]
    assert solid.endswith(",1)")
    assert not faint.endswith(",1)")
    assert figure["layout"]["shapes"] == []


def test_every_province_has_a_tile_of_its_own():
    places = [(each.row, each.column) for each in provinces()]
    assert len(set(places)) == len(places) == 34
    assert len([each for each in provinces() if not each.added]) == 31
    for names in ("code", "zh", "short", "en"):
        assert len({getattr(each, names) for each in provinces()}) == 34
    assert len({each.zh[:2] for each in provinces()}) == 34  # what a longer spelling is recognised by


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("广东省", "GD"),
        ("广东", "GD"),
        ("内蒙古自治区", "NM"),
        ("上海市", "SH"),
        ("陕西", "SN"),
        ("Shanxi", "SX"),
        ("新疆维吾尔自治区", "XJ"),
        ("California", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_a_region_is_recognised_however_it_is_spelled(name, code):
    found = province_of(name)
    assert (found.code if found else None) == code


def test_a_tile_stands_where_the_file_puts_it_and_empty_ones_are_marked():
    cells = {"GD": Cell(0.9, "GD<br>90", "hover", "region=x"), "HK": Cell(0.8, "HK<br>80", "hover")}
    figure = valid(cartogram(cells, LIGHT, "zh", middle=0.95))
    grid = figure["data"][0]["customdata"]
    guangdong = province_of("广东")
    assert guangdong is not None
    assert grid[guangdong.row][guangdong.column] == "region=x"
    marks = [note["text"] for note in figure["layout"]["annotations"]]
    assert len(marks) == 30  # the 31 without Guangdong; of the others only those with data are drawn
    assert "沪" in marks
    assert not {"台", "澳", "港"} & set(marks)
