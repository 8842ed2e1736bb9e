"""Running the server: over standard input for one agent on this machine, or over HTTP."""

from __future__ import annotations

from fulfillment_bi.agents.access import KeyVerifier, auth_settings, key_asker, narrowed
from fulfillment_bi.agents.server import create_agent_server
from fulfillment_bi.journal.accounts import has_users
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.workspace import Workspace


def serve_standard_input(workspace: Workspace, key: str = "") -> None:
    """Answer one agent over standard input and output until it closes them; `key` says what it may see."""
    asker = narrowed(workspace, key)
    create_agent_server(lambda: asker).run("stdio")


def serve_http(workspace: Workspace, host: str, port: int) -> None:
    """Answer agents at http://host:port/mcp until stopped; once there are users, each request needs an API key."""
    journal = Journal(workspace.settings.home)
    if has_users(journal):
        auth = auth_settings(f"http://{host}:{port}")
        server = create_agent_server(lambda: key_asker(workspace), auth=auth, token_verifier=KeyVerifier(journal))
    else:
        server = create_agent_server(lambda: workspace)
    server.run("streamable-http", host=host, port=port, stateless_http=True, json_response=True)
