"""Behind every number: its definition, its formula with the numbers filled in, and exactly the rows it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import dash_ag_grid as dag
from dash import html

from fulfillment_bi.i18n import known, label, numbers
from fulfillment_bi.insight.bounds import Trust
from fulfillment_bi.insight.spread import Spread
from fulfillment_bi.insight.why import is_explainable
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.describe import describe_metric
from fulfillment_bi.metrics.query import Part, Query, Result
from fulfillment_bi.metrics.resolve import Resolved, resolve
from fulfillment_bi.metrics.rows import PARTS, RowsResult
from fulfillment_bi.web import judged, parts, wording
from fulfillment_bi.web.state import View, change, left_out, why_address, within
from fulfillment_bi.web.wording import Value

PAGE_ROWS = 100
SPREAD = "spread"
NUMERIC = ("qty", "units", "fill_units", "amount", "order_value", "unit_price", "score", "seconds", "cycle")
WIDTHS = {"order_no": 210, "product_name": 240, "shop": 180, "channel": 100, "line_no": 80, "sku": 140}
SECONDS = ("late_seconds", "left_seconds", "need_seconds", "margin_seconds")
SEARCHED = frozenset({"order_no", "sku", "product_name", "shop", "tracking_no", "po_no", "ticket_no"})
"""Columns whose rows can be narrowed to those with some words, on the server."""
FILTER: Mapping[str, Any] = MappingProxyType(
    {
        "filter": "agTextColumnFilter",
        "floatingFilter": True,
        "suppressHeaderMenuButton": True,
        "filterParams": {"filterOptions": ["contains"], "maxNumConditions": 1, "debounceMs": 400},
    }
)
WIDE = 1080
NARROW = 560


@dataclass(frozen=True, slots=True)
class Explained:
    """What the drawer is asked: a metric, a slice of it, and the part whose rows are listed ("" for none).

    Instead of a part it may be asked for the metric's other definitions (SPREAD).
    """

    metric: str
    at: str
    part: str

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Explained | None:
        """From the drawer's parameters; None when they name no metric of ours."""
        metric = str(request.get("explain") or "")
        part = str(request.get("part") or "")
        if metric not in METRICS:
            return None
        return cls(metric, str(request.get("at") or ""), part if part in (*PARTS, SPREAD) else "")

    @property
    def has_rows(self) -> bool:
        """Whether rows are listed."""
        return self.part in PARTS

    def query(self, view: View) -> Query:
        """The one-number query; days and members of the slice on top of the page's own filters."""
        query = view.query(self.metric)
        return within(query, self.at)


def content(view: View, asked: Explained, result: Result, trust: Trust, spread: Spread | None = None) -> html.Div:
    """The drawer: value, definition, formula, parts, trust, facts, and the rows or other definitions when asked for."""
    value = wording.only(result, asked.metric)
    return html.Div(
        [
            _head(view, asked, value),
            _definition(view, asked),
            _formula(view, result.query, value),
            _parts(view, asked, value, result.query),
            *([_rows(view, asked)] if asked.has_rows else []),
            *([judged.definitions(view, value.metric, spread)] if spread else []),
            *judged.bands(view, value.metric),
            judged.trust(view, value.metric, trust),
            _facts(view, asked, result),
        ],
        className="explain",
    )


def _head(view: View, asked: Explained, value: Value) -> html.Div:
    where = " · ".join(
        view.label("option.level", member) if name == "level" else view.member(name, member)
        for name, member in parse_qsl(asked.at)
    )
    status = [parts.status_part(view, value), *parts.change_part(view, value), *parts.target_part(view, value, True)]
    return html.Div(
        [
            html.H2(
                [value.metric.label.of(view.language), html.Span(f"  {where}", className="card-note") if where else ""]
            ),
            html.Div(wording.shown(view.language, value), className="explain-value num"),
            html.Div(status, className="tile-foot"),
            *([_why(view, asked)] if is_explainable(value.metric) else []),
        ]
    )


def _why(view: View, asked: Explained) -> html.A:
    address = why_address(asked.metric, asked.at)
    return html.A(
        [parts.icon("why"), view.text("why.ask")], href=address, className="why-link", **parts.data(page=address)
    )


