"""fbi actions: recorded, carried out, judged and closed over a loaded home."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Fbi


@pytest.fixture
def own_home(home: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "warehouse"
    shutil.copytree(home, copy)
    return copy


def test_the_closed_loop(fbi: Fbi, own_home: Path) -> None:
    options = (
        "--metric",
        "otif",
        "--where",
        "channel=jd",
        "--owner",
        "mei",
        "--due",
        "2026-10-20",
        "--expected",
        "0.02",
    )
    assert fbi("actions", "add", "二班制", *options, home=own_home).out.strip() == "action 1"
    early = fbi("actions", "verify", "1", home=own_home)
    assert (early.code, "not been carried out" in early.err) == (2, True)
    assert fbi("actions", "acted", "1", "--on", "2026-10-20", home=own_home).code == 0
    found = fbi("actions", "verify", "1", "--close", "--json", home=own_home).json
    assert found["verdict"] in ("worked", "worse", "no_evidence")
    days = fbi("query", "otif", "--by", "day", "--where", "channel=jd", "--from", "2026-10-21", "--json", home=own_home)
    rated = [row for row in days.json["rows"] if row["otif_d"]]
    assert found["days_after"] <= len(rated)
    (kept,) = fbi("actions", "list", "--json", home=own_home).json
    assert (kept["status"], kept["verdict"], kept["effect"]) == ("closed", found["verdict"], found["effect"])
    assert (kept["segment"], kept["expected"]) == ([{"dimension": "channel", "values": ["jd"]}], 0.02)
    again = fbi("actions", "acted", "1", "--on", "2026-10-21", home=own_home)
    assert (again.code, "is closed" in again.err) == (2, True)
    assert "二班制" in fbi("actions", "list", home=own_home).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "x", "--metric", "otif"), "needs a part"),
        (("add", " ", "--metric", "otif", "--where", "channel=jd"), "needs a title"),
        (("add", "x", "--metric", "otiff", "--where", "channel=jd"), "otif"),
        (("add", "x", "--metric", "otif", "--where", "chanel=jd"), "channel"),
        (("verify", "77"), "no action 77"),
    ],
)
def test_what_cannot_be_recorded_says_why(fbi: Fbi, own_home: Path, arguments: tuple[str, ...], message: str) -> None:
    refused = fbi("actions", *arguments, home=own_home)
    assert refused.code == 2
    assert message in refused.err
