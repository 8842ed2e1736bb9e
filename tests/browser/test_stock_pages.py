"""Inventory and Supply in a real browser: from a question to the filter, the rows and the file behind it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from fulfillment_bi.metrics.query import Filter, Query
from tests.browser.conftest import DRAWN
from tests.browser.serving import END
from tests.browser.test_pages_in_browser import number, parameters, settle

pytestmark = pytest.mark.browser

SLOW = 30_000
PERIOD = {"start": END - timedelta(days=29), "end": END}


def drawn(page: Page) -> Page:
    """The page once its charts and tables stand; these pages ask more than others, so they get longer."""
    page.wait_for_selector(DRAWN, timeout=SLOW)
    settle(page)
    return page


def test_inventory_leads_from_a_rate_to_its_rows_and_from_a_cell_to_a_filter(visit, workspace):
    page = drawn(visit("/inventory?lang=en&channel=jd", wait=""))
    expect(page.locator(".chip.is-idle")).to_contain_text("does not apply here")
    answer = workspace.run(Query(("stockout_rate_sku_day",), **PERIOD))
    kind = page.locator(".kind").first
    expect(kind).to_contain_text(f"{answer.value('stockout_rate_sku_day') * 100:.1f}%")
    expect(page.locator("#inventory-lost-body tbody tr").first).to_be_visible(timeout=SLOW)
    cell = page.locator("#inventory-matrix-figure .heatmaplayer")
    cell.scroll_into_view_if_needed()
    settle(page)
    box = cell.bounding_box()
    page.mouse.click(box["x"] + 12, box["y"] + 12)
    expect(page.locator(".chips")).to_contain_text("Category", timeout=SLOW)
    assert {"category", "warehouse"} <= set(parameters(page))
    kind.click()
    printed = number(page.locator("#part-denominator b").inner_text())
    page.click("#part-denominator")
    expect(page.locator(".rows-head b")).to_have_text(f"{printed:,.0f} rows", timeout=SLOW)


def test_supply_ranks_sorts_and_lists_what_is_late(visit, workspace):
    page = drawn(visit("/supply?lang=en", wait=""))
    table = page.locator("#supply-scorecard-body")
    expect(table.locator("tbody tr").first).to_contain_text("1")
    table.locator("th button", has_text="Purchases").click()
    expect(table.locator("th .is-on")).to_contain_text("▼", timeout=SLOW)
    assert parameters(page)["sort"] == ["-purchase_value"]
    page.click("#supply-late-body .segments button:has-text('Late')")
    late = Query(("supplier_on_time_rate",), where=(Filter("arrival", ("late",)),), level="line", **PERIOD)
    count = workspace.rows(late, "supplier_on_time_rate", "denominator", limit=1).count
    expect(page.locator("#supply-late-note")).to_have_text(re.compile(rf"(^| of ){count:,} rows$"), timeout=SLOW)
    rank = table.locator("tbody tr").first.locator(".cell.num").first
    lines = rank.get_attribute("title")
    rank.click()
    expect(page.locator(".explain .fraction")).to_be_visible(timeout=SLOW)
    n, d = re.findall(r"[\d,]+", lines or "")
    expect(page.locator("#part-numerator b")).to_have_text(n)
    expect(page.locator("#part-denominator b")).to_have_text(d)
