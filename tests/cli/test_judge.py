"""fbi targets, spread, maturity, and what query says with --trust and of targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Fbi, one_sentence

PERIOD = ("--from", "2026-10-05", "--to", "2026-10-31")


def test_targets_of_ones_own_reach_every_row(fbi: Fbi, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "mine.toml"
    file.write_text('[[target]]\nmetric = "otif"\nchannel = "jd"\ntarget = 0.25\ncritical = 0.1\n', "utf-8")
    assert fbi("targets", home=home).out.endswith("hold.\n")
    monkeypatch.setenv("FBI_TARGETS", str(file))
    assert "channel=jd" in fbi("targets", home=home).out
    (rule,) = fbi("targets", "--json", home=home).json["targets"]
    assert (rule["where"], rule["target"], rule["warning"], rule["line"]) == ({"channel": ["jd"]}, 0.25, None, 1)
    rows = fbi("query", "otif", "--by", "channel", *PERIOD, "--json", home=home).json["rows"]
    targets = {row["channel"]: (row["otif_target"], row["otif_status"]) for row in rows}
    assert targets["jd"] == (0.25, "good")
    assert targets["tmall"][0] == 0.95
    compared = fbi("query", "otif", "--by", "channel", "--compare", "target", "--json", home=home).json["rows"]
    for row in compared:
        assert row["otif_before"] == row["otif_target"]
        if row["otif"] is not None:
            assert row["otif_change"] == row["otif"] - row["otif_target"]


def test_a_mistake_in_the_targets_is_named_with_its_line(
    fbi: Fbi, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "targets.toml"
    file.write_text('\n[[target]]\nmetric = "otif"\nchanel = "jd"\ntarget = 0.9\n', "utf-8")
    monkeypatch.setenv("FBI_TARGETS", str(file))
    done = fbi("query", "otif", home=home)
    assert done.code == 2
    one_sentence(done.err, "line 4", "channel")


def test_trust_is_added_on_request(fbi: Fbi, home: Path):
    asked = ("query", "otif,cycle_time_p50", "--by", "channel", *PERIOD)
    plain, document = fbi(*asked, "--json", home=home).json, fbi(*asked, "--trust", "--json", home=home).json
    assert {name: document[name] for name in plain} == plain
    first, second = document["trust"]
    assert (first["metric"], second["metric"]) == ("otif", "cycle_time_p50")
    values = {row["channel"]: row["otif"] for row in plain["rows"]}
    for row in first["rows"]:
        if row["channel"] in values and row["value"] is not None:
            assert row["low"] <= row["value"] == values[row["channel"]] <= row["high"]
    assert {"orders", "fulfilments"} <= {source["adapter"] for source in first["sources"]}
    assert all(row["low"] is None for row in second["rows"])
    assert "rests on" in fbi(*asked, "--trust", home=home).out


def test_spread_starts_with_the_usual_definition(fbi: Fbi, home: Path):
    document = fbi("spread", "otif", *PERIOD, "--json", home=home).json
    usual = document["rows"][0]
    (row,) = fbi("query", "otif", *PERIOD, "--json", home=home).json["rows"]
    assert (usual["value"], usual["n"], usual["d"]) == (row["otif"], row["otif_n"], row["otif_d"])
    assert usual["difference"] == 0
    assert document["low"] <= usual["value"] <= document["high"]
    out = fbi("spread", "otif", "--by", "channel", *PERIOD, home=home).out
    assert "gains most" in out
    assert "points apart" in out
    assert fbi("spread", "cycle_time_p50", home=home).code == 2


def test_maturity_prints_how_its_intervals_did(fbi: Fbi, home: Path):
    document = fbi("maturity", "otif", *PERIOD, "--json", home=home).json
    assert document["backtest"]["cases"] >= document["backtest"]["inside"] > 0
    assert document["backtest"]["coverage"] == document["backtest"]["inside"] / document["backtest"]["cases"]
    (row,) = fbi("query", "otif", "--basis", "order", *PERIOD, "--json", home=home).json["rows"]
    whole = document["whole"]
    assert (whole["n"], whole["d"], whole["pending"]) == (row["otif_n"], row["otif_d"], row["otif_pending"])
    assert whole["low"] <= whole["projected"] <= whole["high"]
    assert "interval held" in fbi("maturity", "otif", "--grain", "week", home=home).out
    done = fbi("maturity", "cancellation_rate", home=home)
    assert done.code == 2
    one_sentence(done.err, "nothing pending", "otif")


@pytest.mark.parametrize("compare", ["calendar", "cohort"])
def test_comparisons_by_calendar_and_age(fbi: Fbi, home: Path, compare: str):
    asked = ("query", "otif", "--compare", compare, "--basis", "order", *PERIOD, "--json")
    (row,) = fbi(*asked, home=home).json["rows"]
    assert {"otif_before", "otif_before_n", "otif_change"} <= set(row)
    done = fbi("query", "otif", "--compare", "cohort", *PERIOD, home=home)
    assert done.code == 2
    one_sentence(done.err, "--basis order")
