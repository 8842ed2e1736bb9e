"""Saved views and annotations: kept, found, changed and forgotten, and refused with words where they cannot be."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from fulfillment_bi.errors import UnknownNameError, UsageError
from fulfillment_bi.journal.annotations import (
    add_annotation,
    change_annotation,
    delete_annotation,
    list_annotations,
)
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.views import delete_view, get_view, list_views, rename_view, save_view
from fulfillment_bi.metrics.query import Filter

AT = datetime(2026, 11, 1, 8)
LATER = AT + timedelta(days=1)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def test_a_view_is_found_again_with_and_without_its_prefix(journal: Journal) -> None:
    save_view(journal, "  Weekly   OTIF ", "/explore", "?metrics=otif&by=channel", "Li", AT)
    found = get_view(journal, "view:Weekly OTIF")
    assert found == get_view(journal, "Weekly OTIF")
    assert (found.address, found.created_by, found.created_at) == ("/explore?metrics=otif&by=channel", "Li", AT)


def test_saving_again_replaces_the_state_and_keeps_its_maker(journal: Journal) -> None:
    save_view(journal, "a", "/orders", "channel=jd", "Li", AT)
    save_view(journal, "a", "/supply", "", "Wang", LATER)
    (found,) = list_views(journal)
    assert (found.address, found.created_by, found.created_at, found.changed_at) == ("/supply", "Li", AT, LATER)


def test_views_are_renamed_and_deleted_by_name(journal: Journal) -> None:
    for name in ("b", "A"):
        save_view(journal, name, "/orders", "", "", AT)
    assert [one.name for one in list_views(journal)] == ["A", "b"]
    assert rename_view(journal, "b", "c", LATER).changed_at == LATER
    with pytest.raises(UsageError, match="already"):
        rename_view(journal, "c", "A", LATER)
    assert rename_view(journal, "c", "c", LATER).name == "c"
    delete_view(journal, "A")
    assert [one.name for one in list_views(journal)] == ["c"]
    for change in (lambda: delete_view(journal, "A"), lambda: rename_view(journal, "A", "d", AT)):
        with pytest.raises(UnknownNameError):
            change()


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b"])
def test_a_name_that_cannot_be_written_is_refused(journal: Journal, name: str) -> None:
    with pytest.raises(UsageError):
        save_view(journal, name, "/orders", "", "", AT)


@pytest.mark.parametrize("page", ["orders", "//elsewhere.example", "https://elsewhere.example", ""])
def test_a_view_leads_to_a_page_of_ours(journal: Journal, page: str) -> None:
    with pytest.raises(UsageError, match="no page"):
        save_view(journal, "a", page, "", "", AT)


def test_a_state_that_is_too_long_is_refused(journal: Journal) -> None:
    with pytest.raises(UsageError, match="characters"):
        save_view(journal, "a", "/orders", "x" * 4001, "", AT)


def test_a_view_that_does_not_exist_names_the_nearest(journal: Journal) -> None:
    save_view(journal, "Weekly OTIF", "/explore", "", "", AT)
    with pytest.raises(UnknownNameError, match="Weekly OTIF"):
        get_view(journal, "view:weekly otf")


def test_annotations_show_where_their_part_is_in_view(journal: Journal) -> None:
    add_annotation(journal, date(2026, 11, 11), "Double 11", (), "Li", AT)
    add_annotation(journal, date(2026, 11, 12), "JD strike", (Filter("channel", ("jd", "tmall")),), "", AT)

    def words(*where: Filter) -> list[str]:
        return [one.words for one in list_annotations(journal, where=where)]

    assert words() == ["Double 11", "JD strike"]
    assert words(Filter("channel", ("jd",))) == ["Double 11", "JD strike"]
    assert words(Filter("warehouse", ("W1",))) == ["Double 11", "JD strike"]
    assert words(Filter("channel", ("douyin",))) == ["Double 11"]


def test_annotations_of_a_period_include_both_ends(journal: Journal) -> None:
    for day in (10, 11, 12):
        add_annotation(journal, date(2026, 11, day), str(day), (), "", AT)
    first, last = date(2026, 11, 10), date(2026, 11, 11)
    assert [one.words for one in list_annotations(journal, first, last)] == ["10", "11"]
    assert [one.words for one in list_annotations(journal, last)] == ["11", "12"]


def test_an_annotation_is_changed_and_deleted(journal: Journal) -> None:
    one = add_annotation(journal, date(2026, 11, 11), "x", (Filter("channel", ("jd",)),), "Li", AT)
    changed = change_annotation(journal, one.id, date(2026, 11, 13), " new   words ", LATER)
    assert (changed.words, changed.day, changed.where, changed.created_by) == (
        "new words",
        date(2026, 11, 13),
        one.where,
        "Li",
    )
    assert changed.changed_at == LATER
    delete_annotation(journal, one.id)
    assert list_annotations(journal) == []
    for change in (
        lambda: delete_annotation(journal, one.id),
        lambda: change_annotation(journal, one.id, date(2026, 11, 13), "x", AT),
    ):
        with pytest.raises(UnknownNameError):
            change()


def test_empty_words_and_unknown_filters_are_refused(journal: Journal) -> None:
    for words in ("", " ", "x" * 201):
        with pytest.raises(UsageError):
            add_annotation(journal, date(2026, 11, 11), words, (), "", AT)
    with pytest.raises(UnknownNameError):
        add_annotation(journal, date(2026, 11, 11), "x", (Filter("chanel", ("jd",)),), "", AT)
    assert list_annotations(journal) == []
