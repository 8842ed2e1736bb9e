"""The command that loads what turns up in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli.exits import FAILED
from fulfillment_bi.cli.signals import stopped_by_signals

if TYPE_CHECKING:
    from fulfillment_bi.ingest.report import LoadReport

WAIT_SECONDS = 600.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch")(watch)


def watch(
    inbox: Annotated[
        Path | None, typer.Argument(metavar="[INBOX]", help="The folder; default: the setting inbox.")
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Look once, then exit: for cron. Exit 1 if a file failed.")
    ] = False,
    every: Annotated[float, typer.Option("--every", min=0.1, help="Seconds between two looks.")] = 5.0,
    settle: Annotated[
        float | None, typer.Option("--settle", min=0, help="Seconds without a change after which a file is whole.")
    ] = None,
) -> None:
    """Load every export that is put into a folder, and move it to archive/, or to failed/ with the reason beside it.

    Files still being written are waited for: they count as whole when unchanged for a while, or as soon as NAME.done
    lies beside them; .part and .tmp names are left alone. Ctrl-C or SIGTERM finishes the load at hand and stops.

    \b
    Examples:
      fbi watch data/inbox
      fbi watch data/inbox --settle 60
      fbi watch --once
    """
    from fulfillment_bi.start import load_files
    from fulfillment_bi.watch import Watched
    from fulfillment_bi.watch import watch as watch_inbox
    from fulfillment_bi.workspace import open_workspace

    stop = Event()
    with stopped_by_signals(stop), open_workspace() as workspace:
        settings = workspace.settings

        def load(paths: Sequence[Path]) -> LoadReport:
            return load_files(workspace, paths, wait_seconds=WAIT_SECONDS)

        watched = Watched(
            inbox=inbox or settings.inbox,
            home=settings.home,
            settle_seconds=settle if settle is not None else settings.settle_seconds or 0.0,
            load=load,
            say=_say,
        )
        if not once:
            _say(f"watching {watched.inbox}; stop with Ctrl-C")
        done = watch_inbox(watched, stop, every_seconds=every, once=once)
    _say(f"{done.archived} loaded, {done.failed} put aside, {done.left} waiting")
    if once and done.failed:
        raise typer.Exit(FAILED)


def _say(line: str) -> None:
    typer.echo(f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}")
