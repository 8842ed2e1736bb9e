"""A metric's value, its change and its status in words: the same on every page, in every hover."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from fulfillment_bi.i18n import numbers, text
from fulfillment_bi.metrics import targets
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Compare, Result
from fulfillment_bi.metrics.targets import Levels
from fulfillment_bi.metrics.types import Metric

Tone = Literal["good", "bad", "alarm", "flat"]
FLAT_POINTS = 0.0005
MANIFOLD = 9
"""Growth by so many times its size reads better as a factor than as a percentage."""


@dataclass(frozen=True, slots=True)
class Value:
    """One metric in one row: value, numerator, denominator, the value before (None where not compared) and levels."""

    metric: Metric
    value: float | None
    n: float | None
    d: float | None
    before: float | None = None
    before_d: float | None = None
    pending: float | None = None
    levels: Levels = field(default_factory=Levels)
    compare: Compare = "none"

    @property
    def target(self) -> float | None:
        """What it should be, here and on these days."""
        return self.levels.target

    @property
    def change(self) -> float | None:
        """The difference to the compared period."""
        return None if self.value is None or self.before is None else float(self.value) - float(self.before)


def value_of(record: dict[str, Any], name: str, result: Result) -> Value:
    """The metric `name` in a row of `result`, as a dictionary, with the levels in force for that row."""
    return Value(
        METRICS[name],
        record.get(name),
        record.get(f"{name}_n"),
        record.get(f"{name}_d"),
        record.get(f"{name}_before"),
        record.get(f"{name}_before_d"),
        record.get(f"{name}_pending"),
        targets.levels_of(result, record, name),
        result.query.compare,
    )


def only(result: Result, name: str) -> Value:
    """The metric of a result without dimensions."""
    rows = result.records()
    return value_of(rows[0] if rows else {}, name, result)


def target_of(result: Result, name: str) -> float | None:
    """The target of the metric for all that `result` is about."""
    return targets.levels_of(result, {}, name).target


def shown(language: str, value: Value) -> str:
    """94.1%, 2.3 天, 1,204, 4.32."""
    return in_unit(language, value.metric, value.value, value.d)


def in_unit(language: str, metric: Metric, value: float | None, sample: float | None = None) -> str:
    """A value of the metric as text, with its unit; undefined is a dash."""
    if metric.unit == "rate":
        return numbers.percent(language, value, sample)
    if metric.unit == "permille":
        return numbers.permille(language, value)
    if metric.unit == "hours":
        return numbers.duration(language, None if value is None else value / 24)
    if metric.unit == "days":
        return numbers.duration(language, value)
    if metric.unit == "score":
        return numbers.number(language, value, _score_digits(value))
    if metric.unit == "money":
        return numbers.compact(language, value)
    return numbers.number(language, value)


def _score_digits(value: float | None) -> int:
    """Points of a hundred need no more than one digit; ratings and ratios need two."""
    return 1 if value is not None and abs(value) >= 20 else 2


def split_unit(words: str) -> tuple[str, str]:
    """ "94.1%" -> ("94.1", "%"): so that the unit can be set smaller than the number."""
    digits = words.rstrip("%‰万亿KMBdhmin天小时分钟 ")
    return digits, words[len(digits) :].strip()


def change_words(language: str, value: Value) -> str:
    """▲ +2.1 个百分点, ▼ −0.4 天, ▲ +12%: what changed against the compared period; "" when not compared."""
    change = value.change
    if change is None:
        return ""
    arrow = "▲" if change > 0 else "▼" if change < 0 else "●"
    if value.metric.unit == "rate":
        words = numbers.points(language, change)
    elif value.metric.unit == "permille":
        words = numbers.signed(language, change * 1000, 2) + "‰"
    elif value.metric.unit in ("days", "hours"):
        words = numbers.duration(language, change / (24 if value.metric.unit == "hours" else 1), sign=True)
    elif value.metric.unit == "score":
        words = numbers.signed(language, change, _score_digits(value.value))
    elif value.before and change > MANIFOLD * abs(float(value.before)):
        words = f"×{numbers.number(language, (float(value.before) + change) / float(value.before))}"
    elif value.before:
        words = numbers.signed(language, change / abs(float(value.before)) * 100, 0) + "%"
    else:
        words = numbers.signed(language, change, 0)
    return words if words.startswith("±") else f"{arrow} {words}"


def change_tone(value: Value) -> Tone:
    """Whether the change is for the better."""
    change = value.change
    least = FLAT_POINTS / 10 if value.metric.unit == "permille" else FLAT_POINTS
    if change is None or abs(change) < least or value.metric.direction == "none":
        return "flat"
    return "good" if (change > 0) == (value.metric.direction == "up") else "bad"


def status(value: Value) -> Tone:
    """Where the value stands: good (target met), alarm (past the critical level), bad (between), flat (no target)."""
    tones: dict[targets.Status | None, Tone] = {None: "flat", "good": "good", "critical": "alarm"}
    return tones.get(targets.status(value.metric, value.levels, value.value, value.d), "bad")


def status_words(language: str, value: Value) -> str:
    """On target / 2.1 points under target / act now."""
    metric, tone = value.metric, status(value)
    if tone == "flat" or value.target is None or value.value is None:
        return ""
    if tone == "good":
        return text(language, "standing.good")
    gap = abs(value.value - value.target) * (1000 if metric.unit == "permille" else 1)
    size = numbers.number(language, gap * 100, 1) if metric.unit == "rate" else numbers.number(language, gap, 2)
    unit = "rate" if metric.unit == "rate" else "score"
    return text(language, f"standing.{tone}_{unit}", gap=size)


def gap_words(language: str, value: Value) -> str:
    """The distance to the target in as few words as a small tile has room for."""
    metric = value.metric
    if value.target is None or value.value is None:
        return ""
    if status(value) == "good":
        return text(language, "standing.good")
    gap = abs(value.value - value.target) * {"rate": 100, "permille": 1000}.get(metric.unit, 1)
    return text(language, "standing.gap", gap=numbers.number(language, gap, 1 if metric.unit == "rate" else 2))


def fraction_words(language: str, value: Value) -> str:
    """1,204 / 1,289 单: numerator and denominator, for rates."""
    if value.metric.unit not in ("rate", "permille") or value.d is None:
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
