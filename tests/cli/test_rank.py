"""fbi rank: its document agrees with fbi query, its table names places."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Fbi


def test_the_document_holds_what_query_prints(fbi: Fbi, home: Path) -> None:
    document = fbi("rank", "otif", "--by", "carrier", "--adjust", "region", "--json", home=home).json
    rows = fbi("query", "otif", "--by", "carrier", "--json", home=home).json["rows"]
    printed = {row["carrier"]: (row["otif"], row["otif_n"], row["otif_d"]) for row in rows if row["otif_d"]}
    assert {one["segment"]: (one["value"], one["n"], one["d"]) for one in document["rows"]} == printed
    assert document["rows"][0]["place"] == 1
    assert [one["low"] for one in document["rows"]] == sorted((one["low"] for one in document["rows"]), reverse=True)
    assert all(one["low"] <= one["adjusted"] <= one["high"] for one in document["rows"])
    (whole,) = fbi("query", "otif", "--json", home=home).json["rows"]
    assert document["whole"] == whole["otif"]


def test_the_table_and_a_metric_that_cannot_be_ranked(fbi: Fbi, home: Path) -> None:
    done = fbi("rank", "ship_delay_rate", "--by", "warehouse", home=home)
    assert done.code == 0
    assert "place" in done.out
    refused = fbi("rank", "cycle_time_mean", "--by", "carrier", home=home)
    assert refused.code == 2
    assert "does not count rows" in refused.err
