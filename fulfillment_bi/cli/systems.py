"""How well the systems agree: `fbi systems` by pair, `fbi conflicts` value by value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.plain import plain
from fulfillment_bi.metrics.query import Filter, Query

if TYPE_CHECKING:
    from fulfillment_bi.workspace import Workspace

METRICS = ("system_match_rate", "unmatched_orders", "status_disagreement_rate", "source_conflicts")
COLUMNS = ("system_pair", "match_rate", "matched", "due", "missing", "disagreement_rate", "conflicts")
Column = Annotated[str | None, typer.Option("--column", metavar="NAME", help="Only this column, as paid_at.")]
Pair = Annotated[str | None, typer.Option("--pair", metavar="PAIR", help="Only these two, as platform-warehouse.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most N of them.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("systems")(systems)
    app.command("conflicts")(conflicts)


def systems(as_json: options.AsJson = False) -> None:
    """How well the systems agree: orders that both of a pair know, statuses and values in which they differ.

    The orders that one of them lacks are listed by `fbi rows unmatched_orders`.

    \b
    Examples:
      fbi systems
      fbi rows unmatched_orders --where missing_in=warehouse
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        found = agreement(workspace)
    if as_json:
        print_json(found)
    elif found:
        print_agreement(found)
    else:
        typer.echo("Only one kind of system has been loaded; there is nothing to compare it with.")


def conflicts(column: Column = None, pair: Pair = None, limit: Limit = 100, as_json: options.AsJson = False) -> None:
    """List the values in which two systems contradict each other: which won, and what the other says.

    \b
    Examples:
      fbi conflicts --column paid_at
      fbi conflicts --pair platform-warehouse --limit 20 --json
    """
    from fulfillment_bi.workspace import open_workspace

    chosen = (("conflict_column", column), ("system_pair", pair))
    query = Query(
        ("source_conflicts",), where=tuple(Filter(name, (value,)) for name, value in chosen if value is not None)
    )
    with open_workspace() as workspace:
        found = workspace.rows(query, "source_conflicts", "numerator", limit=limit)
    if as_json:
        rows = [dict(zip(found.columns, map(plain, row), strict=True)) for row in found.rows]
        print_json({"count": found.count, "rows": rows})
        return
    print_table(found.columns, found.rows)
    typer.echo(f"{len(found.rows):,} of {found.count:,} conflicts")


def agreement(workspace: Workspace) -> list[dict[str, Any]]:
    """Per pair of systems: match rate, matched and due orders, those one lacks, disagreement rate, conflicts."""
    records = workspace.run(Query(METRICS, by=("system_pair",))).records()
    return [
        {
            "system_pair": record["system_pair"],
            "match_rate": record["system_match_rate"],
            "matched": record["system_match_rate_n"],
            "due": record["system_match_rate_d"],
            "missing": record["unmatched_orders"] or 0,
            "disagreement_rate": record["status_disagreement_rate"],
            "conflicts": record["source_conflicts"] or 0,
        }
        for record in records
    ]


def print_agreement(found: list[dict[str, Any]]) -> None:
    """Print the pairs of systems; nothing where only one kind of system has been loaded."""
    if found:
        rows = [tuple(one[name] for name in COLUMNS) for one in found]
        print_table(COLUMNS, rows, percent=("match_rate", "disagreement_rate"))
