"""Explore, the palette, saved views and annotations as a person uses them, with the keyboard, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PATIENCE = 30_000
"""A page with a dozen charts takes its time on a busy machine; what is tested is that it comes."""
TABLE = "#explore-table-body tbody tr"


@pytest.fixture
def patient(visit) -> Iterator[Callable[..., Page]]:
    """`visit` that waits as long as a busy machine needs."""

    def open_page(path: str, drawn: str, **options: str) -> Page:
        page = visit(path, wait=None, **options)
        page.set_default_timeout(PATIENCE)
        page.wait_for_selector(drawn)
        return page

    expect.set_options(timeout=PATIENCE)
    yield open_page
    expect.set_options(timeout=5_000)


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_explore_is_picked_shown_drilled_saved_and_found_again(patient):
    page = patient("/explore?lang=en&metrics=otif,stockout_rate&by=channel", TABLE)
    expect(page.locator("#explore-table-body .banner")).to_contain_text("cannot be split by Channel")
    rows = page.locator(TABLE).count()
    assert rows > 1

    page.click("#explore-kinds button >> text=Pivot")
    expect(page.locator("#explore-kinds .is-on")).to_have_text("Pivot")
    expect(page.locator("#explore-table-body")).to_contain_text("Total")
    assert parameters(page)["chart"] == ["pivot"]
    expect(page.locator("#explore-chart-figure")).to_be_hidden()

    page.click("#explore-kinds button >> text=Bars")
    expect(page.locator("#explore-chart-figure")).to_be_visible()
    page.locator(f"{TABLE} .cell").first.click()
    expect(page.locator("#explain-body h2")).to_contain_text("Order fulfilment rate")
    page.keyboard.press("Escape")
    expect(page.locator("#explain-body h2")).to_be_hidden()

    page.keyboard.press("s")
    page.fill("dialog label:first-of-type input", "OTIF by channel")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("view:OTIF by channel")
    expect(page.locator("#explore-views-body")).to_contain_text("OTIF by channel")

    page.click('[data-page="/orders"]')
    page.wait_for_selector("#orders-stages-figure .main-svg")
    page.keyboard.press("Control+k")
    page.keyboard.type("otif by ch")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("OTIF by channel")
    page.keyboard.press("Enter")
    expect(page.locator(TABLE)).to_have_count(rows)
    assert parameters(page)["metrics"] == ["otif,stockout_rate"]

    page.click('[data-do="delete-view"]')
    page.click("dialog .button")
    expect(page.locator("#explore-views-body")).to_contain_text("No saved views yet")


def test_an_annotation_is_written_drawn_and_taken_back(patient):
    page = patient("/overview?lang=en&channel=jd", "#overview-trend-figure .main-svg")
    page.keyboard.press("a")
    page.fill("dialog label:first-of-type input", "Strike at JD")
    page.fill("dialog input[type=date]", "2026-11-02")
    expect(page.locator("dialog")).to_contain_text("Belongs to: Channel: JD")
    page.keyboard.press("Enter")
    expect(page.locator("#overview-trend-figure .annotation", has_text="Strike at JD")).to_have_count(1)
    page.click(".chip button")
    expect(page.locator("#overview-trend-figure .annotation", has_text="Strike at JD")).to_have_count(1)

    page.keyboard.press("a")
    expect(page.locator(".desk-list")).to_contain_text("Strike at JD")
    page.locator(".desk-list button", has_text="Delete").click()
    expect(page.locator("#overview-trend-figure .annotation", has_text="Strike at JD")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)


def test_the_keyboard_reaches_metrics_pages_and_help(patient):
    page = patient("/overview?lang=zh", "#overview-trend-figure .main-svg", locale="zh-CN")
    page.keyboard.press("?")
    expect(page.locator(".desk-keys")).to_contain_text("保存当前")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("dialog[open] input")).to_be_focused()
    page.keyboard.type("取消率")
    expect(page.locator("dialog[open]")).to_contain_text("取消率")
    page.keyboard.press("Enter")
    expect(page.locator("#explain-body h2")).to_contain_text("取消率")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("3")
    page.wait_for_url("**/orders?*")
    page.keyboard.press("l")
    expect(page.locator("h1")).to_have_text("Orders")
