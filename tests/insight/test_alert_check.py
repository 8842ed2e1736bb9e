"""Alert rules: reading them, their lines to the digit, and how often they are right on seeded worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.insight.alert_check import FEWEST_DAYS, Finding, check_rules, comparable_days
from fulfillment_bi.insight.alert_forecast import LONG, fit
from fulfillment_bi.insight.alert_rules import Rule, load_rules, read_rules, ready_rules
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.festivals import festival_of
from fulfillment_bi.metrics.query import Query, Result
from tests.insight.alert_worlds import CASES, TODAY, Loss, World, detected, false_alerts, ready

ABSOLUTE = """
[[rule]]
name = "late"
metric = "ship_delay_rate"
kind = "absolute"
line = 0.05
recover = 0.03
minimum = 10
"""


def rule(text: str = ABSOLUTE) -> Rule:
    (one,) = read_rules(text, "test")
    return one


class Rows:
    """Answers every query with the given rows (value, n, d per record of dimensions)."""

    def __init__(self, *rows: dict[str, object]) -> None:
        self.rows = rows
        self.asked: list[Query] = []

    def run_all(self, queries: Sequence[Query]) -> list[Result]:
        self.asked += queries
        return [
            Result(one, tuple(self.rows[0]), tuple(tuple(row.values()) for row in self.rows), "", "", "")
            for one in queries
        ]


def found(one: Rule, *rows: dict[str, object]) -> list[Finding]:
    return list(check_rules(Rows(*rows), [one], TODAY, {}, {}))


def rated(value: float | None, n: float = 100, **more: object) -> dict[str, object]:
    return {**more, "ship_delay_rate": value, "ship_delay_rate_n": (value or 0) * n, "ship_delay_rate_d": n}


@pytest.mark.parametrize(
    ("value", "n", "verdict"),
    [
        (0.0501, 100, "breached"),
        (0.05, 100, "between"),
        (0.0301, 100, "between"),
        (0.03, 100, "cleared"),
        (0.0, 10, "cleared"),
        (0.9, 9, "unknown"),
        (None, 0, "unknown"),
    ],
)
def test_the_line_and_the_recovery_line_to_the_digit(value: float | None, n: float, verdict: str) -> None:
    (one,) = found(rule(), rated(value, n))
    assert (one.entity, one.verdict, one.value, one.line, one.n) == ("all", verdict, value, 0.05, n)


def test_a_level_of_the_metric_is_a_line_and_better_is_the_other_way() -> None:
    text = '[[rule]]\nname = "otif"\nmetric = "otif"\nper = "channel"\nkind = "absolute"\nline = "critical"\n'
    rows = [
        {"channel": "jd", "otif": 0.899, "otif_n": 899, "otif_d": 1000},
        {"channel": "tmall", "otif": 0.9, "otif_n": 900, "otif_d": 1000},
    ]
    assert [(one.entity, one.verdict) for one in found(rule(text), *rows)] == [("jd", "breached"), ("tmall", "cleared")]


def test_a_change_is_measured_from_the_days_before() -> None:
    one = rule(ABSOLUTE.replace("absolute", "change").replace("0.05", "0.02").replace("0.03", "0.01"))
    runner = Rows(rated(0.071, ship_delay_rate_before=0.05))
    (finding,) = check_rules(runner, [replace(one, days=7)], TODAY, {}, {})
    (query,) = runner.asked
    assert (query.start, query.end, query.compare) == (date(2026, 9, 4), TODAY, "previous")
    assert (finding.verdict, finding.usual, finding.line) == ("breached", 0.05, pytest.approx(0.07))
    assert found(one, rated(0.065, ship_delay_rate_before=0.05))[0].verdict == "between"
    assert found(one, rated(0.065, ship_delay_rate_before=None))[0].verdict == "unknown"


@pytest.mark.parametrize(
    ("refused", "read", "verdict"),
    [(51, 1000, "breached"), (50, 1000, "cleared"), (0, 1000, "cleared"), (19, 19, "unknown"), (0, 0, "unknown")],
)
def test_a_load_that_refuses_many_rows_is_told(refused: int, read: int, verdict: str) -> None:
    one = rule('[[rule]]\nname = "refused"\nkind = "quality"\nline = 0.05\nminimum = 20\n')
    (finding,) = check_rules(Rows(), [one], TODAY, {}, {"oms": (refused, read)})
    assert (finding.entity, finding.verdict, finding.n) == ("oms", verdict, read)
    assert one.per == "source"


def test_a_source_is_stale_from_its_hour() -> None:
    one = rule('[[rule]]\nname = "stale"\nkind = "stale"\nline = 26\n')
    ages = {"orders.csv": timedelta(hours=26), "parcels.csv": timedelta(hours=26, seconds=1)}
    assert [(f.entity, f.verdict) for f in check_rules(Rows(), [one], TODAY, ages, {})] == [
        ("orders.csv", "cleared"),
        ("parcels.csv", "breached"),
    ]


def test_usual_days_leave_festivals_out_and_a_season_is_its_own_measure() -> None:
    ordinary = comparable_days(date(2026, 7, 2), 8)
    assert {day.weekday() for day in ordinary} == {3}
    assert date(2026, 6, 18) not in ordinary
    assert not any(festival_of(day) for day in ordinary)
    season = comparable_days(date(2026, 11, 11), 8)
    assert season[0] == date(2026, 11, 10)
    assert all(festival_of(day) for day in season)


def undirected() -> str:
    return next(name for name, metric in METRICS.items() if metric.direction == "none")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rule = 3", "list of"),
        ("[[rule]\n", "not TOML"),
        ('[[rule]]\nname = "a"\nkind = "absolute"\nline = 1\n', "has no metric"),
        (ABSOLUTE.replace("ship_delay_rate", "ship_delay"), "no metric 'ship_delay'"),
        (ABSOLUTE.replace("absolute", "odd"), "kind is 'odd'"),
        (ABSOLUTE.replace("line = 0.05", 'line = "soon"'), "line is 'soon'"),
        (ABSOLUTE + "colour = 1\n", "no field of a rule 'colour'"),
        (ABSOLUTE + 'per = "sku"\n', "sku"),
        (ABSOLUTE.replace("ship_delay_rate", undirected()), "neither better"),
        (ABSOLUTE + ABSOLUTE, "used twice"),
    ],
)
def test_a_rule_that_cannot_be_used_says_which_and_why(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        read_rules(text, "alerts.toml")
    assert caught.value.where.startswith("alerts.toml")


def test_own_rules_replace_ready_ones_and_can_switch_them_off(tmp_path: Path) -> None:
    own = tmp_path / "alerts.toml"
    assert load_rules(own) == ready_rules()
    own.write_text(
        ABSOLUTE.replace('"late"', '"order_delay"') + '[[rule]]\nname="stale_feed"\nkind="stale"\nline=1\noff=true\n'
    )
    rules = {one.name: one for one in load_rules(own)}
    assert rules["order_delay"].line == 0.05
    assert "stale_feed" not in rules
    assert {one.name for one in ready_rules()} - set(rules) == {"stale_feed"}


@pytest.mark.parametrize(("name", "loss", "days"), CASES, ids=[case[0] for case in CASES])
def test_seeded_worlds_are_judged_right(name: str, loss: Loss, days: int) -> None:
    """At most one false alert in 30 quiet days, 95 % of incidents told in time (the bench: 200 worlds each)."""
    assert false_alerts(ready(name), range(20)) <= 20
    assert detected(ready(name), loss, days, range(200, 260)) >= 57


def daily(name: str, values: Sequence[float], n: float = 1000) -> list[dict[str, object]]:
    """One row a day, the last for today."""
    return [
        {"day": TODAY - timedelta(days=back), name: value, f"{name}_n": value * n, f"{name}_d": n}
        for back, value in enumerate(reversed(values))
    ]


AHEAD = """
[[rule]]
name = "soon"
metric = "otif"
kind = "breach_within"
line = 0.9
recover = 0.92
within = 48
minimum = 10
"""


@pytest.mark.parametrize(
    ("today", "step", "verdict"),
    [
        (0.95, 0.0, "cleared"),
        (0.92, 0.0, "cleared"),
        (0.919, 0.0, "between"),
        (0.904, -0.0021, "breached"),
        (0.904, -0.0019, "between"),
        (0.95, -0.026, "breached"),
        (0.85, 0.0, "breached"),
        (0.85, 0.08, "cleared"),
    ],
)
def test_where_a_straight_line_leads_is_known_to_the_digit(today: float, step: float, verdict: str) -> None:
    values = [today - step * back for back in reversed(range(28))]
    (finding,) = found(rule(AHEAD), *daily("otif", values))
    assert finding.verdict == verdict
    assert finding.value == pytest.approx(min(today + step, today + 2 * step))
    assert (finding.usual, finding.line) == (today, 0.9)


def test_a_forecast_knows_the_weekday_and_forgives_wild_days() -> None:
    rates = [0.95 - (0.05 if (TODAY - timedelta(days=back)).weekday() == 6 else 0) for back in reversed(range(56))]
    rates[10] = rates[30] = 0.2
    course = fit({TODAY - timedelta(days=back): rate for back, rate in enumerate(reversed(rates))}, LONG)
    assert course is not None
    sunday = TODAY + timedelta(days=(6 - TODAY.weekday()) % 7)
    assert course.on(sunday) == pytest.approx(0.90)
    assert course.on(sunday + timedelta(days=1)) == pytest.approx(0.95)
    assert course.on(date(2026, 11, 11)) is None
    assert fit({TODAY - timedelta(days=back): 0.9 for back in range(13)}, LONG) is None


def test_worse_than_forecast_is_measured_from_the_trend() -> None:
    text = '[[rule]]\nname="below"\nmetric="otif"\nkind="forecast_breach"\nline=4\nleast=0.02\nminimum=10\n'
    falling = [0.97 - 0.002 * at for at in range(40)]
    (usual,) = found(rule(text), *daily("otif", falling, 100_000))
    assert (usual.verdict, usual.usual) == ("cleared", pytest.approx(falling[-1]))
    (worse,) = found(rule(text), *daily("otif", [*falling[:-1], falling[-1] - 0.021], 100_000))
    assert (worse.verdict, worse.line) == ("breached", pytest.approx(falling[-1] - 0.02))
    (few,) = found(rule(text), *daily("otif", falling[-13:], 100_000))
    assert (few.verdict, few.line) == ("unknown", None)


def test_a_number_of_now_has_no_days_to_forecast() -> None:
    with pytest.raises(SettingsError, match="as of now"):
        rule('[[rule]]\nname="b"\nmetric="backlog"\nkind="breach_within"\nline=9\nworse="above"\n')


def test_too_few_usual_days_give_no_verdict() -> None:
    world = World(1, 7 * FEWEST_DAYS)
    (finding,) = check_rules(world, [ready("order_fulfilment_swing")], TODAY, {}, {})
    assert (finding.verdict, finding.line) == ("unknown", None)
