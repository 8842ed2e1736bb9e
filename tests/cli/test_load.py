"""fbi sample, load, quarantine, versions: the record law, exit codes, and what bad input gets."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Fbi, one_sentence

LAW = ("read", "new", "updated", "unchanged", "superseded", "quarantined")


def test_sample_writes_exports_and_the_truth(fbi: Fbi, tmp_path: Path):
    done = fbi("sample", str(tmp_path / "s"), "--orders", "50", "--days", "14", "--end", "2026-10-31", "--seed", "3")
    assert done.code == 0
    assert json.loads((tmp_path / "s" / "truth.json").read_text())["made_by"]["orders"] == 50
    assert "orders_cn.csv" in done.out


@pytest.mark.parametrize("arguments", [["--orders", "0"], ["--days", "3"], ["--end", "soon"]])
def test_sample_refuses_what_makes_no_sense(fbi: Fbi, tmp_path: Path, arguments: list[str]):
    done = fbi("sample", str(tmp_path / "s"), *arguments)
    assert done.code == 2
    one_sentence(done.err)
    assert not (tmp_path / "s").exists()


def test_load_prints_the_contracted_document_and_the_law_holds(fbi: Fbi, exports: Path):
    done = fbi("load", str(exports), "--json")
    assert done.code == 3
    document = done.json
    assert {"version", "files"} <= set(document)
    assert document["version"] == "v00000001"
    counted = [counts for file in document["files"] for counts in file["entities"].values()]
    assert len(counted) >= 11
    for file in document["files"]:
        assert {"file", "adapter", "status", "entities"} <= set(file)
    for counts in counted:
        assert set(counts) == set(LAW)
        assert counts["read"] == sum(counts[name] for name in LAW[1:])
    again = fbi("load", str(exports), "--json")
    assert again.json["version"] == "v00000001"
    assert {file["status"] for file in again.json["files"]} == {"unchanged", "skipped"}


def test_load_prints_the_law(fbi: Fbi, exports: Path):
    done = fbi("load", str(exports / "reviews.csv"))
    assert done.code == 0
    assert all(name in done.out.splitlines()[0] for name in LAW)
    assert "read = new + updated + unchanged + superseded + quarantined" in done.out
    assert "version v00000001" in done.out


def test_strict_makes_quarantine_a_failure(fbi: Fbi, exports: Path):
    assert fbi("load", str(exports / "tickets.csv"), "--strict").code == 1
    assert fbi("load", str(exports / "tickets.csv")).code == 3


def bad_files(folder: Path) -> dict[str, Path]:
    whole = gzip.compress(b"order_no,channel\n" + b"1,2\n" * 5000)
    contents = {
        "unknown.csv": b"alpha,beta\n1,2\n",
        "binary.csv": bytes(range(256)) * 20,
        "empty.csv": b"",
        "cut.csv.gz": whole[: len(whole) // 2],
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in contents} | {"missing.csv": folder / "missing.csv"}


@pytest.mark.parametrize("name", ["unknown.csv", "binary.csv", "empty.csv", "cut.csv.gz", "missing.csv"])
def test_a_bad_file_is_one_clear_sentence_and_exit_1(fbi: Fbi, tmp_path: Path, name: str):
    done = fbi("load", str(bad_files(tmp_path)[name]))
    assert done.code == 1
    assert name in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert "Traceback" not in done.err
    assert not list((tmp_path / "warehouse").glob("versions/*.duckdb"))


def test_an_unknown_file_says_which_adapters_are_nearest(fbi: Fbi, tmp_path: Path):
    path = tmp_path / "stock.csv"
    path.write_text("sku,仓库,colour\nA,B,red\n", "utf-8")
    done = fbi("load", str(path))
    assert "Nearest: " in done.err
    assert "stock_levels lacks date, on_hand" in done.err


def test_a_missing_column_is_named_with_the_header_found(fbi: Fbi, tmp_path: Path):
    path = tmp_path / "orders.csv"
    path.write_text("channel,order_no,status\ntmall,1,paid\n", encoding="utf-8")
    done = fbi("load", str(path), "--adapter", "orders")
    assert done.code == 1
    assert "created_at" in done.err
    assert "'order_no'" in done.err


def test_a_wrong_adapter_gets_the_nearest(fbi: Fbi, exports: Path):
    done = fbi("load", str(exports), "--adapter", "olist_order")
    assert done.code == 2
    one_sentence(done.err, "olist_orders")


def test_quarantine_lists_and_explains(fbi: Fbi, home: Path):
    listed = fbi("quarantine", "list", "--json", home=home).json
    assert listed["count"] == len(listed["rows"]) > 0
    assert {"file", "entity", "source_line", "reasons", "source"} <= set(listed["rows"][0])
    explained = fbi("quarantine", "explain", "--json", home=home).json
    assert sum(one["count"] for one in explained) >= listed["count"]
    assert all(one["meaning_en"] and one["meaning_zh"] for one in explained)
    assert explained[0]["reason"] in fbi("quarantine", "explain", home=home).out
    only = fbi("quarantine", "list", "--entity", "orders", "--limit", "1", "--json", home=home).json
    assert 0 < only["count"] < listed["count"]
    assert len(only["rows"]) == 1


def test_versions_replay_rollback_and_verify(fbi: Fbi, exports: Path):
    fbi("load", str(exports / "reviews.csv"))
    replayed = fbi("quarantine", "replay", "--json")
    assert replayed.code == 0
    assert replayed.json["version"] == "v00000002"
    listed = fbi("versions", "list", "--json").json
    assert listed["current"] == "v00000002"
    assert [one["id"] for one in listed["versions"]] == ["v00000001", "v00000002"]
    assert fbi("versions", "rollback", "v00000001", "--json").json == {"current": "v00000001"}
    assert fbi("versions", "verify", "--json").json["ok"] is True
    unknown = fbi("versions", "rollback", "v00000009")
    assert unknown.code == 2
    one_sentence(unknown.err, "v00000009")


def test_a_damaged_version_is_found(fbi: Fbi, exports: Path, tmp_path: Path):
    fbi("load", str(exports / "reviews.csv"))
    (file,) = (tmp_path / "warehouse" / "versions").glob("*.duckdb")
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    done = fbi("versions", "verify")
    assert done.code == 1
    assert "DAMAGED" in done.out
