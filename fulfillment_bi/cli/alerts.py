"""Commands about alerts: check the rules once, list where they stand, their history, hold one back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.plain import plain
from fulfillment_bi.errors import UnknownNameError

if TYPE_CHECKING:
    from fulfillment_bi.operations.alerting import Checked


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Alert rules: check them, see where they stand, hold messages back.", no_args_is_help=True)
    group.command("check")(check)
    group.command("list")(list_alerts)
    group.command("history")(history)
    group.command("snooze")(snooze)
    group.command("messages")(messages)
    app.add_typer(group, name="alerts")


def check(
    deliver: Annotated[bool, typer.Option("--send/--no-send", help="Send the messages that follow.")] = True,
    as_json: options.AsJson = False,
) -> None:
    """Evaluate every alert rule once on the newest version; send what people must know.

    \b
    Examples:
      fbi alerts check
      fbi alerts check --no-send --json
    """
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.operations.alerting import check_alerts
    from fulfillment_bi.operations.delivery import deliver_waiting
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        settings, journal = workspace.settings, Journal(workspace.settings.home)
        done = check_alerts(workspace, journal)
        sent = deliver_waiting(settings, journal) if deliver else []
    if as_json:
        states = [alert_document(one) for one in done.results]
        messages = [{"channel": one.message.recipient, "error": one.error or None} for one in sent]
        print_json({"checked_at": plain(done.at, "Z"), "version": done.version, "alerts": states, "messages": messages})
        return
    _print_alerts(done.results, settings.language)
    for one in sent:
        typer.echo(f"{one.message.recipient}: {one.error or 'sent'}")


def alert_document(one: Checked) -> dict[str, object]:
    """The JSON shape of one alert: `status` ok, pending, firing or recovering; `change` what was just told."""
    finding, state = one.finding, one.state
    return {
        "rule": finding.rule.name,
        "entity": finding.entity,
        "severity": finding.rule.severity,
        "verdict": finding.verdict,
        "status": state.status,
        "change": one.change,
        "value": finding.value,
        "line": finding.line,
        "usual": finding.usual,
        "n": finding.n,
        "since": plain(state.since, "Z"),
        "snoozed_until": plain(state.snoozed_until, "Z"),
    }


def _print_alerts(results: tuple[Checked, ...], language: str) -> None:
    from fulfillment_bi.operations.alert_words import name_entity, tell_value

    rows = [
        (
            one.finding.rule.label.of(language),
            name_entity(one.finding, language),
            one.state.status,
            tell_value(one.finding, one.finding.value, language),
            tell_value(one.finding, one.finding.line, language),
            one.change or "",
        )
        for one in results
        if one.state.status != "ok" or one.change
    ]
    print_table(("rule", "where", "status", "value", "line", "told"), rows)
    quiet = len(results) - len(rows)
    typer.echo(f"{quiet} of {len(results)} in order")


def list_alerts(as_json: options.AsJson = False) -> None:
    """Where every alert stands that was ever not in order.

    \b
    Examples:
      fbi alerts list --json
    """
    from fulfillment_bi.journal.alerts import alert_states
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.settings import load_settings

    states = alert_states(Journal(load_settings().home))
    if as_json:
        rows = [{"rule": rule, "entity": entity, **_state(state)} for (rule, entity), state in sorted(states.items())]
        print_json(rows)
        return
    columns = ("rule", "where", "status", "since (UTC)", "snoozed until (UTC)")
    print_table(
        columns, [(*key, one.status, one.since, one.snoozed_until or "") for key, one in sorted(states.items())]
    )


def _state(state: object) -> dict[str, object]:
    document = plain(state, "Z")
    assert isinstance(document, dict)
    return document


def history(
    rule: Annotated[str, typer.Argument(metavar="[RULE]", help="Only this rule.")] = "",
    entity: Annotated[str, typer.Argument(metavar="[MEMBER]", help="Only this member.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="The newest so many.")] = 50,
    as_json: options.AsJson = False,
) -> None:
    """What the checks found, newest first, also where nothing came of it.

    \b
    Examples:
      fbi alerts history order_delay jd
    """
    from fulfillment_bi.journal.alerts import alert_history
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.settings import load_settings

    found = alert_history(Journal(load_settings().home), rule, entity, limit)
    if as_json:
        print_json([plain(one, "Z") for one in found])
        return
    columns = ("checked (UTC)", "rule", "where", "verdict", "status", "told", "value", "line")
    rows = [
        (one.checked_at, one.rule, one.entity, one.verdict, one.status, one.change or "", one.value, one.line)
        for one in found
    ]
    print_table(columns, rows)


def snooze(
    rule: Annotated[str, typer.Argument(metavar="RULE")],
    entity: Annotated[str, typer.Argument(metavar="MEMBER", help="The member, or all.")] = "all",
    hours: Annotated[float, typer.Option("--hours", min=0.1, help="For so long.")] = 24,
    by: Annotated[str, typer.Option("--by", help="Who asked for it.")] = "",
) -> None:
    """Hold back the messages of one alert; it goes on being checked.

    \b
    Examples:
      fbi alerts snooze order_delay jd --hours 8 --by mei
    """
    from fulfillment_bi.insight.alert_rules import load_rules
    from fulfillment_bi.journal.alerts import snooze_alert
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.operations.alerting import own_rules
    from fulfillment_bi.settings import load_settings

    settings = load_settings()
    names = {one.name for one in load_rules(own_rules(settings))}
    if rule not in names:
        raise UnknownNameError("alert rule", rule, names)
    until = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(hours=hours)
    snooze_alert(Journal(settings.home), (rule, entity), until, by)
    typer.echo(f"{rule} {entity}: no messages until {until} UTC")


def messages(
    limit: Annotated[int, typer.Option("--limit", min=1, help="The newest so many.")] = 50,
    as_json: options.AsJson = False,
) -> None:
    """What people were told, newest first: sent, waiting for another try, failed, or kept for want of a channel.

    \b
    Examples:
      fbi alerts messages --limit 10
    """
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.journal.messages import list_messages
    from fulfillment_bi.settings import load_settings

    found = list_messages(Journal(load_settings().home), limit)
    if as_json:
        print_json(found)
        return
    columns = ("created (UTC)", "channel", "status", "attempts", "title", "error")
    rows = [
        (one["created_at"][:19], one["recipient"], one["status"], one["attempts"], one["title"], one["error"] or "")
        for one in found
    ]
    print_table(columns, rows)
