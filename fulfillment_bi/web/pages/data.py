"""Data: which sources speak, how far they reach, what each load brought, what was refused and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers, text
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web import bringing, parts, wizard
from fulfillment_bi.web.pages import data_mappings, data_silos
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Page, Shown, Tile

NAME = "data"
MOST_LOADS, MOST_REFUSED = 60, 100
COUNTS = ("read", "new", "updated", "unchanged", "superseded", "quarantined")
SOURCE_COLUMNS = ("source", "newest", "age", "records", "files", "loaded_at")
LOAD_COLUMNS = ("file", "source", "loaded_at", "entity", *COUNTS, "status")
REFUSED_COLUMNS = ("file", "line", "entity", "reasons", "row")
EVERY = 2**62
COMMANDS = (
    ("fbi load PATH", "load"),
    ("fbi watch INBOX", "watch"),
    ("fbi map FILE", "map"),
    ("fbi quarantine list", "quarantine"),
    ("fbi versions list", "versions"),
)


def _freshness(view: View, workspace: Any) -> Shown:
    rows = [_source_row(view, parts.record(each)) for each in workspace.freshness()]
    if not rows:
        return Shown(parts.empty(view, "data.no_loads"), view.text("data.sources"))
    table = parts.table(_head(view, SOURCE_COLUMNS), rows, (3, 4))
    return Shown(table, view.text("data.sources"), view.text("data.sources_note"))


def _sources_table(view: View, workspace: Any) -> Table:
    rows = []
    for each in map(parts.record, workspace.freshness()):
        newest, loaded = _clock(view, each.get("newest")), _clock(view, each.get("loaded_at"))
        behind, _ = _behind(view, each.get("newest"))
        rows.append((_source(view, each), newest, behind, each.get("records"), each.get("files"), loaded))
    return _table(view, SOURCE_COLUMNS, rows)


def _head(view: View, columns: Sequence[str]) -> list[str]:
    return [view.label("data_head", name) for name in columns]


def _table(view: View, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Rows under the heads that the screen shows, stamped like every other file."""
    stamp = Stamp(view.as_of, view.timezone, "all", view.version)
    return Table("data", tuple(columns), rows, stamp, labels=dict(zip(columns, _head(view, columns), strict=True)))


def _clock(view: View, value: Any) -> datetime | None:
    return numbers.moment(value, view.timezone)


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
    # Plain tables are read by an adapter of their contract's name, which has a label; a platform's name stands as is.
    name = view.label("entity", str(record.get("adapter") or "")).replace("_", " ")
    system = view.label("source", record.get("source") or "")
    return f"{name} · {system}" if system else name


def _age(view: View, newest: Any) -> Any:
    words, tone = _behind(view, newest)
    return numbers.DASH if words is None else html.Span(words, className=f"status {tone}".strip())


def _behind(view: View, newest: Any) -> tuple[str | None, str]:
    """How far behind the newest data of all this source is, and the tone to say it in; None when it has no times."""
    moment, all_of_it = _clock(view, newest), _clock(view, view.as_of)
    if moment is None or all_of_it is None:
        return None, ""
    behind = (all_of_it - moment).total_seconds()
    if behind < 3600:
        return view.text("data.current"), "is-good"
    words = view.text("data.behind", time=numbers.duration(view.language, behind / 86400))
    return words, "is-bad" if behind > 2 * 86400 else ""


def _loads(view: View, workspace: Any) -> Shown:
    loads = [parts.record(each) for each in workspace.loads()]
    title = view.text("data.loads")
    if not loads:
        return Shown(parts.empty(view, "data.no_loads"), title)
    rows = [row for load in loads[:MOST_LOADS] for row in _load(view, load)]
    return Shown(parts.table(_head(view, LOAD_COLUMNS), rows, range(4, 10)), title, view.text("data.law"))


def _loads_table(view: View, workspace: Any) -> Table:
    rows = []
    for load in map(parts.record, workspace.loads()):
        file, source, loaded = _file(load), _source(view, load), _clock(view, load.get("loaded_at"))
        status = view.label("load_status", load.get("status") or "")
        rows += [
            (file, source, loaded, view.label("entity", entity), *(count.get(name) for name in COUNTS), status)
            for entity, count in _counts(load)
        ]
    return _table(view, LOAD_COLUMNS, rows)


