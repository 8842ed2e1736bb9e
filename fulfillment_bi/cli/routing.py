"""Commands about where orders go from: was it the best warehouse and carrier, and will the hands do in a promotion."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.selection import business_day
from fulfillment_bi.errors import UsageError
from fulfillment_bi.i18n import label

if TYPE_CHECKING:
    from fulfillment_bi.forecast.peak import Load
    from fulfillment_bi.insight.routing import Routing

SHOWN = 20
DETOURS = ("warehouse", "best", "region", "because", "orders", "late", "days_more", "late_more", "freight_more")
CARRIERS = (
    "warehouse", "region", "carrier", "parcels", "days_p90", "rate", "low", "high", "best", "late_more", "freight_more",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("routing")(routing)
    app.command("peak")(peak)


def routing(start: options.From = None, end: options.To = None, as_json: options.AsJson = False) -> None:
    """Show how often orders went from other than the best warehouse or by a worse carrier, and what that cost.

    Best is the warehouse whose lane to the order's region is fastest among those that had all of it in stock that day.

    \b
    Examples:
      fbi routing --from 2026-10-01 --to 2026-10-31
    """
    from fulfillment_bi.workspace import open_workspace

    last, first = business_day(end, "--to"), business_day(start, "--from")
    if first and last and first > last:
        raise UsageError("The period ends before it starts.", where="--from", hint="Give --from DATE --to DATE.")
    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = pinned.routing(first, last)
        language = pinned.settings.language
    if as_json:
        print_json(asdict(found) | {"share": {name: found.share(name) for name in ("route", "stock")}})
        return
    _print(found, language)


def _print(found: Routing, language: str) -> None:
    rows = [
        (one.warehouse, one.best, one.region, label(language, "detour", one.because), one.orders, one.late,
         one.days_more, one.late_more, one.freight_more)
        for one in found.detours[:SHOWN]
    ]  # fmt: skip
    print_table(DETOURS, rows)
    worse = [tuple(getattr(one, name) for name in CARRIERS) for one in found.carriers if one.best]
    if worse:
        print_table(CARRIERS, worse[:SHOWN], percent=("rate", "low", "high"))
    shares = " · ".join(
        f"{label(language, 'detour', name)} {found.share(name) or 0:.1%} ({found.away(name):,})"
        for name in ("route", "stock")
    )
    typer.echo(f"{found.judged:,} of {found.orders:,} orders judged: {shares}")


def peak(
    like: Annotated[str | None, typer.Option("--like", metavar="DATE", help="A past day that it will be like.")] = None,
    uplift: Annotated[
        float | None, typer.Option("--uplift", help="Orders of the day as a multiple of a usual one.")
    ] = None,
    within: Annotated[int, typer.Option("--within", metavar="HOURS", help="Hours an order may wait.")] = 24,
    as_json: options.AsJson = False,
) -> None:
    """Set a promotion's orders an hour against what each warehouse packs, and say what would be enough.

    Without options it is like the busiest day that is known. Capacity is the 95th percentile of each hour of the day.

    \b
    Examples:
      fbi peak --like 2026-11-11 --uplift 6
      fbi peak --uplift 3 --within 12
    """
    from fulfillment_bi.forecast.peak import Wanted
    from fulfillment_bi.workspace import open_workspace

    wanted = Wanted(business_day(like, "--like"), uplift, within)
    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = pinned.peak(wanted)
    if found is None:
        raise UsageError("There are no orders to plan a peak from.", hint="Load orders first.")
    if as_json:
        print_json(asdict(found))
        return
    columns = (
        "warehouse", "usual", "orders", "peak hour", "orders/h", "capacity/h", "waiting most", "longest wait, h",
        "capacity needed",
    )  # fmt: skip
    print_table(columns, [_row(one) for one in found.loads])
    which = f"like {found.like}" if found.like else "by the uplift alone"
    typer.echo(f"{found.uplift:.1f} times a usual day, {which}; nobody is to wait longer than {found.within} hours")


def _row(one: Load) -> tuple[object, ...]:
    return (
        one.warehouse, one.usual, one.orders, f"{one.peak_hour}:00", one.peak_orders, one.capacity_hour,
        one.waiting_most, one.wait_hours, one.needed,
    )  # fmt: skip
