"""Reports: every file holds the results of the page, from one version, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from fulfillment_bi.errors import NoVersionError, RenderError, UnknownNameError, UsageError
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.reports import render as rendering
from fulfillment_bi.reports.catalog import REPORTS
from fulfillment_bi.reports.run import LONG_COLUMNS, run_report
from fulfillment_bi.web.app import PAGES
from fulfillment_bi.workspace import Workspace, open_workspace

DAY = "2026-10-31"


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    with open_workspace(home) as opened:
        yield opened


def test_every_page_is_a_report():
    paths = {path for page in PAGES for path in page.paths}
    assert {report.path for report in REPORTS.values()} <= paths
    left = {page.name for page in PAGES if not {report.path for report in REPORTS.values()} & set(page.paths)}
    # Of one order, of questions made to measure and of plans: reports of their address or of a kept view
    assert left == {"order", "explore", "planning", "reports"}


@pytest.mark.parametrize("name", [name for name in REPORTS if name != "brief"])  # which is words
def test_tables_hold_what_the_page_asks(workspace: Workspace, tmp_path: Path, name: str):
    done = run_report(workspace, name, ("csv", "xlsx"), tmp_path, search="preset=all", language="en")
    *tables, workbook = done.files
    assert workbook.name == f"{name}-{DAY}.xlsx"
    assert all(table.name.startswith(name) and table.name.endswith(f"-{DAY}.csv") for table in tables)
    assert done.problem is None
    numbers = [table for table in tables if table.name == f"{name}-{DAY}.csv"]
    assert len(numbers) == (name != "alerts")  # which counts no metric: each of its lists is a file of its own
    for table in numbers:
        frame = pd.read_csv(table, dtype={"member_1": str, "member_2": str})
        assert tuple(frame.columns[: len(LONG_COLUMNS)]) == LONG_COLUMNS
        assert len(frame) == frame["row_count"][0] > 10
        assert frame["as_of"][0] == done.stamp.as_of
        assert frame["timezone"][0] == "Asia/Shanghai"
        assert frame["version"][0] == "v00000001"
    book = openpyxl.load_workbook(workbook)
    about = {row[0]: row[1:] for row in book["about"].iter_rows(min_row=2, values_only=True)}
    assert list(about) == book.sheetnames[:-1]
    for sheet, (as_of, zone, filters, version, count) in about.items():
        assert (as_of, zone, version) == (done.stamp.as_of, "Asia/Shanghai", "v00000001")
        assert filters
        assert book[sheet].max_row == count + 1


def test_numbers_are_those_of_the_screen(workspace: Workspace, tmp_path: Path):
    done = run_report(workspace, "wall", ("csv",), tmp_path, search="preset=all&channel=tmall", language="en")
    frame = pd.read_csv(done.files[0])
    asked = Query(("otif",), where=(Filter("channel", ("tmall",)),), end=pd.Timestamp(DAY).date())
    result = workspace.run(asked)
    hero = frame[(frame["metric"] == "otif") & frame["by_1"].isna()].iloc[0]
    assert (hero["numerator"], hero["denominator"]) == (result.value("otif_n"), result.value("otif_d"))
    assert hero["value"] == pytest.approx(result.value("otif"), abs=0)
    assert "tmall" in frame["filters"][0]


def test_the_language_is_that_of_the_sentence(workspace: Workspace, tmp_path: Path):
    chinese = run_report(workspace, "wall", ("csv",), tmp_path, search="?channel=tmall", language="zh")
    english = run_report(workspace, "wall", ("csv",), tmp_path, search="?channel=tmall", language="en")
    assert "渠道" in chinese.stamp.filters
    assert "Channel" in english.stamp.filters


def test_what_a_view_says_that_means_nothing_is_reported(workspace: Workspace, tmp_path: Path):
    done = run_report(workspace, "wall", ("csv",), tmp_path, search="chanel=x&preset=all", language="en")
    assert done.ignored == ("chanel=x",)
    assert done.document()["ignored"] == ["chanel=x"]


def test_a_wrong_request_writes_nothing(workspace: Workspace, tmp_path: Path):
    out = tmp_path / "out"
    with pytest.raises(UnknownNameError, match="wall"):
        run_report(workspace, "wal", ("csv",), out)
    with pytest.raises(UnknownNameError, match="xlsx"):
        run_report(workspace, "wall", ("csv", "xls"), out)
    with pytest.raises(UsageError, match="No format"):
        run_report(workspace, "wall", (), out)
    with pytest.raises(UnknownNameError, match="language"):
        run_report(workspace, "wall", ("csv",), out, language="de")
    with open_workspace(tmp_path / "empty") as empty, pytest.raises(NoVersionError):
        run_report(empty, "wall", ("csv",), out)
    assert not out.exists()


def test_without_a_picture_the_tables_are_still_written(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_args: object, **_options: object) -> None:
        raise RenderError("The page reported an error: tile 3.")

    monkeypatch.setattr(rendering, "render", broken)
    done = run_report(workspace, "orders", ("png", "csv", "xlsx"), tmp_path, language="en")
    assert {file.suffix for file in done.files} == {".csv", ".xlsx"}
    assert done.problem is not None
    assert sorted(tmp_path.iterdir()) == sorted(done.files)


@pytest.mark.browser
@pytest.mark.parametrize(("name", "least"), [("wall", (1920, 1080)), ("orders", (1440, 900))])
def test_a_report_is_drawn(workspace: Workspace, tmp_path: Path, name: str, least: tuple[int, int]):
    done = run_report(workspace, name, ("png", "pdf"), tmp_path, search="preset=all", language="zh")
    assert done.problem is None
    png, pdf = done.files
    head = png.read_bytes()[:24]
    width, height = (int.from_bytes(head[place : place + 4], "big") for place in (16, 20))
    assert width == least[0]
    assert height > least[1]
    assert png.stat().st_size > 50_000
    assert pdf.read_bytes().startswith(b"%PDF")
