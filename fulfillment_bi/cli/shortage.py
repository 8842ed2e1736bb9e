"""Commands about promises that break: where missing units come from, what burns now, what a failure costs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.selection import business_day
from fulfillment_bi.errors import UsageError
from fulfillment_bi.i18n import label
from fulfillment_bi.metrics.query import Filter, Query

BURNING = "burning_orders"
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many to list.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("genealogy")(genealogy)
    app.command("burning")(burning)
    app.command("cost")(cost)


@options.selecting
def genealogy(*, selected: options.Selected, limit: Limit = 20, as_json: options.AsJson = False) -> None:
    """Trace units that were not delivered in time for want of stock: to late purchases, overselling, other warehouses.

    \b
    Examples:
      fbi genealogy --from 2026-10-01 --to 2026-10-31
      fbi genealogy --from 2026-10-01 --to 2026-10-31 --where warehouse=W1 --json
    """
    from fulfillment_bi.insight.genealogy import trace
    from fulfillment_bi.workspace import open_workspace

    query = selected.query("short_orders", None)
    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = trace(pinned, query)
        language = pinned.settings.language
    if as_json:
        print_json(asdict(found))
        return
    rows = [(label(language, "short_origin", one.origin), one.units, one.orders) for one in found.origins]
    print_table(("origin", "units", "orders"), rows)
    typer.echo(f"{found.units:,.0f} units of {found.orders:,} orders were not in time for want of stock\n")
    purchases = [(one.po_no, one.supplier, one.orders, one.units) for one in found.purchases[:limit]]
    print_table(("purchase order", "supplier", "orders it cost", "units"), purchases)


def burning(
    state: Annotated[
        Literal["savable", "out_of_reach"], typer.Option("--state", help="Those hurrying can save, or the others.")
    ] = "savable",
    limit: Limit = 20,
    as_json: options.AsJson = False,
) -> None:
    """List open orders that will miss their promise at the usual pace, the most valuable first.

    \b
    Examples:
      fbi burning
      fbi burning --state out_of_reach --limit 50 --json
    """
    from fulfillment_bi.workspace import open_workspace

    query = Query((BURNING,), where=(Filter("burn_state", (state,)),))
    with open_workspace() as workspace, workspace.pinned() as pinned:
        rows = pinned.rows(query, BURNING, "numerator", limit=limit, order_by="-order_value")
        language = pinned.settings.language
    if as_json:
        print_json({"as_of": rows.as_of, "timezone": rows.timezone, "count": rows.count, "orders": rows.records()})
        return
    columns = ("order", "channel", "warehouse", "waits in", "hours left", "usually needs", "value")
    shown = [
        (
            row["order_no"],
            label(language, "channel", row["channel"]),
            row["warehouse"],
            label(language, "stage", row["current_stage"]),
            row["left_seconds"] / 3600,
            row["need_seconds"] / 3600,
            row["order_value"],
        )
        for row in rows.records()
    ]
    print_table(columns, shown)
    typer.echo(f"{rows.count:,} orders, as of {rows.as_of}")


def cost(start: options.From, end: options.To, as_json: options.AsJson = False) -> None:
    """Say what a broken promise costs, against kept ones of the same channel, month and size, with 95 % intervals.

    \b
    Examples:
      fbi cost --from 2026-08-01 --to 2026-10-31
    """
    from fulfillment_bi.workspace import open_workspace

    first, last = business_day(start, "--from"), business_day(end, "--to")
    if first is None or last is None or last < first:
        raise UsageError("Costs need a period.", hint="Give --from DATE and --to DATE.")
    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = pinned.cost_of_failure(first, last)
        language = pinned.settings.language
    if as_json:
        print_json({"period": {"from": first, "to": last}, "costs": [asdict(one) for one in found]})
        return
    columns = ("per order", "failed", "kept", "difference", "from", "to", "matched", "of")
    rows = [
        (
            label(language, "cost", one.kind),
            one.failed_mean,
            one.kept_mean,
            one.difference,
            one.low,
            one.high,
            one.matched,
            one.failed,
        )
        for one in found
    ]
    print_table(columns, rows)
