"""The command that makes scheduled reports, checks alerts and sends messages."""

from __future__ import annotations

from datetime import datetime
from threading import Event
from typing import Annotated

import typer

from fulfillment_bi.cli.exits import FAILED
from fulfillment_bi.cli.signals import stopped_by_signals


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run-schedule")(run_schedule)


def run_schedule(
    once: Annotated[
        bool, typer.Option("--once", help="Look once, then exit: for cron. Exit 1 if a report failed.")
    ] = False,
) -> None:
    """Make reports when they are due, check the alert rules, and send what waits. `fbi serve` does the same.

    One process does so for a warehouse; a second one waits for it to end. What was missed is caught up once.

    \b
    Examples:
      fbi run-schedule
      fbi run-schedule --once
    """
    from fulfillment_bi.operations.scheduler import look_once, run_scheduler
    from fulfillment_bi.workspace import open_workspace

    stop = Event()
    with stopped_by_signals(stop), open_workspace() as workspace:
        if not once:
            run_scheduler(workspace, _say, stop)
            return
        runs = look_once(workspace, typer.echo)
    if any(run.status == "failed" for run in runs):
        raise typer.Exit(FAILED)


def _say(line: str) -> None:
    typer.echo(f"{datetime.now().astimezone().isoformat(sep=' ', timespec='seconds')} {line}")
