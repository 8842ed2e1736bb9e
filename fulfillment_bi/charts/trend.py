"""A line over days: with its target, the period before it, the part that is not final yet, and marked events.

1. Lines may start above zero (the change is the message); the range keeps every mature point and the target in view.
2. The newest mature value and the target are written at the line's end instead of in a legend.
3. From `immature_from` on the line is dotted and the ground hatched: those days can still change.
4. Every point carries its sentence for the hover and, as customdata, the URL change a click makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from fulfillment_bi.charts.landing import Range, band
from fulfillment_bi.charts.theme import Theme, faded, layout
from fulfillment_bi.i18n import numbers

TICKS = 7
LEAST_SAMPLE = 20
PENCIL = "✎"
MARK_ROOM = 0.12
"""How much of the width an event's name takes."""


@dataclass(frozen=True, slots=True)
class Point:
    """One day, week or month: `value` as drawn (None leaves a gap), `sample` the cases behind it."""

    day: date
    value: float | None
    sentence: str
    sample: float = 0
    click: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """An event drawn as a thin line with its name; `sentence` is its hover."""

    day: date
    name: str
    sentence: str = ""


def trend(
    points: Sequence[Point],
    theme: Theme,
    language: str,
    *,
    before: Sequence[Point] = (),
    before_name: str = "",
    target: float | None = None,
    target_name: str = "",
    immature_from: date | None = None,
    immature_name: str = "",
    landing: Sequence[Range] = (),
    marks: Sequence[Mark] = (),
    end_label: str = "",
    share: bool = True,
    suffix: str = "",
    zoom: bool = False,
) -> dict[str, Any]:
    """The figure. `before` is drawn on the days of `points`, one for one; `share` says values are fractions,
    else `suffix` stands behind the numbers at the axis.

    `landing` is drawn over the part that is not final: where it will end up.
    """
    ends = [Point(one.day, value, "", LEAST_SAMPLE) for one in landing for value in (one.low, one.high)]
    low, high = _range(points, [*before, *ends], target, share)
    mature = [point for point in points if immature_from is None or point.day < immature_from]
    data: list[dict[str, Any]] = []
    if immature_from is not None and points:
        data.append(_hatch(immature_from, points[-1].day, low, high, theme))
    if before:
        data.append(_before(points, before, theme))
    data += band(landing, theme)
    data.append(_area(mature, low, theme))
    data.append(_line(mature, theme.accent, theme, width=2.5))
    if immature_from is not None:
        start = max(0, len(mature) - 1)
        data.append(_line(points[start:], theme.accent, theme, width=2, dash="dot", skip=1 if mature else 0))
    notes, shapes = [], []
    if target is not None:
        shapes.append(_rule(target, theme))
        notes.append(_note(1, target, target_name, theme.muted, theme, low, high))
    if immature_from is not None and immature_name:
        notes.append(_hatch_note(immature_from, immature_name, theme))
    shapes += [_mark(mark, theme) for mark in marks]
    notes += _mark_notes(marks, _named(points, marks, immature_from), theme)
    if end_label and mature and mature[-1].value is not None:
        data.append(_end(mature[-1], theme))
        notes.append(_end_note(mature[-1], end_label, theme))
    if before and before_name:
        notes.append(_before_note(points, before, before_name, theme, (low + low + high) / 3))
    return {
        "data": data,
        "layout": layout(
            theme,
            language,
            xaxis=_days_axis(points, language, zoom),
            yaxis=_value_axis(low, high, share) | ({"ticksuffix": suffix} if suffix else {}),
            margin={"t": theme.px(24), "r": theme.px(72 if target_name else 36), "b": theme.px(26)},
            dragmode="zoom" if zoom else False,
            hovermode="closest",
            hoverdistance=60,
            shapes=shapes,
            annotations=[note for note in notes if note],
        ),
    }


def _range(points: Sequence[Point], before: Sequence[Point], target: float | None, share: bool) -> tuple[float, float]:
    solid = [p.value for p in points if p.value is not None and p.sample >= LEAST_SAMPLE]
    known = [p.value for p in points if p.value is not None]
    values = solid if 2 * len(solid) >= len(known) else known
    values += [p.value for p in before if p.value is not None and p.sample >= LEAST_SAMPLE]
    values += [target] if target is not None else []
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = max((high - low) * 0.18, 0.005 if share else abs(high) * 0.05 or 1)
    if share:
        return max(0.0, low - room), min(1.0 + room * 0.4, high + room)
    return (0.0 if low >= 0 else low - room), high + room


