"""The archive of reports: home/reports/<schedule>/<due>/, whole or not there, and removed after its days."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fulfillment_bi.errors import RenderError
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.runs import Run, RunFile, forget_files, list_runs

FOLDER = "reports"
MANIFEST = "run.json"
EVERY_RUN = 1_000_000


def archive_root(home: Path) -> Path:
    """Where the folders of schedules are."""
    return home / FOLDER


def folder_of(run: Run, zone: ZoneInfo) -> str:
    """The folder of a run below the archive: schedule, business time it was due, and number (a clock may go back)."""
    due = run.due_at.replace(tzinfo=UTC).astimezone(zone)
    return f"{run.schedule}/{due:%Y-%m-%d_%H%M}-{run.id}"


@contextmanager
def filling(home: Path, run: Run) -> Iterator[Path]:
    """An empty folder to fill aside, gone afterwards unless it was taken over by `settle`."""
    aside = archive_root(home) / f".part-{run.id}"
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
    except OSError as error:
        raise RenderError(f"The archive cannot be written: {error.strerror}.", where=str(aside)) from error
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def settle(home: Path, aside: Path, folder: str, files: Sequence[RunFile], version: str) -> None:
    """Give the filled folder its name, a list of its files in it. What a crash left under that name is replaced."""
    final = archive_root(home) / folder
    try:
        manifest = {"version": version, "files": [asdict(one) for one in files]}
        (aside / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
        final.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(final, ignore_errors=True)
        os.rename(aside, final)
    except OSError as error:
        raise RenderError(f"The archive cannot be written: {error.strerror}.", where=str(final)) from error


def describe_file(path: Path, language: str, scope: str = "") -> RunFile:
    """What is noted about a written file. Raises RenderError for an empty one."""
    content = path.read_bytes()
    if not content:
        raise RenderError("The file is empty.", where=path.name)
    digest = hashlib.sha256(content).hexdigest()
    return RunFile(path.name, language, path.suffix.removeprefix("."), digest, len(content), scope)


def remove_old(home: Path, journal: Journal, schedule: str, keep: int, now: datetime) -> list[str]:
    """Remove the files of the schedule's runs that are older than `keep` days; returns their folders."""
    old = [
        run.folder
        for run in list_runs(journal, EVERY_RUN)
        if run.schedule == schedule and run.folder and run.due_at < now - timedelta(days=keep)
    ]
    for folder in old:
        forget_files(journal, folder)
        shutil.rmtree(archive_root(home) / folder, ignore_errors=True)
    return old
