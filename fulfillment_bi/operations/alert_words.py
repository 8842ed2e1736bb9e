"""Alerts as people read them: a title and a line each, in zh or en."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from fulfillment_bi.i18n import label, numbers, text
from fulfillment_bi.insight.alert_check import EVERYTHING, Finding
from fulfillment_bi.insight.bridge_words import shown
from fulfillment_bi.journal.alerts import Key, Told
from fulfillment_bi.metrics.resolve import get_dimension

MOST_LINES = 20
SEVERAL = 4
"""So many members of one rule are told in one line."""
MOST_NAMED = 3


def tell_alerts(told: Sequence[Told], reasons: Mapping[Key, str], language: str) -> tuple[str, str]:
    """(title, body) of one message about all changes of a check; `reasons` go below the line of their alert."""
    groups: dict[tuple[str, str], list[Told]] = {}
    for one in told:
        groups.setdefault((one.finding.rule.name, one.change), []).append(one)
    lines: list[str] = []
    for group in list(groups.values())[:MOST_LINES]:
        lines += tell_group([one.finding for one in group], group[0].change, language, reasons)
    if len(groups) > MOST_LINES:
        rest = sum(len(group) for group in list(groups.values())[MOST_LINES:])
        lines.append(text(language, "alerts.more", count=numbers.number(language, rest)))
    fired = sum(one.change != "recovered" for one in told)
    several = text(language, "alerts.several", fired=fired, recovered=len(told) - fired)
    return lines[0] if len(told) == 1 else several, "\n".join(lines)


def tell_group(
    found: Sequence[Finding], change: str, language: str, reasons: Mapping[Key, str] = MappingProxyType({})
) -> list[str]:
    """Alerts of one rule: a line each, its reason below it; from SEVERAL on one line for all, the worst by name."""
    if len(found) < SEVERAL:
        pairs = [(tell_alert(one, change, language), reasons.get((one.rule.name, one.entity))) for one in found]
        return [line for words, reason in pairs for line in (words, *([f"    {reason}"] if reason else []))]
    worst = sorted(found, key=_excess, reverse=True)[:MOST_NAMED]
    named = text(language, "alerts.comma").join(
        f"{name_member(one, language)} {tell_value(one, one.value, language)}" for one in worst
    )
    several = text(
        language,
        f"alerts.{change}_several",
        rule=found[0].rule.label.of(language),
        count=numbers.number(language, len(found)),
        worst=named,
    )
    reason = next((reasons[key] for one in worst if (key := (one.rule.name, one.entity)) in reasons), "")
    return [several, *([f"    {reason}"] if reason else [])]


def _excess(finding: Finding) -> float:
    """How far beyond its line it is."""
    if finding.value is None or finding.line is None:
        return float("-inf")
    return finding.rule.sign * (finding.value - finding.line)


def tell_alert(finding: Finding, change: str, language: str) -> str:
    """One alert as a line: what, where, how much, against which line."""
    return text(
        language,
        f"alerts.{change}",
        rule=finding.rule.label.of(language),
        where=name_entity(finding, language),
        value=tell_value(finding, finding.value, language),
        line=tell_value(finding, finding.line, language),
    )


def name_entity(finding: Finding, language: str) -> str:
    """The member an alert is about, with its dimension; of everything, that."""
    if finding.entity == EVERYTHING or finding.rule.query is None:
        return name_member(finding, language)
    return f"{get_dimension(finding.rule.per).label.of(language)} {name_member(finding, language)}"


def name_member(finding: Finding, language: str) -> str:
    """The member alone."""
    if finding.entity == EVERYTHING:
        return text(language, "alerts.everything")
    return label(language, "source" if finding.rule.query is None else finding.rule.per, finding.entity)


def tell_value(finding: Finding, value: float | None, language: str) -> str:
    """A value in the unit of what the rule watches; hours for the age of data, a share of refused rows."""
    metric = finding.rule.metric
    if finding.rule.kind == "quality":
        return numbers.percent(language, value)
    if metric is None:
        return numbers.duration(language, None if value is None else value / 24)
    return shown(metric, None if value is None else Fraction(value), language)