def _line(
    points: Sequence[Point], colour: str, theme: Theme, *, width: float, dash: str = "solid", skip: int = 0
) -> dict[str, Any]:
    few = len(points) <= 45
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [p.day.isoformat() for p in points],
        "y": [p.value for p in points],
        "customdata": ["" if at < skip else p.click for at, p in enumerate(points)],
        "hovertext": [p.sentence for p in points],
        "hoverinfo": "text",
        "line": {"color": colour, "width": theme.px(width), "dash": dash, "shape": "linear"},
        "marker": {"size": theme.px(5 if few else 3), "color": colour, "opacity": 0.9 if few else 0.01},
        "connectgaps": True,
    }


def _area(points: Sequence[Point], low: float, theme: Theme) -> dict[str, Any]:
    # A soft ground under the line; it starts at the visible bottom, so it is drawn as a closed band.
    known = [p for p in points if p.value is not None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [p.day.isoformat() for p in known] + [p.day.isoformat() for p in reversed(known)],
        "y": [p.value for p in known] + [low] * len(known),
        "fill": "toself",
        "fillcolor": faded(theme.accent, 0.10),
        "line": {"width": 0, "color": "rgba(0,0,0,0)"},
        "hoverinfo": "skip",
    }


def _before(points: Sequence[Point], before: Sequence[Point], theme: Theme) -> dict[str, Any]:
    paired = list(zip(points, before, strict=False))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [now.day.isoformat() for now, _ in paired],
        "y": [then.value for _, then in paired],
        "connectgaps": True,
        "line": {"color": theme.previous, "width": theme.px(1.5)},
        "opacity": 0.75,
        "hoverinfo": "skip",
    }


def _hatch(start: date, end: date, low: float, high: float, theme: Theme) -> dict[str, Any]:
    left, right = start.isoformat(), end.isoformat()
    if start == end:
        left, right = f"{left}T00:00", f"{right}T23:59"
        left = date.fromordinal(start.toordinal() - 1).isoformat() + "T12:00"
    return {
        "type": "scatter",
        "mode": "none",
        "x": [left, right, right, left],
        "y": [low, low, high, high],
        "fill": "toself",
        "fillpattern": {
            "shape": "/",
            "fgcolor": faded(theme.previous, 0.55),
            "bgcolor": faded(theme.previous, 0.06),
            "size": theme.px(7),
            "solidity": 0.12,
        },
        "hoverinfo": "skip",
    }


def _end(point: Point, theme: Theme) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [point.day.isoformat()],
        "y": [point.value],
        "marker": {"size": theme.px(9), "color": theme.accent, "line": {"width": theme.px(2), "color": theme.card}},
        "hoverinfo": "skip",
    }


def _end_note(point: Point, words: str, theme: Theme) -> dict[str, Any]:
    return {
        "x": point.day.isoformat(),
        "y": point.value,
        "text": f"<b>{words}</b>",
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "bottom",
        "xshift": -theme.px(6),
        "yshift": theme.px(4),
        "font": {"size": theme.px(14), "color": theme.text},
        "bgcolor": faded(theme.card, 0.75),
    }


def _note(x: float, y: float, words: str, colour: str, theme: Theme, low: float, high: float) -> dict[str, Any] | None:
    if not words or not low <= y <= high:
        return None
    return {
        "xref": "paper",
        "x": x,
        "y": y,
        "text": words,
        "showarrow": False,
        "xanchor": "left",
        "xshift": theme.px(4),
        "font": {"size": theme.px(12), "color": colour},
    }


