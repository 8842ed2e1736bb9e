"""Rankings: published intervals, the laws of places, and a mix that must not count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.errors import NotApplicableError, UsageError
from fulfillment_bi.insight.ranking import difference, rank, rank_segments, wilson
from fulfillment_bi.metrics.query import Query, Result

COUNTS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.integers(1, 3_000).flatmap(lambda d: st.tuples(st.integers(0, d).map(float), st.just(float(d)))),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize(
    ("n", "d", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(n: int, d: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    assert wilson(n, d) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_difference_as_published(one: tuple[int, int], other: tuple[int, int], low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17:873, table II, method 10."""
    first, second = rank({"a": one, "b": other})
    assert difference(first, second) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert (first.place, second.place) == (1, 2)


def test_three_of_three_is_not_better_than_most_of_a_thousand() -> None:
    order = rank({"lucky": (3, 3), "steady": (980, 1_000), "poor": (700, 1_000)})
    assert [(one.segment, one.place) for one in order] == [("steady", 1), ("poor", 2), ("lucky", 2)]


@given(COUNTS, st.booleans())
def test_places_follow_the_order_and_bounds_hold_the_rate(
    counts: dict[str, tuple[float, float]], upwards: bool
) -> None:
    order = rank(counts, upwards=upwards)
    assert {one.segment for one in order} == set(counts)
    assert order[0].place == 1
    assert all(before.place <= after.place for before, after in pairwise(order))
    for one in order:
        assert 0 <= one.low <= one.value == one.adjusted <= one.high <= 1
    bounds = [one.low if upwards else -one.high for one in order]
    assert bounds == sorted(bounds, reverse=True)


class Answering:
    """Answers the two queries of a ranking from cells (carrier, region) -> (n, d)."""

    def __init__(self, cells: dict[tuple[str, str], tuple[int, int]]) -> None:
        self.cells = cells

    def run_all(self, queries: Sequence[Query]) -> list[Result]:
        return [self._answer(query) for query in queries]

    def _answer(self, query: Query) -> Result:
        depth = len(query.by)
        sums: dict[tuple[str, ...], tuple[int, int]] = {}
        for path, (n, d) in self.cells.items():
            before = sums.get(path[:depth], (0, 0))
            sums[path[:depth]] = (before[0] + n, before[1] + d)
        rows = tuple((*path, n / d, n, d) for path, (n, d) in sums.items())
        name = query.metrics[0]
        stamp = SimpleNamespace(as_of="2026-03-01T00:00:00Z", timezone="Asia/Shanghai", version="v00000001")
        return Result(query, (*query.by, name, f"{name}_n", f"{name}_d"), rows, **vars(stamp))


def test_the_far_provinces_are_not_held_against_a_carrier() -> None:
    """Both carriers are equal within each region; one serves the far one."""
    cells = {
        ("near-only", "guangdong"): (950, 1_000),
        ("far-mostly", "guangdong"): (95, 100),
        ("near-only", "tibet"): (70, 100),
        ("far-mostly", "tibet"): (700, 1_000),
    }
    plain = rank_segments(Answering(cells), Query(("otif",), by=("carrier",)))
    assert [(one.segment, one.place) for one in plain.standings] == [("near-only", 1), ("far-mostly", 2)]
    fair = rank_segments(Answering(cells), Query(("otif",), by=("carrier",)), adjust="region")
    assert {one.place for one in fair.standings} == {1}
    assert fair.whole == pytest.approx(1815 / 2200)
    for one in fair.standings:
        assert one.adjusted == pytest.approx(fair.whole)


def test_only_rates_of_rows_can_be_ranked() -> None:
    with pytest.raises(NotApplicableError, match="does not count rows"):
        rank_segments(Answering({}), Query(("cycle_time_mean",), by=("carrier",)))
    with pytest.raises(NotApplicableError, match="does not count rows"):
        rank_segments(Answering({}), Query(("otif",), by=("carrier",), level="unit"))
    with pytest.raises(UsageError, match="1 metrics by 0 dimensions"):
        rank_segments(Answering({}), Query(("otif",)))
