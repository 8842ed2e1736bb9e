"""Who is better, as far as the numbers can tell: rates with their intervals, places shared where it may be chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.intervals import Interval, intervals
from fulfillment_bi.filters import sentence
from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.ranking import Ranking, Standing, are_distinct, rank_segments
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Level, Query
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.wording import escaped

MOST = 10
UNNAMED = ("unknown", "several", "none")
COLUMNS = ("place", "segment", "rate", "adjusted", "low", "high", "n", "d")


def standings(page: str, key: str, metric: str, dimension: str, adjust: str = "", level: Level | None = None) -> Tile:
    """`adjust` is the dimension whose mix must not count: a carrier is not worse for serving the far provinces.

    `level` is what is counted whatever the page is switched to, where only it has the dimension.
    """
    fixed = {"level": level} if level else {}

    def ask(view: View) -> Mapping[str, Query]:
        return {"members": view.query(metric, by=(dimension,), compare="none", **fixed)}

    def show_with(view: View, answers: Answers, workspace: Any) -> Shown:
        found = rank_segments(workspace, answers["members"].query, adjust)
        named = [one for one in found.standings if one.segment not in UNNAMED]
        name = f"card.{page}_{key}"
        if not named or found.whole is None:
            return Shown(look.nothing(view.theme, view.language, view.text(f"{name}_none")), view.text(name))
        shared = [one.place for one in named]
        items = [_item(view, found, one, shared.count(one.place) > 1) for one in named[:MOST]]
        whole = view.text("standings.whole", value=numbers.percent(view.language, found.whole))
        figure = intervals(items, view.theme, view.language, whole=found.whole, whole_name=whole)
        note = f"{view.text(f'{name}_note')} · {view.text('standings.note')}"
        return Shown(figure, _title(view, name, dimension, named), note)

    def table(view: View, workspace: Any) -> Table:
        query = view.query(metric, by=(dimension,), compare="none", **fixed)
        found = rank_segments(workspace, query, adjust)
        rows = [
            (one.place, view.member(dimension, one.segment), one.value, one.adjusted, one.low, one.high, one.n, one.d)
            for one in found.standings
        ]
        labels = {column: view.label("standing_column", column) for column in COLUMNS}
        labels["segment"] = view.dimension(dimension)
        stamp = Stamp(found.as_of, found.timezone, sentence(query, view.language) or "all", found.version)
        return Table("data", COLUMNS, rows, stamp, frozenset(("rate", "adjusted", "low", "high")), labels)

    return Tile(f"{page}-{key}", "chart", ask, metric=metric, show_with=show_with, table=table)


def _title(view: View, name: str, dimension: str, named: Sequence[Standing]) -> str:
    """The finding: who leads and who comes last, only the last where the first cannot be told apart, or nobody."""
    first, last = named[0], named[-1]
    if len(named) < 2:
        return view.text(name)
    if not are_distinct(first, last):
        return view.text("standings.chance", dimension=view.dimension(dimension))
    names = {"first": view.member(dimension, first.segment), "last": view.member(dimension, last.segment)}
    leads = sum(one.place == first.place for one in named) == 1
    return view.text("standings.finding", **names) if leads else view.text("standings.behind", last=names["last"])


def _item(view: View, found: Ranking, one: Standing, is_shared: bool) -> Interval:
    name = view.member(found.dimension, one.segment)
    place = view.text("scorecard.equal", place=one.place) if is_shared else str(one.place)
    low, high = (numbers.percent(view.language, end, one.d) for end in (one.low, one.high))
    rate = numbers.percent(view.language, one.adjusted, one.d)
    lines = [
        f"<b>{escaped(name)}</b>  {rate}",
        view.text("standings.hover", low=low, high=high),
        view.text(
            "standings.counted",
            value=numbers.percent(view.language, one.value, one.d),
            n=f"{one.n:,.0f}",
            d=f"{one.d:,.0f}",
        ),
    ]
    lines += [view.text("standings.shared")] if is_shared else []
    lines += [] if one.is_enough else [view.text("standings.few")]
    return Interval(
        f"{place}  {name}",
        one.adjusted,
        one.low,
        one.high,
        f"{rate} · {numbers.compact(view.language, one.d)}",
        "<br>".join(lines),
        change(**{found.dimension: one.segment}),
        "bad" if _is_worse(found, one) else "accent",
        not one.is_enough,
    )


def _is_worse(found: Ranking, one: Standing) -> bool:
    """Whether its whole interval lies on the wrong side of the rate of all."""
    falls = METRICS[found.query.metrics[0]].direction == "down"
    return found.whole is not None and (one.low > found.whole if falls else one.high < found.whole)
