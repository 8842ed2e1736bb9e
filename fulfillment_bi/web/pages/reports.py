"""Reports: what is scheduled and when next, what became of each run, its files, and running one now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import html

from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.i18n import label, numbers
from fulfillment_bi.journal.runs import Run, list_runs
from fulfillment_bi.operations.schedules import Schedule, load_schedules, next_due
from fulfillment_bi.operations.standing import open_journal
from fulfillment_bi.reports.catalog import REPORTS, get_report
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Page, Shown, Tile

NAME = "reports"
MOST_RUNS = 80
TONES = {"done": "is-good", "failed": "is-alarm", "running": "", "waiting": "is-bad"}
SCHEDULE_COLUMNS = ("schedule", "report", "cron", "next", "channels", "last", "")
RUN_COLUMNS = ("run", "schedule", "due", "status", "version", "files", "note")
EXAMPLE = (
    '[[schedule]]\nname = "morning"\nreport = "orders"\ncron = "30 8 * * mon-fri"\nformats = ["png", "xlsx"]\n'
    "fresh_within = 26"
)


def _schedules(view: View, workspace: Any) -> Shown:
    title = view.text("reports.schedules")
    schedules = load_schedules(workspace.settings) if workspace.scope.is_everything else ()
    if not schedules:
        words = [html.B(view.text("reports.none_title")), html.Div(view.text("reports.none")), html.Pre(EXAMPLE)]
        return Shown(html.Div(words, className="empty"), title)
    journal = open_journal(workspace)
    last: dict[str, Run] = {}
    for run in list_runs(journal, 1_000) if journal is not None else []:
        last.setdefault(run.schedule, run)
    rows = [_schedule(view, workspace, one, last.get(one.name)) for one in schedules]
    head = [view.label("report_head", name) if name else "" for name in SCHEDULE_COLUMNS]
    note = view.text("reports.scheduler_off") if workspace.settings.scheduler == "off" else ""
    return Shown(parts.table(head, rows, texts=(4,)), title, note)


def _schedule(view: View, workspace: Any, one: Schedule, last: Run | None) -> list[Any]:
    due = next_due(one, datetime.now(UTC).replace(tzinfo=None), workspace.settings.zone)
    now = html.Button(
        view.text("reports.run_now"), id={"type": "report-run", "schedule": one.name}, className="pill", type="button"
    )
    return [
        html.B(one.name),
        _what(view, workspace, one),
        html.Code(one.cron, title=view.text("reports.workdays") if one.workdays_only else ""),
        parts.moment(view, due) if due else numbers.DASH,
        ", ".join(one.channels) or view.text("reports.kept"),
        _status(view, last) if last else numbers.DASH,
        now,
    ]


def _what(view: View, workspace: Any, one: Schedule) -> Any:
    """The report, leading to its page; a saved view that is gone is named all the same."""
    try:
        report = get_report(one.report, open_journal(workspace))
    except FulfillmentError as error:
        return html.Span(one.report, className="tag is-alarm", title=str(error))
    asked = "&".join(part for part in (report.view, one.view) if part)
    link = f"{report.path}?{asked}" if asked else report.path
    return html.A(report.label.of(view.language), href=link, **parts.data(page=link))


def _status(view: View, run: Run) -> html.Span:
    words = view.label("run_status", run.status)
    return html.Span(words, className=f"tag {TONES[run.status]}", title=run.note)


def _runs(view: View, workspace: Any) -> Shown:
    journal = open_journal(workspace)
    found = list_runs(journal, MOST_RUNS) if journal is not None else []
    title = view.text("reports.runs")
    if not found:
        return Shown(parts.empty(view, "reports.no_runs"), title)
    head = [view.label("report_head", name) for name in RUN_COLUMNS]
    return Shown(parts.table(head, [_run(view, one) for one in found], (0,), (5, 6)), title)


def _run(view: View, run: Run) -> list[Any]:
    files: list[Any] = [
        html.A(
            f"{one.kind.upper()} {label(view.language, 'language', one.language)}",
            href=f"/reports/files/{run.id}/{one.name}",
            className="tag",
            download=one.name,
        )
        for one in run.files
        if run.folder
    ]
    return [
        str(run.id),
        run.schedule,
        parts.moment(view, run.due_at),
        _status(view, run),
        run.version or numbers.DASH,
        files or numbers.DASH,
        html.Span(run.note, className="card-note"),
    ]


def _on_demand(view: View, _: Any) -> Shown:
    rows = [
        [
            html.A(one.label.of(view.language), href=one.path, **parts.data(page=one.path)),
            html.Code(f"fbi report run {one.name}"),
        ]
        for one in REPORTS.values()
    ]
    head = [view.label("report_head", name) for name in ("report", "command")]
    return Shown(parts.table(head, rows), view.text("reports.on_demand"), view.text("reports.on_demand_note"))


SCHEDULES = Tile(f"{NAME}-schedules", "html", tell=_schedules)
RUNS = Tile(f"{NAME}-runs", "html", tell=_runs)
ON_DEMAND = Tile(f"{NAME}-demand", "html", tell=_on_demand)


def layout(language: str) -> html.Div:
    """Schedules, runs, and what can be run by hand."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div(id="reporting-said", role="status"),
            html.Div([parts.html_card(SCHEDULES.name, language, span="span-12", files=())], className="grid"),
            html.Div(
                [
                    parts.html_card(RUNS.name, language, span="span-7", files=()),
                    parts.html_card(ON_DEMAND.name, language, span="span-5", files=()),
                ],
                className="grid",
            ),
        ]
    )


PAGE = Page(NAME, ("/reports",), (SCHEDULES, ON_DEMAND, RUNS), layout, filters=False)
