"""The extension that docs/how-to/extend.md shows works as written; one that is wrong stops with its file and reason."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fulfillment_bi.extensions import extensions, parts

GUIDE = Path(__file__).parent.parent / "docs" / "how-to" / "extend.md"
BLOCK = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)

WITH_CONDITION = """
from fulfillment_bi.metrics.catalog.facts import CREATED, ORDER
from fulfillment_bi.metrics.types import Measure, Metric, Text, count
MEASURE = Measure(ORDER, CREATED, numerator=count("is_created", "paid_at <= created_at"), drill=())
METRICS = (Metric("x", Text("x", "x"), Text("x", "x"), {"order": MEASURE}, unit="count", direction="up"),)
"""
TRIAL = """
import json, sys
from pathlib import Path
from fulfillment_bi.insight.alert_rules import load_rules
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.start import load_files
from fulfillment_bi.web.app import create_app
from fulfillment_bi.workspace import open_workspace

with open_workspace() as workspace:
    report = load_files(workspace, [Path(sys.argv[1])])
    record = workspace.run(Query(("cancelled_share",), by=("channel",))).records()[0]
    rows = workspace.rows(Query(("cancelled_share",)), "cancelled_share", "numerator").count
    client = create_app(workspace).server.test_client()
    page = client.get("/gifts").get_data(as_text=True)
    asked = {"output": "..gifts.cancelled_share-body.children..", "outputs": [], "inputs": []}
    print(json.dumps({
        "adapter": report.files[0].adapter,
        "record": record,
        "rows": rows,
        "rule": [one.line for one in load_rules() if one.name == "gifts_wait"],
        "api": client.get("/api/v1/query?metrics=cancelled_share").get_json()["rows"][0]["cancelled_share"],
        "css": client.get("/assets/extensions.css").get_data(as_text=True),
        "linked": "/assets/extensions.css" in page,
        "csv": client.get("/files/gifts-cancelled-share.csv?lang=en").get_data(as_text=True),
    }))
"""


def written(folder: Path) -> Path:
    """The guide's extension as files; returns the folder of extensions."""
    for name, text in BLOCK.findall(GUIDE.read_text("utf-8")):
        path = folder / "gifts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_the_guide_works_as_written(tmp_path: Path) -> None:
    export = tmp_path / "gifts.csv"
    export.write_text("Gift No,Wrapped At,State\nG1,2026-10-01 09:00,dropped\nG2,2026-10-02 09:00,wrapped\n")
    folder = written(tmp_path / "extensions")
    done = run("-c", TRIAL, str(export), FBI_EXTENSIONS=str(folder), FBI_HOME=str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["adapter"] == "gift_shop_orders"
    assert found["record"] == found["record"] | {"channel": "gift_shop", "cancelled_share": 0.5, "cancelled_share_d": 2}
    assert found["rows"] == 1
    assert found["rule"] == [0.5]
    assert found["api"] == 0.5
    assert "--accent:#0b6e4f" in found["css"]
    assert "--accent:#4fd1a5" in found["css"]
    assert found["linked"]
    assert "0.5" in found["csv"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("metrics.py", "1/0", "ZeroDivisionError"),
        ("metrics.py", "METRICS = 1", "no tuple METRICS"),
        ("metrics.py", WITH_CONDITION, "'paid_at <= created_at' is no flag"),
        ("metrics.py", "from fulfillment_bi.metrics.catalog.fill import METRICS", "'otif', which exists"),
        ("theme.toml", "[light]\naccent = 'red; } body {'", "no colour of a theme"),
        ("en.toml", "[", "These texts cannot be read"),
    ],
)
def test_one_that_is_wrong_says_where_and_why(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / name).write_text(text)
    code = "from fulfillment_bi.cli import main; import fulfillment_bi.i18n as i; i.catalogue('en'); main()"
    if name == "theme.toml":
        code = "import fulfillment_bi.charts.theme"
    done = run("-c", code, "metrics", FBI_EXTENSIONS=str(tmp_path))
    assert done.returncode != 0
    assert words in done.stderr
    assert name.partition(".")[0] in done.stderr


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = run("-c", "from fulfillment_bi.cli import main; main()", FBI_EXTENSIONS=str(tmp_path / "none"))
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_installed_package_is_found_by_its_entry_point(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "gifts" / "__init__.py").write_text("")
    about = tmp_path / "acme-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[fulfillment_bi.extensions]\ngifts = gifts\n")
    code = "from fulfillment_bi.metrics.catalog import METRICS; print(METRICS['cancelled_share'].target)"
    done = run("-c", code, PYTHONPATH=f"{tmp_path}{os.pathsep}{Path(__file__).parent.parent}")
    assert done.stdout.strip() == "0.1", done.stderr


def test_without_any_there_are_none() -> None:
    assert extensions() == ()
    assert parts("theme.toml") == ()
