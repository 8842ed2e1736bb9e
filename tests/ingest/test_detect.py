"""Which adapter a header belongs to, and what is said when none fits."""

from __future__ import annotations

import json

import pytest

from fulfillment_bi.errors import ContractError, FileUnknownError, SettingsError, UnknownNameError
from fulfillment_bi.ingest.adapter import from_document, to_document
from fulfillment_bi.ingest.cells import squash
from fulfillment_bi.ingest.contracts import load_contracts, parse_contract
from fulfillment_bi.ingest.detect import all_adapters, detect
from fulfillment_bi.ingest.generic import generic_adapters
from fulfillment_bi.ingest.mapping import built_in_adapters, parse_mapping
from fulfillment_bi.ingest.readers.source import PreviewRow


def _preview(*rows: str) -> tuple[PreviewRow, ...]:
    return tuple(PreviewRow(line, line, tuple(row.split(","))) for line, row in enumerate(rows, start=1))


@pytest.mark.parametrize("entity", sorted(generic_adapters()))
def test_a_table_with_the_contracts_own_names_needs_no_mapping(entity: str) -> None:
    header = ",".join(load_contracts()[entity].names)
    assert detect(_preview(header), "x.csv").adapter.name == entity


@pytest.mark.parametrize("entity", sorted(load_contracts()))
def test_every_synonym_of_a_contract_is_unambiguous(entity: str) -> None:
    owner: dict[str, str] = {}
    for column in load_contracts()[entity].columns:
        for name in {squash(name) for name in (column.name, *column.synonyms)}:
            assert owner.setdefault(name, column.name) == column.name, f"{name}: {owner[name]} and {column.name}"


def test_synonyms_in_chinese_with_blanks_and_full_width_signs() -> None:
    found = detect(_preview("渠道, 订单编号 ,商品编码,数量,单价（元）,备注"), "x.csv")
    assert found.adapter.name == "order_lines"
    assert found.unknown_columns == ("单价（元）", "备注")


def test_the_specific_adapter_wins_and_the_header_may_come_late() -> None:
    rows = ["Report of May", "", "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value"]
    found = detect(_preview(*rows), "x.csv")
    assert (found.adapter.name, found.header.line) == ("olist_items", 3)


def test_a_missing_required_column_is_named_with_the_header_found() -> None:
    with pytest.raises(ContractError) as caught:
        detect(_preview("order_id,customer_id,order_status,order_approved_at,order_delivered_carrier_date,x"), "o.csv")
    assert "'order_purchase_timestamp'" in str(caught.value)
    assert "olist_orders" in str(caught.value)
    assert "'order_approved_at'" in str(caught.value)


def test_an_unknown_header_names_the_nearest_adapters_and_what_they_lack() -> None:
    with pytest.raises(FileUnknownError) as caught:
        detect(_preview("alpha,sku,仓库,beta"), "x.csv")
    text = str(caught.value)
    assert "x.csv" in text
    assert "'alpha', 'sku', '仓库', 'beta'" in text
    assert text.count(" lacks ") == 3
    assert "stock_levels lacks date, on_hand" in text
    assert "olist" not in text


def test_a_header_without_anything_in_common() -> None:
    with pytest.raises(FileUnknownError, match="no column in common"):
        detect(_preview("alpha,beta"), "x.csv")


def test_the_contract_that_fits_best_is_meant_even_if_it_lacks_a_column() -> None:
    with pytest.raises(ContractError) as caught:
        detect(_preview("订单号,平台,订单状态"), "o.csv")
    text = str(caught.value)
    assert "'created_at' (or: " in text
    assert "下单时间" in text
    assert "'orders'" in text
    assert "'订单号', '平台', '订单状态'" in text
    assert detect(_preview("订单号,平台,订单状态,下单时间"), "o.csv").adapter.name == "orders"
    assert detect(_preview("订单号,平台,出库时间"), "o.csv").adapter.name == "fulfilments"


@pytest.mark.parametrize("entity", sorted(generic_adapters()))
def test_a_header_of_nothing_but_names_is_never_loaded(entity: str) -> None:
    contract = load_contracts()[entity]
    names = [name for name in contract.key if contract.column(name).type == "id"]
    with pytest.raises((FileUnknownError, ContractError)):
        detect(_preview(",".join(names)), "x.csv")


def test_no_row_at_all() -> None:
    with pytest.raises(FileUnknownError):
        detect((), "x.csv")


def test_an_adapter_by_name() -> None:
    header = _preview("order_id,order_item_id,product_id,seller_id,shipping_limit_date,price")
    assert detect(header, "x.csv", adapter="olist_items").adapter.name == "olist_items"
    with pytest.raises(ContractError, match="customer_id"):
        detect(header, "x.csv", adapter="olist_orders")
    with pytest.raises(UnknownNameError, match="olist_items"):
        detect(header, "x.csv", adapter="olist_item")


def test_a_column_named_twice() -> None:
    with pytest.raises(ContractError, match="twice"):
        detect(_preview("channel,order_no,created_at,Order No."), "x.csv")
    assert detect(_preview("channel,order_no,created_at,note,note"), "x.csv").adapter.name == "orders"


def test_adapters_survive_the_archive_and_have_unique_names() -> None:
    for adapter in all_adapters().values():
        assert from_document(json.loads(json.dumps(to_document(adapter)))) == adapter
    assert not built_in_adapters().keys() & generic_adapters().keys()


GOOD = """
platform = "p"
source = "platform"
label = { en = "P", zh = "P" }
[[file]]
kind = "orders"
requires = ["nr"]
[[file.target]]
entity = "orders"
[file.target.columns]
channel = { value = "p" }
order_no = "nr"
created_at = "at"
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('order_no = "nr"\n', "", "nothing fills order_no"),
        ('created_at = "at"', 'created = "at"', "created_at"),
        ('created_at = "at"', 'created_at = "at"\ncustomer_no = "buyer"', "customer_no must be hashed"),
        ('{ value = "p" }', '{ value = "p", colour = "red" }', "unknown entry colour"),
        ('{ value = "p" }', '{ value = "p", from = "x" }', "exactly one"),
        ('entity = "orders"', 'entity = "order"', "orders"),
        ('requires = ["nr"]', "", "requires"),
        ("[[file]]", "[[file", "not a mapping file"),
        ('kind = "orders"', 'kind = "orders"\nunused = "no"', "unused"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(old: str, new: str, says: str) -> None:
    assert parse_mapping(GOOD, "p.toml")
    with pytest.raises(SettingsError, match=says) as caught:
        parse_mapping(GOOD.replace(old, new), "p.toml")
    assert str(caught.value).startswith("p.toml")


def test_a_partial_target_needs_only_the_key() -> None:
    text = GOOD.replace('created_at = "at"\n', "").replace('entity = "orders"', 'entity = "orders"\npartial = true')
    assert parse_mapping(text, "p.toml")[0].targets[0].partial


def test_a_contract_that_contradicts_itself() -> None:
    head = 'label = { en = "X", zh = "X" }\nkey = ["a"]\n[columns]\n'
    for body, says in [
        ('b = { type = "id" }', "no such column"),
        ('a = { type = "idd" }', "bad name or type"),
        ('a = { type = "word" }', "needs words"),
    ]:
        with pytest.raises(ValueError, match=says):
            parse_contract("x", head + body)
