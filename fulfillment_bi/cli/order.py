"""The command that tells one order's story."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.order import order_document, read_order

if TYPE_CHECKING:
    from fulfillment_bi.insight.timeline import Timeline


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("order")(order)


def order(
    channel: Annotated[str, typer.Argument(help="The platform the order came from.")],
    order_no: Annotated[str, typer.Argument(help="The platform's order number.")],
    as_json: options.AsJson = False,
) -> None:
    """Tell one order's story: every event, the promise, each stage against its budget.

    \b
    Examples:
      fbi order olist e481f51cbdc54678b7cc49136f2d6af7
      fbi order tmall 4310406999042187277 --json
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace, workspace.pinned() as pinned:
        timeline = read_order(pinned, channel, order_no)
        info = pinned.info
        timezone = pinned.settings.timezone
    if as_json:
        print_json(order_document(timeline, timezone, info.id if info else ""))
    else:
        _print(timeline, ZoneInfo(timezone))


def _print(timeline: Timeline, zone: ZoneInfo) -> None:
    def clock(moment: datetime | None) -> str:
        if moment is None:
            return "–"
        local = moment.replace(tzinfo=UTC).astimezone(zone)
        return local.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")

    typer.echo(f"{timeline.channel} {timeline.order_no} · {timeline.status} · {timeline.shop} · {timeline.region}")
    typer.echo(
        f"promise: ship by {clock(timeline.promised_ship_at)}, deliver by {clock(timeline.promised_delivery_at)}"
    )
    typer.echo(f"verdict: {_verdict(timeline)}\n")
    print_table(
        ("at", "system", "event", "detail"),
        [(clock(event.at), event.system, event.kind, event.detail) for event in timeline.events],
    )
    typer.echo("")
    print_table(
        ("stage", "from", "to", "took", "budget", "over"),
        [
            (
                stage.stage,
                clock(stage.started_at),
                "still open" if stage.is_open else clock(stage.ended_at),
                duration(stage.seconds),
                duration(stage.budget_seconds),
                duration(stage.overrun_seconds) if stage.budget_seconds is not None else "–",
            )
            for stage in timeline.stages
        ],
    )
    if timeline.issues:
        typer.echo(f"\ndata issues: {', '.join(timeline.issues)}")
    typer.echo(f"\nas of {clock(timeline.as_of)} {zone.key}")


def _verdict(timeline: Timeline) -> str:
    if not timeline.is_due:
        return "the promise does not count (not due yet, or cancelled by the customer)"
    words = ["on time" if timeline.is_on_time else "late", "in full" if timeline.is_in_full else "short"]
    if timeline.break_stage:
        words.append(f"broke at: {timeline.break_stage}")
    return ", ".join(words)


def duration(seconds: int | None) -> str:
    """Seconds as days, hours and minutes: 2d 03:15; "–" where unknown."""
    if seconds is None:
        return "–"
    days, rest = divmod(abs(seconds), 86_400)
    text = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}"
    return ("-" if seconds < 0 else "") + (f"{days}d {text}" if days else text)
