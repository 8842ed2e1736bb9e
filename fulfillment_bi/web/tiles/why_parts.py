"""The parts of a change: a waterfall of the largest, and all of them in a table with rate and mix effects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from dash import html

from fulfillment_bi.charts.bars import Bar
from fulfillment_bi.charts.waterfall import waterfall
from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.bridge import Bridge, Segment, Tally, plain_number, sum_effects, total
from fulfillment_bi.insight.bridge_words import moved, shown
from fulfillment_bi.insight.why import Why
from fulfillment_bi.metrics.types import Text
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.explained import Refused, explained, refused_body, refused_figure
from fulfillment_bi.web.state import View, change, explaining
from fulfillment_bi.web.tile import Shown, Tile
from fulfillment_bi.web.wording import escaped

MOST_STEPS = 9
MOST_ROWS = 14
Place = tuple[tuple[str, str], ...]
"""Dimensions with their members, outermost first: what a segment is filtered to."""


def bridge_steps(page: str) -> Tile:
    """From the number before to the number after; a click on a step filters to it and asks again."""

    def tell(view: View, workspace: Any) -> Shown:
        found = explained(view, workspace)
        title = view.text("why.bridge")
        if isinstance(found, Refused):
            return Shown(refused_figure(view, found), title)
        before, after = found.bridge.value_before, found.bridge.value_after
        if before is None or after is None:
            return Shown(refused_figure(view, Refused(found.sentence.of(view.language), "")), title)
        lang = view.language
        by = " › ".join(view.dimension(name) for name in found.by)
        start, end = (_end(found, *side, lang) for side in zip(found.names, (before, after), strict=True))
        figure = waterfall(start, end, _steps(view, found), view.theme, lang)
        return Shown(figure, title, view.text("why.bridge_note", dimension=by))

    return Tile(f"{page}-bridge", "chart", tell=tell, table=_table)


def parts_table(page: str) -> Tile:
    """Every part: before, after, what it did itself, what its share of the whole did."""

    def tell(view: View, workspace: Any) -> Shown:
        found = explained(view, workspace)
        title = view.text("why.parts")
        if isinstance(found, Refused):
            return Shown(refused_body(found), title)
        bridge = found.bridge
        effects = ("rate", "mix") if bridge.is_ratio else ()
        head = [
            " › ".join(view.dimension(name) for name in found.by),
            *(view.text(f"why.{name}") for name in ("before", "after", *effects, "effect")),
        ]
        leaves = list(_leaves(found))
        rows = [_row(view, found, segment, place) for segment, place in leaves[:MOST_ROWS]]
        rest = [segment for segment, _ in leaves[MOST_ROWS:]]
        if rest:
            sides = total(one.before for one in rest), total(one.after for one in rest)
            name = view.text("why.rest", count=len(rest))
            rows.append([name, *_numbers(view, found, *sides, sum_effects(rest))])
        whole = sum_effects(bridge.segments)
        rows.append([html.B(view.text("why.total")), *_numbers(view, found, bridge.before, bridge.after, whole)])
        note = view.text("why.parts_points" if found.metric.unit == "rate" else "why.parts_note")
        return Shown(parts.table(head, rows, range(1, len(head))), title, note)

    return Tile(f"{page}-parts", "html", tell=tell, table=_table)


def _leaves(found: Why) -> Iterator[tuple[Segment, Place]]:
    """The segments, one that is divided further replaced by its parts, largest effect first."""
    leaves: list[tuple[Segment, Place]] = []
    for segment in found.bridge.segments:
        place = ((found.by[0], segment.name),)
        below = [(part, (*place, (found.by[1], part.name))) for part in segment.children]
        leaves += below or [(segment, place)]
    return iter(sorted(leaves, key=lambda leaf: (-abs(leaf[0].effect or 0), leaf[0].path)))


def _name(view: View, place: Place) -> str:
    return " › ".join(view.member(dimension, member) for dimension, member in place)


def _end(found: Why, side: Text, value: Fraction, lang: str) -> Bar:
    """One of the two numbers compared."""
    name = side.of(lang)
    words = shown(found.metric, value, lang)
    return Bar(name, float(value), words, f"<b>{escaped(name)}</b>  {words}", "", "text")


def _steps(view: View, found: Why) -> list[Bar]:
    leaves = [(segment, place) for segment, place in _leaves(found) if segment.effect]
    shown_first = leaves if len(leaves) <= MOST_STEPS else leaves[: MOST_STEPS - 1]
    rest = [segment for segment, _ in leaves[len(shown_first) :]]
    steps = [_step(view, found, segment, place) for segment, place in shown_first]
    effect = sum_effects(rest)[0]
    if rest and effect is not None:
        name = view.text("why.rest", count=len(rest))
        words = moved(found.metric, effect, view.language)
        steps.append(Bar(name, float(effect), words, name, "", "soft"))
    return steps


def _step(view: View, found: Why, segment: Segment, place: Place) -> Bar:
    name, lang, metric = _name(view, place), view.language, found.metric
    effect = segment.effect or Fraction(0)
    lines = [f"<b>{escaped(name)}</b>  {moved(metric, effect, lang)}"]
    lines.append(
        f"{_value(found.bridge, segment.before, found, lang)} → {_value(found.bridge, segment.after, found, lang)}"
    )
    if found.bridge.is_ratio:
        rate, mix = (moved(metric, one, lang) for one in (segment.rate_effect, segment.mix_effect))
        lines.append(f"{view.text('why.rate')} {rate} · {view.text('why.mix')} {mix}")
    better = (effect > 0) == (metric.direction == "up")
    colour = "soft" if metric.direction == "none" else "good" if better else "bad"
    return Bar(
        name,
        float(effect),
        moved(metric, effect, lang),
        "<br>".join(lines),
        change(**dict(place), by=""),
        colour,
    )


def _value(bridge: Bridge, tally: Tally, found: Why, lang: str) -> str:
    return shown(found.metric, bridge.value(tally), lang)


def _row(view: View, found: Why, segment: Segment, place: Place) -> list[Any]:
    name = _name(view, place)
    link = html.Button(
        name,
        className="cell",
        type="button",
        title=name,
        **parts.data(go=change(**dict(place), by=""), toggle=""),
    )
    effects = (segment.effect, segment.rate_effect, segment.mix_effect)
    cells = _numbers(view, found, segment.before, segment.after, effects)
    go = explaining(found.metric.name, **dict(place))
    cells[1] = html.Button(cells[1], className="cell num", type="button", **parts.data(go=go))
    return [link, *cells]


def _numbers(view: View, found: Why, before: Tally, after: Tally, effects: Sequence[Fraction | None]) -> list[Any]:
    lang, (effect, rate, mix) = view.language, effects
    sides: list[Any] = [_value(found.bridge, side, found, lang) for side in (before, after)]
    split = [_effect(found, one, lang) for one in (rate, mix)] if found.bridge.is_ratio else []
    return [*sides, *split, html.B(_effect(found, effect, lang))]


def _effect(found: Why, effect: Fraction | None, lang: str) -> str:
    """A change; of a rate in points without the unit, which the table says once."""
    if found.metric.unit != "rate" or effect is None:
        return moved(found.metric, effect, lang)
    return numbers.signed(lang, float(effect) * 100, 2)


def _table(view: View, workspace: Any) -> Table:
    """Every part with exact numerators and denominators; the effects sum to the change."""
    found = explained(view, workspace)
    stamp = Stamp(view.as_of, view.timezone, view.sentence(), view.version)
    columns = (
        "part",
        "before",
        "after",
        "before_n",
        "before_d",
        "after_n",
        "after_d",
        "rate",
        "mix",
        "effect",
    )
    labels = {name: view.text(f"why.{name}") for name in columns}
    rows = [] if isinstance(found, Refused) else [_cells(view, found, *leaf) for leaf in _leaves(found)]
    is_rate = not isinstance(found, Refused) and found.metric.unit == "rate"
    rates = frozenset({"before", "after", "rate", "mix", "effect"} if is_rate else ())
    return Table("why", columns, rows, stamp, rates, labels)


def _cells(view: View, found: Why, segment: Segment, place: Place) -> list[Any]:
    bridge, (before, after) = found.bridge, (segment.before, segment.after)
    values = [bridge.value(before), bridge.value(after), before.n, before.d, after.n, after.d]
    effects = [segment.rate_effect, segment.mix_effect, segment.effect]
    return [_name(view, place), *(plain_number(value) for value in (*values, *effects))]
