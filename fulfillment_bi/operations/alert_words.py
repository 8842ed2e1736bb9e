"""Alerts as people read them: a title and a line each, in zh or en."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from fulfillment_bi.i18n import label, numbers, text
from fulfillment_bi.insight.alert_check import EVERYTHING, Finding
from fulfillment_bi.insight.bridge_words import shown
from fulfillment_bi.journal.alerts import Key, Told
from fulfillment_bi.metrics.resolve import get_dimension

MOST_LINES = 20


def tell_alerts(told: Sequence[Told], reasons: Mapping[Key, str], language: str) -> tuple[str, str]:
    """(title, body) of one message about all changes of a check; `reasons` go below the line of their alert."""
    lines = []
    for one in told[:MOST_LINES]:
        lines.append(tell_alert(one.finding, one.change, language))
        reason = reasons.get((one.finding.rule.name, one.finding.entity))
        lines += [f"    {reason}"] if reason else []
    if len(told) > MOST_LINES:
        lines.append(text(language, "alerts.more", count=numbers.number(language, len(told) - MOST_LINES)))
    fired = sum(one.change != "recovered" for one in told)
    several = text(language, "alerts.several", fired=fired, recovered=len(told) - fired)
    return lines[0] if len(told) == 1 else several, "\n".join(lines)


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
    if finding.entity == EVERYTHING:
        return text(language, "alerts.everything")
    if finding.rule.query is None:
        return label(language, "source", finding.entity)
    dimension = get_dimension(finding.rule.per)
    return f"{dimension.label.of(language)} {label(language, dimension.name, finding.entity)}"


def tell_value(finding: Finding, value: float | None, language: str) -> str:
    """A value in the unit of what the rule watches; hours for the age of data, a share of refused rows."""
    metric = finding.rule.metric
    if finding.rule.kind == "quality":
        return numbers.percent(language, value)
    if metric is None:
        return numbers.duration(language, None if value is None else value / 24)
    return shown(metric, None if value is None else Fraction(value), language)
