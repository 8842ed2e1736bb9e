"""Signing in to a server under test, and asking it what a browser would."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask.testing import FlaskClient

from fulfillment_bi.journal.accounts import add_user
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.warehouse.scope import EVERYTHING, Scope

PASSWORD = "a sentence of its own"
QUICK_HASHER = partial(PasswordHasher, time_cost=1, memory_cost=1024, parallelism=1)
PAGE = {"Accept": "text/html"}


def new_user(home: Path, name: str, role: str = "analyst", scope: Scope = EVERYTHING) -> None:
    add_user(Journal(home), name, role, datetime.now(UTC), scope=scope, password=PASSWORD)


def form_of(client: FlaskClient, query: str = "") -> str:
    found = re.search('name="form" value="([^"]+)"', client.get(f"/login{query}").get_data(as_text=True))
    assert found
    return found[1]


def sign_in(server: Any, name: str, password: str = PASSWORD, query: str = "") -> FlaskClient:
    client: FlaskClient = server.test_client()
    answer = client.post("/login", data={"form": form_of(client, query), "name": name, "password": password})
    assert answer.status_code == (302 if password == PASSWORD else 401)
    return client


def callbacks(app: Any) -> Iterator[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
    """(output, inputs, states) of every callback that the server answers."""
    for one in app.callback_map.items():
        output, found = one
        if found.get("callback"):
            yield output, found["inputs"], found["state"]


def call(client: FlaskClient, output: str, inputs: Sequence[Any], states: Sequence[Any], values: dict[str, Any]) -> Any:
    """Ask for a callback as the browser does; stores get `values`, anything else nothing."""
    body = {
        "output": output,
        "outputs": _outputs(output),
        "inputs": [_filled(one, values) for one in inputs],
        "state": [_filled(one, values) for one in states],
        "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
    }
    return client.post("/_dash-update-component", json=body)


def _outputs(output: str) -> Any:
    parts = output[2:-2].split("...") if output.startswith("..") else [output]
    found = [_output(part) for part in parts]
    return found if output.startswith("..") else found[0]


def _output(part: str) -> Any:
    identity, _, prop = part.rpartition(".")
    if not identity.startswith("{"):
        return {"id": identity, "property": prop}
    named = json.loads(identity)
    if any(value == ["ALL"] for value in named.values()):
        return []
    return {"id": {key: _member(value) for key, value in named.items()}, "property": prop}


def _filled(one: dict[str, Any], values: dict[str, Any]) -> Any:
    identity = one["id"]
    if not identity.startswith("{"):
        return {"id": identity, "property": one["property"], "value": values.get(identity)}
    named = json.loads(identity)
    if any(value == ["ALL"] for value in named.values()):
        return []
    own = {key: _member(value) for key, value in named.items()}
    value = own if one["property"] == "id" else values.get(own.get("type", ""))
    return {"id": own, "property": one["property"], "value": value}


def _member(value: Any) -> Any:
    return "channel" if value == ["MATCH"] else value
