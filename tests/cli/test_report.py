"""fbi report: lists, writes, and says what could not be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from fulfillment_bi.reports import browser
from fulfillment_bi.reports.catalog import REPORTS
from tests.cli.conftest import Fbi, one_sentence


def test_reports_are_listed(fbi: Fbi):
    listed = [one["name"] for one in fbi("report", "list", "--json").json]
    assert listed == [*REPORTS]
    assert {"wall", "brief", "orders"} <= set(listed)
    assert "履约驾驶舱" in fbi("report", "list").out


def test_a_report_prints_files_as_of_and_version(fbi: Fbi, home: Path, tmp_path: Path):
    done = fbi("report", "run", "wall", "--format", "csv,xlsx", "--out", str(tmp_path / "out"), "--json", home=home)
    assert done.code == 0
    document = done.json
    assert [Path(file).suffix for file in document["files"]] == [".csv", ".xlsx"]
    assert all(Path(file).stat().st_size > 500 for file in document["files"])
    assert document["as_of"].startswith("2026-10-31")
    assert document["version"] == "v00000001"
    assert document["problem"] is None


def test_without_a_browser_tables_are_written_and_the_exit_code_is_1(
    fbi: Fbi, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(browser, "find_browser", lambda named: None)
    done = fbi("report", "run", "wall", "--out", str(tmp_path / "out"), home=home)
    assert done.code == 1
    one_sentence(done.err, "Chromium", "fbi doctor --install")
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".csv", ".xlsx"]
    assert "as of 2026-10-31" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["wal"], ["wall"]),
        (["wall", "--format", "gif"], ["gif", "png"]),
        (["wall", "--lang", "xx"], ["zh"]),
    ],
)
def test_a_wrong_report_is_one_sentence_and_exit_2(fbi: Fbi, home: Path, arguments: list[str], words: list[str]):
    done = fbi("report", "run", *arguments, home=home)
    assert done.code == 2
    one_sentence(done.err, *words)


def test_nothing_loaded_is_said(fbi: Fbi):
    done = fbi("report", "run", "wall", "--format", "csv")
    assert done.code == 1
    one_sentence(done.err, "Nothing has been loaded yet")
