"""Commands that look ahead: the demand forecast, what to order, which orders will be late, and what if."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.cli.progress import reporting
from fulfillment_bi.documents.planning import (
    BUY_COLUMNS,
    COUNT_COLUMNS,
    FORECAST_COLUMNS,
    SURPLUS_COLUMNS,
    buy_rows,
    forecast_rows,
    surplus_rows,
)
from fulfillment_bi.errors import UsageError
from fulfillment_bi.i18n import label
from fulfillment_bi.reports.table import Stamp, Table

if TYPE_CHECKING:
    from fulfillment_bi.forecast.outlook import Outlook
    from fulfillment_bi.forecast.planning import Plan
    from fulfillment_bi.workspace import Workspace

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("forecast")(forecast)
    app.command("replenish")(replenish)
    app.command("late")(late)
    app.command("count")(count)
    app.command("whatif")(whatif)


def forecast(
    sku: Annotated[str, typer.Option("--sku", metavar="SKU", help="Show every period of this SKU.")] = "",
    weekly: Annotated[
        bool, typer.Option("--weekly", help="By week over a quarter, not by day over four weeks.")
    ] = False,
    channel: Annotated[str, typer.Option("--channel", help="Only this channel's demand; not kept.")] = "",
    afresh: Annotated[
        bool,
        typer.Option("--afresh", help="Choose the methods anew, also where they were chosen in the last four weeks."),
    ] = False,
    csv: options.CsvFile = None,
    xlsx: options.XlsxFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Forecast demand for each SKU and warehouse, keep it beside the version, and show how good it was.

    Days without stock are not days without demand. Each class of items takes the method that was best in rolling
    back-tests, and the seasonal naive where nothing beats it.

    \b
    Examples:
      fbi forecast
      fbi forecast --sku 2000799479177 --weekly
      fbi forecast --channel douyin --csv douyin.csv
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace, workspace.pinned() as pinned:
        if channel:
            made = pinned.channel_outlook(channel)
        else:
            with reporting("forecast", "series") as report:
                made = pinned.keep_forecast(lambda done, total: report(done, total), afresh=afresh)
        if made is None:
            raise _no_stock()
        step, language = 7 if weekly else 1, pinned.settings.language
        rows = forecast_rows(language, made, step, sku)
        table = Table("forecast", FORECAST_COLUMNS, rows, _stamp(pinned, channel or "all"))
    if _written(table, csv, xlsx):
        return
    if as_json:
        print_json(
            forecast_document(made, step) | {"rows": [dict(zip(FORECAST_COLUMNS, row, strict=True)) for row in rows]}
        )
        return
    print_table(FORECAST_COLUMNS, rows if sku else sorted(rows, key=_largest)[:SHOWN])
    _print_accuracy(language, made, step)


def _largest(row: tuple[object, ...]) -> float:
    return -float(str(row[6]))


def forecast_document(made: Outlook, step: int) -> dict[str, object]:
    """The JSON shape of a forecast's accuracy: losses in units a period, coverage as shares."""
    return {
        "start": made.start,
        "series": len(made.series),
        "period_days": step,
        "accuracy": [
            {
                "class": one.kind,
                "series": one.series,
                "method": asdict(one.method),
                "pinball_p50": one.loss[0],
                "pinball_p90": one.loss[1],
                "naive_pinball_p50": one.naive_loss[0],
                "naive_pinball_p90": one.naive_loss[1],
                "wape": one.wape,
                "naive_wape": one.naive_wape,
                "covered_p50": one.coverage[0],
                "covered_p90": one.coverage[1],
            }
            for one in made.choices[step].found
        ],
    }


def _print_accuracy(language: str, made: Outlook, step: int) -> None:
    columns = (
        "class",
        "series",
        "method",
        "pinball 50",
        "naive",
        "pinball 90",
        "naive 90",
        "wape",
        "covered 50",
        "covered 90",
    )
    rows = [
        (
            label(language, "demand_class", one.kind), one.series, one.method.kind, one.loss[0], one.naive_loss[0],
            one.loss[1], one.naive_loss[1], one.wape, one.coverage[0], one.coverage[1],
        )
        for one in made.choices[step].found
    ]  # fmt: skip
    print_table(columns, rows, percent=("wape", "covered 50", "covered 90"))
    typer.echo(f"{len(made.series):,} series from {made.start} on; methods chosen on {made.chosen_on}")


