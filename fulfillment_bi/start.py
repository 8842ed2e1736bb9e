"""Starts things with every layer wired in: a load that ends with rollups, the demonstration data, the web server.

The command line and `app.py` both call this; nothing here prints except through the `say` it is given.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfillment_bi.errors import FulfillmentError, SettingsError
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.settings import Settings
from fulfillment_bi.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from fulfillment_bi.ingest.database import DatabaseSource
    from fulfillment_bi.ingest.load import Progress
    from fulfillment_bi.ingest.report import LoadReport
    from fulfillment_bi.warehouse.engine import Session

DEMO_ORDERS = 50_000
STOP_SECONDS = 5.0
"""How long a stopping server waits for the scheduler; what it leaves unfinished is made again at the next start."""
Say = Callable[[str], None]
Wsgi = Callable[..., Any]


def load_files(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    adapter: str | None = None,
    sample: bool = False,
    progress: Progress | None = None,
    wait_seconds: float = 0.0,
    finish: Sequence[Callable[[Session], None]] = (),
) -> LoadReport:
    """Load exports, build models and rollups, and publish the next version; see `ingest.load.load`."""
    from fulfillment_bi.ingest.load import load
    from fulfillment_bi.metrics.rollup_build import build_rollups

    return load(
        workspace.store,
        workspace.settings,
        paths,
        adapter=adapter,
        sample=sample,
        progress=progress,
        wait_seconds=wait_seconds,
        finish=(build_rollups, *finish),
    )


def load_database(
    workspace: Workspace, source: DatabaseSource, *, again: bool = False, progress: Progress | None = None
) -> LoadReport:
    """Load what is new in a database since the last time (`again`: everything), and note how far it was read.

    The rows lie in a private temporary file meanwhile, which is loaded like any export. Raises IngestError when the
    database cannot be read.
    """
    from fulfillment_bi.ingest.cursors import write_cursor
    from fulfillment_bi.ingest.database import write_rows

    since = None if again or workspace.info is None else workspace.cursor(source.name)
    if since is not None and since.column != source.cursor:
        since = None
    with tempfile.TemporaryDirectory(prefix="fbi-sql-") as folder:
        path = Path(folder) / f"{source.name}.parquet"
        started = datetime.now(UTC).timestamp()
        count, newest = write_rows(source, since, path)
        os.utime(path, (started, started))  # what was read was true then, not when the last row had come
        finish = [lambda session: write_cursor(session, source.name, newest)] if source.cursor and newest else []
        report = load_files(
            workspace, [path], adapter=source.adapter or None, progress=progress, finish=finish, wait_seconds=60.0
        )
    files = tuple(replace(file, file=f"{source.name} ({count:,} rows)") for file in report.files)
    return replace(report, files=files)


def replay(workspace: Workspace) -> str:
    """Check the archive again with today's mappings; the id of the version it makes."""
    from fulfillment_bi.ingest.rebuild import rebuild
    from fulfillment_bi.metrics.rollup_build import build_rollups

    return rebuild(workspace.store, workspace.settings, replay=True, finish=(build_rollups,))


def rebuild_versions(workspace: Workspace) -> str:
    """Make a version from the archive alone, as after an upgrade; its id."""
    from fulfillment_bi.ingest.rebuild import rebuild
    from fulfillment_bi.metrics.rollup_build import build_rollups

    return rebuild(workspace.store, workspace.settings, finish=(build_rollups,))


def ensure_demo(workspace: Workspace, say: Say, orders: int | None = None) -> bool:
    """Where nothing has been loaded, or sample data that ended before yesterday, make and load sample data anew.

    True when it did. `orders` defaults to FBI_DEMO_ORDERS, else 50,000. A crash leaves what was there, and the next
    start tries again. Data of one's own are never touched.
    """
    reason = _why_demo(workspace)
    if not reason:
        return False
    from fulfillment_bi.sample.demo import prepare_demo

    count = orders if orders is not None else demo_orders()
    folder = workspace.settings.home / "demo"
    say(f"{reason}: making sample data of {count:,} orders ...")
    prepare_demo(folder, orders=count, progress=_tenths(say, "orders made"))
    say("Loading the sample data ...")
    report = load_files(workspace, [folder], sample=True)
    shutil.rmtree(folder, ignore_errors=True)
    say(f"Loaded: version {report.version}. This is sample data; load your own with: fbi load PATH")
    return True


