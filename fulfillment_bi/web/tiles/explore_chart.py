"""The chart of Explore: what is asked as lines, bars, a heat map, dots, or the correlations between metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.heat import Cell, heat
from fulfillment_bi.charts.panels import Mark, Panel, Series, Words, lines, rows
from fulfillment_bi.charts.plane import Dot, scatter, shades
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, change, nothing_key
from fulfillment_bi.web.tile import Figure, Shown, Tile
from fulfillment_bi.web.tiles.asked import Explored, Members, explored, member_name, row_name
from fulfillment_bi.web.tiles.explore_related import matrix
from fulfillment_bi.web.wording import Value, escaped

MOST_LINES, MOST_BARS, MOST_DOWN, MOST_ACROSS, MOST_DOTS = 8, 24, 24, 16, 400
START_AT_ZERO = frozenset({"count", "money"})


def chart(page: str) -> Tile:
    """The chart; where the table alone is asked for it stays away."""

    def tell(view: View, workspace: Any) -> Shown:
        found = explored(view, workspace)
        if found.asked.chart in ("table", "pivot"):
            return Shown(look.nothing(view.theme, view.language, view.text("explore.table_only")))
        named = found.asked.metrics[:1] if found.asked.chart == "heat" else found.asked.metrics
        title = " · ".join(map(view.metric, named))
        if not found.results:
            refused = look.nothing(view.theme, view.language, view.text("explore.refused"))
            return Shown(refused, view.text("explore.title"))
        if not found.members:
            metric = METRICS[found.asked.metrics[0]]
            return Shown(look.nothing(view.theme, view.language, view.text(nothing_key(metric))), title)
        drawn, note = DRAWN[found.asked.chart](view, found)
        return Shown(drawn, title, note)

    return Tile(f"{page}-chart", "chart", tell=tell)


def _lines(view: View, found: Explored) -> tuple[Figure, str]:
    """A line for each member of the other dimensions, a panel for each metric, over the first dimension of time."""
    by = found.asked.by
    time = next((at for at, name in enumerate(by) if DIMENSIONS[name].is_calendar), None)
    if time is None:
        return _unable(view, "line")
    others = [at for at in range(len(by)) if at != time]
    places = sorted({members[time] for members in found.members}, key=lambda each: (str(type(each)), each))
    first = found.values[found.asked.metrics[0]]
    sizes: dict[Members, float] = {}
    for members, value in first.items():
        rest = tuple(members[at] for at in others)
        sizes[rest] = sizes.get(rest, 0.0) + float(value.d or 0)
    most = max(2, MOST_LINES // len(found.asked.metrics))
    chosen = sorted(sizes, key=lambda rest: -sizes[rest])[:most]
    panels = []
    for name in found.asked.metrics:
        values = found.values[name]
        series = []
        for rest in chosen:
            keys = [_joined(others, rest, time, place) for place in places]
            label = row_name(view, [by[at] for at in others], rest)
            marks = tuple(_mark(view, by, key, values.get(key), name) for key in keys)
            series.append(Series(escaped(label), "·".join(map(str, rest)), marks))
        panels.append(_panel(view, name, series))
    names = [escaped(member_name(view, by[time], place)) for place in places]
    return lines(panels, names, view.theme, view.language), _shown_of(view, len(chosen), len(sizes))


def _joined(others: Sequence[int], rest: Members, time: int, place: Any) -> Members:
    found = dict(zip(others, rest, strict=True)) | {time: place}
    return tuple(found[at] for at in range(len(found)))


def _bars(view: View, found: Explored) -> tuple[Figure, str]:
    by = found.asked.by
    shown = found.members[:MOST_BARS]
    panels = []
    for name in found.asked.metrics:
        values = found.values[name]
        marks = tuple(_mark(view, by, members, values.get(members), name) for members in shown)
        panels.append(_panel(view, name, [Series("", "", marks)]))
    names = [escaped(row_name(view, by, members) or view.text("explore.all")) for members in shown]
    return rows(panels, names, view.theme, view.language), _shown_of(view, len(shown), len(found.members))


def _heat(view: View, found: Explored) -> tuple[Figure, str]:
    """The first metric by two dimensions: around its target where it has one, else from least to most."""
    by, name = found.asked.by, found.asked.metrics[0]
    if len(by) < 2:
        return _unable(view, "heat")
    values = found.values[name]
    down = list(dict.fromkeys(members[:-1] for members in found.members))
    across = found.distinct(len(by) - 1)
    if DIMENSIONS[by[-1]].is_calendar:
        across = sorted(across)[-MOST_ACROSS:]
    shown_down, shown_across = down[:MOST_DOWN], across[:MOST_ACROSS]
    cells: dict[tuple[int, int], Cell] = {}
    for at, left in enumerate(shown_down):
        for to, top in enumerate(shown_across):
            value = values.get((*left, top))
            if value is not None and value.value is not None:
                mark = _mark(view, by, (*left, top), value, name)
                cells[at, to] = Cell(float(value.value), _brief(view, value), mark.sentence, mark.click)
    rows_named = [escaped(row_name(view, by[:-1], left)) for left in shown_down]
    columns = [escaped(member_name(view, by[-1], top)) for top in shown_across]
    target = wording.target_of(found.results[name], name)
    note = _shown_of(view, len(shown_down), len(down))
    if METRICS[name].unit != "rate" or target is None:
        return shades(rows_named, columns, cells, view.theme, view.language), note
    placed = {(str(at), str(to)): cell for (at, to), cell in cells.items()}
    names = [str(at) for at in range(len(rows_named))], [str(to) for to in range(len(columns))]
    falls = METRICS[name].direction == "down"
    figure = heat(*names, placed, view.theme, view.language, middle=target, longest=12, falls=falls)
    figure["layout"]["yaxis"]["ticktext"], figure["layout"]["xaxis"]["ticktext"] = rows_named, columns
    return figure, " · ".join(filter(None, (view.text("tile.target", value=_brief_of(view, name, target)), note)))


def _scatter(view: View, found: Explored) -> tuple[Figure, str]:
    if len(found.asked.metrics) < 2 or not found.asked.by:
        return _unable(view, "scatter")
    across, up = found.asked.metrics[:2]
    xs, ys = found.values[across], found.values[up]
    dots = []
    for members in found.members:
        x, y = xs.get(members), ys.get(members)
        if x is None or y is None or x.value is None or y.value is None:
            continue
        name = row_name(view, found.asked.by, members)
        sentence = "<br>".join(
            [f"<b>{escaped(name)}</b>"]
            + [f"{view.metric(m)}  {wording.shown(view.language, v)}" for m, v in ((across, x), (up, y))]
        )
        click = _click(found.asked.by, members)
        dots.append(Dot(escaped(name), float(x.value), float(y.value), float(x.d or 0), sentence, click))
    shown = sorted(dots, key=lambda dot: -dot.size)[:MOST_DOTS]
    if not shown:
        return look.nothing(view.theme, view.language, view.text("empty.period")), ""
    titles = view.metric(across), view.metric(up)
    figure = scatter(shown, titles, (_words(view, across), _words(view, up)), view.theme, view.language)
    return figure, view.text("explore.dots", count=len(shown), metric=view.metric(across))


def _related(view: View, found: Explored) -> tuple[Figure, str]:
    pairs = matrix(view, found)
    names = found.asked.metrics
    if len(names) < 2 or not found.asked.by:
        return _unable(view, "related")
    cells: dict[tuple[int, int], Cell] = {}
    for at, down in enumerate(names):
        for to, across in enumerate(names):
            pair = pairs.get((down, across))
            if pair is not None:
                click = change(metrics=f"{down},{across}", chart="scatter")
                cells[at, to] = Cell(pair.found.r, pair.words, pair.sentence, click)
    titles = [escaped(view.short(name)) for name in names]
    return shades(titles, titles, cells, view.theme, view.language, around_zero=True), view.text("explore.related_note")


DRAWN: Mapping[str, Callable[[View, Explored], tuple[Figure, str]]] = {
    "line": _lines,
    "bar": _bars,
    "heat": _heat,
    "scatter": _scatter,
    "related": _related,
}


def _unable(view: View, kind: str) -> tuple[Figure, str]:
    return look.nothing(view.theme, view.language, view.text(f"explore.needs_{kind}")), ""


def _panel(view: View, name: str, series: Sequence[Series]) -> Panel:
    metric = METRICS[name]
    return Panel(escaped(view.metric(name)), tuple(series), _words(view, name), metric.unit in START_AT_ZERO)


def _words(view: View, name: str) -> Words:
    def words(value: float) -> str:
        return _brief_of(view, name, value)

    return words


def _brief_of(view: View, name: str, value: float) -> str:
    return wording.in_unit(view.language, METRICS[name], value).replace(".0%", "%").replace(".00‰", "‰")


def _brief(view: View, value: Value) -> str:
    return wording.shown(view.language, value).rstrip("%")


def _mark(view: View, by: Sequence[str], members: Members, value: Value | None, name: str) -> Mark:
    if value is None or value.value is None:
        return Mark(None, "")
    head = " · ".join(filter(None, (row_name(view, by, members), view.short(name))))
    sentence = wording.sentence(view.language, head, value)
    return Mark(float(value.value), sentence, _click(by, members), wording.shown(view.language, value))


def _click(by: Sequence[str], members: Members) -> str:
    return change(**{name: str(member) for name, member in zip(by, members, strict=True)})


def _shown_of(view: View, shown: int, count: int) -> str:
    return view.text("explore.first", shown=shown, count=f"{count:,}") if count > shown else ""
