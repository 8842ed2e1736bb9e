"""Mapping files of one's own: first in line, and every mistake with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.ingest.detect import all_adapters, detect, find_adapter
from fulfillment_bi.ingest.load import load
from fulfillment_bi.ingest.mapping_line import line_of
from fulfillment_bi.ingest.own import mapping_files, own_mappings
from fulfillment_bi.ingest.readers.source import PreviewRow
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.versions import Store

MAPPING = """\
platform = "house"
source = "erp"
label = { en = "House", zh = "自家" }

[[file]]
kind = "orders"
requires = ["单据编号", "制单日期"]

[[file.target]]
entity = "orders"
[file.target.columns]
channel = { value = "house" }
order_no = "单据编号"
created_at = "制单日期"
status = { from = "单据状态", words = { "已出库" = "shipped" } }
"""
HEADER = (PreviewRow(1, 1, ("单据编号", "制单日期", "单据状态")),)


def folder_with(tmp_path: Path, text: str, name: str = "house.toml") -> Path:
    folder = tmp_path / "mappings"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder


def test_no_folder_is_no_mappings(tmp_path):
    assert own_mappings(tmp_path / "none").adapters == {}
    assert own_mappings(None).adapters == {}


def test_an_own_mapping_recognises_its_files(tmp_path):
    own = folder_with(tmp_path, MAPPING)
    assert next(iter(all_adapters(own))) == "house_orders"
    assert find_adapter("house_orders", own).source == "erp"
    assert detect(HEADER, "x.csv", own=own).adapter.name == "house_orders"


def test_an_own_mapping_goes_before_a_built_in_one_that_fits_better(tmp_path):
    header = tuple(find_adapter("taobao_orders").requires)
    preview = (PreviewRow(1, 1, (*header, "备注")),)
    assert detect(preview, "x.csv").adapter.name == "taobao_orders"
    text = MAPPING.replace("单据编号", header[0]).replace("制单日期", header[1])
    assert detect(preview, "x.csv", own=folder_with(tmp_path, text)).adapter.name == "house_orders"


def test_an_own_mapping_replaces_the_built_in_one_of_its_name(tmp_path):
    own = folder_with(tmp_path, MAPPING.replace('"house"', '"taobao"', 1))
    assert find_adapter("taobao_orders", own).requires == ("单据编号", "制单日期")
    assert list(all_adapters(own)).count("taobao_orders") == 1


def test_it_is_read_anew_after_a_change(tmp_path):
    own = folder_with(tmp_path, MAPPING)
    assert "house_orders" in own_mappings(own).adapters
    folder_with(tmp_path, MAPPING.replace('kind = "orders"', 'kind = "sales"'))
    assert list(own_mappings(own).adapters) == ["house_sales"]


@pytest.mark.parametrize(
    ("wrong", "right", "line", "said"),
    [
        ("order_no =", "ordre_no =", 13, "Did you mean order_no"),
        ('order_no = "单据编号"\n', "", 10, "nothing fills order_no"),
        ('entity = "orders"', 'entity = "ordres"', 10, "Did you mean orders"),
        ('kind = "orders"\n', "", 5, "the entry 'kind' is missing"),
        ("words =", "wrods =", 15, "unknown entry wrods"),
        ('created_at = "制单日期"', 'created_at = { from = "x", pattern = "(" }', 14, "not a regular expression"),
        ('platform = "house"', 'platform = "house', 1, "not a mapping file"),
        ('order_no = "单据编号"', 'order_no = "@line"', 13, "needs a block"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path, wrong, right, line, said):
    assert wrong in MAPPING
    own = folder_with(tmp_path, MAPPING.replace(wrong, right, 1))
    with pytest.raises(SettingsError) as caught:
        all_adapters(own)
    assert f"{own / 'house.toml'}" in str(caught.value)
    assert f"line {line}" in str(caught.value)
    assert said in str(caught.value)


def test_two_files_may_not_give_one_name(tmp_path):
    folder_with(tmp_path, MAPPING)
    own = folder_with(tmp_path, MAPPING, "other.toml")
    with pytest.raises(SettingsError, match=r"other\.toml: 'house_orders' is also in house\.toml"):
        own_mappings(own)


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path):
    own = folder_with(tmp_path, "")
    (own / "house.toml").write_bytes(MAPPING.encode("gb18030"))
    with pytest.raises(SettingsError, match=r"house\.toml, line 3: The file is not UTF-8"):
        own_mappings(own)


def test_the_line_of_the_second_file():
    text = 'platform = "x"\n[[file]]\nkind = "a"\n[[file]]\nkind = "b"\nformats = 3\n'
    assert line_of(text, 1, "formats: no list") == 6
    assert line_of(text, 1, "something else") == 4
    assert line_of(text, 7, "anything") == 1


def test_a_load_uses_it_and_a_replay_too(tmp_path):
    folder = folder_with(tmp_path, MAPPING.replace(', words = { "已出库" = "shipped" }', ""))
    settings = Settings(home=tmp_path / "home", mappings=folder)
    file = tmp_path / "a.csv"
    file.write_text("单据编号,制单日期,单据状态\nA1,2026-05-01,已出库\nA2,2026-05-02,出库中\n", "utf-8")
    report = load(Store(settings.home), settings, [file])
    assert report.files[0].adapter == "house_orders"
    assert report.files[0].entities["orders"].quarantined == 2
    folder_with(tmp_path, MAPPING)
    from fulfillment_bi.ingest.rebuild import rebuild

    store = Store(settings.home)
    rebuild(store, settings, replay=True)
    reader = store.reader()
    assert reader.session.rows("SELECT order_no, status FROM state_orders") == [("A1", "shipped")]
    reader.close()


def test_a_broken_mapping_is_listed_with_its_line_beside_the_others(tmp_path):
    own = folder_with(tmp_path, MAPPING)
    folder_with(tmp_path, MAPPING.replace('platform = "house"', 'platform = "house'), "z.toml")
    folder_with(tmp_path, MAPPING.replace("order_no =", "order_nr ="), "a.toml")
    wrong, good, torn = mapping_files(own)
    assert [adapter.name for adapter in good.adapters] == ["house_orders"]
    assert not good.problem
    assert (wrong.path.name, wrong.adapters, torn.adapters) == ("a.toml", (), ())
    assert "a.toml" in wrong.problem
    assert "line 13" in wrong.problem
    assert "line 1" in torn.problem
    assert mapping_files(tmp_path / "none") == []
