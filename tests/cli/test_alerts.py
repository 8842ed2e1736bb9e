"""fbi alerts and fbi bottleneck over a loaded home: states persist, documents agree with fbi query."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Fbi

RULES = """
[[rule]]
name = "any_failure"
en = "Some channel fails promises"
metric = "otif"
per = "channel"
days = 14
kind = "absolute"
line = 0.999
minimum = 1
"""


@pytest.fixture
def own_home(home: Path, tmp_path: Path) -> Path:
    """A copy of the loaded home, so that its journal is this test's own."""
    copy = tmp_path / "warehouse"
    shutil.copytree(home, copy)
    (copy / "alerts.toml").write_text(RULES)
    return copy


def test_a_check_tells_once_and_a_snooze_is_listed(fbi: Fbi, own_home: Path) -> None:
    first = fbi("alerts", "check", "--json", home=own_home).json
    mine = {one["entity"]: one for one in first["alerts"] if one["rule"] == "any_failure"}
    assert mine
    rows = fbi("query", "otif", "--by", "channel", "--json", home=own_home)
    assert rows.code == 0
    fired = {entity for entity, one in mine.items() if one["change"] == "fired"}
    assert fired == {entity for entity, one in mine.items() if one["verdict"] == "breached"}
    assert fired
    second = fbi("alerts", "check", "--json", home=own_home).json
    assert not [one for one in second["alerts"] if one["change"]]
    entity = sorted(fired)[0]
    assert fbi("alerts", "snooze", "any_failure", entity, "--by", "mei", home=own_home).code == 0
    listed = {(one["rule"], one["entity"]): one for one in fbi("alerts", "list", "--json", home=own_home).json}
    assert listed["any_failure", entity]["status"] == "firing"
    assert listed["any_failure", entity]["snoozed_until"].endswith("Z")
    history = fbi("alerts", "history", "any_failure", entity, "--json", home=own_home).json
    assert [one["change"] for one in history] == [None, "fired"]
    assert "any_failure" in fbi("alerts", "list", home=own_home).out


def test_the_message_carries_the_why(fbi: Fbi, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fulfillment_bi.journal.database import Journal
    from fulfillment_bi.journal.messages import list_messages

    monkeypatch.setenv("FBI_LANGUAGE", "en")
    monkeypatch.setenv("FBI_PUBLIC_URL", "https://bi.example.com")
    assert fbi("alerts", "check", home=own_home).code == 0
    (message,) = list_messages(Journal(own_home))
    assert "Some channel fails promises" in message["body"]
    assert "Order fulfilment rate (OTIF)" in message["body"]
    assert message["link"].startswith("https://bi.example.com/")
    assert message["status"] == "kept"
    (listed,) = fbi("alerts", "messages", "--json", home=own_home).json
    assert (listed["title"], listed["status"]) == (message["title"], "kept")
    assert message["title"][:20] in fbi("alerts", "messages", home=own_home).out


def test_wrong_names_and_rules_are_refused(fbi: Fbi, own_home: Path) -> None:
    refused = fbi("alerts", "snooze", "any_failures", home=own_home)
    assert (refused.code, "any_failure" in refused.err) == (2, True)
    (own_home / "alerts.toml").write_text(RULES.replace("otif", "otiff"))
    broken = fbi("alerts", "check", home=own_home)
    assert broken.code == 2
    assert "rule any_failure" in broken.err


def test_the_bottleneck_document(fbi: Fbi, home: Path) -> None:
    document = fbi("bottleneck", "--from", "2026-10-20", "--to", "2026-10-26", "--json", home=home).json
    totals = [flow for flow in document["flows"] if flow["warehouse"] == "all"]
    assert [flow["stage"] for flow in totals][-1] == "deliver"
    for flow in totals:
        parts = [one for one in document["flows"] if one["stage"] == flow["stage"] and one["warehouse"] != "all"]
        for name in ("arrivals", "completions", "waiting_at_end"):
            assert sum(one[name] for one in parts) == flow[name]
    if document["binding"]:
        assert document["binding"] in totals
    assert fbi("bottleneck", "--from", "2026-10-20", home=home).code == 2
    assert fbi("bottleneck", "--from", "2025-01-01", "--to", "2026-10-26", home=home).code == 2