def _file(record: Mapping[str, Any]) -> str:
    return str(record.get("file") or "").rsplit("/", 1)[-1]


def _counts(load: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What a load brought by entity; one nameless entity without counts when it brought nothing."""
    found = [(entity, parts.record(count)) for entity, count in (load.get("entities") or {}).items()]
    return found or [("", {})]


def _load(view: View, load: dict[str, Any]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for at, (entity, count) in enumerate(_counts(load)):
        rows.append(
            [
                html.Span(_file(load), title=str(load.get("file") or "")) if at == 0 else "",
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
    rows = [_refused(view, parts.record(each)) for each in found.rows]
    title = view.text("data.quarantine")
    if not rows:
        return Shown(parts.empty(view, "data.no_quarantine"), title)
    count, total = (numbers.number(view.language, number) for number in (len(rows), found.count))
    note = view.text("data.quarantine_note", count=count, total=total)
    return Shown(parts.table(_head(view, REFUSED_COLUMNS), rows, (1,), (3, 4)), title, note)


def _quarantine_table(view: View, workspace: Any) -> Table:
    rows = []
    for each in map(parts.record, workspace.quarantine(EVERY, 0).rows):
        reasons = "; ".join(_reason(view, reason) for reason in _listed(each.get("reasons")))
        entity = view.label("entity", each.get("entity"))
        rows.append((_file(each), each.get("source_line"), entity, reasons, _cells(each)))
    return _table(view, REFUSED_COLUMNS, rows)


def _cells(record: Mapping[str, Any]) -> str:
    """The mapped cells of a refused row as JSON: one text that says which cell held what."""
    return json.dumps(record.get("source") or {}, ensure_ascii=False)


def _refused(view: View, record: dict[str, Any]) -> list[Any]:
    reasons = [html.Span(_reason(view, reason), className="tag is-bad") for reason in _listed(record.get("reasons"))]
    return [
        html.Span(_file(record)),
        str(record.get("source_line") or ""),
        view.label("entity", record.get("entity")),
        reasons,
        html.Code(_cells(record)[:400], style={"fontSize": 11, "wordBreak": "break-all"}),
    ]


def _reason(view: View, reason: str) -> str:
    """order_no_missing -> the words for it, where there are any; a code of a column reads "code: column"."""
    name, _, rest = reason.partition(":")
    words = view.label("reason", name)
    return f"{words}: {view.label('column', rest)}" if rest else words


SOURCES = Tile(f"{NAME}-sources", "html", tell=_freshness, table=_sources_table)
LOADS = Tile(f"{NAME}-loads", "html", tell=_loads, table=_loads_table)
QUARANTINE = Tile(f"{NAME}-quarantine", "html", tell=_quarantine, table=_quarantine_table)


def layout(language: str) -> html.Div:
    """Bringing data in, sources, loads, refusals, and how to do it on the command line."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div([bringing.card(language)], className="grid"),
            wizard.card(language),
            html.Div(
                [parts.html_card(SOURCES.name, language, span="span-8"), _commands(language, "span-4")],
                className="grid",
            ),
            data_silos.layout(language),
            html.Div([parts.html_card(data_mappings.MAPPINGS.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(LOADS.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(QUARANTINE.name, language, span="span-12")], className="grid"),
        ]
    )


def first(language: str) -> html.Div:
    """The page before anything was loaded: how to begin. It is mounted anew when there is a first version."""
    return html.Div(
        [
            parts.banner(text(language, "data.first"), "", "data"),
            html.Div([bringing.card(language)], className="grid"),
            wizard.card(language),
            html.Div([_commands(language, "span-12")], className="grid"),
        ],
        **parts.data(waiting=""),
    )


def _commands(language: str, span: str) -> html.Section:
    rows = [
        html.P([html.Code(command), html.Br(), html.Span(text(language, f"data.how_{name}"), className="card-note")])
        for command, name in COMMANDS
    ]
    head = html.Header(html.H2(text(language, "data.how"), className="card-title"), className="card-head")
    return html.Section([head, html.Div(rows, className="card-body how-to")], className=f"card {span}")


FIRST = Page(NAME, (), (), first, filters=False)
TILES = (SOURCES, *data_silos.TILES, data_mappings.MAPPINGS, LOADS, QUARANTINE)
PAGE = Page(NAME, ("/data",), TILES, layout, filters=False)
