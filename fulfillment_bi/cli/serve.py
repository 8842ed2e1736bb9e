"""Commands that serve the web application."""

from __future__ import annotations

from typing import Annotated

import typer

from fulfillment_bi.errors import NoVersionError

Host = Annotated[str | None, typer.Option("--host", help="Address to listen on; without users only this machine's.")]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to listen on; default 8050.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve")(serve)
    app.command("demo")(demo)


def serve(host: Host = None, port: Port = None) -> None:
    """Serve the web application over what has been loaded.

    \b
    Examples:
      fbi serve
      fbi serve --port 8060
      FBI_HOME=/srv/fbi fbi serve
    """
    from fulfillment_bi.start import require_host
    from fulfillment_bi.start import serve as serve_web
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        require_host(host or workspace.settings.host, workspace.settings)
        if workspace.info is None:
            typer.echo("Nothing has been loaded yet; the pages say how. `fbi demo` shows sample data.", err=True)
        serve_web(workspace, typer.echo, host=host, port=port)


def demo(
    host: Host = None,
    port: Port = None,
    orders: Annotated[int | None, typer.Option("--orders", min=1, help="Orders to make up.")] = None,
) -> None:
    """Make sample data, load them where nothing is loaded yet, and serve them: the same as `python app.py`.

    \b
    Examples:
      fbi demo
      fbi demo --orders 20000 --port 8060
    """
    from fulfillment_bi.start import ensure_demo, require_address
    from fulfillment_bi.start import serve as serve_web
    from fulfillment_bi.workspace import open_workspace

    with open_workspace() as workspace:
        require_address(host or workspace.settings.host, port or workspace.settings.port, workspace.settings)
        if not ensure_demo(workspace, typer.echo, orders) and not workspace.is_sample:
            raise NoVersionError(
                "This warehouse holds your own data; the demo would not show a sample.",
                where=str(workspace.settings.home),
                hint="Use fbi serve, or set FBI_HOME to an empty directory.",
            )
        serve_web(workspace, typer.echo, host=host, port=port)
