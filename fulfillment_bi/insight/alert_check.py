"""Evaluates alert rules once: what each rule finds for each of its members, from ordinary queries on one version.

The seasonal rule compares a day with the same weekday of the weeks before, festivals left out; within a festival's
season with the days of that season so far. How far a value may lie from the usual by chance is

    variance = spread between those days beyond chance + chance of the day itself

where the usual is their median, their spread 1.4826 x the median absolute deviation (robust: one bad week among eight
moves neither), and chance is p (1 - p) / n for a rate of rows and the mean for a count.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from fulfillment_bi.insight.alert_forecast import LONG, MAD_TO_DEVIATION, SHORT, fit, worst_ahead
from fulfillment_bi.insight.alert_rules import DAILY, Rule
from fulfillment_bi.insight.alert_state import Verdict
from fulfillment_bi.insight.why_sides import Runner
from fulfillment_bi.metrics.festivals import festival_of
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.metrics.resolve import Resolved, get_metric, resolve

EVERYTHING = "all"
"""The member of a rule that is not split."""
FEWEST_DAYS = 4
"""Comparable days without which nothing is usual."""
HYSTERESIS = 0.5
"""A seasonal alert recovers within this share of its line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found for one member. `value`, `line` and `usual` have the metric's unit.

    They are hours for `stale`, shares for `quality`.
    `line` is where the alert begins, None when it cannot be told; `n` the cases behind the value.
    """

    rule: Rule
    entity: str
    verdict: Verdict
    value: float | None
    line: float | None
    usual: float | None
    n: float


def check_rules(
    runner: Runner,
    rules: Sequence[Rule],
    today: date,
    ages: Mapping[str, timedelta],
    refused: Mapping[str, tuple[int, int]],
) -> tuple[Finding, ...]:
    """Every finding of every rule, members in the order of the answers.

    `today` is the business day the data end, `ages` how old each source's newest data are, `refused` of its
    newest load the rows refused and read.
    """
    asked = [(rule, _question(rule, today)) for rule in rules if rule.query is not None]
    results = runner.run_all([query for _, query in asked])
    found = [
        finding
        for (rule, _), result in zip(asked, results, strict=True)
        for finding in (_daily(rule, result, today) if rule.kind in DAILY else _direct(rule, result))
    ]
    found += [finding for rule in rules if rule.kind == "stale" for finding in _stale(rule, ages)]
    found += [finding for rule in rules if rule.kind == "quality" for finding in _refusals(rule, refused)]
    return tuple(found)


def _question(rule: Rule, today: date) -> Query:
    assert rule.query is not None
    if rule.kind in DAILY:
        return rule.query.but(by=(*rule.query.by, "day"), start=today - timedelta(weeks=rule.weeks), end=today)
    if not _resolved(rule).day:
        return rule.query
    compare = "previous" if rule.kind == "change" else "none"
    return rule.query.but(start=today - timedelta(days=rule.days - 1), end=today, compare=compare)


def _resolved(rule: Rule) -> Resolved:
    assert rule.query is not None
    return resolve(get_metric(rule.query.metrics[0]), rule.query)


def _direct(rule: Rule, result: Result) -> Iterable[Finding]:
    name = result.query.metrics[0]
    for row in result.records():
        entity = str(row[rule.per]) if rule.per else EVERYTHING
        value, n = _float(row[name]), float(row[f"{name}_d"] or 0)
        usual = _float(row.get(f"{name}_before"))
        line = _level(rule) if rule.kind == "absolute" else _beyond(usual, rule.sign * float(rule.line))
        recover = line
        if rule.recover is not None:
            recover = rule.recover if rule.kind == "absolute" else _beyond(usual, rule.sign * rule.recover)
        is_known = value is not None and line is not None and (n >= rule.minimum or not _resolved(rule).denominator)
        verdict = _verdict(rule.sign, value, line, recover) if is_known else "unknown"
        yield Finding(rule, entity, verdict, value, line, usual, n)


def _level(rule: Rule) -> float | None:
    if not isinstance(rule.line, str):
        return float(rule.line)
    level: float | None = getattr(rule.metric, rule.line)
    return level


def _beyond(usual: float | None, distance: float) -> float | None:
    return None if usual is None else usual + distance


def _verdict(sign: int, value: float | None, line: float | None, recover: float | None) -> Verdict:
    """On the line is not beyond it."""
    assert value is not None
    assert line is not None
    assert recover is not None
    if sign * (value - line) > 0:
        return "breached"
    return "cleared" if sign * (value - recover) <= 0 else "between"


def _daily(rule: Rule, result: Result, today: date) -> Iterable[Finding]:
    name = result.query.metrics[0]
    days: dict[str, dict[date, tuple[float, float]]] = {}
    for row in result.records():
        entity = str(row[rule.per]) if rule.per else EVERYTHING
        value = _float(row[name])
        if value is not None:
            days.setdefault(entity, {})[_day(row["day"])] = value, float(row[f"{name}_d"] or 0)
    for entity, values in days.items():
        judge = {"seasonal": _unusual, "forecast_breach": _unexpected, "breach_within": _heading}[rule.kind]
        yield judge(rule, entity, values, today)


def _unexpected(rule: Rule, entity: str, values: Mapping[date, tuple[float, float]], today: date) -> Finding:
    """Today against what the days before let expect of it."""
    value, n = values.get(today, (None, 0.0))
    known = [values[day] for day in values if day < today and values[day][1] >= _enough(rule)]
    course = fit({day: one for day, (one, cases) in values.items() if day < today and cases >= _enough(rule)}, LONG)
    expected = course.on(today) if course else None
    if course is None or expected is None or value is None or n < _enough(rule):
        return Finding(rule, entity, "unknown", value, None, expected, n)
    chance = _variance(rule, expected, known, n, course.deviation)
    reach = max(float(rule.line) * math.sqrt(chance), rule.least)
    line, recover = expected + rule.sign * reach, expected + rule.sign * reach * HYSTERESIS
    return Finding(rule, entity, _verdict(rule.sign, value, line, recover), value, line, expected, n)


def _heading(rule: Rule, entity: str, values: Mapping[date, tuple[float, float]], today: date) -> Finding:
    """The worst value that the days to come let expect, against the line; `usual` is what it is today."""
    now, n = values.get(today, (None, 0.0))
    course = fit({day: one for day, (one, cases) in values.items() if cases >= _enough(rule)}, SHORT)
    expected = worst_ahead(course, today, rule.within, rule.sign) if course else None
    line = _level(rule)
    if expected is None or line is None or n < _enough(rule):
        return Finding(rule, entity, "unknown", expected, line, now, n)
    recover = rule.recover if rule.recover is not None else line
    return Finding(rule, entity, _verdict(rule.sign, expected, line, recover), expected, line, now, n)


def _enough(rule: Rule) -> int:
    """The cases a day must have; a count has none."""
    return rule.minimum if _resolved(rule).denominator is not None else 0


def _unusual(rule: Rule, entity: str, values: Mapping[date, tuple[float, float]], today: date) -> Finding:
    enough = _enough(rule)
    value, n = values.get(today, (None, 0.0))
    known = [values[day] for day in comparable_days(today, rule.weeks) if day in values and values[day][1] >= enough]
    if value is None or n < enough or len(known) < FEWEST_DAYS:
        return Finding(rule, entity, "unknown", value, None, None, n)
    usual = median(one for one, _ in known)
    deviation = math.sqrt(_variance(rule, usual, known, n))
    reach = max(float(rule.line) * deviation, rule.least)
    line, recover = usual + rule.sign * reach, usual + rule.sign * reach * HYSTERESIS
    return Finding(rule, entity, _verdict(rule.sign, value, line, recover), value, line, usual, n)


def _variance(
    rule: Rule, usual: float, known: Sequence[tuple[float, float]], n: float, deviation: float | None = None
) -> float:
    """How far a value may lie from `usual` by chance, squared; `deviation` of the days unless it is that of `known`."""
    far = MAD_TO_DEVIATION * median(abs(value - usual) for value, _ in known) if deviation is None else deviation
    spread = far**2
    metric = rule.metric
    if metric is not None and metric.unit == "rate" and not _resolved(rule).numerator.value:
        # A rate of 100 % on every day has no spread; half a failure keeps its chance from being zero.
        rate = min(max(usual, 0.5 / n), max(1 - 0.5 / n, 0.5 / n))
        chance = [rate * (1 - rate) / cases for _, cases in known]
        return max(spread - median(chance), 0.0) + rate * (1 - rate) / n
    if _resolved(rule).denominator is None and metric is not None and metric.unit == "count":
        return max(spread - usual, 0.0) + max(usual, 1.0)
    return spread


def comparable_days(today: date, weeks: int) -> list[date]:
    """The days that say what is usual for `today`, newest first."""
    here = festival_of(today)
    if here is not None:
        earlier = (today - timedelta(days=back) for back in range(1, 7 * weeks))
        return [day for day in earlier if (found := festival_of(day)) is not None and found[0] == here[0]]
    same_weekday = (today - timedelta(weeks=week) for week in range(1, weeks + 1))
    return [day for day in same_weekday if festival_of(day) is None]


def _stale(rule: Rule, ages: Mapping[str, timedelta]) -> Iterable[Finding]:
    line = float(rule.line)
    for source, age in ages.items():
        hours = age / timedelta(hours=1)
        yield Finding(rule, source, "breached" if hours > line else "cleared", hours, line, None, 0)


def _refusals(rule: Rule, refused: Mapping[str, tuple[int, int]]) -> Iterable[Finding]:
    line = float(rule.line)
    for source, (rows, read) in refused.items():
        share = rows / read if read else None
        is_known = share is not None and read >= rule.minimum
        yield Finding(rule, source, _verdict(1, share, line, line) if is_known else "unknown", share, line, None, read)


def _float(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))
