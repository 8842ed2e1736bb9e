"""Rises are told from chance, and their place is found among segments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.insight.scan import (
    ALARM,
    Cell,
    evidence,
    inflation,
    locate,
    pooled_dispersion,
    rise,
    subsets,
    usual_rate,
)

COUNTS = st.integers(0, 400)


@given(COUNTS, COUNTS, st.floats(0.05, 4))
def test_evidence_is_never_negative_and_nothing_where_the_rate_is_the_same(
    after: int, before: int, ratio: float
) -> None:
    assert evidence(after, before, ratio) >= 0
    assert evidence(before * ratio, before, ratio) == pytest.approx(0, abs=1e-6)


def test_a_fall_is_no_rise() -> None:
    assert rise(Cell(before=100, after=5, ratio=1.0)) == 0
    assert rise(Cell(before=5, after=100, ratio=1.0)) > 20


def test_chance_exceeds_the_evidence_no_more_often_than_promised() -> None:
    """P(evidence > x) <= exp(-x), counted over 20,000 pairs of the same rate."""
    rng = np.random.default_rng(3)
    after, before = rng.poisson(8, 20_000), rng.poisson(40, 20_000)
    found = np.array([rise(Cell(float(b), float(a), 0.2)) for a, b in zip(after, before, strict=True)])
    for x in (1.0, 2.0, 3.0, 4.0):
        assert (found > x).mean() <= np.exp(-x)


def test_the_segments_that_rose_are_found() -> None:
    cells = {f"c{place:02}": Cell(80, 10, 0.125) for place in range(12)}
    cells["c03"], cells["c07"] = Cell(80, 60, 0.125), Cell(40, 35, 0.125)
    found = locate("channel", cells, 1.0, 50)
    assert found is not None
    assert set(found.members) == {"c03", "c07"}
    assert found.score > 0
    assert found.excess == pytest.approx(50 + 30)


def test_large_counts_drift_by_more_than_chance_and_name_no_place() -> None:
    """A tenth more of a thousand is far beyond chance, and what rates do with nothing broken; twice as many is not."""
    cells = {f"c{place}": Cell(8000, 1000, 0.125) for place in range(8)}
    drifted, broken = cells | {"c1": Cell(8000, 1150, 0.125)}, cells | {"c1": Cell(8000, 2000, 0.125)}
    assert inflation(1.0, 1000) == pytest.approx(11)
    for given_cells, is_named in ((drifted, False), (broken, True)):
        found = locate("channel", given_cells, 1.0, 1)
        assert found is not None
        assert (found.score > 0) == is_named


def test_a_rise_everywhere_alike_has_no_place() -> None:
    found = locate("channel", {f"c{place}": Cell(80, 40, 0.125) for place in range(12)}, 1.0, 50)
    assert found is None or found.score <= 0


def test_members_that_name_no_one_are_never_the_place() -> None:
    cells = {"none": Cell(10, 80, 0.125), **{f"w{place}": Cell(80, 10, 0.125) for place in range(8)}}
    found = locate("warehouse", cells, 1.0, 50)
    assert found is None or found.score <= 0


def test_chance_alone_seldom_has_a_place() -> None:
    rng = np.random.default_rng(4)
    named = 0
    for _ in range(400):
        cells = {str(at): Cell(float(rng.poisson(40)), float(rng.poisson(5)), 0.125) for at in range(12)}
        found = locate("channel", cells, 1.0, 1)
        named += found is not None and found.score > 0
    assert named <= 400 * ALARM


def test_the_looks_are_those_of_every_subset() -> None:
    assert np.exp(subsets(1, 10)) == pytest.approx(100)
    assert np.exp(subsets(2, 10)) == pytest.approx(450)


def test_one_bad_stretch_changes_neither_the_usual_rate_nor_the_dispersion() -> None:
    exposures = np.full(8, 100.0)
    calm = np.array([5.0, 6, 4, 5, 6, 5, 4, 5])
    spoilt = calm.copy()
    spoilt[3] = 90
    assert usual_rate(spoilt, exposures) == pytest.approx(usual_rate(calm, exposures), rel=0.05)
    assert pooled_dispersion([(spoilt, exposures)]) < 1.5


def test_restless_counts_have_a_dispersion() -> None:
    exposures = np.full(8, 100.0)
    restless = np.array([10.0, 60, 15, 55, 8, 70, 12, 50])
    assert pooled_dispersion([(restless, exposures)]) > 5
    assert usual_rate(restless, np.zeros(8)) == 0
