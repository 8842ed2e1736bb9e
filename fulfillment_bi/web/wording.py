"""A metric's value, its change and its status in words: the same on every page, in every hover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from fulfillment_bi.i18n import numbers, text
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Result
from fulfillment_bi.metrics.types import Metric

Tone = Literal["good", "bad", "alarm", "flat"]
FLAT_POINTS = 0.0005


@dataclass(frozen=True, slots=True)
class Value:
    """One metric in one row: value, numerator, denominator and the value before (None where not compared)."""

    metric: Metric
    value: float | None
    n: float | None
    d: float | None
    before: float | None = None
    before_d: float | None = None
    pending: float | None = None

    @property
    def change(self) -> float | None:
        """The difference to the compared period."""
        return None if self.value is None or self.before is None else float(self.value) - float(self.before)


def value_of(record: dict[str, Any], name: str) -> Value:
    """The metric `name` in a row of a result, as a dictionary."""
    return Value(
        METRICS[name],
        record.get(name),
        record.get(f"{name}_n"),
        record.get(f"{name}_d"),
        record.get(f"{name}_before"),
        record.get(f"{name}_before_d"),
        record.get(f"{name}_pending"),
    )


def only(result: Result, name: str) -> Value:
    """The metric of a result without dimensions."""
    rows = result.records()
    return value_of(rows[0] if rows else {}, name)


def shown(language: str, value: Value) -> str:
    """94.1%, 2.3 天, 1,204, 4.32."""
    return in_unit(language, value.metric, value.value, value.d)


def in_unit(language: str, metric: Metric, value: float | None, sample: float | None = None) -> str:
    """A value of the metric as text, with its unit; undefined is a dash."""
    if metric.unit == "rate":
        return numbers.percent(language, value, sample)
    if metric.unit == "days":
        return numbers.duration(language, value)
    if metric.unit == "score":
        return numbers.number(language, value, 2)
    if metric.unit == "money":
        return numbers.compact(language, value)
    return numbers.number(language, value)


def split_unit(words: str) -> tuple[str, str]:
    """ "94.1%" -> ("94.1", "%"): so that the unit can be set smaller than the number."""
    digits = words.rstrip("%万亿KMBdhmin天小时分钟 ")
    return digits, words[len(digits) :].strip()


def change_words(language: str, value: Value) -> str:
    """▲ +2.1 个百分点, ▼ −0.4 天, ▲ +12%: what changed against the compared period; "" when not compared."""
    change = value.change
    if change is None:
        return ""
    arrow = "▲" if change > 0 else "▼" if change < 0 else "●"
    if value.metric.unit == "rate":
        words = numbers.points(language, change)
    elif value.metric.unit == "days":
        words = numbers.duration(language, change, sign=True)
    elif value.metric.unit == "score":
        words = numbers.signed(language, change, 2)
    elif value.before:
        words = numbers.signed(language, change / abs(float(value.before)) * 100, 0) + "%"
    else:
        words = numbers.signed(language, change, 0)
    return words if words.startswith("±") else f"{arrow} {words}"


def change_tone(value: Value) -> Tone:
    """Whether the change is for the better."""
    change = value.change
    if change is None or abs(change) < FLAT_POINTS or value.metric.direction == "none":
        return "flat"
    return "good" if (change > 0) == (value.metric.direction == "up") else "bad"


def status(value: Value) -> Tone:
    """Where the value stands: good (target met), alarm (past the critical level), bad (between), flat (no target)."""
    metric = value.metric
    if value.value is None or metric.target is None or (value.d or 0) < metric.minimum_sample:
        return "flat"
    sign = 1 if metric.direction == "up" else -1
    if (value.value - metric.target) * sign >= 0:
        return "good"
    if metric.critical is not None and (value.value - metric.critical) * sign < 0:
        return "alarm"
    return "bad"


def status_words(language: str, value: Value) -> str:
    """On target / 2.1 points under target / act now."""
    metric, tone = value.metric, status(value)
    if tone == "flat" or metric.target is None or value.value is None:
        return ""
    if tone == "good":
        return text(language, "standing.good")
    gap = abs(value.value - metric.target)
    size = numbers.number(language, gap * 100, 1) if metric.unit == "rate" else numbers.number(language, gap, 2)
    unit = "rate" if metric.unit == "rate" else "score"
    return text(language, f"standing.{tone}_{unit}", gap=size)


def gap_words(language: str, value: Value) -> str:
    """The distance to the target in as few words as a small tile has room for."""
    metric = value.metric
    if metric.target is None or value.value is None:
        return ""
    if status(value) == "good":
        return text(language, "standing.good")
    gap = abs(value.value - metric.target) * (100 if metric.unit == "rate" else 1)
    return text(language, "standing.gap", gap=numbers.number(language, gap, 1 if metric.unit == "rate" else 2))


def fraction_words(language: str, value: Value) -> str:
    """1,204 / 1,289 单: numerator and denominator, for rates."""
    if value.metric.unit != "rate" or value.d is None:
        return ""
    return text(language, "hover.of", n=numbers.number(language, value.n), d=numbers.number(language, value.d))


def sentence(language: str, head: str, value: Value) -> str:
    """The hover: "JD, 12 Nov: 93.4%<br>1,204 of 1,289 orders<br>2.1 points under target"."""
    lines = [f"<b>{escaped(head)}</b>  {shown(language, value)}", fraction_words(language, value)]
    if value.change is not None:
        lines.append(f"{change_words(language, value)} {text(language, 'hover.against')}")
    lines.append(status_words(language, value))
    return "<br>".join(line for line in lines if line)


def escaped(words: str) -> str:
    """Names come from files: nothing in them may become markup in a hover or a label."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