def replenish(
    target: Annotated[
        float, typer.Option("--target", min=0.5, max=0.999, help="Share of units to fill from stock.")
    ] = 0.97,
    review: Annotated[int, typer.Option("--review", min=1, max=60, help="Days between two orders.")] = 3,
    budget: Annotated[float | None, typer.Option("--budget", min=0, help="Money to spend at most.")] = None,
    least: Annotated[int, typer.Option("--min-order", min=1, help="Units of the smallest order.")] = 1,
    surplus: Annotated[
        bool, typer.Option("--surplus", help="The opposite list: stock beyond what will be sold.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the list in the home, to be judged later.")] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Kept lists against what was bought and asked for since.")
    ] = False,
    csv: options.CsvFile = None,
    xlsx: options.XlsxFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Propose what to order or move now, so that a target share of demand is filled from stock.

    The most urgent first, in money lost per day of waiting; every line says why.

    \b
    Examples:
      fbi replenish --target 0.98 --csv request.csv
      fbi replenish --budget 50000
      fbi replenish --surplus --xlsx surplus.xlsx
      fbi replenish --history
    """
    from fulfillment_bi.forecast.kept_plans import keep_plan
    from fulfillment_bi.forecast.replenish import Policy
    from fulfillment_bi.workspace import open_workspace

    if history:
        _print_history(csv, xlsx, as_json)
        return
    policy = Policy(target, review, least, budget)
    with open_workspace() as workspace, workspace.pinned() as pinned:
        plan = pinned.plan(policy)
        if plan is None:
            raise _no_stock()
        if keep:
            keep_plan(plan, pinned.settings.home)
        language = pinned.settings.language
        stamp = _stamp(pinned, f"target {target:.1%}")
    columns = SURPLUS_COLUMNS if surplus else BUY_COLUMNS
    rows = surplus_rows(language, plan) if surplus else buy_rows(language, plan)
    if _written(Table("surplus" if surplus else "request", columns, rows, stamp), csv, xlsx):
        return
    if as_json:
        print_json(plan_document(plan) | {"rows": [dict(zip(columns, row, strict=True)) for row in rows]})
        return
    print_table(columns[:-1], [row[:-1] for row in rows[:SHOWN]])
    for row in rows[:3]:
        typer.echo(f"{row[0]}: {row[-1]}")
    typer.echo(
        f"{len(plan.buys):,} lines, {plan.cost:,.0f} to buy · {len(plan.surplus):,} of surplus · "
        f"{plan.lost_value:,.0f} of sales lost within four weeks as things stand"
    )


HISTORY = ("day", "sku", "warehouse", "source", "proposed", "bought", "expected", "asked", "days_out", "days")


def _print_history(csv: Path | None, xlsx: Path | None, as_json: bool) -> None:
    """Plan against forecast against what happened, line by line."""
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = pinned.plan_history()
        stamp = _stamp(pinned, "all")
    rows = [tuple(getattr(one, column) for column in HISTORY) for one in found]
    if _written(Table("plans", HISTORY, rows, stamp), csv, xlsx):
        return
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_table(HISTORY, rows[:SHOWN])
    typer.echo(
        f"{len(found):,} kept lines of days that have passed" if found else "Keep a list first: fbi replenish --keep"
    )


def plan_document(plan: Plan) -> dict[str, object]:
    """The JSON shape of a plan's totals."""
    return {
        "day": plan.day,
        "policy": asdict(plan.policy),
        "lines": len(plan.buys),
        "cost": plan.cost,
        "surplus_value": sum(one.value for one in plan.surplus),
        "lost_value": plan.lost_value,
    }