def _why_demo(workspace: Workspace) -> str:
    """Why sample data are needed; empty where they are not."""
    if workspace.info is None:
        return "Nothing has been loaded yet"
    if not workspace.is_sample:
        return ""
    as_of = workspace.run(Query(metrics=("orders",))).as_of
    if not as_of:
        return ""
    # A wall that ends days ago looks dead: the sample is there to be looked at, so it moves with the calendar.
    age = datetime.now(UTC) - datetime.fromisoformat(as_of)
    return f"The sample data are {age.days} days old" if age >= timedelta(days=2) else ""


def start_web() -> int:
    """`python app.py`: sample data where nothing is loaded, then the server; returns the exit code."""
    try:
        with open_workspace() as workspace:
            require_address(workspace.settings.host, workspace.settings.port, workspace.settings)
            ensure_demo(workspace, _print)
            serve(workspace, _print)
    except KeyboardInterrupt:
        return 0
    except FulfillmentError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def demo_orders() -> int:
    """The size of the demonstration, from FBI_DEMO_ORDERS."""
    text = os.environ.get("FBI_DEMO_ORDERS", "").strip()
    if not text:
        return DEMO_ORDERS
    if not text.isdigit() or int(text) < 1:
        raise SettingsError(f"'{text}' is not a number of orders.", where="FBI_DEMO_ORDERS", hint="Use 1 or more.")
    return int(text)


def web_application(workspace: Workspace | None = None) -> Wsgi:
    """The web application as WSGI, over the configured warehouse unless told otherwise."""
    from fulfillment_bi.web.app import create_app

    server: Wsgi = create_app(workspace if workspace is not None else open_workspace(), load_files).server
    return server


def serve(workspace: Workspace, say: Say, *, host: str | None = None, port: int | None = None) -> None:
    """Serve the web application until stopped. Raises SettingsError for an address others could reach."""
    from fulfillment_bi.web.serving import Listening

    where = host or workspace.settings.host
    at = port or workspace.settings.port
    require_host(where, workspace.settings)
    application: Any = web_application(workspace)
    try:
        server = Listening(application, where, at, workspace.settings)
    except OSError as error:
        raise _cannot_listen(where, at, error) from error
    say(f"Serving on http://{_shown(where)}:{at}/  (stop with Ctrl-C)")
    try:
        with _stopped_by_signals() as stop, _scheduler(workspace, say):
            server.run(stop)
    finally:
        server.close()


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, so that what is at hand is finished; the second one ends at once."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    numbers = (signal.SIGTERM, signal.SIGINT)
    before: dict[int, Any] = {number: signal.getsignal(number) for number in numbers}

    def finish(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, before[number])

    for number in numbers:
        signal.signal(number, finish)
    try:
        yield stop
    finally:
        for number in numbers:
            signal.signal(number, before[number])


@contextmanager
def _scheduler(workspace: Workspace, say: Say) -> Iterator[None]:
    """Schedules and alerts in a thread beside the server, unless the setting says no."""
    from fulfillment_bi.operations.scheduler import run_scheduler

    if workspace.settings.scheduler == "off":
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=run_scheduler, args=(workspace, say, stop), name="scheduler", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=STOP_SECONDS)


def require_host(host: str, settings: Settings) -> None:
    """Refuse an address that other machines can reach, unless people have to sign in."""
    from fulfillment_bi.web.access import needs_sign_in

    if not needs_sign_in(settings):
        require_loopback(host)


def require_loopback(host: str) -> None:
    """Refuse an address that other machines can reach."""
    try:
        is_own = host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        is_own = False
    if not is_own:
        raise SettingsError(
            f"'{host}' can be reached by other machines, and there is no sign-in.",
            where="host",
            hint="Use 127.0.0.1, or add a user first: fbi users add NAME --role admin.",
        )


def require_address(host: str, port: int, settings: Settings) -> None:
    """Refuse an address others can reach or a port in use, before work that takes a minute."""
    require_host(host, settings)
    bare = host.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in bare else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bare, port))
        except OSError as error:
            raise _cannot_listen(host, port, error) from error


def _print(line: str) -> None:
    print(line, flush=True)


def _cannot_listen(host: str, port: int, error: OSError) -> FulfillmentError:
    if error.errno == errno.EADDRINUSE:
        return FulfillmentError(
            f"Port {port} is already in use.", where=host, hint=f"Stop what uses it, or set FBI_PORT={port + 1}."
        )
    reason = error.strerror or str(error)
    return FulfillmentError(f"Cannot listen on port {port}: {reason}.", where=host, hint="Set FBI_PORT.")


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _tenths(say: Say, what: str) -> Callable[[int, int], None]:
    """Progress as a line for every tenth, so that a log stays short."""
    last = 0

    def progress(done: int, total: int) -> None:
        nonlocal last
        tenth = 10 * done // max(total, 1)
        if tenth > last:
            last = tenth
            say(f"  {done:,} of {total:,} {what}")

    return progress
