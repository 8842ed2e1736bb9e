"""A waterfall's steps lead from the one number to the other, and everything it shows is in view."""

from __future__ import annotations

import json

import plotly.io
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.charts.bars import Bar
from fulfillment_bi.charts.theme import DARK
from fulfillment_bi.charts.waterfall import waterfall

EFFECTS = st.lists(st.floats(-0.3, 0.3), min_size=0, max_size=9)


def end(name: str, value: float) -> Bar:
    return Bar(name, value, f"{value:.1%}", name)


@given(EFFECTS, st.floats(0, 1))
def test_steps_lead_from_before_to_after(effects: list[float], before: float) -> None:
    after = before + sum(effects)
    steps = [Bar(f"part {at}", effect, f"{effect:+.1%}", "", f"channel={at}") for at, effect in enumerate(effects)]
    figure = waterfall(end("October", before), end("November", after), steps, DARK, "en")
    plotly.io.from_json(json.dumps(figure))
    bars = figure["data"][0]
    at = before
    for base, size in zip(bars["base"][1:-1], bars["x"][1:-1], strict=True):
        assert base == pytest.approx(at)
        at += size
    assert at == pytest.approx(after)
    low, high = figure["layout"]["xaxis"]["range"]
    assert all(
        low <= base <= high and low <= base + size <= high for base, size in zip(bars["base"], bars["x"], strict=True)
    )
    assert bars["customdata"] == ["", *(f"channel={at}" for at in range(len(effects))), ""]
    assert figure["layout"]["yaxis"]["ticktext"][0] == "October"
    assert len(figure["layout"]["annotations"]) == len(effects) + 2
