"""The four boards: they fit every screen, take turns without being mounted anew, and say when their data are old."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SIZES = ((1280, 720), (1920, 1080), (3840, 2160))
FITS = """() => {
  const board = document.querySelector('.wall.is-shown');
  const boxes = [...board.querySelectorAll('.card, .tile')].map((each) => each.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const page = document.scrollingElement;
  const isCut = (each) => each.scrollWidth > each.clientWidth + 1;
  const cut = [...board.querySelectorAll('.tile-value, .tile-foot')].filter(isCut);
  return {
    bars: page.scrollWidth > innerWidth || page.scrollHeight > innerHeight,
    outside: boxes.filter((box) => box.right > innerWidth || box.bottom > innerHeight).length,
    overlaps: boxes.flatMap((a, at) => boxes.slice(at + 1).filter((b) => meet(a, b))).length,
    cut: cut.map((each) => each.innerText),
    cards: boxes.length,
    digit: (parseFloat(getComputedStyle(board.querySelector('.is-hero .tile-value')).fontSize) * 0.72) / innerHeight,
  };
}"""


def opened(visit, path: str) -> Page:
    """The wall with its numbers; four boards at once take their time on a busy machine."""
    page = visit(path, wait=None)
    page.set_default_timeout(60_000)
    page.wait_for_selector(".wall.is-shown .tile-value")
    return page


def shown(page: Page) -> str:
    return str(page.evaluate("() => document.querySelector('.wall.is-shown').dataset.board"))


def test_each_board_fits_every_screen(visit):
    page = opened(visit, "/wall?lang=zh&rotate=3600")
    page.wait_for_selector("body[data-ready='1']")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(700)  # text is drawn anew a moment after a resize
        for board in ("overview", "supply", "logistics", "service"):
            page.evaluate(
                """(name) => document.querySelectorAll('.wall').forEach((each) =>
                   each.classList.toggle('is-shown', each.dataset.board === name))""",
                board,
            )
            found = page.evaluate(FITS)
            assert found.pop("digit") >= 0.07, board
            assert found == {"bars": False, "outside": 0, "overlaps": 0, "cut": [], "cards": 13}, (board, width)


def test_boards_take_turns_without_being_mounted_anew(visit):
    page = opened(visit, "/wall?lang=en&rotate=3&boards=logistics,service,nonsense")
    page.evaluate("() => document.querySelectorAll('.js-plotly-plot').forEach((each) => (each.dataset.same = 'yes'))")
    seen = [shown(page)]
    while len(seen) < 4:
        expect(page.locator(".wall.is-shown")).not_to_have_attribute("data-board", seen[-1], timeout=30_000)
        seen.append(shown(page))
    turns = ["overview", "logistics", "service"]
    first = turns.index(seen[0])
    assert seen == [turns[(first + step) % len(turns)] for step in range(4)]
    plots = page.locator(".js-plotly-plot")
    assert page.locator(".js-plotly-plot[data-same=yes]").count() == plots.count() > 10
    assert page.evaluate("() => history.length") <= 2
    assert urlsplit(page.url).query == "lang=en&rotate=3&boards=logistics,service,nonsense"


def test_a_touched_wall_does_not_turn(visit):
    page = opened(visit, "/wall?lang=en&rotate=3&boards=service")
    page.mouse.move(400, 400)
    before = shown(page)
    page.wait_for_timeout(4500)
    assert shown(page) == before


def test_a_board_has_an_address_and_the_others_are_one_click_away(visit):
    page = opened(visit, "/wall/supply?lang=en")
    expect(page.locator(".wall")).to_have_count(1)
    page.click(".wall-boards a:has-text('Logistics')")
    expect(page.locator(".wall")).to_have_attribute("data-board", "logistics")
    assert urlsplit(page.url).path == "/wall/logistics"
    expect(page.locator("#wall-logistics-course-title, #wall-logistics-trend-title").first).to_be_visible()


def test_old_data_are_said_to_be_old_and_the_limit_is_in_the_address(visit):
    page = opened(visit, "/wall?lang=en&stale=1")
    expect(page.locator(".wall.is-shown .wall-stale")).to_be_visible()
    page = opened(visit, "/wall?lang=en&stale=99999999")
    expect(page.locator(".wall.is-shown .wall-stale")).to_be_hidden()


def test_from_the_red_tile_to_the_rows_and_the_reason_in_four_clicks(visit):
    page = opened(visit, "/wall?lang=en")
    clicks = 0

    def click(selector: str) -> None:
        nonlocal clicks
        page.locator(selector).first.click()
        clicks += 1

    click(".wall .tile:has(.status.is-alarm, .status.is-bad)")
    click("#part-numerator" if page.locator("#part-numerator").count() else "[id^=part-]")
    page.wait_for_selector(".ag-row a.order-link")
    click(".ag-row a.order-link")
    page.wait_for_selector(".budget")  # the order's story: which stage broke the promise
    page.go_back()
    page.wait_for_selector(".why-link")
    click(".why-link")
    page.wait_for_selector("#why-told-body :not(.skeleton)")
    assert clicks <= 4
    assert urlsplit(page.url).path == "/why"
