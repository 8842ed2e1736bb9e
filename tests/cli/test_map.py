"""fbi map: with and without questions."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Fbi, one_sentence

EXPORT = """\
单据编号,制单日期,网店,存货编码,主数量,单据状态
XS1,2026-05-01 08:00,天猫,S1,2,出库
XS2,2026-05-02 08:00,京东,S2,1,怪状态
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(EXPORT, "utf-8")
    return path


def test_json_proposes_and_saves_nothing(fbi: Fbi, export: Path, tmp_path: Path):
    done = fbi("map", str(export), "--json")
    assert done.code == 0
    assert [one["contract"] for one in done.json["contracts"]] == ["orders", "order_lines"]
    assert done.json["trial"][0]["would_quarantine"] == 1
    assert done.json["trial"][0]["unknown_words"]["status"]["怪状态"]["rows"] == 1
    assert done.json["saved"] is None
    assert not (tmp_path / "warehouse").exists()


def test_yes_saves_what_was_set_and_a_load_then_works(fbi: Fbi, export: Path):
    assert fbi("load", str(export)).code == 1
    done = fbi(
        "map", str(export), "--yes", "--json", "--name", "erp", "--contract", "orders,order_lines",
        "--set", "orders.order_no=单据编号", "--word", "orders.status:怪状态=paid",
    )  # fmt: skip
    assert done.code == 0
    assert Path(done.json["saved"]).name == "erp_orders.toml"
    loaded = fbi("load", str(export), "--json")
    assert loaded.code == 0
    assert loaded.json["files"][0]["adapter"] == "erp_orders"
    listed = fbi("adapters", "--json").json
    assert listed[0]["name"] == "erp_orders"
    assert listed[0]["file"].endswith("erp_orders.toml")
    again = fbi("map", str(export), "--yes", "--name", "erp")
    assert again.code == 2
    assert "There is a mapping of that name" in again.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "orders.order_no"], "Write contract.column=Header"),
        (["--set", "orders.order_no=单据编码"], "Did you mean 单据编号"),
        (["--word", "orders.status=x"], "Write contract.column:said=meaning"),
        (["--contract", "oders"], "Did you mean orders"),
        (["--set", "orders.created_at=-"], "Nothing fills created_at"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_saves_nothing(fbi: Fbi, export: Path, tmp_path: Path, arguments, said):
    done = fbi("map", str(export), "--yes", *arguments)
    assert done.code == 2
    one_sentence(done.err, said)
    assert not (tmp_path / "warehouse" / "mappings").exists()


def test_without_a_terminal_it_asks_nothing(fbi: Fbi, export: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    done = fbi("map", str(export))
    assert done.code == 2
    one_sentence(done.err, "--yes")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_talk_on_a_terminal_maps_the_file(fbi: Fbi, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    answers = ["", "oders", "orders,order_lines", "paid_at=制单时间", "paid_at=制单日期", "paid_at=-", "no", "nonsense"]
    answers += ["delivered", "U8 ERP", "y"]
    monkeypatch.setattr(sys, "stdin", Terminal("\n".join(answers[1:]) + "\n"))
    done = fbi("map", str(export))
    assert done.code == 0, done.err
    assert "saved" in done.out
    text = (tmp_path / "warehouse" / "mappings" / "u_erp_orders.toml").read_text("utf-8")
    assert '"怪状态" = "delivered"' in text
    assert "paid_at" not in text
    assert fbi("load", str(export)).code == 0
