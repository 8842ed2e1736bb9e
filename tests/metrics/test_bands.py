"""Reference bands: of metrics that exist, in order, each with its source."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fulfillment_bi.metrics.bands import bands_of
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.describe import describe_metric

LEVELS = ["ordinary", "good", "best"]
KNOWN = [name for name in METRICS if bands_of(name)]


def test_some_metrics_have_public_figures_and_others_none() -> None:
    assert {"otif", "order_fill_rate", "ship_delay_rate", "delivery_delay_rate"} <= set(KNOWN)
    assert bands_of("backlog") == []
    assert sum(len(bands_of(name)) for name in METRICS) >= 14


@pytest.mark.parametrize("name", KNOWN)
def test_bands_get_better_and_say_where_they_are_from(name: str) -> None:
    bands, falls = bands_of(name), METRICS[name].direction == "down"
    assert [band.level for band in bands] == sorted({band.level for band in bands}, key=LEVELS.index)
    for worse, better in pairwise(bands):
        assert (better.value < worse.value) == falls
    for band in bands:
        assert 0 <= band.value <= 1 or METRICS[name].unit != "rate"
        assert band.url.startswith("https://")
        assert 2010 <= band.year <= 2026
        assert band.source
        assert band.note.zh
        assert band.note.en
    described = describe_metric(name)["bands"]
    assert [(one["level"], one["value"], one["source"]) for one in described] == [
        (band.level, band.value, band.source) for band in bands
    ]
