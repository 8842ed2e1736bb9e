"""Commands that write reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.plain import plain
from fulfillment_bi.documents.selection import names


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Reports: the screens as files, on demand and by schedule.", no_args_is_help=True)
    group.command("run")(run)
    group.command("list")(list_reports)
    group.command("schedule")(list_schedules)
    group.command("runs")(list_past)
    group.command("rerun")(rerun)
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
        done = run_report(workspace, name, names(formats), out, search=view, language=language)
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


def list_schedules(as_json: options.AsJson = False) -> None:
    """List the schedules with the next time of each, and the channels that messages can go to.

    \b
    Examples:
      fbi report schedule
    """
    from fulfillment_bi.operations.delivery import channels
    from fulfillment_bi.operations.schedule_run import now_utc
    from fulfillment_bi.operations.schedules import load_schedules, next_due, schedules_file
    from fulfillment_bi.settings import load_settings

    settings = load_settings()
    rows = [(one, next_due(one, now_utc(), settings.zone)) for one in load_schedules(settings)]
    if as_json:
        schedules = [
            {"name": one.name, "report": one.report, "view": one.view, "cron": one.cron, "next": plain(due, "Z")}
            for one, due in rows
        ]
        print_json({"schedules": schedules, "channels": list(channels(settings))})
        return
    columns = ("schedule", "report", "view", "cron", "next (UTC)", "channels")
    print_table(
        columns,
        [(one.name, one.report, one.view, one.cron, due or "", ", ".join(one.channels)) for one, due in rows],
    )
    typer.echo(f"{schedules_file(settings)}; channels: {', '.join(channels(settings)) or 'none (setting notify)'}")


def list_past(
    limit: Annotated[int, typer.Option("--limit", min=1, help="The newest so many.")] = 50,
    as_json: options.AsJson = False,
) -> None:
    """List what the schedules made, newest first, and why where they did not.

    \b
    Examples:
      fbi report runs --limit 10
    """
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.journal.runs import list_runs
    from fulfillment_bi.settings import load_settings

    found = list_runs(Journal(load_settings().home), limit)
    if as_json:
        print_json([plain(one, "Z") for one in found])
        return
    columns = ("run", "schedule", "due (UTC)", "status", "version", "files", "note")
    print_table(
        columns,
        [(one.id, one.schedule, one.due_at, one.status, one.version, len(one.files), one.note) for one in found],
    )


def rerun(
    number: Annotated[int, typer.Argument(metavar="RUN", help="See `fbi report runs`.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write to.")] = Path("reports"),
) -> None:
    """Make the tables of a past run again, from the version it was made from, and compare them with what was sent.

    \b
    Examples:
      fbi report rerun 12 --out again
    """
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.operations.schedule_run import run_again
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        made = run_again(workspace, Journal(workspace.settings.home), number, out)
    for path, is_same in made:
        typer.echo(f"{path}{': the same as sent, byte for byte' if is_same else ''}")
