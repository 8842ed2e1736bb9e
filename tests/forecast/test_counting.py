"""What to count first: evidence against the books, in the order of the orders it protects."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.forecast.counting import LEAST_CHANCE, chance_wrong
from fulfillment_bi.workspace import open_workspace


@given(st.floats(0, 0.5), st.integers(0, 50), st.integers(0, 50))
def test_a_short_line_speaks_against_the_books_and_a_filled_one_for_them(usual, short, filled):
    chance = chance_wrong(usual, short, short + filled)
    assert 0 <= chance <= 1
    assert chance_wrong(usual, short + 1, short + filled + 1) >= chance
    assert chance_wrong(usual, short, short + filled + 1) <= chance


def test_without_lines_the_chance_is_that_of_all_counts():
    assert chance_wrong(0.04, 0, 0) == pytest.approx(0.04)


def test_the_list_holds_only_items_that_are_booked_and_went_short(company: Path):
    with open_workspace(company) as opened:
        found = opened.count_plan()
    assert [one.protected for one in found] == sorted((one.protected for one in found), reverse=True)
    assert all(one.on_hand > 0 and 0 < one.short_lines <= one.lines and one.chance >= LEAST_CHANCE for one in found)
