"""Working unattended: reports when due, alert rules at their cadence, the outbox whenever something waits in it, and
the demand forecast of a version that has none yet.

One runner for a warehouse, by a lock that the operating system frees: of several workers the first works, the others
wait for it to end. What fails is said and tried again at the next look; nothing stops the loop but `stop`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event

from fulfillment_bi.errors import FulfillmentError, NoVersionError, WarehouseBusyError
from fulfillment_bi.i18n import text
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.messages import Message
from fulfillment_bi.journal.runs import Run
from fulfillment_bi.operations.alerting import check_alerts
from fulfillment_bi.operations.delivery import channels, deliver_waiting, send
from fulfillment_bi.operations.schedule_run import now_utc, run_due
from fulfillment_bi.operations.schedules import load_schedules
from fulfillment_bi.warehouse.lock import publish_lock
from fulfillment_bi.workspace import Workspace

LOCK = "scheduler.lock"
LOOK_SECONDS = 20.0
CRY_EVERY = timedelta(hours=1)
Say = Callable[[str], None]


def run_scheduler(workspace: Workspace, say: Say, stop: Event, *, every_seconds: float = LOOK_SECONDS) -> None:
    """Look again and again until `stop` is set; waits while another process does so for this home."""
    workspace.settings.home.mkdir(parents=True, exist_ok=True)
    while not stop.is_set():
        with suppress(WarehouseBusyError), publish_lock(workspace.settings.home / LOCK):
            checked: datetime | None = None
            cry = _crier(workspace, say)
            while not stop.wait(every_seconds):
                now = now_utc()
                is_time = checked is None or now - checked >= timedelta(minutes=workspace.settings.alert_minutes)
                checked = now if is_time else checked
                look(workspace, say, now, alerts=is_time and workspace.settings.alert_minutes > 0, cry=cry)
        stop.wait(every_seconds)


def look_once(workspace: Workspace, say: Say) -> list[Run]:
    """One look, alerts included. Raises WarehouseBusyError when another process runs the schedules of this home."""
    workspace.settings.home.mkdir(parents=True, exist_ok=True)
    try:
        with publish_lock(workspace.settings.home / LOCK):
            return look(workspace, say, now_utc(), alerts=workspace.settings.alert_minutes > 0)
    except WarehouseBusyError as error:
        raise WarehouseBusyError(
            "Another process runs the schedules.", where=error.where, hint="Leave it to that one, or stop it first."
        ) from error


def _crier(workspace: Workspace, say: Say) -> Say:
    """Tells every channel at once, past the outbox, which may be what is broken; at most once an hour."""
    told_at: list[datetime] = []

    def cry(words: str) -> None:
        now = now_utc()
        if told_at and now - told_at[-1] < CRY_EVERY:
            return
        told_at[:] = [now]
        title = text(workspace.settings.language, "reports.broken_title")
        for name in channels(workspace.settings):
            try:
                send(workspace.settings, Message("broken", title, words, recipient=name))
            except FulfillmentError as error:
                say(f"message to {name}: {error}")

    return cry


def _ignore(_: str) -> None:
    """Nobody is told but by `say`."""


def look(workspace: Workspace, say: Say, now: datetime, *, alerts: bool, cry: Say = _ignore) -> list[Run]:
    """Everything that is to be done at `now`; what goes wrong in one part is said, and the others go on.

    `cry` is told of what stopped a whole part: then nothing else can be trusted to reach anybody.
    """
    journal = Journal(workspace.settings.home)
    workspace.refresh()
    runs: list[Run] = []

    def reports() -> None:
        runs.extend(run_due(workspace, journal, load_schedules(workspace.settings), now))
        for run in runs:
            say(f"report {run.schedule}, run {run.id}: {run.status}{f', {run.note}' if run.note else ''}")

    def rules() -> None:
        with suppress(NoVersionError):
            check_alerts(workspace, journal, now)

    def outbox() -> None:
        with suppress(WarehouseBusyError):
            for one in deliver_waiting(workspace.settings, journal, now):
                say(f"message to {one.message.recipient}: {one.error or 'sent'}")

    def forecast() -> None:
        # Last, for it takes longest; pages make their own forecast until it is there.
        if workspace.forecast_due(workspace.settings.forecast_after_load):
            made = workspace.keep_forecast()
            if made is not None:
                say(f"forecast of {len(made.series):,} series kept")

    for part in (reports, *([rules] if alerts else []), outbox, forecast):
        try:
            part()
        except Exception as error:
            say(f"{part.__name__}: {error}")
            cry(f"{part.__name__}: {error}")
    return runs
