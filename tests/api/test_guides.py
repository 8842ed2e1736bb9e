"""The addresses that the guides show answer."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from fulfillment_bi.cli.application import build
from tests.browser.serving import serving

GUIDES = Path(__file__).parents[2] / "docs" / "how-to"
API = (GUIDES / "api.md").read_text("utf-8")
ADDRESSES = re.findall(r"http://127\.0\.0\.1:8050(/[^'\"\s]+)", API)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_of_the_guide_answers(client, address):
    assert client.get(address.partition("&token=")[0]).status_code == 200


def test_every_address_is_in_the_guide(client):
    described = client.get("/api/v1/openapi.json").get_json()["paths"]
    assert [path for path in described if f"`{path}`" not in API] == []


def test_pandas_reads_it(workspace):
    with serving(workspace) as address:
        line = next(line for line in API.splitlines() if line.startswith("frame = "))
        names: dict[str, object] = {"pd": pd}
        exec(line.replace("http://127.0.0.1:8050", address), names)
    frame = names["frame"]
    assert isinstance(frame, pd.DataFrame)
    assert {"channel", "otif"} <= set(frame.columns)


def test_every_tool_is_in_the_guide(workspace):
    import anyio
    from mcp.client import Client

    from fulfillment_bi.agents.server import create_agent_server

    async def talk():
        async with Client(create_agent_server(lambda: workspace)) as client:
            return (await client.list_tools()).tools

    guide = (GUIDES / "agents.md").read_text("utf-8")
    assert [tool.name for tool in anyio.run(talk) if f"`{tool.name}`" not in guide] == []
    assert "mcp" in [command.name for command in build().registered_commands]
