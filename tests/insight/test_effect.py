"""Verifying actions: literal days by hand, published quantiles, and how often nothing is called something."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest

from fulfillment_bi.errors import NotApplicableError, UsageError
from fulfillment_bi.insight.bridge import Tally
from fulfillment_bi.insight.effect import Effect, judge, student_quantile, verify_action
from fulfillment_bi.metrics.query import Filter, Query, Result

ACTED = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("freedom", "expected"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (5, 2.5706), (10, 2.2281), (30, 2.0423), (120, 1.9799)],
)
def test_student_quantiles_as_tabled(freedom: float, expected: float) -> None:
    assert student_quantile(0.975, freedom) == pytest.approx(expected, rel=4e-3)


def days(rates: Sequence[float], cases: int = 1_000) -> dict[date, Tally]:
    """One day each, the middle one being the day of the action."""
    first = ACTED - timedelta(days=len(rates) // 2)
    return {
        first + timedelta(days=at): Tally(Fraction(round(rate * cases)), Fraction(cases))
        for at, rate in enumerate(rates)
    }


def test_what_moves_both_alike_is_no_effect_and_the_rest_is() -> None:
    control = [0.90, 0.92, 0.91, 0.93, 0.90, 0.92, 0.5, 0.80, 0.82, 0.81, 0.83, 0.80, 0.82]
    treated = [rate + 0.01 if at < 6 else rate + 0.06 for at, rate in enumerate(control)]
    treated[0] += 0.002
    found = judge(days(treated), days(control), ACTED)
    assert (found.verdict, found.days_before, found.days_after) == ("worked", 6, 6)
    assert found.effect == pytest.approx(0.05 - 0.002 / 6)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.effect < found.high
    assert judge(days(treated), days(control), ACTED, better=-1).verdict == "worse"
    assert found.treated_before == pytest.approx(sum(treated[:6]) / 6)
    assert found.control_after == pytest.approx(sum(control[7:]) / 6)


def test_too_few_days_or_none_say_nothing() -> None:
    short = days([0.9] * 9)
    assert judge(short, short, ACTED) == Effect("no_evidence", None, None, None, 0.9, 0.9, 0.9, 0.9, 4, 4)
    assert judge({}, {}, ACTED).treated_before is None
    empty = {day: Tally() for day in short}
    assert judge(short, empty, ACTED).days_before == 0


def world(seed: int, effect: float, memory: float) -> Effect:
    """Daily rates of a treated tenth and its control: common swings, own ones that last (`memory`), and chance."""
    rng = random.Random(seed)
    own, treated, control = 0.0, [], []
    for at in range(2 * 21 + 1):
        common = rng.gauss(0, 0.02)
        own = memory * own + rng.gauss(0, 0.008)
        for rates, cases, extra in ((treated, 150, own + (effect if at > 21 else 0)), (control, 1_500, 0.0)):
            chance = min(max(0.9 + common + extra, 0), 1)
            rates.append(sum(rng.random() < chance for _ in range(cases)) / cases)
    return judge(days(treated, 150), days(control, 1_500), ACTED)


@pytest.mark.parametrize("memory", [0.0, 0.5])
def test_a_null_action_is_seldom_called_worked(memory: float) -> None:
    verdicts = [world(seed, 0.0, memory).verdict for seed in range(200)]
    assert verdicts.count("worked") <= 10
    assert verdicts.count("worse") <= 10


def test_a_real_effect_is_found_and_bounded() -> None:
    found = [world(seed, 0.05, 0.0) for seed in range(60)]
    assert sum(one.verdict == "worked" for one in found) >= 57
    held = sum(one.low <= 0.05 <= one.high for one in found if one.low is not None and one.high is not None)
    assert held >= 54


class Answering:
    """Two queries by day: everything, and the treated part."""

    def run_all(self, queries: Sequence[Query]) -> list[Result]:
        return [self._answer(query) for query in queries]

    def _answer(self, query: Query) -> Result:
        part = any(item.dimension == "carrier" for item in query.where)
        assert query.start == ACTED - timedelta(days=28)
        rows = []
        for at in range(43):
            day = query.start + timedelta(days=at)
            own_kept = 90 if day <= ACTED else 97
            kept, due = (own_kept, 100) if part else (own_kept + 900 + at % 3, 1_100)
            rows.append((day.isoformat(), kept / due, kept, due))
        return Result(query, ("day", "otif", "otif_n", "otif_d"), tuple(rows), "", "", "")


def test_the_control_is_everything_but_the_part() -> None:
    sf = (Filter("carrier", ("SF",)),)
    found = verify_action(Answering(), Query(("otif",)), sf, ACTED, ACTED + timedelta(days=14))
    assert (found.verdict, found.days_before, found.days_after) == ("worked", 28, 14)
    assert (found.treated_before, found.treated_after) == (pytest.approx(0.9), pytest.approx(0.97))
    assert found.control_before == pytest.approx(0.901, abs=1e-3)
    assert found.effect == pytest.approx(0.07, abs=1e-3)


def test_what_cannot_be_verified_says_so() -> None:
    with pytest.raises(UsageError, match="one part"):
        verify_action(Answering(), Query(("otif",)), (), ACTED, ACTED)
    with pytest.raises(NotApplicableError, match="no rate or mean"):
        verify_action(Answering(), Query(("orders",)), (Filter("carrier", ("SF",)),), ACTED, ACTED)
