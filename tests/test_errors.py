"""What errors say must be writable anywhere and name the nearest right thing."""

from __future__ import annotations

from fulfillment_bi.errors import UnknownNameError


def test_a_name_in_a_broken_encoding_can_be_written() -> None:
    error = UnknownNameError("metric", "otif\udcff", ["otif", "orders"])
    assert str(error).encode("utf-8").decode() == "There is no metric 'otif\\udcff'. Did you mean otif?"


def test_without_a_near_name_all_known_names_are_listed() -> None:
    error = UnknownNameError("metric", "zzz", ["otif", "orders"])
    assert error.nearest == []
    assert error.hint == "Known: orders, otif."
