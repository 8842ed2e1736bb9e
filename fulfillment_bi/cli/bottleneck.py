"""The command that shows where orders queue."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.selection import business_day
from fulfillment_bi.errors import UsageError
from fulfillment_bi.i18n import label
from fulfillment_bi.insight.bottleneck import LONGEST_DAYS

if TYPE_CHECKING:
    from fulfillment_bi.insight.bottleneck import Flow


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bottleneck")(bottleneck)


def bottleneck(start: options.From, end: options.To, as_json: options.AsJson = False) -> None:
    """Show each stage as a queue: arrivals, completions, waiting, capacity; and the one that binds.

    \b
    Examples:
      fbi bottleneck --from 2026-11-09 --to 2026-11-15
    """
    from fulfillment_bi.workspace import open_workspace

    first, last = _period(start, end)
    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = pinned.bottleneck(first, last)
        language = pinned.settings.language
    if as_json:
        print_json(
            {
                "period": {"from": first, "to": last},
                "binding": flow_document(found.binding) if found.binding else None,
                "where": flow_document(found.where) if found.where else None,
                "flows": [flow_document(flow) for flow in found.flows],
            }
        )
        return
    columns = ("stage", "warehouse", "arrivals", "completed", "waiting", "at end", "capacity/h", "used", "excess")
    rows = [
        (
            label(language, "stage", flow.stage),
            flow.warehouse,
            flow.arrivals,
            flow.completions,
            flow.waiting_mean,
            flow.waiting_at_end,
            flow.capacity_hour,
            flow.utilisation,
            flow.excess,
        )
        for flow in found.flows
    ]
    print_table(columns, rows, percent=("used",))
    for flow in (found.binding, found.where):
        if flow:
            name = f"{label(language, 'stage', flow.stage)}, {flow.warehouse}"
            typer.echo(f"binding: {name}: {flow.excess:.1f} orders too many wait, most at {flow.peak_hour}:00")


def flow_document(flow: Flow) -> dict[str, object]:
    """The JSON shape of one queue; times in seconds."""
    derived = {
        "utilisation": flow.utilisation,
        "little_waiting": flow.little_waiting,
        "excess": flow.excess,
        "hours_behind": flow.hours_behind,
    }
    return {**asdict(flow), **derived}


def _period(start: str | None, end: str | None) -> tuple[date, date]:
    first, last = business_day(start, "--from"), business_day(end, "--to")
    if first is None or last is None or last < first:
        raise UsageError("A queue needs a period.", hint="Give --from DATE and --to DATE.")
    if last - first > timedelta(days=LONGEST_DAYS):
        raise UsageError(f"The period is longer than {LONGEST_DAYS} days.", where="--from", hint="Take a shorter one.")
    return first, last
