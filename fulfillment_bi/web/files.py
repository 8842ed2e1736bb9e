"""Files by address: the answer behind a chart or table, the rows behind a number. The same results the screen shows."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Flask, Response, abort, request

from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.filters import sentence
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.reports.export import write_csv, write_xlsx
from fulfillment_bi.reports.table import Table, table_of
from fulfillment_bi.web.answering import view_of
from fulfillment_bi.web.drawer import Explained, column_name
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Page, Tile

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def add_file_routes(server: Flask, workspace: Any, pages: Sequence[Page]) -> None:
    """/files/<tile>.csv or .xlsx, and /files/rows.* for the rows behind a number."""
    tiles = {tile.name: tile for page in pages for tile in page.tiles}

    @server.route("/files/<name>.<kind>")
    def save(name: str, kind: str) -> Response:
        if kind not in TYPES or (name != "rows" and name not in tiles):
            abort(404)
        asked = {
            "path": "/",
            "search": request.query_string.decode("utf-8", "replace"),
            "lang": request.args.get("lang"),
        }
        try:
            with workspace.pinned() as pinned:
                view = view_of(pinned, asked)
                if name == "rows":
                    return rows_file(view, pinned, kind)
                return tile_file(tiles[name], view, pinned, kind)
        except FulfillmentError as error:
            return refusal(error)


def tile_file(tile: Tile, view: View, workspace: Any, kind: str) -> Response:
    """What a tile shows, as CSV or XLSX."""
    if tile.table:
        return _written(tile.table(view, workspace), kind, tile.name, view)
    queries = dict((tile.ask_file or tile.ask)(view))
    if not queries:
        abort(404)
    names = tuple(queries) if tile.shown_of else tile.filed or (next(iter(queries)),)
    answers = workspace.run_all([queries[name] for name in names])
    answer = tile.shown_of(dict(zip(names, answers, strict=True))) if tile.shown_of else joined(answers)
    return _file(answer, kind, tile.name, view, answer.query)


def joined(results: Sequence[Result]) -> Result:
    """Results over the same dimensions side by side, in the order of the first; what one lacks is undefined."""
    first, *others = results
    width = len(first.query.by)
    members = dict.fromkeys(row[:width] for result in results for row in result.rows)
    columns = list(first.columns)
    rows = {row[:width]: list(row) for row in first.rows}
    found = [rows.get(member, [*member, *(None,) * (len(columns) - width)]) for member in members]
    for other in others:
        own = {row[:width]: row[width:] for row in other.rows}
        columns += other.columns[width:]
        empty = (None,) * (len(other.columns) - width)
        found = [[*row, *own.get(member, empty)] for row, member in zip(found, members, strict=True)]
    return replace(first, columns=tuple(columns), rows=tuple(map(tuple, found)))


def rows_file(view: View, workspace: Any, kind: str) -> Response:
    """Every row behind a number; which one comes with the address."""
    asked = Explained.of({**request.args, "explain": request.args.get("metric", "")})
    if asked is None or not asked.has_rows:
        abort(404)
    assert asked.part in ("numerator", "denominator")
    query = asked.query(view)
    rows = workspace.rows(query, asked.metric, asked.part)
    return _file(rows, kind, f"{asked.metric}-{asked.part}", view, query)


def _file(answer: Any, kind: str, name: str, view: View, query: Query) -> Response:
    labels = {column: column_label(view, column) for column in answer.columns}
    return _written(table_of(answer, filters=sentence(query, view.language), labels=labels), kind, name, view)


def _written(table: Table, kind: str, name: str, view: View) -> Response:
    buffer = io.BytesIO()
    if kind == "csv":
        write_csv(table, buffer)
    else:
        write_xlsx([table], buffer)
    day = re.sub(r"\D", "", view.as_of[:10])
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{day}.{kind}"',
        "Cache-Control": "no-store",
    }
    return Response(buffer.getvalue(), content_type=TYPES[kind], headers=headers)


def column_label(view: View, column: str) -> str:
    """A readable head: the metric's or dimension's label with what the column holds of it."""
    if column in DIMENSIONS:
        return view.dimension(column)
    for suffix in ("_before_n", "_before_d", "_before", "_change", "_pending", "_n", "_d", ""):
        name = column.removesuffix(suffix) if suffix else column
        if name in METRICS and (not suffix or column.endswith(suffix)):
            words = view.label("file", suffix.removeprefix("_") or "value")
            return f"{view.metric(name)} {words}".strip() if suffix else view.metric(name)
    return column_name(view.language, column)


def refusal(error: FulfillmentError) -> Response:
    """A file that cannot be made says why, as text."""
    return Response(str(error), status=400, content_type="text/plain; charset=utf-8")
