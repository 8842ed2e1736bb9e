"""Every report of the catalogue: what the screen shows is what the picture shows, the CSV holds and the XLSX holds.

One window pictures each of them, another reads the same page as a person's would. Each push takes one report of every
kind; FBI_EVERY_REPORT=1 takes all.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.reports.catalog import REPORTS, get_report
from fulfillment_bi.reports.render import KEY_HEADER, READY, TEXTS, Drawn, Studio, View, studio
from fulfillment_bi.reports.run import LONG_COLUMNS, Done, run_report
from fulfillment_bi.web import wording
from fulfillment_bi.web.answering import PAGES, page_of
from fulfillment_bi.web.app import create_app
from fulfillment_bi.web.wording import Value
from fulfillment_bi.workspace import open_workspace

pytestmark = pytest.mark.browser

SEARCH = "preset=30d"
NUMBERS = """Array.from(document.querySelectorAll('.tile[data-card]'), (tile) =>
    [tile.dataset.card, (tile.querySelector('.tile-value') || {}).innerText])"""
FIGURES = """Array.from(document.querySelectorAll('.dash-graph[id$="-figure"]'), (graph) => {
    const plot = graph.querySelector('.js-plotly-plot');
    const numbers = (each) => Array.from(each && each.length ? each.flat ? each.flat() : each : []);
    return [graph.id.replace(/-figure$/, ''), (plot ? plot.data : []).flatMap((trace) =>
        ['x', 'y', 'z', 'values'].map((axis) => numbers(trace[axis]).filter((one) => typeof one === 'number'))
    ).filter((column) => column.length)];
})"""


KINDS = ("brief", "orders", "why")
CHOSEN = tuple(REPORTS) if os.environ.get("FBI_EVERY_REPORT") else KINDS


@dataclass(frozen=True)
class Seen:
    """One report in all its forms: what a run wrote, and what was on the screen and in the picture."""

    done: Done
    drawn: Drawn
    texts: Mapping[str, str]
    numbers: Mapping[str, str]
    figures: Mapping[str, list[list[float]]]

    def table(self) -> pd.DataFrame:
        """The CSV of the answers."""
        first = next(file for file in self.done.files if file.suffix == ".csv")
        return pd.read_csv(first, dtype={"member_1": str, "member_2": str}, comment="#")

    def book(self) -> Any:
        """The XLSX."""
        return openpyxl.load_workbook(next(file for file in self.done.files if file.suffix == ".xlsx"))


@pytest.fixture(scope="module")
def seen(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    out = tmp_path_factory.mktemp("reports")
    with open_workspace(home) as workspace, workspace.pinned() as pinned:
        drawn: dict[str, Drawn] = {}
        views: dict[str, View] = {}
        with studio(create_app(pinned).server) as own, pytest.MonkeyPatch.context() as patch:
            draw = Studio.draw

            def noted(self: Studio, view: View, targets: Any, *, version: str) -> Drawn:
                views[view.url.partition("?")[0]] = view
                drawn[view.url.partition("?")[0]] = draw(self, view, targets, version=version)
                return drawn[view.url.partition("?")[0]]

            patch.setattr(Studio, "draw", noted)
            done = {
                name: run_report(pinned, name, ("csv", "xlsx", "png"), out, search=SEARCH, language="en", studio=own)
                for name in CHOSEN
            }
            screens = own._worker.submit(_screens, own, views).result()  # where its browser lives
        yield {name: Seen(done[name], drawn[REPORTS[name].path], *screens[REPORTS[name].path]) for name in CHOSEN}


def _screens(own: Studio, views: Mapping[str, View]) -> dict[str, tuple[Any, Any, Any]]:
    """Path -> texts, numbers and figures that a reader's browser shows."""
    found = {}
    for path, view in views.items():
        window = own._browser.new_context(
            viewport={"width": view.width, "height": view.height},
            locale="en-GB",
            reduced_motion="reduce",
            extra_http_headers={KEY_HEADER: own.key},
        )
        page = window.new_page()
        page.set_default_timeout(60_000)
        page.goto(own.origin + view.url)
        page.wait_for_selector(READY, state="attached")
        found[path] = tuple(dict(page.evaluate(script)) for script in (TEXTS, NUMBERS, FIGURES))
        window.close()
    return found


def test_every_page_is_a_report() -> None:
    for page in PAGES:
        assert page_of(get_report(page.paths[-1]).path) is page
    for report in REPORTS.values():
        assert page_of(report.path) is not None