def late(as_json: options.AsJson = False) -> None:
    """Show how likely open orders are to miss their promise, by stage, and how such forecasts held lately.

    \b
    Examples:
      fbi late
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = pinned.lateness()
        language = pinned.settings.language
    if as_json:
        print_json(asdict(found) | {"expected": found.expected})
        return
    stages: dict[str, list[float]] = {}
    for one in found.open:
        stages.setdefault(one.stage, []).append(one.probability)
    rows = [(label(language, "stage", name), len(each), sum(each)) for name, each in stages.items()]
    print_table(("stage", "open", "expected late"), rows)
    print_table(
        ("told from", "to", "orders", "told", "came"),
        [(one.low, one.high, one.orders, one.told, one.late) for one in found.calibration],
        percent=("told from", "to", "told", "came"),
    )
    if found.brier is not None and found.brier_plain is not None:
        typer.echo(f"Brier score {found.brier:.4f}; telling all the overall share {found.brier_plain:.4f}")


def count(csv: options.CsvFile = None, xlsx: options.XlsxFile = None, as_json: options.AsJson = False) -> None:
    """Show which items to count first: in the books, and yet lines go short for want of them.

    \b
    Examples:
      fbi count --csv count-plan.csv
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = pinned.count_plan()
        stamp = _stamp(pinned, "all")
    rows = [tuple(getattr(one, column) for column in COUNT_COLUMNS) for one in found]
    if _written(Table("counts", COUNT_COLUMNS, rows, stamp, frozenset({"chance"})), csv, xlsx):
        return
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_table(COUNT_COLUMNS, rows[:SHOWN], percent=("chance",))


def whatif(
    safety: Annotated[float, typer.Option("--safety", help="Safety stock as a multiple of what it was.")] = 1.0,
    lead_days: Annotated[int, typer.Option("--lead-days", help="Days added to every lead time; may be negative.")] = 0,
    capacity: Annotated[float, typer.Option("--capacity", help="Picking capacity as a multiple of what it was.")] = 1.0,
    cutoff: Annotated[
        float, typer.Option("--cutoff", help="Hours by which trucks leave later; may be negative.")
    ] = 0.0,
    split: Annotated[
        float, typer.Option("--split", help="Share of the slowest warehouse's orders that the quickest takes.")
    ] = 0.0,
    carrier: Annotated[str, typer.Option("--carrier", help="The carrier that takes all orders.")] = "",
    days: Annotated[int, typer.Option("--days", help="Days of the newest past to replay.")] = 60,
    as_json: options.AsJson = False,
) -> None:
    """Replay the newest past with a change; the replay without one comes first, with its error.

    \b
    Examples:
      fbi whatif --safety 1.5
      fbi whatif --lead-days -2 --capacity 1.2 --json
      fbi whatif --cutoff 2 --split 0.25
    """
    from fulfillment_bi.forecast.whatif import Change
    from fulfillment_bi.workspace import open_workspace

    change = Change(safety, lead_days, capacity, cutoff, split, carrier)
    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = pinned.what_if(change, days)
        language = pinned.settings.language
    parts = ("otif", "fill", "in_time", "orders_waiting", "capital")
    if as_json:
        print_json(
            asdict(found) | {"error": {p: found.error(p) for p in parts}, "effect": {p: found.effect(p) for p in parts}}
        )
        return
    columns = ("measure", "happened", "replayed", "error", "changed", "effect")
    for chosen, percent in ((parts[:3], columns[1:]), (parts[3:], ())):
        rows = [
            (
                label(language, "replay", part), getattr(found.history, part), getattr(found.baseline, part),
                found.error(part), getattr(found.changed, part), found.effect(part),
            )
            for part in chosen
        ]  # fmt: skip
        print_table(columns, rows, percent=percent)
    if split:
        typer.echo(f"{split:.0%} of the orders of {found.source} went from {found.target}")


def _no_stock() -> UsageError:
    return UsageError("There is no stock history to look ahead from.", hint="Load daily stock snapshots.")


def _stamp(workspace: Workspace, filters: str) -> Stamp:
    from fulfillment_bi.metrics.query import Query

    known = workspace.run(Query(metrics=("orders",)))
    return Stamp(known.as_of, known.timezone, filters, known.version)


def _written(table: Table, csv: Path | None, xlsx: Path | None) -> bool:
    """Write the files that were asked for; True when there were any."""
    import sys

    from fulfillment_bi.reports.export import write_csv, write_xlsx

    if csv is not None:
        write_csv(table, sys.stdout.buffer if str(csv) == "-" else csv)
    if xlsx is not None:
        write_xlsx(table, xlsx)
    return csv is not None or xlsx is not None
