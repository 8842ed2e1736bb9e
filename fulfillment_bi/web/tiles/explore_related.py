"""Correlations between the metrics that Explore is asked for, and what might mislead about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.correlation import LEAST, Correlation, correlate
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.resolve import resolve
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tiles.asked import Explored
from fulfillment_bi.web.wording import escaped

MOVING = frozenset({"day", "week", "month", "quarter"})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two metrics: how they correlate, in words, and the warnings that belong to it."""

    found: Correlation
    words: str
    sentence: str
    warnings: tuple[str, ...]


def is_ordered(found: Explored) -> bool:
    """Whether the rows are one series over time."""
    return len(found.asked.by) == 1 and found.asked.by[0] in MOVING


def matrix(view: View, found: Explored) -> Mapping[tuple[str, str], Pair]:
    """Every pair of different metrics, both ways round."""
    members = sorted(found.members) if is_ordered(found) else found.members
    columns = {}
    for name in found.asked.metrics:
        values = found.values[name]
        least = METRICS[name].minimum_sample if METRICS[name].unit in ("rate", "permille") else 0
        columns[name] = [
            None if value is None or value.value is None or (value.d or 0) < least else float(value.value)
            for value in map(values.get, members)
        ]
    pairs: dict[tuple[str, str], Pair] = {}
    for first, second in combinations(found.asked.metrics, 2):
        pair = _pair(view, found, first, second, correlate(columns[first], columns[second], ordered=is_ordered(found)))
        pairs[first, second] = pairs[second, first] = pair
    return pairs


def _pair(view: View, found: Explored, first: str, second: str, one: Correlation) -> Pair:
    names = f"<b>{escaped(view.metric(first))} × {escaped(view.metric(second))}</b>"
    if one.r is None:
        return Pair(one, f"n={one.n}", f"{names}<br>{view.text('explore.too_few', count=one.n, least=LEAST)}", ())
    interval = view.text("explore.interval", low=_signed(view, one.low), high=_signed(view, one.high))
    counted = view.text("explore.rows", n=one.n, effective=f"{one.effective:.0f}")
    warnings = tuple(_warnings(view, found, first, second, one))
    sentence = "<br>".join((names, f"r = {_signed(view, one.r)}", interval, counted, *warnings))
    return Pair(one, _signed(view, one.r), sentence, warnings)


def _warnings(view: View, found: Explored, first: str, second: str, one: Correlation) -> list[str]:
    said = []
    if not one.is_clear:
        said.append(view.text("explore.chance"))
    if one.may_be_trend and one.of_changes is not None:
        said.append(view.text("explore.trend", r=_signed(view, one.of_changes)))
    if _shares(view, first, second):
        said.append(view.text("explore.shared"))
    across = [name for name in found.asked.by if not DIMENSIONS[name].is_calendar]
    if across and one.is_clear:
        said.append(view.text("explore.mix", dimension=view.dimension(across[0])))
    return said


def _shares(view: View, first: str, second: str) -> bool:
    """Whether the two count the same rows, so that they move together by construction."""
    one, two = (resolve(METRICS[name], view.query(name)) for name in (first, second))
    own = {part for part in one.parts if part}
    return one.fact is two.fact and bool(own & set(two.parts))


def _signed(view: View, value: float | None) -> str:
    return numbers.DASH if value is None else numbers.signed(view.language, value, 2)
