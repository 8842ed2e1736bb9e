"""Figures as data: what a reader must be able to rely on."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import unquote

import plotly.io
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.charts.bars import Bar, Stage, bars, broken, shortened, stages
from fulfillment_bi.charts.heat import Cell, heat
from fulfillment_bi.charts.sparkline import sparkline
from fulfillment_bi.charts.theme import DARK, LIGHT, member_colour, theme
from fulfillment_bi.charts.trend import Mark, Point, trend

START = date(2026, 11, 1)
SHARES = st.one_of(st.none(), st.floats(0, 1))


def points(values):
    return [Point(START + timedelta(days=at), value, f"day {at}", 100, f"from={at}") for at, value in enumerate(values)]


def check(figure):
    plotly.io.from_json(__import__("json").dumps(figure))
    return figure


@given(st.lists(SHARES, min_size=1, max_size=60), st.booleans())
def test_a_trend_keeps_every_value_target_and_click_in_view(values, compared):
    before = points(values[::-1]) if compared else ()
    figure = trend(points(values), LIGHT, "zh", before=before, target=0.95, target_name="目标", end_label="x")
    low, high = figure["layout"]["yaxis"]["range"]
    assert low <= 0.95 <= high
    assert all(low <= value <= high for value in values if value is not None)
    lines = [trace for trace in figure["data"] if trace["mode"] == "lines+markers"]
    assert [list(line["customdata"]) for line in lines] == [[f"from={at}" for at in range(len(values))]]


def test_the_part_that_is_not_final_is_hatched_and_dotted():
    figure = check(
        trend(points([0.9] * 10), DARK, "en", immature_from=START + timedelta(days=8), immature_name="not final")
    )
    hatch = [trace for trace in figure["data"] if "fillpattern" in trace]
    assert hatch[0]["x"][0] == "2026-11-09"
    dotted = [trace for trace in figure["data"] if trace.get("line", {}).get("dash") == "dot"]
    assert list(dotted[0]["x"]) == ["2026-11-08", "2026-11-09", "2026-11-10"]
    assert "not final" in [note["text"] for note in figure["layout"]["annotations"]]


def test_marked_days_are_named():
    figure = check(trend(points([0.9, 0.8]), LIGHT, "en", marks=[Mark(START, "Strike")]))
    assert "Strike" in [note["text"] for note in figure["layout"]["annotations"]]


def test_bars_start_at_zero_and_leave_room_for_their_words():
    figure = check(bars([Bar("A", 10, "10 orders", "hover"), Bar("B", 3, "3", "hover")], LIGHT, "en"))
    assert figure["layout"]["xaxis"]["range"] == [0, 10]
    assert figure["layout"]["margin"]["r"] >= 7 * len("10 orders")  # the words stand beside the longest bar
    assert figure["layout"]["yaxis"]["range"][0] > figure["layout"]["yaxis"]["range"][1]  # the first on top


@given(st.lists(st.floats(0.0001, 0.1), min_size=1, max_size=7))
def test_the_steps_of_a_broken_promise_sum_to_the_gap(sizes):
    kept = 1 - sum(sizes)
    figure = broken(
        kept,
        [Bar(str(at), size, "w", "s") for at, size in enumerate(sizes)],
        LIGHT,
        "zh",
        kept_name="k",
        all_name="100%",
    )
    bar = figure["data"][0]
    edges = [1.0, *(left for left in bar["base"])]
    assert all(abs(edges[at] - size - edges[at + 1]) < 1e-9 for at, size in enumerate(bar["x"]))
    assert edges[-1] == pytest.approx(kept)


def test_stages_show_median_p90_and_the_bottleneck():
    items = [Stage("Pick", 0.5, 1.2, "12 h", "s", bottleneck=True, before=0.4), Stage("Ship", None, None, "–", "s")]
    figure = check(stages(items, LIGHT, "en"))
    slow, median, before = figure["data"]
    assert list(slow["x"]) == [1.2, 0]
    assert list(median["marker"]["color"]) == [LIGHT.bad, LIGHT.accent]
    assert list(before["x"]) == [0.4]


def test_a_heat_map_is_coloured_around_its_middle_and_leaves_gaps_empty():
    cells = {("a", "x"): Cell(0.99, "99", "s", "c"), ("a", "y"): Cell(0.80, "80", "s", "c")}
    figure = check(heat(["a", "b"], ["x", "y"], cells, LIGHT, "en", middle=0.95))
    trace = figure["data"][0]
    assert trace["z"] == [[0.99, 0.80], [None, None]]
    assert trace["zmax"] - 0.95 == pytest.approx(0.95 - trace["zmin"])


def test_no_red_against_green():
    for palette in (LIGHT, DARK):
        for colour in (palette.good, palette.bad, palette.accent):
            red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
            assert not (green > red and green > blue), colour


def test_a_member_keeps_its_colour():
    assert member_colour(LIGHT, "tmall") == member_colour(theme("light", 2.0), "tmall")


@given(st.lists(SHARES, max_size=40))
def test_a_sparkline_is_a_picture_or_nothing(values):
    uri = sparkline(values, LIGHT, target=0.95)
    if sum(value is not None for value in values) < 2:
        assert uri == ""
    else:
        assert uri.startswith("data:image/svg+xml,")
        assert unquote(uri).endswith("</svg>")


@given(st.text(max_size=40), st.integers(1, 20))
def test_a_shortened_name_fits(name, longest):
    width = sum(2 if ord(character) > 0x2E7F else 1 for character in shortened(name, longest).rstrip("…"))
    assert width <= longest
