"""Data: which sources speak, how far they reach, what each load brought, what was refused and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers, text
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Page, Shown, Tile

NAME = "data"
MOST_LOADS, MOST_REFUSED = 60, 100
COUNTS = ("read", "new", "updated", "unchanged", "superseded", "quarantined")


def _freshness(view: View, workspace: Any) -> Shown:
    rows = [_source_row(view, parts.record(each)) for each in workspace.freshness()]
    if not rows:
        return Shown(parts.empty(view, "data.no_loads"), view.text("data.sources"))
    head = [view.label("data_head", name) for name in ("source", "newest", "age", "records", "files", "loaded_at")]
    return Shown(parts.table(head, rows, (3, 4)), view.text("data.sources"), view.text("data.sources_note"))


def _source_row(view: View, record: Mapping[str, Any]) -> list[Any]:
    return [
        _source(view, record),
        parts.moment(view, record.get("newest"), year=True),
        _age(view, record.get("newest")),
        numbers.number(view.language, record.get("records")),
        numbers.number(view.language, record.get("files")),
        parts.moment(view, record.get("loaded_at"), year=True),
    ]


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(each) for each in value]


def _source(view: View, record: Mapping[str, Any]) -> str:
    """The adapter by its name and the kind of system it stands for."""
    name = str(record.get("adapter") or "").replace("_", " ")
    system = view.label("source", record.get("source") or "")
    return f"{name} · {system}" if system else name


def _age(view: View, newest: Any) -> Any:
    """How far behind the newest data of all this source is."""
    moment, all_of_it = numbers.moment(newest, view.timezone), numbers.moment(view.as_of, view.timezone)
    if moment is None or all_of_it is None:
        return numbers.DASH
    behind = (all_of_it - moment).total_seconds()
    if behind < 3600:
        return html.Span(view.text("data.current"), className="status is-good")
    return html.Span(
        view.text("data.behind", time=numbers.duration(view.language, behind / 86400)),
        className="status is-bad" if behind > 2 * 86400 else "status",
    )


def _loads(view: View, workspace: Any) -> Shown:
    loads = [parts.record(each) for each in workspace.loads()]
    title = view.text("data.loads")
    if not loads:
        return Shown(parts.empty(view, "data.no_loads"), title)
    rows = [row for load in loads[:MOST_LOADS] for row in _load(view, load)]
    head = [view.label("data_head", name) for name in ("file", "source", "loaded_at", "entity", *COUNTS, "status")]
    return Shown(parts.table(head, rows, range(4, 10)), title, view.text("data.law"))


def _load(view: View, load: dict[str, Any]) -> list[list[Any]]:
    entities = load.get("entities") or {}
    counts = (
        entities.items() if isinstance(entities, Mapping) else [(e["entity"], e) for e in map(parts.record, entities)]
    )
    rows: list[list[Any]] = []
    for at, (entity, count) in enumerate(counts or [("", {})]):
        count = parts.record(count) if count else {}
        file = str(load.get("file") or "").rsplit("/", 1)[-1]
        rows.append(
            [
                html.Span(file, title=str(load.get("file") or "")) if at == 0 else "",
                _source(view, load) if at == 0 else "",
                parts.moment(view, load.get("loaded_at"), year=True) if at == 0 else "",
                view.label("entity", entity),
                *(_count(view, name, count.get(name)) for name in COUNTS),
                html.Span(view.label("load_status", load.get("status") or ""), className="tag") if at == 0 else "",
            ]
        )
    return rows


def _count(view: View, name: str, count: Any) -> Any:
    words = numbers.number(view.language, count)
    return html.B(words, className="status is-bad") if name == "quarantined" and count else words


def _quarantine(view: View, workspace: Any) -> Shown:
    found = workspace.quarantine(MOST_REFUSED, 0)
    rows = [_refused(view, parts.record(each)) for each in getattr(found, "rows", found)]
    title = view.text("data.quarantine")
    if not rows:
        return Shown(parts.empty(view, "data.no_quarantine"), title)
    head = [view.label("data_head", name) for name in ("file", "line", "entity", "reasons", "row")]
    return Shown(parts.table(head, rows, (1,), (3, 4)), title, view.text("data.quarantine_note", count=len(rows)))


def _refused(view: View, record: dict[str, Any]) -> list[Any]:
    reasons = [html.Span(_reason(view, reason), className="tag is-bad") for reason in _listed(record.get("reasons"))]
    return [
        html.Span(str(record.get("file") or "").rsplit("/", 1)[-1]),
        str(record.get("source_line") or ""),
        view.label("entity", record.get("entity")),
        reasons,
        html.Code(str(record.get("source") or "")[:400], style={"fontSize": 11, "wordBreak": "break-all"}),
    ]


def _reason(view: View, reason: str) -> str:
    """order_no_missing -> the words for it, where there are any; a code of a column reads "code: column"."""
    name, _, rest = reason.partition(":")
    words = view.label("reason", name)
    return f"{words}: {view.label('column', rest)}" if rest else words


SOURCES = Tile(f"{NAME}-sources", "html", tell=_freshness)
LOADS = Tile(f"{NAME}-loads", "html", tell=_loads)
QUARANTINE = Tile(f"{NAME}-quarantine", "html", tell=_quarantine)


def layout(language: str) -> html.Div:
    """Sources, loads, refusals, and how to load one's own."""
    commands = [
        ("fbi load PATH", "data.how_load"),
        ("fbi quarantine list", "data.how_quarantine"),
        ("fbi versions list", "data.how_versions"),
    ]
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div(
                [
                    parts.html_card(SOURCES.name, language, span="span-8", files=()),
                    html.Section(
                        [
                            html.Header(
                                html.H2(text(language, "data.how"), className="card-title"), className="card-head"
                            ),
                            html.Div(
                                [
                                    html.P(
                                        [
                                            html.Code(command),
                                            html.Br(),
                                            html.Span(text(language, key), className="card-note"),
                                        ]
                                    )
                                    for command, key in commands
                                ],
                                className="card-body",
                                style={"padding": "4px 16px 12px"},
                            ),
                        ],
                        className="card span-4",
                    ),
                ],
                className="grid",
            ),
            html.Div([parts.html_card(LOADS.name, language, span="span-12", files=())], className="grid"),
            html.Div([parts.html_card(QUARANTINE.name, language, span="span-12", files=())], className="grid"),
        ]
    )


PAGE = Page(NAME, ("/data",), (SOURCES, LOADS, QUARANTINE), layout, filters=False)