def _definition(view: View, asked: Explained) -> html.Section:
    metric = METRICS[asked.metric]
    other = "en" if view.language == "zh" else "zh"
    return html.Section(
        [
            html.H3(view.text("explain.definition")),
            html.P(metric.definition.of(view.language)),
            html.P([html.B(metric.label.of(other)), "  ", metric.definition.of(other)], className="other", lang=other),
        ]
    )


def _formula(view: View, query: Query, value: Value) -> html.Section:
    described = describe_metric(value.metric.name, query)
    code = html.Code(described["formula"], style={"gridColumn": "1 / -1"})
    filled = _equation(view, resolve(value.metric, query), value)
    return html.Section([html.H3(view.text("explain.formula")), html.Div([*filled, code], className="formula")])


def _equation(view: View, resolved: Resolved, value: Value) -> list[Any]:
    """The formula with its numbers; of what is no fraction, the value and what it is of."""
    shown = html.B(wording.shown(view.language, value), className="num")
    count = numbers.number(view.language, value.d)
    if resolved.quantile:
        return [shown, html.Div(view.text("explain.quantile", share=f"{resolved.quantile[1] * 100:.0f}", count=count))]
    if resolved.squares:
        return [shown, html.Div(view.text("explain.deviation", count=count))]
    if resolved.over == "average":
        return _averaged(view, resolved, value, shown)
    if resolved.denominator is None:
        return [shown, html.Div()]
    over = _total(view, value) if resolved.mean else _amount(view, value.n)
    return [_fraction(over, _amount(view, value.d)), html.Div(["= ", shown])]


def _averaged(view: View, resolved: Resolved, value: Value, shown: html.B) -> list[Any]:
    """A mean over the days with a snapshot: what was summed over them is divided by how many they are."""
    if not value.value or not value.n or not value.d:
        return [shown, html.Div()]
    alone = resolved.denominator is None
    days = value.n / value.value if alone else value.value * value.d / value.n
    counted = view.text("explain.days", count=numbers.number(view.language, days))
    if alone:
        return [_fraction(_amount(view, value.n), counted), html.Div(["= ", shown])]
    return [_fraction(_amount(view, value.n), f"{_amount(view, value.d)} / {counted}"), html.Div(["= ", shown])]


def _fraction(over: str, under: str) -> html.Span:
    return html.Span([html.Span(over), html.I(under)], className="fraction")


def _total(view: View, value: Value) -> str:
    """What a mean divides: the sum of all durations, in the metric's unit."""
    total = None if value.value is None or value.d is None else float(value.value) * float(value.d)
    return wording.in_unit(view.language, value.metric, total)


def _amount(view: View, amount: float | None) -> str:
    if amount is None:
        return numbers.DASH
    return numbers.number(view.language, amount, 0 if float(amount).is_integer() else 2)


def _parts(view: View, asked: Explained, value: Value, query: Query) -> html.Section:
    single = resolve(value.metric, query).denominator is None
    buttons = [
        _part(view, asked, part, value.n if part == "numerator" else value.d, single)
        for part in (("numerator",) if single else PARTS)
    ]
    buttons += [_definitions_button(view, asked)] if value.metric.is_promise else []
    return html.Section([html.H3(view.text("explain.rows")), html.Div(buttons, className="parts")])


def _part(view: View, asked: Explained, part: Part, amount: float | None, single: bool) -> html.Button:
    words = view.text("explain.counted") if single else view.label("part", part)
    return html.Button(
        [html.B(_amount(view, amount)), html.Span(words)],
        className="part is-on" if asked.part == part else "part",
        type="button",
        id=f"part-{part}",
        **parts.data(go=change(explain=asked.metric, at=asked.at, part=part)),
    )


def _definitions_button(view: View, asked: Explained) -> html.Button:
    return html.Button(
        [html.B(view.text("definitions.button")), html.Span(view.text("definitions.title"))],
        className="part is-on" if asked.part == SPREAD else "part",
        type="button",
        id=f"part-{SPREAD}",
        **parts.data(go=change(explain=asked.metric, at=asked.at, part="" if asked.part == SPREAD else SPREAD)),
    )


