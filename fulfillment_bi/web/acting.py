"""What the alerts and reports pages change: snooze, act on an alert, verify, write a remedy, run a report.

Every change is a request of the browser like any other, and so refused when another site's page sends it (guard.py).
Afterwards the page's tiles are drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update
from flask import Flask, Response, abort, send_from_directory

from fulfillment_bi.errors import FulfillmentError, UnknownNameError, UsageError
from fulfillment_bi.i18n import text
from fulfillment_bi.insight.alert_rules import load_rules
from fulfillment_bi.journal.actions import Action, add_action, add_remedy, mark_acted
from fulfillment_bi.journal.alerts import snooze_alert
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.runs import add_run, get_run
from fulfillment_bi.operations.acting import check_action, judge_action
from fulfillment_bi.operations.alert_words import name_entity
from fulfillment_bi.operations.alerting import last_day, own_rules, question_behind
from fulfillment_bi.operations.report_archive import archive_root
from fulfillment_bi.operations.schedules import load_schedules
from fulfillment_bi.operations.standing import Standing, standings
from fulfillment_bi.warehouse.scope import OutOfScopeError
from fulfillment_bi.web import parts
from fulfillment_bi.web.access import current_account, require
from fulfillment_bi.web.answering import shown, view_of
from fulfillment_bi.web.language import language_of
from fulfillment_bi.web.pages import alerts, reports
from fulfillment_bi.web.tile import Page

MOST_TEXT = 200
Asked = Mapping[str, Any] | None


def add_callbacks(app: Any, workspace: Any) -> None:
    """Everything that both pages can be asked to do."""
    _alerts(app, workspace)
    _form(app, workspace)
    _remedy(app, workspace)
    _reports(app, workspace)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _drawn(workspace: Any, page: Page, asked: Asked) -> list[Any]:
    with workspace.pinned() as pinned:
        return [each.body for each in shown(pinned, view_of(pinned, asked or {}), page.tiles)]


def _places(page: Page) -> list[Output]:
    return [Output(f"{tile.name}-body", "children", allow_duplicate=True) for tile in page.tiles]


def _done(workspace: Any, page: Page, asked: Asked, do: Callable[[str], str]) -> list[Any]:
    """Do it, then [what was said, every tile]; an error is said, and the tiles stay."""
    language = language_of((asked or {}).get("lang"))
    try:
        said = do(language)
        return [parts.banner(said), *_drawn(workspace, page, asked)]
    except FulfillmentError as error:
        return [parts.banner(str(error), "is-warning"), *(no_update for _ in page.tiles)]


def _alerts(app: Any, workspace: Any) -> None:
    def act(*values: Any) -> Any:
        chosen, asked = ctx.triggered_id, values[-1]
        if not isinstance(chosen, dict) or not any(clicks for group in values[:-1] for clicks in group or ()):
            return [no_update] * (len(alerts.PAGE.tiles) + 1)
        return _done(workspace, alerts.PAGE, asked, lambda language: do_alert(workspace, chosen, language))

    app.callback(
        Output("acting-said", "children", allow_duplicate=True),
        *_places(alerts.PAGE),
        Input({"type": "alert-snooze", "rule": ALL, "entity": ALL, "hours": ALL}, "n_clicks"),
        Input({"type": "action-acted", "number": ALL}, "n_clicks"),
        Input({"type": "action-verify", "number": ALL}, "n_clicks"),
        State("request", "data"),
        prevent_initial_call=True,
    )(act)


def do_alert(workspace: Any, chosen: Mapping[str, Any], language: str) -> str:
    """Snooze an alert, note that an action was carried out today, or verify one; what was done, in words."""
    require("act")
    journal = Journal(workspace.settings.home)
    if chosen["type"] == "alert-snooze":
        hours = min(max(float(chosen["hours"]), 0.0), 24.0 * 30)
        rules = {rule.name for rule in load_rules(own_rules(workspace.settings))}
        if chosen["rule"] not in rules:
            raise UnknownNameError("alert rule", str(chosen["rule"]), rules)
        key = str(chosen["rule"]), str(chosen["entity"])[:MOST_TEXT]
        _standing(workspace, chosen)
        snooze_alert(journal, key, _now() + timedelta(hours=hours), current_account().name)
        return text(language, "alerts.done_snooze", hours=f"{hours:g}")
    number = int(chosen["number"])
    if chosen["type"] == "action-acted":
        mark_acted(journal, number, datetime.now(workspace.settings.zone).date())
        return text(language, "alerts.done_acted", number=number)
    found = judge_action(workspace, journal, number, close=False)
    if found.effect is None:
        return text(language, "alerts.too_early", before=found.days_before, after=found.days_after)
    judge_action(workspace, journal, number, close=True)
    return text(language, "alerts.done_verify", number=number)


def _form(app: Any, workspace: Any) -> None:
    def begin(clicks: list[int | None], asked: Asked) -> Any:
        chosen = ctx.triggered_id
        if not isinstance(chosen, dict) or not any(clicks):
            return (no_update,) * 4
        try:
            one = _standing(workspace, chosen)
        except FulfillmentError:
            return (no_update,) * 4
        language = language_of((asked or {}).get("lang"))
        where = name_entity(one.finding, language)
        title = text(language, "alerts.action_title", rule=one.finding.rule.label.of(language), where=where)
        return True, title, one.finding.rule.owner, {"rule": chosen["rule"], "entity": chosen["entity"]}

    app.callback(
        Output("act-form", "opened"),
        Output("act-title", "value"),
        Output("act-owner", "value"),
        Output("act-alert", "data"),
        Input({"type": "alert-act", "rule": ALL, "entity": ALL}, "n_clicks"),
        State("request", "data"),
        prevent_initial_call=True,
    )(begin)

    def save(clicks: int | None, title: Any, owner: Any, due: Any, alert: Any, asked: Asked) -> Any:
        if not clicks or not isinstance(alert, dict):
            return [no_update] * (len(alerts.PAGE.tiles) + 2)
        return [
            False,
            *_done(workspace, alerts.PAGE, asked, lambda lang: take_on(workspace, alert, title, owner, due, lang)),
        ]

    app.callback(
        Output("act-form", "opened", allow_duplicate=True),
        Output("acting-said", "children", allow_duplicate=True),
        *_places(alerts.PAGE),
        Input("act-save", "n_clicks"),
        State("act-title", "value"),
        State("act-owner", "value"),
        State("act-due", "value"),
        State("act-alert", "data"),
        State("request", "data"),
        prevent_initial_call=True,
    )(save)


def _standing(workspace: Any, alert: Mapping[str, Any]) -> Standing:
    key = alert.get("rule"), alert.get("entity")
    for one in standings(workspace):
        if (one.finding.rule.name, one.finding.entity) == key:
            return one
    raise UsageError("The alert is over.", hint="Add the action with `fbi actions add`.")


def take_on(workspace: Any, alert: Mapping[str, Any], title: Any, owner: Any, due: Any, language: str) -> str:
    """Make an action of an alert: its metric, on its part of the business. Raises what is wrong with it."""
    require("act")
    finding = _standing(workspace, alert).finding
    query = question_behind(finding, last_day(workspace))
    if query is None:
        raise UsageError("An action is on a metric, not on a source of data.")
    try:
        due_on = date.fromisoformat(str(due)[:10]) if due else None
    except ValueError:
        raise UsageError(f"'{due}' is not a date.", hint="Write it as 2026-01-31.") from None
    action = Action(
        id=0,
        title=str(title or "")[:MOST_TEXT],
        metric=query.metrics[0],
        segment=query.where,
        owner=str(owner or "")[:MOST_TEXT],
        due_on=due_on,
        origin=f"alert:{finding.rule.name}:{finding.entity}",
        created_by=current_account().name or str(owner or "")[:MOST_TEXT],
    )
    check_action(action)
    number = add_action(Journal(workspace.settings.home), action, _now())
    return text(language, "alerts.done_action", number=number)


def _remedy(app: Any, workspace: Any) -> None:
    def save(clicks: int | None, reason: Any, cause: Any, remedy: Any, asked: Asked) -> Any:
        if not clicks:
            return [no_update] * (len(alerts.PAGE.tiles) + 1)

        def do(language: str) -> str:
            require("act")
            what, why, fix = (str(value or "").strip()[:MOST_TEXT] for value in (reason, cause, remedy))
            if not (what and why and fix):
                raise UsageError(text(language, "alerts.remedy_blank"))
            add_remedy(Journal(workspace.settings.home), what, why, fix, _now(), by=current_account().name)
            return text(language, "alerts.done_remedy")

        return _done(workspace, alerts.PAGE, asked, do)

    app.callback(
        Output("acting-said", "children", allow_duplicate=True),
        *_places(alerts.PAGE),
        Input("remedy-save", "n_clicks"),
        State("remedy-reason", "value"),
        State("remedy-cause", "value"),
        State("remedy-remedy", "value"),
        State("request", "data"),
        prevent_initial_call=True,
    )(save)


def _reports(app: Any, workspace: Any) -> None:
    def ask(clicks: list[int | None], asked: Asked) -> Any:
        chosen = ctx.triggered_id
        if not isinstance(chosen, dict) or not any(clicks):
            return [no_update] * (len(reports.PAGE.tiles) + 1)
        name = str(chosen["schedule"])
        return _done(workspace, reports.PAGE, asked, lambda language: run_now(workspace, name, language))

    app.callback(
        Output("reporting-said", "children"),
        *_places(reports.PAGE),
        Input({"type": "report-run", "schedule": ALL}, "n_clicks"),
        State("request", "data"),
        prevent_initial_call=True,
    )(ask)


def run_now(workspace: Any, name: str, language: str) -> str:
    """Ask the scheduler for a run of the schedule, beside its own times."""
    require("act")
    if not workspace.scope.is_everything:
        raise OutOfScopeError("A scheduled report cannot be narrowed to a scope.")
    known = {one.name for one in load_schedules(workspace.settings)}
    if name not in known:
        raise UnknownNameError("schedule", name, known)
    now = _now()
    add_run(Journal(workspace.settings.home), name, now, now, current_account().name or "page")
    return text(language, "reports.asked", name=name)


def add_archive_route(server: Flask, workspace: Any) -> None:
    """/reports/files/<run>/<name>: a file of a past run, as it was sent."""

    @server.route("/reports/files/<int:number>/<name>")
    def archived(number: int, name: str) -> Response:
        try:
            run = get_run(Journal(workspace.settings.home), number)
        except FulfillmentError:
            abort(404)
        if not run.folder or name not in {one.name for one in run.files}:
            abort(404)
        folder: Path = archive_root(workspace.settings.home).absolute() / run.folder
        return send_from_directory(folder, name, as_attachment=True)
