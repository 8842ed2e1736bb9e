"""Commands that bring data in: sample, load."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.exits import FAILED
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.cli.progress import reporting

if TYPE_CHECKING:
    from fulfillment_bi.ingest.report import FileReport, LoadReport

LAW = ("read", "new", "updated", "unchanged", "superseded", "quarantined")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("sample")(sample)
    app.command("load")(load)


def sample(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; its files are replaced.")],
    orders: Annotated[int, typer.Option("--orders", min=1, help="Orders to make up.")] = 20_000,
    days: Annotated[int, typer.Option("--days", min=1, help="Days they are spread over.")] = 120,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same files.")] = 7,
    end: Annotated[str | None, typer.Option("--end", metavar="DATE", help="Last day; default today.")] = None,
) -> None:
    """Write realistic exports of every system, with planted incidents, and truth.json which names them.

    \b
    Examples:
      fbi sample data/sample
      fbi sample /tmp/exports --orders 100000 --days 365 --seed 3 --end 2026-10-31
    """
    from fulfillment_bi.sample.write import write_sample

    last = options.business_day(end, "--end") or date.today()
    with reporting("making orders", "orders") as report:
        summary = write_sample(
            directory,
            orders=orders,
            days=days,
            seed=seed,
            end=last,
            progress=report,
        )
    print_table(
        ("file", "rows", "bad rows"),
        [(file.name, summary.rows.get(file.name), summary.bad_rows.get(file.name)) for file in summary.files],
    )
    typer.echo(f"{directory}: {len(summary.files)} files. Load them with: fbi load {directory}")


def load(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders.")],
    adapter: Annotated[
        str | None,
        typer.Option("--adapter", metavar="NAME", help="Read every file as this export; see `fbi adapters`."),
    ] = None,
    as_sample: Annotated[bool, typer.Option("--as-sample", help="Mark the data as a sample on every page.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1, not 3, when rows were quarantined.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Detect, check, stage and publish exports; loading the same bytes again changes nothing.

    Files are recognised by their header. Rows that cannot be used are kept in quarantine with their reasons. For
    each file it prints the law that was checked: read = new + updated + unchanged + superseded + quarantined.

    \b
    Examples:
      fbi load exports/
      fbi load orders.csv parcels.xlsx.gz --strict
      fbi load odd-name.txt --adapter olist_orders
    """
    from fulfillment_bi.start import load_files
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace, reporting("loading", "bytes") as report:
        done = load_files(workspace, paths, adapter=adapter, sample=as_sample, progress=report)
    if as_json:
        print_json(done.document())
    else:
        _print(done)
    if done.exit_code:
        raise typer.Exit(FAILED if strict else done.exit_code)


def _print(report: LoadReport) -> None:
    lines = [
        (file.file, file.adapter, file.status, entity, *(getattr(counts, name) for name in LAW))
        for file in report.files
        for entity, counts in file.entities.items()
    ]
    if lines:
        print_table(("file", "adapter", "status", "entity", *LAW), lines)
        typer.echo("checked: read = new + updated + unchanged + superseded + quarantined")
    for file in report.files:
        _print_remarks(file)
    typer.echo(f"version {report.version or 'none'}{'' if report.published else ' (nothing new to publish)'}")
    if report.quarantined:
        typer.echo(f"{report.quarantined:,} rows are in quarantine; `fbi quarantine explain` says why.", err=True)


def _print_remarks(file: FileReport) -> None:
    """What else there is to say about a file: failures on standard error, remarks with the rest."""
    if file.message:
        is_failure = file.status == "failed"
        named = file.message if file.file in file.message else f"{file.file}: {file.message}"
        typer.echo(named if is_failure else f"{named} ({file.status})", err=is_failure)
    for note in file.notes:
        typer.echo(f"{file.file}: {note}")
    if file.unknown_columns:
        typer.echo(f"{file.file}: columns not used: {', '.join(file.unknown_columns)}")