def _rows(view: View, asked: Explained) -> html.Section:
    wish = urlencode({"metric": asked.metric, "part": asked.part, "at": asked.at})
    saves = [
        html.Button(
            [parts.icon("save"), kind.upper()],
            className="icon-button",
            type="button",
            title=view.text("save.all_rows"),
            **parts.data(file=f"/files/rows.{kind}?{wish}"),
        )
        for kind in ("csv", "xlsx")
    ]
    return rows_frame(
        f"{asked.metric} {asked.part} {asked.at}", view.text("explain.loading"), view.text("explain.no_rows"), saves
    )


def rows_frame(of: str, loading: str, nothing: str, saves: Sequence[Any]) -> html.Section:
    """The table before its first rows: it asks the server for each block of them as it scrolls.

    `of` says whose rows they are: a new question gets a new table, not the old one's rows.
    """
    grid = dag.AgGrid(
        id={"type": "rows-grid", "of": of},
        rowModelType="infinite",
        columnDefs=[],
        defaultColDef={"resizable": True, "sortable": True, "minWidth": 90},
        dashGridOptions={
            "cacheBlockSize": PAGE_ROWS,
            "maxBlocksInCache": 20,
            "rowHeight": 34,
            "headerHeight": 36,
            "enableCellTextSelection": True,
            "localeText": {"noRowsToShow": nothing, "loadingOoo": loading},
        },
        className="rows-grid",
        style={"height": None, "width": "100%"},
    )
    return html.Section(
        [html.Div([html.B(loading, id={"type": "rows-count", "of": of}), *saves], className="rows-head"), grid]
    )


def column_definitions(view: View, columns: Sequence[str]) -> list[dict[str, Any]]:
    """One definition a column: translated head, numbers right, the order number as a link."""
    return [
        {
            "field": name,
            "headerName": column_name(view.language, name),
            **({"type": "rightAligned"} if name.startswith(NUMERIC) else {}),
            "width": WIDTHS.get(name, 168 if name.endswith(("_at", "_original", "_current")) else 116),
            **({"cellRenderer": "OrderLink", "pinned": "left"} if name == "order_no" else {}),
            **(FILTER if name in SEARCHED else {}),
        }
        for name in columns
    ]


def column_name(language: str, name: str) -> str:
    """A column's head in the reader's language; one without a name of its own stays as it is."""
    return label(language, "column", name) if known("column", name) else name


def page_of_rows(view: View, rows: RowsResult) -> dict[str, Any]:
    """Rows as the grid wants them, members and times shown as everywhere else."""
    return {"rowData": [_record(view, record) for record in rows.records()], "rowCount": rows.count}


def _record(view: View, record: dict[str, Any]) -> dict[str, Any]:
    shown = {name: cell(view, name, value) for name, value in record.items()}
    if "channel" in record and "order_no" in record:
        shown["_order"] = f"/order/{quote(str(record['channel']), safe='')}/{quote(str(record['order_no']), safe='')}"
    return shown


def cell(view: View, name: str, value: Any) -> Any:
    """One value as shown in a table."""
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return value.isoformat(sep=" ", timespec="seconds") if hasattr(value, "hour") else value.isoformat()
    if name in ("seconds", "cycle_seconds", "over_seconds", "budget_seconds", *SECONDS):
        return numbers.duration(view.language, float(value) / 86400)
    if isinstance(value, str):
        return view.member(name, value)
    return value


def _facts(view: View, asked: Explained, result: Result) -> html.Section:
    described = describe_metric(asked.metric, result.query)
    words = [
        (view.text("explain.period"), view.days()),
        (view.text("explain.basis"), described[f"basis_{view.language}"]),
        (view.text("explain.grain"), described[f"grain_{view.language}"]),
        (view.text("explain.filters"), view.filter_words() or view.text("explain.no_filters")),
        (
            view.text("explain.asof"),
            f"{numbers.clock(view.language, view.as_of, view.timezone, year=True)} · {view.timezone} · {view.version}",
        ),
    ]
    missing = left_out(view, METRICS[asked.metric])
    if missing:
        words.append((view.text("explain.not_by"), ", ".join(view.dimension(name) for name in missing)))
    return html.Section(
        [
            html.H3(view.text("explain.from")),
            html.Dl([part for name, value in words for part in (html.Dt(name), html.Dd(value))], className="facts"),
            html.Div(
                html.Button(view.text("explain.link"), className="icon-button", type="button", **parts.data(do="copy")),
                style={"marginTop": 8},
            ),
        ]
    )
