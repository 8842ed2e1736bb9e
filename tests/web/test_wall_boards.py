"""The boards of the wall: which take turns, where they stand, and which events their charts mark."""

from __future__ import annotations

from datetime import date

import pytest

from fulfillment_bi.web.answering import PAGES, page_of
from fulfillment_bi.web.pages import wall
from fulfillment_bi.web.tiles.marks import marks
from tests.web.fake_workspace import FakeWorkspace
from tests.web.test_pages import draw


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("supply,overview", ("overview", "supply")),
        ("service,nonsense,", ("service",)),
        ("", ()),
        (None, ()),
    ],
)
def test_unknown_boards_take_no_turn(asked, found):
    assert wall.turning(asked) == found


def test_each_board_has_an_address_and_hangs_once():
    assert [page_of(path).name for path in ("/wall", "/wall/supply", "/wall/logistics", "/wall/service")] == [
        page.name for page in wall.PAGES
    ]
    assert page_of("/wall/nothing") is None
    hung = wall.layout("en", wall.PAGES[1], ("overview", "supply", "service"))
    boards = [each.to_plotly_json()["props"]["data-board"] for each in hung.children]
    assert boards == ["supply", "overview", "service"]
    assert ["is-shown" in each.className for each in hung.children] == [True, False, False]


def test_events_are_marked_where_they_concern_the_page():
    page = next(page for page in PAGES if page.name == "wall")
    days = (date(2026, 11, 2), date(2026, 11, 12))
    whole, _ = draw(page, "", language="en")
    assert [mark.name for mark in marks(whole, FakeWorkspace(), *days)] == ["双11", "JD Strike"]
    other, _ = draw(page, "channel=tmall", language="en")
    assert [mark.name for mark in marks(other, FakeWorkspace(), *days)] == ["双11"]
