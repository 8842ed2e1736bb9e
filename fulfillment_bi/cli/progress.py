"""Progress of long work: a bar on a terminal, a line now and then in a log. Both on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import typer

LOG_SECONDS = 10.0


class Report(Protocol):
    """Shows how far work has come; a `total` of 0 means unknown, `file` is what is at hand."""

    def __call__(self, done: int, total: int, file: str = "") -> None:
        """Show it."""


@contextmanager
def reporting(what: str, unit: str = "rows") -> Iterator[Report]:
    """Yields what shows progress on `what`, counted in `unit`."""
    if sys.stderr.isatty():
        with _bar(what) as report:
            yield report
    else:
        yield _lines(what, unit)


@contextmanager
def _bar(what: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def report(done: int, total: int, file: str = "") -> None:
            bar.update(task, completed=done, total=total or None, description=file or what)

        yield report


def _lines(what: str, unit: str) -> Report:
    """At most a line every ten seconds, and none for work that ends sooner."""
    last = time.monotonic()

    def report(done: int, total: int, file: str = "") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LOG_SECONDS:
            last = now
            share = f" of {total:,} {unit}" if total else f" {unit}"
            typer.echo(f"{file or what}: {done:,}{share}", err=True)

    return report
