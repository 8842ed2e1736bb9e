"""The application: create_app(workspace) -> Dash; its `.server` is the WSGI callable.

1. The browser turns the URL into three stores: `mount` (path and language), `request` (what to draw), `drawer` (what to
   explain). Each changes only when its part of the URL does, so a filter never remounts a page.
2. `mount` -> shell and page; `request` -> every tile of the page in one callback, on one published version;
   `request` -> filter bar and notices; `drawer` -> the drawer; the grid in it asks for its rows itself.
3. Nothing is kept in modules: two applications in one process do not meet.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from dash import Dash, html

from fulfillment_bi.api.routes import add_api, create_server
from fulfillment_bi.web import (
    access,
    acting,
    added,
    api,
    bringing,
    exploring,
    files,
    guard,
    keeping,
    shell,
    sign_in,
    traffic,
    uploads,
    wizard,
)
from fulfillment_bi.web.answering import PAGES
from fulfillment_bi.web.callbacks import add_callbacks
from fulfillment_bi.web.jobs import Jobs, Loader

LARGEST_REQUEST = 1_000_000
TABLE_SCRIPT = re.compile(r'<script src="[^"]*/dash_table/[^"]*"[^>]*></script>')
GRID_SCRIPT = re.compile(r'<script src="([^"]*/dash_ag_grid/[^"]*)"[^>]*></script>')


class Application(Dash):
    """Dash whose first page leaves the table library out: it comes with the first table (see assets/fbi.js)."""

    def interpolate_index(self, *, metas: str = "", scripts: str = "", **others: str) -> str:  # type: ignore[override]
        """The page's HTML, with the table library's address in a meta tag instead of a script tag."""
        scripts = TABLE_SCRIPT.sub("", scripts)  # Dash's own old table: no page uses it
        found = GRID_SCRIPT.search(scripts)
        if found:
            scripts = scripts.replace(found.group(0), "")
            metas += f'<meta name="fbi-grid" content="{found.group(1)}">'
        if added.stylesheet():
            others["css"] = others.get("css", "") + f'<link rel="stylesheet" href="{added.STYLESHEET}">'
        page: Any = super()
        return str(page.interpolate_index(metas=metas, scripts=scripts, **others))


def create_app(whole: Any, load: Loader | None = None) -> Dash:
    """The web application over the workspace `whole` (a `workspace.Workspace`, or anything with its methods).

    `load` loads what is uploaded (`start.load_files`); without it nothing can be.
    """
    # Encoding an answer looks at pandas once it is being imported: one thread must not meet the half of another.
    import_module("pandas")
    server = create_server("fulfillment_bi")
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    traffic.add_traffic(server, whole.settings)
    access.add_access(server, whole)
    workspace = access.RequestedWorkspace(whole)
    app: Any = Application(
        "fulfillment_bi",
        server=cast(Any, server),  # a Flask instance is what it takes, though its type says otherwise
        assets_folder=str(assets_folder()),
        title="Fulfillment BI",
        update_title="",
        add_log_handler=False,
        enable_mcp=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.layout = shell.frame()
    app.validation_layout = _everything()
    add_callbacks(app, workspace)
    jobs = Jobs(whole, load)
    bringing.add_callbacks(app, jobs, workspace.settings.max_upload_bytes)
    wizard.add_callbacks(app, jobs, workspace)
    acting.add_callbacks(app, workspace)
    exploring.add_callbacks(app, workspace)
    keeping.add_keeping(server, workspace)
    guard.add_origin_check(server)
    sign_in.add_sign_in(server, whole)
    acting.add_archive_route(server, workspace)
    uploads.add_upload_route(server, jobs, workspace.settings.max_upload_bytes)
    files.add_file_routes(server, workspace, PAGES)
    api.add_plain_routes(server, workspace)
    traffic.add_traffic_routes(server, whole)
    add_api(server, workspace)
    added.add_stylesheet(server)
    api.add_headers(server, list(app.csp_hashes()))
    return cast(Dash, app)


def assets_folder() -> Path:
    """The assets: in an installed package beside the code, in a checkout at its root."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "assets"
    return installed if installed.is_dir() else package.parent / "assets"


def _everything() -> html.Div:
    # Dash checks callbacks against this: every component that some page has.
    pages = [page.layout("en") if page.is_wall else shell.desk(page, "en", "") for page in PAGES]
    return html.Div([shell.frame(), *pages])
