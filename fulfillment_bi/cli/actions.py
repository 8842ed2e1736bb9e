"""Commands about actions: what is done about a finding, and whether it worked."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.plain import plain
from fulfillment_bi.documents.selection import business_day, filters

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="See `fbi actions list`.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Actions: what is done about a finding, and whether it worked.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_all)
    group.command("acted")(acted)
    group.command("verify")(verify)
    app.add_typer(group, name="actions")


def add(
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What is done.")],
    metric: Annotated[str, typer.Option("--metric", help="What it is to improve.")],
    where: options.Where = None,
    owner: Annotated[str, typer.Option("--owner", help="Who does it.")] = "",
    due: Annotated[str | None, typer.Option("--due", metavar="DATE", help="Until when.")] = None,
    expected: Annotated[
        float | None, typer.Option("--expected", help="The hoped-for change, in the metric's unit (a rate: 0.02).")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="Anything else.")] = "",
) -> None:
    """Record an action on a part of a metric.

    \b
    Examples:
      fbi actions add 'Second shift in GZ' --metric ship_delay_rate --where warehouse=GZ --owner mei --expected -0.03
    """
    from fulfillment_bi.journal.actions import Action, add_action
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.operations.acting import check_action
    from fulfillment_bi.settings import load_settings

    action = Action(
        id=0,
        title=title,
        metric=metric,
        segment=filters(where, "--where"),
        owner=owner,
        due_on=business_day(due, "--due"),
        expected=expected,
        note=note,
        created_by=owner,
    )
    check_action(action)
    typer.echo(f"action {add_action(Journal(load_settings().home), action, datetime.now(UTC))}")


def list_all(
    status: Annotated[str, typer.Option("--status", metavar="open|acted|closed", help="Only these.")] = "",
    as_json: options.AsJson = False,
) -> None:
    """List the actions, newest first.

    \b
    Examples:
      fbi actions list --status open
    """
    from fulfillment_bi.filters import describe_filter
    from fulfillment_bi.journal.actions import list_actions
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.settings import load_settings

    settings = load_settings()
    found = list_actions(Journal(settings.home), status)
    if as_json:
        print_json([plain(one, "Z") for one in found])
        return
    columns = ("number", "title", "metric", "part", "owner", "due", "acted", "status", "verdict", "effect")
    rows = [
        (
            one.id,
            one.title,
            one.metric,
            "; ".join(describe_filter(item, settings.language) for item in one.segment),
            one.owner,
            one.due_on or "",
            one.acted_on or "",
            one.status,
            one.verdict or "",
            one.effect,
        )
        for one in found
    ]
    print_table(columns, rows)


def acted(
    number: Number,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The business day on which it was carried out.")],
) -> None:
    """Say when an action was carried out; from the next day its effect counts.

    \b
    Examples:
      fbi actions acted 3 --on 2026-11-09
    """
    from fulfillment_bi.journal.actions import mark_acted
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.settings import load_settings

    day = business_day(on, "--on")
    assert day is not None
    mark_acted(Journal(load_settings().home), number, day)
    typer.echo(f"action {number}: acted on {day}")


def verify(
    number: Number,
    close: Annotated[bool, typer.Option("--close", help="Close the action with this verdict.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Judge an action: before and after, against what everything else did in the same days.

    \b
    Examples:
      fbi actions verify 3
      fbi actions verify 3 --close
    """
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.operations.acting import judge_action
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        found = judge_action(workspace, Journal(workspace.settings.home), number, close=close)
    if as_json:
        print_json(asdict(found))
        return
    columns = ("", "before", "after")
    rows = [
        ("this part", found.treated_before, found.treated_after),
        ("everything else", found.control_before, found.control_after),
    ]
    print_table(columns, rows)
    typer.echo(f"{found.verdict}: effect {_number(found.effect)} [{_number(found.low)}, {_number(found.high)}]")
    typer.echo(f"{found.days_before} days before, {found.days_after} after")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:+.4f}"
