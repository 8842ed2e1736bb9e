"""The command that serves agents."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from fulfillment_bi.errors import SettingsError

KEY = "FBI_TOKEN"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("mcp")(mcp)


def mcp(
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="Serve over HTTP on this port; default: standard input."),
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; only this machine's own.")] = None,
) -> None:
    """Serve questions to agents over the Model Context Protocol: query, why, rows, orders, alerts.

    Over standard input the agent sees what the key in FBI_TOKEN may see, without a key everything in this home. Over
    HTTP every request needs an API key (`fbi tokens add`) as soon as there are users.

    \b
    Examples:
      fbi mcp
      fbi mcp --port 8060
    """
    from fulfillment_bi.start import require_loopback
    from fulfillment_bi.workspace import open_workspace

    try:
        from fulfillment_bi.agents.serving import serve_http, serve_standard_input
    except ImportError:
        what, hint = "Serving agents needs a library that is not installed.", "pip install 'fulfillment-bi[agents]'"
        raise SettingsError(what, hint=hint) from None
    with open_workspace() as workspace:
        if port is None:
            serve_standard_input(workspace, os.environ.get(KEY, ""))
            return
        where = host or workspace.settings.host
        require_loopback(where)
        typer.echo(f"Serving agents on http://{where}:{port}/mcp  (stop with Ctrl-C)", err=True)
        serve_http(workspace, where, port)
