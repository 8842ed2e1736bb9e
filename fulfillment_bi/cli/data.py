"""Commands over what was loaded: adapters, quarantine."""

from __future__ import annotations

from typing import Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.plain import plain

Entity = Annotated[str | None, typer.Option("--entity", metavar="NAME", help="Only records of this kind, as orders.")]
Reason = Annotated[
    str | None, typer.Option("--reason", metavar="CODE", help="Only this reason: missing, or missing:order_no.")
]
LoadId = Annotated[int | None, typer.Option("--load", metavar="N", help="Only this load; the list shows the numbers.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("adapters")(adapters)
    group = typer.Typer(help="Refused rows: list them, explain them, try them again.", no_args_is_help=True)
    group.command("list")(quarantine_list)
    group.command("explain")(quarantine_explain)
    group.command("replay")(quarantine_replay)
    app.add_typer(group, name="quarantine")


def adapters(as_json: options.AsJson = False) -> None:
    """List every kind of export that is recognised, and the headers it must have; your own mappings come first.

    \b
    Examples:
      fbi adapters
      fbi adapters --json
    """
    from fulfillment_bi.cli.describe import adapter_documents
    from fulfillment_bi.settings import load_settings

    found = adapter_documents(load_settings().mappings_folder)
    if as_json:
        print_json(found)
        return
    print_table(
        ("adapter", "source", "feeds", "needs these headers", "unproven", "your file"),
        [
            (
                one["name"],
                one["source"],
                ", ".join(one["entities"]) or "–",
                ", ".join(one["requires"]),
                "; ".join(one["unproven"]),
                one["file"] or "",
            )
            for one in found
        ],
    )


def quarantine_list(
    entity: Entity = None,
    reason: Reason = None,
    load_id: LoadId = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many rows.")] = 100,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Leave out so many rows first.")] = 0,
    as_json: options.AsJson = False,
) -> None:
    """List refused rows, newest load first, with their reasons and what the source said.

    \b
    Examples:
      fbi quarantine list
      fbi quarantine list --entity orders --reason missing:order_no
      fbi quarantine list --limit 1000 --json
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        found = workspace.quarantine(limit, offset, entity=entity, reason=reason, load_id=load_id)
    if as_json:
        print_json({"count": found.count, "rows": plain(found.rows, naive="Z")})
        return
    print_table(
        ("load", "file", "entity", "line", "reasons", "source"),
        [
            (row.load_id, row.file, row.entity, row.source_line, ", ".join(row.reasons), _cells(row.source))
            for row in found.rows
        ],
    )
    typer.echo(f"{len(found.rows):,} of {found.count:,} rows")


def quarantine_explain(load_id: LoadId = None, as_json: options.AsJson = False) -> None:
    """Explain why rows were refused: each reason, how often, and an example.

    \b
    Examples:
      fbi quarantine explain
      fbi quarantine explain --load 3 --json
    """
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        found = workspace.quarantine_reasons(load_id)
    if as_json:
        print_json(plain(found))
        return
    print_table(
        ("entity", "reason", "rows", "meaning", "example", "file", "line"),
        [(row.entity, row.reason, row.count, _meaning(row), row.example, row.file, row.source_line) for row in found],
    )
    if not found:
        typer.echo("No rows are in quarantine.")


def quarantine_replay(as_json: options.AsJson = False) -> None:
    """Check every archived row again with today's mappings, and publish the result.

    After a mapping file was corrected, rows that were refused may be accepted. What was loaded stays as it was.

    \b
    Examples:
      fbi quarantine replay
    """
    from fulfillment_bi.start import replay
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        before = workspace.quarantine(1, 0).count
        version = replay(workspace)
        workspace.refresh()
        after = workspace.quarantine(1, 0).count
    if as_json:
        print_json({"version": version, "quarantined_before": before, "quarantined": after})
    else:
        typer.echo(f"version {version}: {after:,} rows in quarantine, {before:,} before")


def _cells(source: object) -> str:
    text = (
        "; ".join(f"{name}={cell}" for name, cell in dict(source).items()) if isinstance(source, dict) else str(source)
    )
    return text if len(text) <= 120 else text[:119] + "…"


def _meaning(row: object) -> str:
    column, meaning = getattr(row, "column", ""), getattr(row, "meaning_en", "")
    return f"{column} {meaning}".strip()
