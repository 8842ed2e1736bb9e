"""The how-to pages: their commands exist with their options, their examples are read by the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from fulfillment_bi.cli.reference import command_helps
from fulfillment_bi.ingest.database import read_sources
from fulfillment_bi.ingest.inbox import IN_THE_MAKING, MARKER, REASON
from fulfillment_bi.operations.schedules import read_schedules
from fulfillment_bi.settings import SETTINGS, Settings

PAGES = sorted((Path(__file__).parents[1] / "docs" / "how-to").glob("*.md"))
OWN = {"map-a-file.md", "watch.md", "sql-source.md", "schedule-reports.md"}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[list[str]]:
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    parts = [shlex.split(line, comments=True) for line in lines]
    return [part for part in parts if part and part[0] == "fbi"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist_with_their_options(page: Path):
    helps = dict(command_helps())
    for command in commands(page.read_text("utf-8")):
        path = max((one for one in helps if " ".join(command).startswith(one)), key=len)
        assert path != "fbi"
        for option in [part for part in command if part.startswith("--")]:
            assert option in helps[path], command


def test_there_are_pages_with_commands_in_both_languages():
    assert {page.name for page in PAGES} >= OWN
    for page in PAGES:
        if page.name in OWN:
            text = page.read_text("utf-8")
            assert len(commands(text)) >= 3
            assert "\n## 中文\n" in text


def test_the_sources_example_is_read(tmp_path: Path):
    (example,) = blocks((PAGES[0].parent / "sql-source.md").read_text("utf-8"), "toml")
    path = tmp_path / "sources.toml"
    path.write_text(example, "utf-8")
    (source,) = read_sources(path, [], {"ERP_URL": "sqlite://"})
    assert (source.name, source.adapter, source.cursor, source.overlap_seconds) == (
        "erp_orders",
        "orders",
        "updated_at",
        300,
    )


def test_the_schedules_example_is_read():
    (example,) = blocks((PAGES[0].parent / "schedule-reports.md").read_text("utf-8"), "toml")
    (schedule,) = read_schedules(example, "example")
    assert (schedule.keep_version, schedule.owner, len(schedule.told)) == (7, "slack-5e6f7a8b", 2)
    assert [str(copy.scope) for copy in schedule.copies("zh")] == ["", "channel=jd warehouse=GZ"]


def test_what_the_watch_page_says_is_so():
    text = (PAGES[0].parent / "watch.md").read_text("utf-8")
    assert f"NAME{MARKER}" in text
    assert f"NAME{REASON}" in text
    assert all(ending in IN_THE_MAKING for ending in re.findall(r"`(\.\w+)`", text) if ending != REASON)
    assert f"default {Settings().settle_seconds:.0f}" in text
    assert {"inbox", "settle_seconds", "mappings", "sources"} <= {setting.name for setting in SETTINGS}
