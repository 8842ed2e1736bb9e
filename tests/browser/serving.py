"""A small warehouse, a live server over it, and a browser: for the browser tests and the screenshots."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from fulfillment_bi.sample.write import write_sample
from fulfillment_bi.start import load_files
from fulfillment_bi.web.app import create_app
from fulfillment_bi.workspace import Workspace, open_workspace

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
END = date(2026, 11, 20)


def small_workspace(directory: Path, *, orders: int = 2500, days: int = 45, seed: int = 5) -> Workspace:
    """A sample of `orders` orders, loaded as a user would load it."""
    exports = directory / "exports"
    write_sample(exports, orders=orders, days=days, seed=seed, end=END)
    workspace = open_workspace(directory / "home")
    load_files(workspace, [exports], sample=True)
    return workspace


class Silent(WSGIRequestHandler):
    """Answers without a line in the log for each."""

    def log(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(workspace: Workspace) -> Iterator[str]:
    """The address of a server over the workspace, on a free port, for as long as the block runs."""
    server = make_server(
        "127.0.0.1", 0, create_app(workspace, load_files).server, threaded=True, request_handler=Silent
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def find_chromium() -> str | None:
    """The system's browser; None when there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def launch(playwright: Playwright) -> Browser:
    """The system's browser without what a server does not need."""
    found = find_chromium()
    if found is None:
        raise RuntimeError("No Chromium found. Run `fbi doctor --install`.")
    return playwright.chromium.launch(executable_path=found, args=list(FLAGS))
