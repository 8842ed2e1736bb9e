"""The table of Explore: every row that was asked for, a pivot with totals, or the pairs of metrics that correlate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Result
from fulfillment_bi.reports.table import Stamp, Table, table_of
from fulfillment_bi.web import parts, wording
from fulfillment_bi.web.state import View, explaining, nothing_key
from fulfillment_bi.web.tile import Shown, Tile
from fulfillment_bi.web.tiles.asked import Explored, Members, by_row, explored, fit, member_name
from fulfillment_bi.web.tiles.compared import sort_head
from fulfillment_bi.web.tiles.explore_related import matrix
from fulfillment_bi.web.wording import Value

MOST_ROWS, MOST_COLUMNS = 200, 24


def table(page: str) -> Tile:
    """The table with its refusals above it; its file holds every row of what is shown."""

    def tell(view: View, workspace: Any) -> Shown:
        found = explored(view, workspace)
        said: list[Any] = [parts.banner(words, "is-warning") for words in found.refused]
        said += [html.Div(" ".join(found.notes), className="card-note")] if found.notes else []
        said.append(html.Span(**parts.data(chart=found.asked.chart)))
        if not found.results:
            return Shown([*said, parts.empty(view, "explore.nothing")], view.text("explore.title"))
        if not found.members:
            metric = METRICS[found.asked.metrics[0]]
            return Shown([*said, parts.empty(view, nothing_key(metric))], view.text("explore.rows_title"))
        if found.asked.chart == "related":
            return Shown([*said, *_pairs(view, found)], view.text("explore.pairs_title"))
        if found.asked.chart == "pivot" and found.asked.by:
            body, note = _pivot(view, workspace, found)
            return Shown([*said, body], view.text("explore.pivot_title"), note)
        rows = [_row(view, found, members) for members in found.members[:MOST_ROWS]]
        head: list[Any] = [view.dimension(name) for name in found.asked.by]
        head += [sort_head(view, name) for name in found.asked.metrics]
        numeric = range(len(found.asked.by), len(head))
        note = view.text("explore.first", shown=len(rows), count=f"{len(found.members):,}")
        if len(found.members) <= len(rows):
            note = view.text("listing.all", count=f"{len(rows):,}")
        return Shown([*said, parts.table(head, rows, numeric)], view.text("explore.rows_title"), note)

    return Tile(f"{page}-table", "html", tell=tell, table=_file)


def _row(view: View, found: Explored, members: Members) -> list[Any]:
    by = found.asked.by
    cells: list[Any] = [member_name(view, name, each) for name, each in zip(by, members, strict=True)]
    for name in found.asked.metrics:
        cells.append(_cell(view, found, name, members))
    return cells


def _cell(view: View, found: Explored, name: str, members: Members) -> html.Button:
    value = found.values[name].get(members) or Value(METRICS[name], None, None, None)
    query = found.results[name].query
    level = {"level": query.level} if query.level and query.level != METRICS[name].level else {}
    at = {dimension: str(each) for dimension, each in zip(query.by, members, strict=True)}
    return parts.number_cell(view, value, explaining(name, "", **level, **at), change=True)


def _pivot(view: View, workspace: Any, found: Explored) -> tuple[Any, str]:
    """Rows by all dimensions but the last, which goes across; a total at each end, counted and not added up."""
    by = found.asked.by
    down = list(dict.fromkeys(members[:-1] for members in found.members))
    across = found.distinct(len(by) - 1)
    if DIMENSIONS[by[-1]].is_calendar:
        across = sorted(across)
    shown = across[-MOST_COLUMNS:] if DIMENSIONS[by[-1]].is_calendar else across[:MOST_COLUMNS]
    several = len(found.asked.metrics) > 1
    totals = _totals(workspace, found)
    rows = []
    for left in [*down[:MOST_ROWS], None]:
        for name in found.asked.metrics:
            head: list[Any] = [view.short(name)] if several else []
            if left is None:
                lead: list[Any] = [html.B(view.text("explore.total")), *[""] * max(len(by) - 2, 0)]
                cells: list[Any] = [_plain(view, totals[name][1].get((top,)), name) for top in shown]
                end = _plain(view, totals[name][2].get(()), name)
            else:
                lead = [member_name(view, each, member) for each, member in zip(by, left, strict=False)]
                cells = [_cell(view, found, name, (*left, top)) for top in shown]
                end = _plain(view, totals[name][0].get(left), name)
            if len(by) > 1 or left is None:
                rows.append([*lead, *head, *cells, end])
            else:
                rows.append([view.text("explore.all"), *head, *cells, end])
    heads = [view.dimension(name) for name in by[:-1]] or [""]
    heads += [view.text("explore.metric")] if several else []
    first = len(heads)
    heads += [member_name(view, by[-1], top) for top in shown] + [view.text("explore.total")]
    note = view.text("explore.first", shown=len(shown), count=len(across)) if len(across) > len(shown) else ""
    return parts.table(heads, rows, range(first, len(heads))), note


def _plain(view: View, value: Value | None, name: str) -> html.Span:
    words = wording.shown(view.language, value or Value(METRICS[name], None, None, None))
    return html.Span(words, className="num is-total")


def _totals(workspace: Any, found: Explored) -> dict[str, list[dict[Members, Value]]]:
    """For each metric the totals by row, by column and of all, each asked for by itself: rates do not add up."""
    by = found.asked.by
    totals: dict[str, list[dict[Members, Value]]] = {}
    for name in found.asked.metrics:
        query = found.results[name].query
        asked = [query.but(by=each) for each in (by[:-1], by[-1:], ())]
        totals[name] = [by_row(one, name) for one in workspace.run_all(asked)]
    return totals


def _pairs(view: View, found: Explored) -> list[Any]:
    pairs = matrix(view, found)
    rows, seen = [], set()
    for (first, second), pair in sorted(pairs.items(), key=lambda each: -abs(each[1].found.r or 0)):
        if (second, first) in seen:
            continue
        seen.add((first, second))
        one = pair.found
        interval = f"{_signed(view, one.low)} … {_signed(view, one.high)}" if one.r is not None else ""
        warnings = html.Ul([html.Li(words) for words in pair.warnings], className="plain-list")
        names = f"{view.metric(first)} × {view.metric(second)}"
        words = pair.words if one.r is not None else "–"
        rows.append([names, words, interval, one.n, f"{one.effective:.0f}", warnings])
    head = [view.text(f"explore.pair_{name}") for name in ("names", "r", "interval", "n", "effective", "warnings")]
    return [parts.banner(view.text("explore.confounding"), ""), parts.table(head, rows, (1, 2, 3, 4), (0, 5))]


def _signed(view: View, value: float | None) -> str:
    return numbers.DASH if value is None else numbers.signed(view.language, value, 2)


def _file(view: View, workspace: Any) -> Table:
    """Exactly the rows shown, all of them, with numerators and denominators; correlations as their pairs."""
    found = explored(view, workspace)
    if found.asked.chart == "related":
        return _pairs_file(view, workspace, found)
    columns: list[str] = list(found.asked.by)
    rows: list[list[Any]] = [list(members) for members in found.members]
    labels = {name: view.dimension(name) for name in found.asked.by}
    for name, result in found.results.items():
        width = len(result.query.by)
        own = {row[:width]: row[width:] for row in result.rows}
        heads = result.columns[width:]
        columns += heads
        labels |= {head: _column(view, name, head) for head in heads}
        for row, members in zip(rows, found.members, strict=True):
            row += own.get(members, (None,) * len(heads))
    stamped = _any_result(view, workspace, found)
    answer = replace(stamped, columns=tuple(columns), rows=tuple(map(tuple, rows)))
    return table_of(answer, filters=view.sentence(), labels=labels)


def _column(view: View, name: str, head: str) -> str:
    suffix = head.removeprefix(name).removeprefix("_")
    return f"{view.metric(name)} {view.label('file', suffix)}" if suffix else view.metric(name)


def _any_result(view: View, workspace: Any, found: Explored) -> Result:
    """A result to take version and time from, also where everything was refused."""
    if found.results:
        return next(iter(found.results.values()))
    fallback = fit(view, "orders", ())
    assert not isinstance(fallback, str)
    result: Result = workspace.run(fallback)
    return result


def _pairs_file(view: View, workspace: Any, found: Explored) -> Table:
    pairs = matrix(view, found)
    rows = []
    for (first, second), pair in pairs.items():
        if found.asked.metrics.index(first) < found.asked.metrics.index(second):
            one = pair.found
            names = view.metric(first), view.metric(second)
            rows.append((*names, one.r, one.low, one.high, one.n, one.effective, one.of_changes))
    columns = ("metric_a", "metric_b", "r", "low", "high", "n", "effective_n", "r_of_changes")
    some = _any_result(view, workspace, found)
    stamp = Stamp(some.as_of, some.timezone, view.sentence() or "all", some.version)
    return Table("correlations", columns, rows, stamp)
