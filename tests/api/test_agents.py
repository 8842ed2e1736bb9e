"""A real client of the Model Context Protocol gets what the workspace answers, and no more than its key allows."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import anyio
import httpx2 as httpx
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from fulfillment_bi.agents.access import KeyVerifier, narrowed
from fulfillment_bi.agents.server import create_agent_server
from fulfillment_bi.documents.answers import query_document
from fulfillment_bi.errors import UsageError
from fulfillment_bi.journal.accounts import add_user, remove_user
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.sessions import add_token
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.warehouse.scope import make_scope

LATE_OCTOBER = {"start": "2026-10-16", "end": "2026-10-31"}
OCTOBER = {"start": "2026-10-01", "end": "2026-10-31"}


@pytest.fixture
def ask(workspace):
    """Call one tool as a client would; returns its document, or the words of its refusal."""

    def call(tool, asked=None, within=workspace):
        async def talk():
            async with Client(create_agent_server(lambda: within)) as client:
                answer = await client.call_tool(tool, asked or {})
                return answer.content[0].text if answer.is_error else answer.structured_content

        return anyio.run(talk)

    return call


def test_it_says_up_to_when_there_are_data(ask, workspace):
    assert ask("about")["version"] == workspace.info.id


def test_every_tool_only_reads_and_says_what_it_does(workspace):
    async def talk():
        async with Client(create_agent_server(lambda: workspace)) as client:
            return (await client.list_tools()).tools

    tools = anyio.run(talk)
    names = {tool.name for tool in tools}
    assert names == {
        *("about", "list_metrics", "list_dimensions", "list_members", "query", "why", "rows", "order", "alerts")
    }
    assert all(tool.annotations.read_only_hint and len(tool.description) > 30 for tool in tools)


def test_a_query_is_answered_as_everywhere(ask, workspace):
    found = ask("query", {"metrics": ["otif"], "by": ["channel"], "selection": OCTOBER})
    expected = Query(("otif",), by=("channel",), start=date(2026, 10, 1), end=date(2026, 10, 31), limit=50)
    assert found["rows"] == query_document(workspace.run(expected))["rows"]


def test_names_are_found_by_what_people_call_them(ask):
    assert "otif" in [one["name"] for one in ask("list_metrics", {"search": "订单满足率"})["metrics"]]
    assert [one["value"] for one in ask("list_members", {"dimension": "channel", "search": "tm"})["members"]] == [
        "tmall"
    ]
    assert "channel" in [one["name"] for one in ask("list_dimensions")["dimensions"]]


def test_rows_and_the_order_behind_them(ask):
    found = ask("rows", {"metric": "otif", "part": "denominator", "limit": 1})
    row = found["rows"][0]
    assert ask("order", {"channel": row["channel"], "order_no": row["order_no"]})["events"]


def test_a_wrong_name_is_refused_with_the_right_one(ask):
    assert "Did you mean otif?" in ask("query", {"metrics": ["otix"]})
    assert "Swap them" in ask("query", {"metrics": ["otif"], "selection": {"start": "2026-02-01", "end": "2026-01-01"}})


def key_for(workspace, scope, **more):
    now = datetime.now(UTC).replace(tzinfo=None)
    journal = Journal(workspace.settings.home)
    return add_token(journal, "agent", "api", now, now + timedelta(days=1), scope=scope, **more)[1]


def test_a_key_narrows_every_answer(ask, workspace):
    mine = narrowed(workspace, key_for(workspace, make_scope({"channel": ["jd"]})))
    found = ask("query", {"metrics": ["otif"], "by": ["channel"], "selection": OCTOBER}, within=mine)
    assert [row["channel"] for row in found["rows"]] == ["jd"]
    assert [one["value"] for one in ask("list_members", {"dimension": "channel"}, within=mine)["members"]] == ["jd"]


def test_a_key_that_does_not_work_opens_nothing(workspace):
    with pytest.raises(UsageError, match="does not work"):
        narrowed(workspace, "fbi_nothing")
    assert anyio.run(KeyVerifier(Journal(workspace.settings.home)).verify_token, "fbi_nothing") is None


def test_over_standard_input_as_a_desktop_program_starts_it(workspace):
    started = StdioServerParameters(
        command=str(Path(sys.executable).parent / "fbi"),
        args=["mcp"],
        env={"FBI_HOME": str(workspace.settings.home)},
    )

    async def talk():
        async with Client(stdio_client(started)) as client:
            return (await client.call_tool("why", {"metric": "otif", "selection": LATE_OCTOBER})).structured_content

    found = anyio.run(talk)
    assert found["sentence"]["en"]
    assert sum(part["effect"] for part in found["parts"]) == pytest.approx(found["change"])


def test_over_http_each_request_needs_a_key_once_there_are_users(workspace):
    """The same answers at /mcp; without a key 401, with one what its scope allows."""
    home = workspace.settings.home
    address = f"http://127.0.0.1:{free_port()}"
    key = key_for(workspace, make_scope({"channel": ["tmall"]}))
    journal = Journal(home)
    add_user(journal, "mei", "admin", datetime.now(UTC).replace(tzinfo=None))
    try:
        with serving_agents(workspace, address):
            assert httpx.post(f"{address}/mcp", json={}).status_code == 401

            async def talk():
                with_key = httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"})
                async with with_key, Client(streamable_http_client(f"{address}/mcp", http_client=with_key)) as client:
                    return (await client.call_tool("list_members", {"dimension": "channel"})).structured_content

            assert [one["value"] for one in anyio.run(talk)["members"]] == ["tmall"]
    finally:
        remove_user(journal, "mei")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving_agents(workspace, address):
    """`fbi mcp --port` in a process of its own, ready."""
    port = address.rpartition(":")[2]
    command = [str(Path(sys.executable).parent / "fbi"), "mcp", "--port", port]
    process = subprocess.Popen(command, env=os.environ | {"FBI_HOME": str(workspace.settings.home)}, stderr=-3)
    try:
        for _ in range(300):
            try:
                httpx.get(address)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)
