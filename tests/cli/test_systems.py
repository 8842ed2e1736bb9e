"""How well the systems agree, as commands tell it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Fbi

SUMMARY = "platform-platform summary"


def test_pairs_of_systems_and_their_rows(fbi: Fbi, home: Path) -> None:
    pairs = fbi("systems", "--json", home=home).json
    matched = {"platform-warehouse", "platform-carrier", "warehouse-carrier"}
    assert {pair["system_pair"] for pair in pairs} == {*matched, SUMMARY}
    for pair in (one for one in pairs if one["system_pair"] != SUMMARY):
        assert pair["due"] > 0
        assert pair["matched"] + pair["missing"] == pair["due"]
        assert pair["match_rate"] == pair["matched"] / pair["due"]
    lines = fbi("systems", home=home).out.splitlines()
    head = "system_pair match_rate matched due missing disagreement_rate conflicts"
    assert " ".join(lines[0].split()) == head
    assert len(lines) == 1 + len(pairs)


def test_conflicts_are_listed_or_said_to_be_none(fbi: Fbi, home: Path) -> None:
    found = fbi("conflicts", "--limit", "1", "--json", home=home).json
    # The bundled world's systems tell the same story; one order summary's word "completed" says less than others know.
    assert len(found["rows"]) == 1
    assert {row["other_system"] for row in found["rows"]} == {"platform summary"}
    listed = fbi("conflicts", "--column", "paid_at", "--pair", "platform-warehouse", home=home)
    assert (listed.code, listed.out.splitlines()[-1]) == (0, "0 of 0 conflicts")
