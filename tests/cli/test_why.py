"""fbi why: its document, its tables in both languages, and what a wrong request gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Fbi, one_sentence

PERIOD = ("--from", "2026-10-16", "--to", "2026-10-28")


def part_sums(parts: list[dict[str, Any]]) -> tuple[float, float]:
    return sum(one["effect"] for one in parts), sum(one["rate_effect"] + one["mix_effect"] for one in parts)


@pytest.mark.parametrize("by", [(), ("--by", "channel"), ("--by", "channel,warehouse")])
def test_the_contracted_document(fbi: Fbi, home: Path, by: tuple[str, ...]) -> None:
    done = fbi("why", "otif", *PERIOD, *by, "--json", home=home)
    assert done.code == 0
    document = done.json
    assert {"as_of", "timezone", "version", "before", "after", "change", "parts", "causes", "stages"} <= set(document)
    assert document["change"] == pytest.approx(document["after"] - document["before"], abs=1e-12)
    assert part_sums(document["parts"]) == (pytest.approx(document["change"]), pytest.approx(document["change"]))
    for one in document["parts"]:
        assert {"segment", "dimension", "effect", "rate_effect", "mix_effect", "before", "after", "parts"} <= set(one)
        if one["parts"]:
            assert part_sums(one["parts"])[0] == pytest.approx(one["effect"])
    assert document["by"][: len(by[1].split(",")) if by else 0] == (by[1].split(",") if by else [])
    assert document["chosen"] == (not by)
    assert document["against"] == {"from": "2026-10-03", "to": "2026-10-15"}
    assert set(document["sentence"]) == {"zh", "en"}


def test_it_is_what_query_prints(fbi: Fbi, home: Path) -> None:
    document = fbi("why", "otif", *PERIOD, "--json", home=home).json
    (row,) = fbi("query", "otif", *PERIOD, "--compare", "previous", "--json", home=home).json["rows"]
    assert (document["after"], document["after_n"], document["after_d"]) == (row["otif"], row["otif_n"], row["otif_d"])
    assert (document["before"], document["before_d"]) == (row["otif_before"], row["otif_before_d"])
    (failed,) = fbi("query", "otif_failures", *PERIOD, "--json", home=home).json["rows"]
    assert sum(one["after"] for one in document["causes"]) == failed["otif_failures"]


def test_a_count_has_effects_without_rate_and_mix(fbi: Fbi, home: Path) -> None:
    document = fbi("why", "orders", *PERIOD, "--by", "channel", "--json", home=home).json
    assert sum(one["effect"] for one in document["parts"]) == document["change"]
    assert {one["rate_effect"] for one in document["parts"]} == {None}
    assert (document["after"], document["after_n"], document["after_d"]) == (document["after"],) * 3
    assert (document["causes"], document["stages"]) == ([], [])


@pytest.mark.parametrize(
    ("against", "period"),
    [
        ("previous", {"from": "2026-10-03", "to": "2026-10-15"}),
        ("year", {"from": "2025-10-16", "to": "2025-10-28"}),
        ("2026-10-05..2026-10-09", {"from": "2026-10-05", "to": "2026-10-09"}),
    ],
)
def test_what_to_compare_with(fbi: Fbi, home: Path, against: str, period: dict[str, str]) -> None:
    document = fbi("why", "otif", *PERIOD, "--against", against, "--json", home=home).json
    assert document["against"] == period
    assert (document["change"] is None) == (against == "year")


def test_every_option_reaches_the_query(fbi: Fbi, home: Path) -> None:
    options = "--where channel=tmall --level line --event ship --promise current --causes seller --basis order"
    document = fbi("why", "otif", *PERIOD, *options.split(), "--by", "category", "--json", home=home).json
    (row,) = fbi("query", "otif", *PERIOD, *options.split(), "--json", home=home).json["rows"]
    assert (document["after_n"], document["after_d"]) == (row["otif_n"], row["otif_d"])


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ("Order fulfilment rate (OTIF)", "total", "itself", "cause of failure", "stage (mean days)", "v00000001"),
        ),
        ("zh", ("订单满足率", "合计", "自身变化", "失败原因", "环节", "v00000001")),
    ],
)
def test_people_get_a_sentence_and_tables(fbi: Fbi, home: Path, lang: str, words: tuple[str, ...]) -> None:
    done = fbi("why", "otif", *PERIOD, "--lang", lang, home=home)
    assert done.code == 0
    assert done.out.splitlines()[0] == fbi("why", "otif", *PERIOD, "--json", home=home).json["sentence"][lang]
    for word in words:
        assert word in done.out


def test_long_tables_end_with_the_others(fbi: Fbi, home: Path) -> None:
    shown = fbi("why", "orders", *PERIOD, "--by", "region", "--lang", "en", home=home).out
    document = fbi("why", "orders", *PERIOD, "--by", "region", "--json", home=home).json
    assert f"{len(document['parts']) - 12} others" in shown


def test_nothing_to_compare_is_dashes_not_zeros(fbi: Fbi, home: Path) -> None:
    asked = ("why", "otif", "--from", "2020-01-01", "--to", "2020-01-31")
    done = fbi(*asked, "--lang", "en", home=home)
    assert done.code == 0
    assert "cannot be compared" in done.out
    assert "–" in done.out
    document = fbi(*asked, "--json", home=home).json
    assert (document["before"], document["after"], document["change"]) == (None, None, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("otif",), ("--from DATE",)),
        (("otiff", *PERIOD), ("otiff", "otif")),
        (("otif", *PERIOD, "--by", "chanel"), ("channel",)),
        (("otif", *PERIOD, "--by", "sku"), ("--level line",)),
        (("otif", *PERIOD, "--by", "day"), ("weekday",)),
        (("otif", *PERIOD, "--against", "lastweek"), ("lastweek", "2026-01-01..2026-01-31")),
        (("otif", *PERIOD, "--against", "2026-10-01.."), ("--against",)),
        (("otif", *PERIOD, "--against", "2026-10-09..2026-10-01"), ("after its end",)),
        (("otif,orders", *PERIOD), ("one metric",)),
        (("cycle_time_p50", *PERIOD), ("cycle_time_mean",)),
        (("backlog", *PERIOD), ("as of now",)),
        (("otif", "--from", "2026-10-31", "--to", "2026-10-01"), ("Swap",)),
    ],
)
def test_wrong_use_is_one_sentence(fbi: Fbi, home: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    done = fbi("why", *arguments, home=home)
    assert (done.code, done.out) == (2, "")
    one_sentence(done.err, *words)


def test_nothing_loaded_says_so(fbi: Fbi) -> None:
    done = fbi("why", "otif", *PERIOD)
    assert done.code == 1
    one_sentence(done.err, "fbi load")


def test_a_target_and_another_selection(fbi: Fbi, home: Path) -> None:
    document = fbi("why", "otif", *PERIOD, "--against", "target=0.9", "--json", home=home).json
    assert (document["before"], document["sides"]["before"]["en"]) == (0.9, "the target")
    assert sum(one["rate_effect"] for one in document["parts"]) == pytest.approx(document["after"] - 0.9)
    here = ("--where", "channel=jd", "--against", "channel=tmall")
    document = fbi("why", "otif", *PERIOD, *here, "--json", home=home).json
    (row,) = fbi("query", "otif", *PERIOD, "--where", "channel=tmall", "--json", home=home).json["rows"]
    assert (document["before_n"], document["before_d"]) == (row["otif_n"], row["otif_d"])
    assert fbi("why", "otif", *PERIOD, "--against", "target=soon", home=home).code == 2