def _before_note(
    points: Sequence[Point], before: Sequence[Point], words: str, theme: Theme, floor: float
) -> dict[str, Any] | None:
    """The name of the earlier line, where the two lie furthest apart."""
    paired = [
        (abs(now.value - then.value), now, then)
        for now, then in zip(points, before, strict=False)
        if now.value is not None and then.value is not None and then.sample >= LEAST_SAMPLE
    ]
    if not paired:
        return None
    _, now, then = max(paired[: max(1, len(paired) * 9 // 10)], key=lambda each: each[0])
    under = (then.value or 0) < (now.value or 0) and (then.value or 0) > floor
    return {
        "x": now.day.isoformat(),
        "y": then.value,
        "text": words,
        "showarrow": False,
        "xanchor": "left",
        "xshift": theme.px(6),
        "yanchor": "top" if under else "bottom",
        "font": {"size": theme.px(11), "color": theme.muted},
    }


def _hatch_note(start: date, words: str, theme: Theme) -> dict[str, Any]:
    return {
        "x": start.isoformat(),
        "yref": "paper",
        "y": 1,
        "text": words,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"size": theme.px(11), "color": theme.muted},
    }


def _rule(y: float, theme: Theme) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": y,
        "y1": y,
        "line": {"color": theme.muted, "width": theme.px(1.2), "dash": "dash"},
        "layer": "below",
    }


def _mark(mark: Mark, theme: Theme) -> dict[str, Any]:
    return {
        "type": "line",
        "yref": "paper",
        "x0": mark.day.isoformat(),
        "x1": mark.day.isoformat(),
        "y0": 0,
        "y1": 1,
        "line": {"color": theme.bad, "width": theme.px(1), "dash": "dot"},
        "layer": "below",
    }


def _named(points: Sequence[Point], marks: Sequence[Mark], immature_from: date | None) -> list[Mark]:
    """Those whose names have room: not on each other, and not on the words above the part that is not final."""
    room = timedelta(days=(points[-1].day - points[0].day).days * MARK_ROOM) if points else timedelta()
    named: list[Mark] = []
    for mark in sorted(marks, key=lambda each: each.day):
        taken = [one.day for one in named] + ([immature_from] if immature_from else [])
        if all(abs(mark.day - day) > room for day in taken):
            named.append(mark)
    return named


def _mark_notes(marks: Sequence[Mark], named: Sequence[Mark], theme: Theme) -> list[dict[str, Any]]:
    """The names that have room; of the others with more to say a sign that can be pointed at."""
    others = [replace(mark, name=PENCIL) for mark in marks if mark.sentence and mark not in named]
    return [_mark_note(mark, theme) for mark in (*named, *others)]


def _mark_note(mark: Mark, theme: Theme) -> dict[str, Any]:
    return {
        "hovertext": mark.sentence or mark.name,
        "captureevents": True,
        "x": mark.day.isoformat(),
        "yref": "paper",
        "y": 1,
        "text": mark.name,
        "showarrow": False,
        "xanchor": "center",
        "yanchor": "bottom",
        "font": {"size": theme.px(11), "color": theme.bad},
    }


def _days_axis(points: Sequence[Point], language: str, zoom: bool) -> dict[str, Any]:
    chosen = _evenly(points)
    return {
        "type": "date",
        "showgrid": False,
        "tickmode": "array",
        "tickvals": [day.isoformat() for day in chosen],
        "ticktext": [numbers.day(language, day) for day in chosen],
        "fixedrange": not zoom,
        "tickangle": 0,
        "automargin": False,
    } | ({"range": _padded(points)} if points else {})


def _padded(points: Sequence[Point]) -> list[str]:
    span = max(1, (points[-1].day - points[0].day).days)
    room = max(0.5, span * 0.012) * 24
    return [f"{_shifted(points[0].day, -room)}", f"{_shifted(points[-1].day, room)}"]


def _shifted(day: date, hours: float) -> str:
    return (datetime(day.year, day.month, day.day) + timedelta(hours=hours)).isoformat(timespec="minutes")


def _evenly(points: Sequence[Point]) -> list[date]:
    """Days to write under the line: all of a few points, else evenly spaced ones with both ends."""
    if len(points) <= TICKS:
        return [point.day for point in points]
    first, last = points[0].day.toordinal(), points[-1].day.toordinal()
    return [date.fromordinal(round(first + at * (last - first) / (TICKS - 1))) for at in range(TICKS)]


def _value_axis(low: float, high: float, share: bool) -> dict[str, Any]:
    return {
        "range": [low, high],
        "tickformat": (".0%" if high - low > 0.06 else ".1%") if share else ",",
        "nticks": 6,
        "fixedrange": True,
    }
