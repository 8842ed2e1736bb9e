"""What a person does, in a real browser, on a real warehouse, under the strict content policy."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from fulfillment_bi.metrics.query import Filter, Query

pytestmark = pytest.mark.browser

HERO = "#overview-otif-body .tile-value"


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def number(words: str) -> float:
    return float(re.sub(r"[^\d.]", "", words))


def otif(workspace, **filters) -> str:
    where = tuple(Filter(name, (value,)) for name, value in filters.items())
    from datetime import date, timedelta

    today = date(2026, 11, 20)
    query = Query(("otif",), where=where, start=today - timedelta(days=29), end=today)
    return f"{workspace.run(query).value('otif') * 100:.1f}"


def settle(page: Page) -> None:
    page.wait_for_selector("body:not(:has([data-dash-is-loading=true]))")
    page.wait_for_timeout(300)


def test_a_link_shows_the_view_it_says_and_back_returns(visit, workspace):
    page = visit("/overview?channel=jd&lang=en")
    expect(page.locator(HERO)).to_contain_text(otif(workspace, channel="jd"))
    expect(page.locator(".chip").first).to_contain_text("JD")
    page.click(".chip button")
    expect(page.locator(HERO)).to_contain_text(otif(workspace))
    assert "channel" not in parameters(page)
    page.go_back()
    expect(page.locator(HERO)).to_contain_text(otif(workspace, channel="jd"))
    expect(page.locator(".chip").first).to_contain_text("JD")


def test_a_filter_changes_the_numbers_in_place(visit, workspace):
    page = visit("/overview?lang=en")
    expect(page.locator(HERO)).to_contain_text(otif(workspace))
    page.evaluate(
        "() => { document.querySelector('#overview-trend-figure').dataset.same = 'yes'; window.scrollTo(0, 300) }"
    )
    place = "() => document.querySelector('#overview-trend-figure').getBoundingClientRect().top"
    before = page.evaluate(place)
    page.click("button.pill:has-text('Channel')")
    page.get_by_role("checkbox", name="Tmall", exact=True).check()
    expect(page.locator(HERO)).to_contain_text(otif(workspace, channel="tmall"))
    assert parameters(page)["channel"] == ["tmall"]
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.querySelector('#overview-trend-figure').dataset.same") == "yes"
    assert page.evaluate(place) == pytest.approx(before, abs=2)
    assert page.locator(".chip").count() == 1


def test_sku_search_runs_on_the_server(visit, workspace):
    page = visit("/overview?lang=en")
    sku = next(each.value for each in workspace.members("sku", limit=300)[::-1] if each.value != "unknown")
    page.click("button.pill:has-text('SKU')")
    page.locator(".menu input[placeholder='Search…']:visible").fill(sku)
    page.locator(f".menu-list input[value='{sku}']").check()
    expect(page.locator(".chip").first).to_contain_text(sku)
    assert parameters(page)["sku"] == [sku]


def test_period_presets_and_definition_switch_write_the_url(visit):
    page = visit("/overview?lang=en")
    page.click("button.pill:has(#period-label)")
    page.click("button.option:has-text('Last 7 days')")
    expect(page.locator("#period-label")).to_contain_text("Last 7 days")
    assert parameters(page)["preset"] == ["7d"]
    settle(page)
    assert "from" not in parameters(page)
    page.click("button.pill:has(#definition-label)")
    page.click(".segments button:has-text('Line')")
    expect(page.locator(".chip").first).to_contain_text("Line")
    assert parameters(page)["level"] == ["line"]


def test_a_click_on_a_cell_filters_everything_and_again_releases_it(visit):
    page = visit("/overview?lang=en")
    cell = page.locator("#overview-crossing-figure .heatmaplayer")
    cell.scroll_into_view_if_needed()
    settle(page)
    box = cell.bounding_box()
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.click(box["x"] + 12, box["y"] + 12)
    expect(page.locator(".chip").nth(1)).to_be_visible()
    found = parameters(page)
    assert set(found) == {"lang", "channel", "warehouse"}
    expect(page.locator(".chips")).to_contain_text("Channel")


def test_a_number_leads_to_exactly_its_rows_and_an_order_to_its_story(visit):
    page = visit("/overview?lang=en")
    assert page.evaluate("() => window.dash_ag_grid === undefined")  # the table library comes with the first table
    page.click("#overview-otif-body")
    for part in ("denominator", "numerator"):
        printed = number(page.locator(f"#part-{part} b").inner_text())
        page.click(f"#part-{part}")
        expect(page.locator(".rows-head b")).to_have_text(f"{printed:,.0f} rows")
        page.wait_for_selector(".ag-row a.order-link")
        assert parameters(page)["part"] == [part]
    with page.expect_download() as saved:
        page.click(".rows-head button:has-text('CSV')")
    rows = list(csv.reader(io.StringIO(saved.value.path().read_text("utf-8-sig"))))
    assert len(rows) - 1 == printed
    page.locator(".ag-row a.order-link").first.click()
    page.wait_for_selector(".line li")
    assert urlsplit(page.url).path.startswith("/order/")
    expect(page.locator(".budget").first).to_be_visible()
    page.go_back()
    page.wait_for_selector(".ag-row a.order-link")


def test_picture_and_data_of_a_chart(visit, workspace):
    page = visit("/overview?lang=en&channel=jd")
    settle(page)
    card = page.locator("[data-card=overview-trend]")
    box = card.locator(".js-plotly-plot").bounding_box()
    card.locator(".icon-button").click()
    with page.expect_download() as saved:
        page.click("[data-png=overview-trend]")
    picture = saved.value.path().read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(picture[16:20]) == pytest.approx(box["width"] * 2 + 48, abs=2)
    card.locator(".icon-button").click()
    with page.expect_download() as saved:
        page.click("[data-file='/files/overview-trend.csv']")
    lines = saved.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Day,")
    assert "jd" in lines[1]
    drawn = page.evaluate(
        "() => document.querySelector('#overview-trend-figure .js-plotly-plot').data"
        ".flatMap((trace) => trace.mode === 'lines+markers' ? trace.x : [])"
    )
    assert {line.split(",")[0] for line in lines[1:]} == set(drawn)


def test_language_and_theme_switch(visit):
    page = visit("/overview", locale="zh-CN")
    expect(page.locator("h1")).to_have_text("总览")
    page.click("button[lang=en]")
    expect(page.locator("h1")).to_have_text("Overview")
    assert parameters(page)["lang"] == ["en"]
    page.click("[data-do=theme]")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_the_wall_fits_both_axes_of_every_screen(visit):
    page = visit("/wall?lang=en")
    for width, height in ((1280, 720), (1920, 1080), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(600)  # the wall redraws its text a moment after a resize
        settle(page)
        check_wall(page)


def check_wall(page: Page) -> None:
    fits = page.evaluate(
        """() => {
          const page = document.scrollingElement;
          const cards = [...document.querySelectorAll('.wall .card, .wall .tile')]
            .map((each) => each.getBoundingClientRect());
          const hero = document.querySelector('.tile.is-hero .tile-value');
          return [page.scrollWidth <= innerWidth, page.scrollHeight <= innerHeight,
                  Math.max(...cards.map((c) => c.bottom)) <= innerHeight,
                  Math.max(...cards.map((c) => c.right)) <= innerWidth,
                  parseFloat(getComputedStyle(hero).fontSize) / innerHeight];
        }"""
    )
    assert fits[:4] == [True] * 4
    assert fits[4] * 0.72 >= 0.07  # height of a digit, as a share of the screen


def test_the_wall_says_when_the_server_is_gone_and_recovers(visit):
    page = visit("/wall?lang=en", expected="ERR_FAILED")
    page.route("**/api/version", lambda route: route.abort())
    page.evaluate("async () => { await window.fbi.poll(); await window.fbi.poll() }")
    expect(page.locator("#gone")).to_be_visible()
    page.unroute("**/api/version")
    page.evaluate("() => window.fbi.poll()")
    expect(page.locator("#gone")).to_be_hidden()


def test_orders_and_data_pages(visit, workspace):
    page = visit("/orders?lang=en")
    expect(page.locator("#orders-compared-body table")).to_be_visible()
    page.click("#orders-compared-body button:has-text('Warehouse')")
    expect(page.locator("#orders-compared-body th").first).to_have_text("Warehouse")
    page.click("nav a:has-text('Data')")
    page.wait_for_selector("#data-loads-body table")
    expect(page.locator("#data-loads-body")).to_contain_text("orders_cn.csv")
    card = page.locator("[data-card=data-quarantine]")
    card.locator(".icon-button").click()
    with page.expect_download() as saved:
        page.click("[data-file='/files/data-quarantine.csv']")
    rows = list(csv.reader(io.StringIO(saved.value.path().read_text("utf-8-sig"))))
    assert len(rows) - 1 == workspace.quarantine(1, 0).count > 0


def test_menus_show_what_the_address_says(visit):
    page = visit("/overview?lang=en&channel=jd&from=2026-11-03&to=2026-11-07&chanel=jd&level=galaxy")
    expect(page.locator("#notices")).to_contain_text("chanel=jd")
    expect(page.locator("#notices")).to_contain_text("level=galaxy")
    page.click("button.pill:has-text('Channel')")
    expect(page.get_by_role("checkbox", name="JD", exact=True)).to_be_checked()
    expect(page.get_by_role("checkbox", name="Tmall", exact=True)).not_to_be_checked()
    page.get_by_role("checkbox", name="Tmall", exact=True).check()
    expect(page.locator(".chip")).to_have_count(3)  # two channels, and the one that clears all
    assert parameters(page)["channel"] == ["jd", "tmall"]
    page.keyboard.press("Escape")
    page.click("button.pill:has(#period-label)")
    expect(page.locator("#period-range [data-selected]")).to_have_count(2)
    assert parameters(page)["from"] == ["2026-11-03"]
