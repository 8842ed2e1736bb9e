"""The weekly brief: one page of sentences on what changed, why, which alerts, what was done, what to decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.i18n import label, numbers, text
from fulfillment_bi.insight.bridge_words import moved, shown
from fulfillment_bi.insight.why import explain
from fulfillment_bi.journal.actions import Action, list_actions
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import get_metric
from fulfillment_bi.metrics.types import Metric
from fulfillment_bi.operations.alert_words import MOST_NAMED, name_member, tell_group
from fulfillment_bi.operations.alerting import last_day
from fulfillment_bi.operations.standing import Standing, open_journal, standings
from fulfillment_bi.workspace import Workspace

WATCHED = ("orders", "otif", "unit_fill_rate", "ship_delay_rate", "delivery_delay_rate", "review_score")
EXPLAINED = ("otif", "ship_delay_rate")
WEEK = timedelta(days=7)
MOST_LINES = 6
JUDGED_AFTER = timedelta(days=6)
"""An action carried out so long ago has the five days that a verdict needs."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The week from `start` to `end`, both ends included; `sections` are (heading, sentences), none empty."""

    start: date
    end: date
    sections: tuple[tuple[str, tuple[str, ...]], ...]


def write_brief(workspace: Workspace, language: str) -> Brief:
    """The brief on the last seven whole days of the data, in `language`."""
    end = last_day(workspace) - timedelta(days=1)
    start = end - WEEK + timedelta(days=1)
    week = Query(("orders",), start=start, end=end)
    journal = open_journal(workspace)
    actions = list_actions(journal) if journal is not None else []
    alerts = standings(workspace)
    sections = {
        "changed": _changed(workspace, week, language),
        "why": _why(workspace, week, language),
        "alerts": _alerts(alerts, language),
        "done": _done(actions, start, language),
        "decide": _decide(alerts, actions, end, language),
    }
    told = tuple(
        (text(language, f"brief.{name}"), tuple(lines) or (text(language, f"brief.no_{name}"),))
        for name, lines in sections.items()
    )
    return Brief(start, end, told)


def _changed(workspace: Workspace, week: Query, language: str) -> list[str]:
    lines = []
    queries = [week.but(metrics=(name,), compare="previous") for name in WATCHED]
    for name, result in zip(WATCHED, workspace.run_all(queries), strict=True):
        (row,) = result.records()
        metric, value, before = get_metric(name), row[name], row[f"{name}_before"]
        if value is None:
            continue
        now = shown(metric, Fraction(value), language)
        if before is None:
            lines.append(text(language, "brief.now", metric=metric.label.of(language), value=now))
            continue
        change = Fraction(value) - Fraction(before)
        tone = "same" if not change or metric.direction == "none" else "worse"
        if tone == "worse" and (change > 0) == (metric.direction == "up"):
            tone = "better"
        said = {"metric": metric.label.of(language), "value": now, "change": moved(metric, change, language)}
        said["target"] = _target(metric, value, language)
        lines.append(text(language, "brief.against", **said, tone=label(language, "brief_tone", tone)))
    return lines


def _target(metric: Metric, value: float, language: str) -> str:
    """How it stands to the metric's target, where it has one."""
    if metric.target is None or metric.direction == "none":
        return ""
    gap = Fraction(value) - Fraction(str(metric.target))
    target = shown(metric, Fraction(str(metric.target)), language)
    is_missed = gap > 0 if metric.direction == "down" else gap < 0
    if not is_missed:
        return text(language, "brief.reached", target=target)
    return text(language, "brief.missed", target=target, gap=moved(metric, abs(gap), language).lstrip("+"))


def _why(workspace: Workspace, week: Query, language: str) -> list[str]:
    """Why what became worse did; where nothing did, why the first moved."""
    found = []
    for name in EXPLAINED:
        try:
            found.append((get_metric(name), explain(workspace, week.but(metrics=(name,)), "previous")))
        except FulfillmentError:
            continue
    worse = [one for metric, one in found if (one.bridge.change or 0) * (-1 if metric.direction == "up" else 1) > 0]
    return [one.sentence.of(language) for one in worse or [one for _, one in found[:1]]]


def _alerts(found: list[Standing], language: str) -> list[str]:
    lines = [
        line
        for group in _by_rule(one for one in found if one.state.status == "firing")
        for line in tell_group([one.finding for one in group], "fired", language)
    ]
    if len(lines) > MOST_LINES:
        more = text(language, "alerts.more", count=numbers.number(language, len(lines) - MOST_LINES))
        return [*lines[:MOST_LINES], more]
    return lines


def _by_rule(found: Iterable[Standing]) -> list[list[Standing]]:
    groups: dict[str, list[Standing]] = {}
    for one in found:
        groups.setdefault(one.finding.rule.name, []).append(one)
    return list(groups.values())


def _done(actions: list[Action], start: date, language: str) -> list[str]:
    lines = []
    for one in actions:
        judged = one.verified_at is not None and one.verified_at.date() >= start
        if judged and one.verdict:
            effect = moved(get_metric(one.metric), Fraction(one.effect), language) if one.effect is not None else ""
            verdict = label(language, "verdict", one.verdict)
            lines.append(text(language, "brief.judged", title=one.title, verdict=verdict, effect=effect))
        elif one.acted_on is not None and one.acted_on >= start:
            day = numbers.day(language, one.acted_on)
            lines.append(text(language, "brief.acted", title=one.title, day=day))
    return lines[:MOST_LINES]


def _decide(alerts: list[Standing], actions: list[Action], end: date, language: str) -> list[str]:
    taken = {one.origin for one in actions if one.status != "closed"}
    free = _by_rule(
        one
        for one in alerts
        if one.state.status == "firing" and f"alert:{one.finding.rule.name}:{one.finding.entity}" not in taken
    )
    lines = [text(language, "brief.nobody", alert=_name(group, language)) for group in free[:MOST_LINES]]
    for one in actions:
        if one.status == "open" and one.due_on is not None and one.due_on < end:
            lines.append(text(language, "brief.overdue", title=one.title, day=numbers.day(language, one.due_on)))
        elif one.status == "acted" and one.acted_on is not None and one.acted_on + JUDGED_AFTER <= end:
            lines.append(text(language, "brief.to_judge", title=one.title))
        elif one.verdict == "worse":
            lines.append(text(language, "brief.undo", title=one.title))
    return lines


def _name(group: list[Standing], language: str) -> str:
    comma = text(language, "alerts.comma")
    names = comma.join(name_member(one.finding, language) for one in group[:MOST_NAMED])
    more = text(language, "alerts.more", count=numbers.number(language, len(group) - MOST_NAMED))
    rest = f" {more}" if len(group) > MOST_NAMED else ""
    return f"{group[0].finding.rule.label.of(language)} · {names}{rest}"
