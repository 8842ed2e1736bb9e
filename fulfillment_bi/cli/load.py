"""Commands that bring data in: sample, load."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.exits import FAILED
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.cli.progress import reporting
from fulfillment_bi.cli.systems import agreement, print_agreement
from fulfillment_bi.documents.selection import business_day
from fulfillment_bi.errors import UsageError

if TYPE_CHECKING:
    from fulfillment_bi.ingest.database import DatabaseSource
    from fulfillment_bi.ingest.report import FileReport, LoadReport
    from fulfillment_bi.settings import Settings

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
    incidents: Annotated[
        str, typer.Option("--incidents", metavar="NAME,...", help="What to plant: all, none, or names from truth.json.")
    ] = "all",
) -> None:
    """Write realistic exports of every system, with planted incidents, and truth.json which names them.

    \b
    Examples:
      fbi sample data/sample
      fbi sample /tmp/exports --orders 100000 --days 365 --seed 3 --end 2026-10-31
      fbi sample /tmp/quiet --incidents none
    """
    from fulfillment_bi.sample.incidents import named
    from fulfillment_bi.sample.write import write_sample

    last = business_day(end, "--end") or date.today()
    with reporting("making orders", "orders") as report:
        summary = write_sample(
            directory,
            orders=orders,
            days=days,
            seed=seed,
            end=last,
            incidents=named(incidents),
            progress=report,
        )
    print_table(
        ("file", "rows", "bad rows"),
        [(file.name, summary.rows.get(file.name), summary.bad_rows.get(file.name)) for file in summary.files],
    )
    typer.echo(f"{directory}: {len(summary.files)} files. Load them with: fbi load {directory}")


def load(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files or folders.")] = None,
    adapter: Annotated[
        str | None,
        typer.Option("--adapter", metavar="NAME", help="Read every file as this export; see `fbi adapters`."),
    ] = None,
    as_sample: Annotated[bool, typer.Option("--as-sample", help="Mark the data as a sample on every page.")] = False,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="Load from this database of sources.toml; all: every one."),
    ] = None,
    sql: Annotated[str | None, typer.Option("--sql", metavar="SELECT", help="Load the rows of this query.")] = None,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", envvar="FBI_SQL_URL", help="Its database; better in the environment."),
    ] = None,
    cursor: Annotated[
        str | None, typer.Option("--cursor", metavar="COLUMN", help="Load only what is newer in it than last time.")
    ] = None,
    contract: Annotated[
        str | None, typer.Option("--contract", metavar="NAME", help="The rows are these, as orders: for --sql.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Read a database from the beginning.")] = False,
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
      fbi load --source erp_orders
      fbi load --sql "SELECT * FROM orders" --contract orders --cursor updated_at
    """
    from fulfillment_bi.start import load_database, load_files
    from fulfillment_bi.workspace import open_workspace

    if not paths and not source and sql is None:
        raise UsageError(
            "There is nothing to load.", where="fbi load", hint="Name files or folders, --source or --sql."
        )
    with open_workspace() as workspace, reporting("loading", "bytes") as report:
        reports = []
        if paths:
            reports.append(load_files(workspace, paths, adapter=adapter, sample=as_sample, progress=report))
        for one in _databases(workspace.settings, source, sql, url, cursor, contract or adapter):
            reports.append(load_database(workspace, one, again=again, progress=report))
            workspace.refresh()
        done = _together(reports)
        agreed = agreement(workspace) if done.published else []
    if as_json:
        print_json({**done.document(), "systems": agreed})
    else:
        _print(done)
        print_agreement(agreed)
    if done.exit_code:
        raise typer.Exit(FAILED if strict else done.exit_code)


def _databases(
    settings: Settings,
    names: list[str] | None,
    sql: str | None,
    url: str | None,
    cursor: str | None,
    adapter: str | None,
) -> list[DatabaseSource]:
    """The databases asked for: of the sources file, and the one of the command line."""
    from fulfillment_bi.ingest.database import DatabaseSource, checked_query, read_sources

    found = read_sources(settings.sources, [] if "all" in names else names) if names else []
    if sql is not None:
        if not url:
            raise UsageError("The database is not said.", where="--sql", hint="Set FBI_SQL_URL, or give --url.")
        query = checked_query(sql, "--sql")
        digest = hashlib.sha256(query.encode()).hexdigest()[:8]
        found.append(DatabaseSource(f"sql-{digest}", url, query, adapter or "", cursor or ""))
    return found


def _together(reports: list[LoadReport]) -> LoadReport:
    """Several loads as one report: the last version, the files of all."""
    last = reports[-1]
    files = tuple(file for report in reports for file in report.files)
    return replace(last, files=files, published=any(report.published for report in reports))


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
