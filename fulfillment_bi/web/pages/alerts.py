"""Alerts: what is wrong now and why, what is done about it and whether it worked, what is known to help."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from fulfillment_bi.filters import describe_filter
from fulfillment_bi.i18n import numbers, text
from fulfillment_bi.insight.alert_rules import load_rules
from fulfillment_bi.insight.bridge_words import moved
from fulfillment_bi.journal.actions import Action, list_actions, list_remedies
from fulfillment_bi.journal.alerts import Evaluation, alert_history
from fulfillment_bi.metrics.resolve import get_metric
from fulfillment_bi.operations.alert_words import name_entity, tell_value
from fulfillment_bi.operations.alerting import explain_finding, last_day, own_rules, view_of
from fulfillment_bi.operations.recurrence import Recurrence, recurrence
from fulfillment_bi.operations.standing import Standing, open_journal, standings
from fulfillment_bi.web import alert_tables, parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Page, Shown, Tile

NAME = "alerts"
MOST_SHOWN, MOST_EXPLAINED, MOST_HISTORY = 40, 6, 60
SNOOZE_HOURS = (8, 24)
TONES = {"firing": "is-alarm", "recovering": "is-bad", "pending": "is-bad"}
VERDICTS = {"worked": "is-good", "worse": "is-alarm", "no_evidence": ""}
HISTORY_COLUMNS = ("checked", "alert", "entity", "happened", "value", "line")
ACTION_COLUMNS = ("action", "part", "owner", "due", "acted", "effect", "")
REMEDY_COLUMNS = ("reason", "cause", "remedy", "since", "written")


def _firing(view: View, workspace: Any) -> Shown:
    found = standings(workspace)
    title = view.text("alerts.now")
    if not found:
        key = "alerts.quiet" if open_journal(workspace) is not None else "alerts.unchecked"
        return Shown(parts.empty(view, key), title)
    today = last_day(workspace)
    # Why takes a few questions each; beyond the first few it is one click away.
    explained = [one for one in found if one.finding.rule.query is not None][:MOST_EXPLAINED]
    rows = [_alert(view, workspace, one, today, explains=one in explained) for one in found]
    firing = numbers.number(view.language, sum(one.state.status == "firing" for one in found))
    note = view.text("alerts.now_note", firing=firing, all=numbers.number(view.language, len(found)))
    return Shown(html.Ul(rows[:MOST_SHOWN], className="alert-list"), title, note)


def _alert(view: View, workspace: Any, one: Standing, today: date, *, explains: bool) -> html.Li:
    finding, state = one.finding, one.state
    why = explain_finding(workspace, finding, today, view.language) if explains else ""
    link = view_of(finding, today)
    snoozed = view.text("alerts.snoozed", until=_clock(view, state.snoozed_until)) if state.snoozed_until else ""
    says = html.Div(
        [
            html.Div(
                [
                    html.Span(view.label("alert_status", state.status), className=f"tag {TONES[state.status]}"),
                    html.B(finding.rule.label.of(view.language)),
                    html.Span(name_entity(finding, view.language)),
                ],
                className="alert-head",
            ),
            html.Div(
                [
                    html.B(tell_value(finding, finding.value, view.language), className="num"),
                    " ",
                    view.text("alerts.against", line=tell_value(finding, finding.line, view.language)),
                    " · ",
                    view.text("alerts.since", time=_clock(view, state.since)),
                    *([" · ", view.label("severity", finding.rule.severity)]),
                    *([" · ", snoozed] if snoozed else []),
                ],
                className="alert-facts num",
            ),
            html.Div(why, className="alert-why") if why else "",
        ],
        className="alert-says",
    )
    return html.Li([says, html.Div(_buttons(view, one, link), className="alert-do")])


def _buttons(view: View, one: Standing, link: str) -> list[Any]:
    key = {"rule": one.finding.rule.name, "entity": one.finding.entity}
    shown = "alerts.why" if link.startswith("/why") else "alerts.sources"
    buttons: list[Any] = [html.A(view.text(shown), href=link, className="pill", **parts.data(page=link))]
    buttons += [
        html.Button(
            view.text("alerts.snooze", hours=str(hours)),
            id={"type": "alert-snooze", **key, "hours": hours},
            className="pill",
            type="button",
        )
        for hours in SNOOZE_HOURS
    ]
    if one.finding.rule.query is not None and one.finding.rule.per:
        words = view.text("alerts.act")
        buttons.append(html.Button(words, id={"type": "alert-act", **key}, className="pill", type="button"))
    return buttons


def _clock(view: View, moment: Any) -> str:
    return numbers.clock(view.language, moment, view.timezone) if moment else numbers.DASH


def _actions(view: View, workspace: Any) -> Shown:
    journal = open_journal(workspace)
    found = list_actions(journal) if journal is not None else []
    title = view.text("alerts.actions")
    if not found:
        return Shown(parts.empty(view, "alerts.no_actions"), title)
    head = [view.label("action_head", name) if name else "" for name in ACTION_COLUMNS]
    rows = [_action(view, one) for one in found[:MOST_SHOWN]]
    return Shown(parts.table(head, rows, texts=(0, 1, 5)), title, view.text("alerts.actions_note"))


def _action(view: View, one: Action) -> list[Any]:
    metric = get_metric(one.metric)
    segment = "; ".join(describe_filter(item, view.language) for item in one.segment)
    return [
        html.Div([html.B(one.title), html.Div(metric.label.of(view.language), className="card-note")]),
        segment,
        one.owner or numbers.DASH,
        numbers.day(view.language, one.due_on),
        numbers.day(view.language, one.acted_on),
        _effect(view, one),
        html.Div(_steps(view, one), className="alert-do"),
    ]


def _effect(view: View, one: Action) -> Any:
    if one.verdict is None:
        return html.Span(view.label("action_status", one.status), className="tag")
    metric = get_metric(one.metric)
    tag = html.Span(view.label("verdict", one.verdict), className=f"tag {VERDICTS.get(one.verdict, '')}")
    if one.effect is None:
        return tag
    effect, low, high = (
        moved(metric, None if value is None else Fraction(value), view.language)
        for value in (one.effect, one.effect_low, one.effect_high)
    )
    return html.Div([tag, html.Div(f"{effect} [{low}, {high}]", className="card-note num")])


def _steps(view: View, one: Action) -> list[Any]:
    if one.status == "open":
        words, kind = view.text("alerts.acted"), "action-acted"
    elif one.status == "acted":
        words, kind = view.text("alerts.verify"), "action-verify"
    else:
        return []
    return [html.Button(words, id={"type": kind, "number": one.id}, className="pill", type="button")]


def _history(view: View, workspace: Any) -> Shown:
    journal = open_journal(workspace)
    told = [one for one in alert_history(journal, limit=5_000) if one.change] if journal is not None else []
    title = view.text("alerts.history")
    if not told:
        return Shown(parts.empty(view, "alerts.no_history"), title)
    rules = {rule.name: rule for rule in load_rules(own_rules(workspace.settings))}
    rows = [_told(view, rules, one) for one in told[:MOST_HISTORY]]
    head = [view.label("alert_head", name) for name in HISTORY_COLUMNS]
    return Shown(parts.table(head, rows, (4, 5)), title, view.text("alerts.history_note"))


def _told(view: View, rules: Any, one: Evaluation) -> list[Any]:
    from fulfillment_bi.insight.alert_check import Finding

    rule = rules.get(one.rule)
    finding = Finding(rule, one.entity, "unknown", one.value, one.line, one.usual, 0.0) if rule else None
    return [
        parts.moment(view, one.checked_at),
        rule.label.of(view.language) if rule else one.rule,
        name_entity(finding, view.language) if finding else one.entity,
        html.Span(view.label("alert_change", one.change or ""), className="tag"),
        tell_value(finding, one.value, view.language) if finding else numbers.DASH,
        tell_value(finding, one.line, view.language) if finding else numbers.DASH,
    ]


def _remedies(view: View, workspace: Any) -> Shown:
    journal = open_journal(workspace)
    found = list_remedies(journal) if journal is not None else []
    title = view.text("alerts.remedies")
    if not found:
        return Shown(parts.empty(view, "alerts.no_remedies"), title)
    head = [view.label("remedy_head", name) for name in REMEDY_COLUMNS]
    today = last_day(workspace)
    rows = [
        [
            one.reason,
            one.cause,
            one.remedy,
            _came_back(view, recurrence(workspace, one, today)),
            html.Div([parts.moment(view, one.created_at), html.Div(one.created_by, className="card-note")]),
        ]
        for one in found[:MOST_SHOWN]
    ]
    return Shown(parts.table(head, rows, texts=(0, 1, 2)), title, view.text("alerts.remedies_note"))


def _came_back(view: View, found: Recurrence | None) -> Any:
    """Complaints a week before the remedy and since; rarer is good."""
    if found is None:
        return html.Span(numbers.DASH, title=view.text("alerts.remedy_unknown"))
    before = numbers.number(view.language, found.before, 1)
    if found.since is None:
        return view.text("alerts.remedy_early", before=before)
    since = numbers.number(view.language, found.since, 1)
    tone = "is-good" if found.since < found.before else "is-bad" if found.since > found.before else ""
    return html.Span(view.text("alerts.remedy_since", before=before, since=since), className=f"tag {tone}")


FIRING = Tile(f"{NAME}-firing", "html", tell=_firing, table=alert_tables.firing)
ACTIONS = Tile(f"{NAME}-actions", "html", tell=_actions, table=alert_tables.actions)
HISTORY = Tile(f"{NAME}-history", "html", tell=_history, table=alert_tables.history)
REMEDIES = Tile(f"{NAME}-remedies", "html", tell=_remedies, table=alert_tables.remedies)


def layout(language: str) -> html.Div:
    """Alerts now, actions, history, remedies; the two forms open over them."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div(id="acting-said", role="status"),
            html.Div([parts.html_card(FIRING.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(ACTIONS.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(HISTORY.name, language, span="span-12")], className="grid"),
            html.Div(
                [parts.html_card(REMEDIES.name, language, span="span-8"), _remedy_form(language)],
                className="grid",
            ),
            _action_form(language),
        ]
    )