@pytest.mark.parametrize("name", CHOSEN)
def test_the_picture_says_what_the_screen_says(seen: dict[str, Seen], name: str) -> None:
    one = seen[name]
    assert one.done.problem is None
    assert one.drawn.pictures["png"].startswith(b"\x89PNG")
    assert one.texts
    assert {card for card, words in one.texts.items() if words.strip()}
    assert one.drawn.texts == one.texts


@pytest.mark.parametrize("name", CHOSEN)
def test_a_number_on_the_screen_is_the_number_in_the_csv(seen: dict[str, Seen], name: str) -> None:
    one = seen[name]
    page = next(page for page in PAGES if REPORTS[name].path in page.paths)
    tiles = {tile.name: tile for tile in page.tiles}
    for card, words in one.numbers.items():
        table = one.table()
        metric = METRICS[tiles[card].metric]
        own = table[(table["tile"] == card.removeprefix(f"{page.name}-")) & (table["metric"] == metric.name)]
        (row,) = own[own["by_1"].isna()].drop_duplicates(["value", "numerator", "denominator"]).to_dict("records")
        value = Value(metric, *(None if pd.isna(row[key]) else row[key] for key in LONG_COLUMNS[6:9]))
        assert words.replace("\n", "").replace(" ", "") == wording.shown("en", value).replace(" ", ""), card
    assert bool(one.numbers) == any(not tile.titled for tile in page.tiles if tile.metric)


@pytest.mark.parametrize("name", CHOSEN)
def test_the_csv_holds_what_the_xlsx_holds(seen: dict[str, Seen], name: str) -> None:
    one = seen[name]
    sheets = {sheet.title: [*sheet.iter_rows(values_only=True)] for sheet in one.book() if sheet.title != "about"}
    files = {file.stem.rpartition("-2026-")[0].removeprefix(f"{name}-"): file for file in one.done.files}
    tables = {title: file for title, file in files.items() if file.suffix == ".csv" and title != name}
    if not tables:
        tables = {title: one.done.files[0] for title in sheets if name == "brief"}
    cells = sum(_same_rows(file, sheets.pop(title)) for title, file in tables.items())
    cells += sum(_within(one.table(), title, rows) for title, rows in sheets.items())
    assert cells >= 10 or name == "alerts"


def _same_rows(file: Path, sheet: list[tuple[Any, ...]]) -> int:
    """The CSV of a table is its sheet, cell by cell; returns how many cells were compared."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        head, *rows = csv.reader(text)
    width = len(sheet[0])
    assert tuple(head[:width]) == sheet[0]
    rows = [row for row in rows if not row[0].startswith("# as_of")]
    assert len(rows) == len(sheet) - 1
    for written, shown in zip(rows, sheet[1:], strict=True):
        for words, cell in zip(written, shown, strict=False):
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                assert float(words) == pytest.approx(cell, rel=1e-12)
            elif isinstance(cell, str):
                assert words.strip().lstrip("'") == cell.strip().lstrip("'")
    return len(rows) * width


def _within(table: pd.DataFrame, title: str, sheet: list[tuple[Any, ...]]) -> int:
    """Every value on a tile's sheet is in the tile's rows of the CSV; returns how many there were."""
    tile = title.split(" ")[0].rstrip("_")
    own = table[table["tile"] == tile]
    held = {(row.metric, *map(_cell, (row.value, row.numerator, row.denominator))) for row in own.itertuples()}
    head, *rows = sheet
    metrics = [name for name in head if name in METRICS]
    for row in rows:
        record = dict(zip(head, row, strict=True))
        for metric in metrics:
            assert (metric, *(_cell(record.get(f"{metric}{part}")) for part in ("", "_n", "_d"))) in held, title
    assert metrics
    return len(rows) * len(metrics)


def _cell(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else round(float(value), 9)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_chart_draws_numbers_of_the_csv(seen: dict[str, Seen], name: str) -> None:
    """What is drawn of a metric is, number by number, in the tile's rows of the CSV; some charts draw sums of them."""
    one = seen[name]
    page = next(page for page in PAGES if REPORTS[name].path in page.paths)
    table = one.table()
    if "tile" not in table:
        return
    shares = []
    for card, columns in one.figures.items():
        own = table[table["tile"] == card.removeprefix(f"{page.name}-")]
        held = {round(float(each), 6) for key in ("value", "numerator", "denominator") for each in own[key].dropna()}
        if columns and held:
            shares.append(max(_share(column, held) for column in columns))
    assert not shares or sum(share == 1 for share in shares) >= len(shares) / 2, shares


def _share(column: list[float], held: set[float]) -> float:
    """How much of a drawn column is in the file, as it is or as a percentage."""
    return sum(round(each, 6) in held or round(each / 100, 6) in held for each in column) / len(column)
