"""fbi forecast, replenish, late, whatif: files, documents and what they refuse."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Fbi


@pytest.fixture(scope="module")
def own(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, because forecasts are kept in it."""
    return Path(shutil.copytree(home, tmp_path_factory.mktemp("planned") / "warehouse"))


def test_a_forecast_is_kept_beside_its_version_and_lends_its_methods(fbi: Fbi, own: Path) -> None:
    first = fbi("forecast", "--json", home=own).json
    kept = sorted((own / "forecasts").iterdir())
    assert [path.name for path in kept] == ["v00000001"]
    document = json.loads((kept[0] / "choice.json").read_text("utf-8"))
    assert document["version"] == "v00000001"
    again = fbi("forecast", "--json", home=own).json
    assert again["rows"] == first["rows"]
    assert len(first["rows"]) == first["series"] > 0
    assert all(row["p50"] <= row["p75"] <= row["p90"] <= row["p95"] for row in first["rows"])


def test_one_sku_is_shown_period_by_period(fbi: Fbi, own: Path) -> None:
    sku = fbi("forecast", "--json", home=own).json["rows"][0]["sku"]
    rows = fbi("forecast", "--sku", sku, "--json", home=own).json["rows"]
    places = {row["warehouse"] for row in rows}
    assert len(rows) == 28 * len(places)
    weekly = fbi("forecast", "--sku", sku, "--weekly", "--json", home=own).json["rows"]
    assert len(weekly) == 13 * len(places)


def test_a_channel_is_forecast_on_demand_and_not_kept(fbi: Fbi, own: Path) -> None:
    fbi("forecast", home=own)
    before = (own / "forecasts" / "v00000001" / "series.parquet").read_bytes()
    part = fbi("forecast", "--channel", "douyin", "--json", home=own).json["rows"]
    whole = fbi("replenish", "--json", home=own).json
    assert (own / "forecasts" / "v00000001" / "series.parquet").read_bytes() == before
    everything = fbi("forecast", "--json", home=own).json["rows"]
    assert sum(row["mean"] for row in part) < sum(row["mean"] for row in everything)
    assert whole["lines"] == len(whole["rows"])


def test_the_request_list_is_a_file_that_purchasing_can_open(fbi: Fbi, own: Path, tmp_path: Path) -> None:
    document = fbi("replenish", "--target", "0.95", "--json", home=own).json
    assert fbi("replenish", "--target", "0.95", "--csv", str(tmp_path / "request.csv"), home=own).code == 0
    with (tmp_path / "request.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["sku"].strip() for row in rows] == [row["sku"] for row in document["rows"]]
    assert fbi("replenish", "--surplus", "--xlsx", str(tmp_path / "surplus.xlsx"), home=own).code == 0
    assert (tmp_path / "surplus.xlsx").stat().st_size > 0
    tight = fbi("replenish", "--budget", "500", "--json", home=own).json
    assert tight["cost"] <= 500 < document["cost"]


def test_late_orders_and_replays_are_documents(fbi: Fbi, own: Path) -> None:
    late = fbi("late", "--json", home=own).json
    assert late["expected"] == pytest.approx(sum(one["probability"] for one in late["open"]))
    assert "Brier" in fbi("late", home=own).out
    plain = fbi("whatif", "--days", "21", "--json", home=own).json
    assert set(plain["effect"].values()) <= {0, None}
    more = fbi("whatif", "--days", "21", "--safety", "3", "--json", home=own).json
    assert more["effect"]["capital"] > 0
    assert more["error"] == plain["error"]
    options = ("--cutoff", "2", "--split", "0.5", "--carrier", "中通")
    moved = fbi("whatif", "--days", "21", *options, "--json", home=own).json
    assert moved["source"] != moved["target"]
    assert moved["effect"]["otif"] is not None
    assert fbi("whatif", "--capacity", "99", home=own).code == 2
    assert "Known: " in fbi("whatif", "--carrier", "Nobody", home=own).err


def test_routing_and_peaks_are_documents_and_tables(fbi: Fbi, own: Path) -> None:
    found = fbi("routing", "--json", home=own).json
    assert found["judged"] <= found["orders"]
    assert found["orders"] > 0
    assert f"{found['judged']:,} of {found['orders']:,} orders judged" in fbi("routing", home=own).out
    assert fbi("routing", "--from", "2026-10-09", "--to", "2026-10-01", home=own).code == 2
    peak = fbi("peak", "--uplift", "4", "--within", "12", "--json", home=own).json
    assert peak["uplift"] == pytest.approx(4.0)
    assert peak["within"] == 12
    assert all(one["orders"] == pytest.approx(4 * one["usual"]) for one in peak["loads"])
    assert "4.0 times a usual day, by the uplift alone" in fbi("peak", "--uplift", "4", home=own).out
    assert fbi("peak", "--uplift", "-1", home=own).code == 2


def test_without_data_one_sentence_says_what_to_do(fbi: Fbi) -> None:
    for command in ("forecast", "replenish", "late", "whatif", "routing", "peak"):
        done = fbi(command)
        assert done.code != 0
        assert done.err.startswith("fbi: ")
        assert "fbi load" in done.err
