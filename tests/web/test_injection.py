"""Texts that would be commands elsewhere: in every filter of the API, and as names in every page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.web.answering import PAGES, shown, view_of
from fulfillment_bi.web.app import create_app
from fulfillment_bi.workspace import open_workspace
from tests.web.fake_workspace import LONG, FakeWorkspace

PAYLOADS = (
    "' OR '1'='1",
    "x'); DROP TABLE fct_order; --",
    "\" UNION SELECT * FROM read_csv('/etc/passwd') --",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd\x00",
    "[x](javascript:alert(1))",
    "\U0001f600' \\ % _ ; $1 ? {0}",
)


@pytest.fixture(scope="module")
def client(company: Path) -> Iterator[FlaskClient]:
    with open_workspace(company) as workspace:
        yield create_app(workspace).server.test_client()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_filter_is_only_text(client: FlaskClient, payload: str):
    answered = 0
    for name in DIMENSIONS:
        answer = client.get("/api/v1/query", query_string={"metrics": "orders", "where": f"{name}={payload}"})
        assert answer.status_code in (200, 400, 422), (name, answer.data[:200])
        if answer.status_code == 200:
            assert not any(row["orders"] for row in json.loads(answer.data)["rows"]), name
            answered += 1
    assert answered > 5 or "\x00" in payload  # a text that cannot be stored is refused
    for address in (f"/api/v1/query?metrics={quote(payload)}", f"/api/v1/query?metrics=orders&by={quote(payload)}"):
        assert client.get(address).status_code == 422
    found = client.get(f"/files/{quote(payload, safe='')}.csv")
    assert found.status_code == 404 or found.mimetype == "text/html"  # a slash in it: an address that is no page
    assert client.get(f"/api/v1/orders/{quote(payload, safe='')}/{quote(payload, safe='')}").status_code in (400, 404)
    assert json.loads(client.get("/api/v1/query?metrics=orders").data)["rows"][0]["orders"] > 0


def _components(content: Any) -> Iterator[dict[str, Any]]:
    plain = json.loads(json.dumps(content, default=lambda each: each.to_plotly_json()))
    waiting = [plain]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_hold_no_markup_of_data(page: Any):
    assert "<b>" in LONG  # the name of a shop, which is drawn somewhere below
    workspace = FakeWorkspace()
    path = page.paths[-1] + ("jd/1" if page.paths[-1].endswith("/") else "")
    with Flask("test").test_request_context():
        view = view_of(workspace, {"path": path, "search": "preset=all", "lang": "en"})
    for content in shown(workspace, view, page.tiles):
        for one in _components(content.body):
            # Everything else is set as text by the browser's half.
            assert one.get("type") not in ("Markdown", "DangerouslySetInnerHTML", "Iframe", "Script")
            assert "dangerously_allow_html" not in one
            assert "dangerouslySetInnerHTML" not in one
            link = one.get("href")
            assert link is None or str(link).startswith(("/", "?", "#", "data:", "tel:")), link
