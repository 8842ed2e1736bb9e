"""Logistics and Service as a person uses them: from a chart to a filter, from a number to its rows."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DRAWN

pytestmark = pytest.mark.browser

PATIENCE = 40_000


def parameters(page):
    return parse_qs(urlsplit(page.url).query)


def opened(visit, path, **options):
    """The page with all of its charts; many charts on a busy machine take their time."""
    page = visit(path, wait="", **options)
    page.set_default_timeout(PATIENCE)
    page.wait_for_selector(DRAWN)
    settle(page)
    return page


def settle(page):
    page.wait_for_selector("body:not(:has([data-dash-is-loading=true]))")
    page.wait_for_timeout(300)


def test_from_the_carriers_to_one_of_them_and_to_its_parcels(visit):
    page = opened(visit, "/logistics?lang=en", height=1400)
    assert page.locator(".gate.is-shut").count() == 0
    expect(page.locator("#logistics-regions-figure .heatmaplayer")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#logistics-stalled-body a.order-link").first).to_be_visible(timeout=PATIENCE)
    mark = page.locator("#logistics-carriers-figure .scatterlayer .points path").first
    box = mark.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#logistics-carriers-figure .hoverlayer .hovertext")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".chip").first).to_contain_text("Carrier", timeout=PATIENCE)
    (carrier,) = parameters(page)["carrier"]
    settle(page)
    assert page.locator("#logistics-compared-body tbody tr").count() == 1
    page.click("#logistics-carrier-on-time-rate-body")
    printed = re.sub(r"\D", "", page.locator("#part-denominator b").inner_text())
    page.click("#part-denominator")
    expect(page.locator(".rows-head b")).to_have_text(f"{int(printed):,} rows", timeout=PATIENCE)
    expect(page.locator(".ag-row .ag-cell[col-id=carrier]").first).to_have_text(carrier, timeout=PATIENCE)


def test_what_customers_complain_about_and_an_empty_period(visit):
    page = opened(visit, "/service?lang=zh", locale="zh-CN")
    expect(page.locator("#service-failures-title")).to_contain_text("投诉来自失约订单", timeout=PATIENCE)
    bar = page.locator("#service-failures-figure .barlayer .point").first
    box = bar.bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.wait_for_selector("#service-failures-figure .hoverlayer .hovertext")
    page.mouse.click(box["x"] + 8, box["y"] + box["height"] / 2)
    expect(page.locator(".chip").first).to_be_visible(timeout=PATIENCE)
    assert "break_stage" in parameters(page)
    page.goto(page.url.split("?")[0] + "?lang=zh&from=2001-01-01&to=2001-01-31")
    expect(page.locator("#service-reasons-figure .annotation-text").first).to_contain_text(
        "期间内没有投诉", timeout=PATIENCE
    )
