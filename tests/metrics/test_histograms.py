"""Quantiles from histograms stay within the stated error of the exact ones, and are only taken where that is felt."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment_bi.metrics import histograms, route
from fulfillment_bi.metrics.compile import Setting, compile_query
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.rollups import plan_rollups
from fulfillment_bi.metrics.run import read_stamp
from fulfillment_bi.warehouse.engine import Session

MANY = {f"{rollup.fact}.{rollup.day}": 10_000_000 for rollup in plan_rollups() if rollup.timed}


def quantile_of(times: list[int], share: float) -> float:
    """As the database takes it: at rank (n - 1) x share, between the neighbours in proportion."""
    ordered, rank = sorted(times), (len(times) - 1) * share
    low = ordered[math.floor(rank)]
    return low + (ordered[math.ceil(rank)] - low) * (rank - math.floor(rank))


def from_buckets(session: Session, times: list[int], share: float) -> float:
    session.execute("CREATE OR REPLACE TEMP TABLE taken AS SELECT unnest(CAST(? AS BIGINT[])) AS seconds", (times,))
    text = (
        f"SELECT {histograms.quantile(share)} FROM (SELECT bucket, sum(n) OVER (ORDER BY bucket) AS so_far, "
        f"sum(n) OVER () AS total FROM (SELECT {histograms.bucket('seconds')} AS bucket, count(*) AS n FROM taken "
        "GROUP BY bucket))"
    )
    return float(session.rows(text)[0][0])


@settings(deadline=None, max_examples=60)
@given(
    times=st.lists(st.integers(0, 200_000_000), min_size=1, max_size=30),
    share=st.sampled_from((0.0, 0.01, 0.5, 0.9, 1.0)),
)
def test_times_are_within_one_percent(star: Session, times: list[int], share: float) -> None:
    exact = quantile_of(times, share)
    assert from_buckets(star.cursor(), times, share) == pytest.approx(exact, rel=histograms.ERROR + 1e-12)


@settings(deadline=None, max_examples=30)
@given(times=st.lists(st.integers(-90_000_000, 0), min_size=1, max_size=30))
def test_negative_times_as_well(star: Session, times: list[int]) -> None:
    found = from_buckets(star.cursor(), times, 0.5)
    assert found == pytest.approx(quantile_of(times, 0.5), rel=histograms.ERROR + 1e-12)


@pytest.mark.parametrize("metric", ["cycle_time_p50", "stage_time_p90"])
@pytest.mark.parametrize("by", [(), ("channel",), ("week", "channel")])
@pytest.mark.parametrize("compare", ["none", "previous"])
def test_a_query_on_histograms_is_within_one_percent_of_the_fact(
    star: Session, info: Any, metric: str, by: tuple[str, ...], compare: Any
) -> None:
    query = Query((metric,), by=by, where=(Filter("channel", ("tmall", "jd")),), compare=compare)
    query = query.but(start=read_stamp(star, info).setting.today.replace(day=1)) if compare != "none" else query
    setting = read_stamp(star, info).setting
    rough = compile_query(query, Setting(setting.today, setting.cells, setting.hour, MANY))
    exact = compile_query(query.but(exact=True), Setting(setting.today, setting.cells, setting.hour, MANY))
    assert rough.routes[metric].endswith(f"({histograms.NOTE})")
    assert exact.routes[metric].endswith(f"({route.EXACT})")
    answers = [star.rows(one.sql.text, one.sql.parameters) for one in (rough, exact)]
    assert len(answers[0]) == len(answers[1]) > 0
    place = rough.columns.index(metric)
    for one, other in zip(*answers, strict=True):
        assert one[:place] == other[:place]
        assert one[place] == pytest.approx(other[place], rel=histograms.ERROR + 1e-9)
        assert one[place + 1 : place + 3] == other[place + 1 : place + 3]


def test_few_rows_are_sorted_and_many_are_not(star: Session, info: Any) -> None:
    setting = read_stamp(star, info).setting
    few = dict.fromkeys(MANY, 200)
    day = Query(("cycle_time_p90",), start=setting.today, end=setting.today)
    for daily, query, reason in (
        (few, day, route.QUANTILE),
        (few, day.but(start=None), route.QUANTILE),
        (MANY, day, histograms.NOTE),
        (dict.fromkeys(MANY, 300), day.but(start=None), histograms.NOTE),
        (MANY, day.but(by=("hour",)), route.HOUR),
        (MANY, day.but(timestamps="all"), route.VARIANT),
    ):
        compiled = compile_query(query, Setting(setting.today, setting.cells, 23, daily))
        assert compiled.routes["cycle_time_p90"].endswith(f"({reason})")
