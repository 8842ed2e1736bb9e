"""Commands that write reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import plain, print_json, print_table


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Write reports: the screens as PNG, PDF, CSV and XLSX.", no_args_is_help=True)
    group.command("run")(run)
    group.command("list")(list_reports)
    app.add_typer(group, name="report")


def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in `fbi report list`.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write to.")] = Path("reports"),
    formats: Annotated[
        str, typer.Option("--format", metavar="FORMAT[,FORMAT]", help="Any of png, pdf, csv, xlsx.")
    ] = "png,csv,xlsx",
    view: Annotated[
        str, typer.Option("--view", metavar="TEXT", help="Period and filters as in the page's address, after the ?.")
    ] = "",
    language: Annotated[str | None, typer.Option("--lang", help="zh or en; default: the setting.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Write a report: the same results as the screen, all files from one published version.

    Each file carries as-of, time zone, filters and version. PNG and PDF need Chromium (`fbi doctor --install`); when
    they cannot be drawn correctly they are not written, the others are, and the exit code is 1.

    \b
    Examples:
      fbi report run wall --out reports
      fbi report run orders --format csv,xlsx --view "channel=jd&preset=7d"
      fbi report run wall --format png,pdf --lang en
    """
    from fulfillment_bi.reports.run import run_report
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        done = run_report(workspace, name, options.names(formats), out, search=view, language=language)
    if as_json:
        print_json(plain(done.document()))
    else:
        for file in done.files:
            typer.echo(str(file))
        for words in done.ignored:
            typer.echo(f"not understood in --view: {words}", err=True)
        typer.echo(
            f"as of {done.stamp.local_as_of()} {done.stamp.timezone} · {done.stamp.version} · {done.stamp.filters}"
        )
    if done.problem is not None:
        raise done.problem


def list_reports(as_json: options.AsJson = False) -> None:
    """List the reports.

    \b
    Examples:
      fbi report list
    """
    from fulfillment_bi.reports.catalog import REPORTS

    if as_json:
        print_json([plain(report.document()) for report in REPORTS.values()])
        return
    print_table(("report", "name", "名称"), [(one.name, one.label.en, one.label.zh) for one in REPORTS.values()])