def _action_form(language: str) -> dmc.Modal:
    return dmc.Modal(
        html.Div(
            [
                dmc.TextInput(id="act-title", label=text(language, "alerts.form_title")),
                dmc.TextInput(id="act-owner", label=text(language, "alerts.form_owner")),
                dmc.DateInput(id="act-due", label=text(language, "alerts.form_due"), valueFormat="YYYY-MM-DD"),
                html.Button(text(language, "alerts.form_save"), id="act-save", className="button", type="button"),
                dcc.Store(id="act-alert"),
            ],
            className="form",
        ),
        id="act-form",
        title=text(language, "alerts.form"),
        opened=False,
        zIndex=320,
    )


def _remedy_form(language: str) -> html.Section:
    names = ("reason", "cause", "remedy")
    inputs = [dmc.TextInput(id=f"remedy-{name}", label=text(language, f"remedy_head.{name}")) for name in names]
    save = html.Button(text(language, "alerts.remedy_save"), id="remedy-save", className="button", type="button")
    head = html.Header(html.H2(text(language, "alerts.remedy_form"), className="card-title"), className="card-head")
    body = html.Div(html.Div([*inputs, save], className="form"), className="card-body")
    return html.Section([head, body], className="card span-4")


PAGE = Page(NAME, ("/alerts",), (FIRING, ACTIONS, HISTORY, REMEDIES), layout, filters=False)
