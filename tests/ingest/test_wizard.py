"""The mapping wizard's core: what it finds in unknown files, proposes, tries, and writes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from fulfillment_bi.errors import UnknownNameError, UsageError
from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.ingest.detect import detect
from fulfillment_bi.ingest.load import load
from fulfillment_bi.ingest.mapping import parse_mapping
from fulfillment_bi.ingest.mapping_text import adapter_of, mapping_text, save_mapping
from fulfillment_bi.ingest.profile import find_header, look_at, mask
from fulfillment_bi.ingest.proposal import propose, ranked, safe_name, with_words
from fulfillment_bi.ingest.readers.opening import open_source
from fulfillment_bi.ingest.readers.source import PreviewRow
from fulfillment_bi.ingest.resemblance import name_score, word_score
from fulfillment_bi.ingest.wizard import Decisions, begin, check, document
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.versions import Store

ERP = """\
销售出库明细表,,,,,,,,,,,
查询条件：2026年5月,,,,,,,,,,,
单据编号,制单日期,网店,客户名称,联系手机,存货编码,存货名称,主数量,含税单价,价税合计,单据状态,要货日期
XSDD001,2026/5/1 08:00,天猫,王小明,13812345678,SKU01,保温杯,2,49.50,99.00,已审核,2026/5/4
XSDD001,2026/5/1 08:00,天猫,王小明,13812345678,SKU02,杯刷,1,9.90,99.00,已审核,2026/5/4
XSDD002,2026/5/1 09:30,京东,李雷,13912345678,SKU01,保温杯,1,49.50,49.50,出库,2026/5/4
XSDD003,2026/5/2 10:00,抖店,韩梅梅,13712345678,SKU03,饭盒,3,20.00,60.00,待客审,2026/5/5
XSDD004,2026/5/2 11:00,拼多多,吉姆,13612345678,SKU01,保温杯,1,49.50,abc,作废,2026/5/5
"""
GERMAN = """\
Sales Order;Document Date;Sold To;Material;Description;Order Quantity;Net Price;Requested Delivery Date;State
4711;13.05.2026;C1;MAT-1;Cup;2;49,50;16.05.2026;Released
4712;14.05.2026;C2;MAT-2;Lid;1;9,90;17.05.2026;Goods issued
4713;15.05.2026;C1;MAT-1;Cup;5;49,50;18.05.2026;Cancelled
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def file(tmp_path: Path, text: str, name: str = "导出.csv", encoding: str = "gb18030") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_file_is_looked_at_and_its_people_are_masked(tmp_path):
    view = look_at(file(tmp_path, ERP))
    assert view.description == "CSV, GB18030, comma"
    assert view.header.line == 3
    assert view.headers[:3] == ("单据编号", "制单日期", "网店")
    assert view.sampled == 5
    shown = repr(view.rows) + repr(view.profiles)
    for hidden in ("王小明", "13812345678", "韩梅梅", "吉姆"):
        assert hidden not in shown
    assert mask("王小明") in shown
    assert {one.header for one in view.profiles if one.personal} == {"客户名称", "联系手机"}


def test_phones_are_masked_in_columns_that_do_not_say_so(tmp_path):
    view = look_at(file(tmp_path, "单号,备用\nA1,13812345678\nA2,13812345679\n"))
    assert view.profile("备用").personal
    assert "13812345678" not in repr(view)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["报表,,", "a,b,c", "1,2,3", "4,5,6"], 2),
        (["no,date,qty", "A1,2026-05-01,3"], 1),
        (["2026-05-01,3,4", "编号,日期,数量", "A1,2026-05-01,3"], 2),
    ],
)
def test_the_header_row_is_found(lines, expected):
    rows = [PreviewRow(place, place, tuple(line.split(","))) for place, line in enumerate(lines, start=1)]
    assert find_header(rows).line == expected


def test_the_header_row_can_be_said(tmp_path):
    path = file(tmp_path, ERP)
    assert look_at(path, header_line=2).header.line == 2
    with pytest.raises(UsageError, match="Line 99 cannot be the header"):
        look_at(path, header_line=99)


def test_an_erp_export_is_proposed_as_orders_and_lines(tmp_path):
    choice = propose(look_at(file(tmp_path, ERP)), name="kingdee")
    assert [part.entity for part in choice.parts] == ["orders", "order_lines"]
    orders = {one.column: one.header for one in choice.part("orders").columns}
    assert orders == {
        "channel": "网店",
        "order_no": "单据编号",
        "customer_no": "客户名称",
        "phone_ok": "联系手机",
        "created_at": "制单日期",
        "promised_delivery_at_original": "要货日期",
        "status": "单据状态",
        "order_value": "价税合计",
    }
    lines = {one.column: one.header for one in choice.part("order_lines").columns}
    assert lines["sku"] == "存货编码"
    assert lines["qty_ordered"] == "主数量"
    assert choice.part("orders").filled("status").words == {"出库": "shipped", "作废": "cancelled"}
    assert choice.part("orders").filled("channel").words == {
        "天猫": "tmall",
        "京东": "jd",
        "抖店": "douyin",
        "拼多多": "pinduoduo",
    }
    assert all(0.5 <= one.confidence <= 1 for part in choice.parts for one in part.columns)


def test_a_day_first_file_of_another_system(tmp_path, settings):
    draft = begin(file(tmp_path, GERMAN, "vbak.csv", "utf-8"), Decisions())
    assert draft.choice.order == "day_first"
    assert {part.entity for part in draft.choice.parts} == {"orders", "order_lines"}
    assert draft.choice.part("orders").filled("channel").value == "vbak"
    outcome = check(draft, settings)
    assert not outcome.problem
    orders = next(trial for trial in outcome.trials if trial.entity == "orders")
    assert (orders.read, orders.good, orders.keys) == (3, 3, 3)


@pytest.mark.parametrize(
    ("price", "comma", "read"),
    [("49,50", True, 49.5), ("1.049,50", True, 1049.5), ("49.50", False, 49.5), ("1,049.50", False, 1049.5)],
)
def test_a_decimal_comma_is_seen_and_written_down(tmp_path, settings, price, comma, read):
    text = GERMAN.replace("49,50", price).replace("9,90", "9,90" if comma else "9.90")
    path = file(tmp_path, text, "vbak.csv", "utf-8")
    draft = begin(path, Decisions())
    assert draft.choice.decimal_comma is comma
    assert adapter_of(draft.choice, draft.view).decimal_comma is comma
    lines = next(trial for trial in check(draft, settings).trials if trial.entity == "order_lines")
    prices = [float(row[lines.columns.index("unit_price")]) for row in lines.rows]
    assert prices == [read, 9.9, read]


def test_thousands_alone_are_no_decimal_comma(tmp_path):
    view = look_at(file(tmp_path, 'order no,order date,amount\nA1,2026-05-01,"12,000"\nA2,2026-05-02,"1,500"\n'))
    assert not view.profile("amount").comma


def test_dates_that_can_be_read_in_two_ways_are_a_question(tmp_path, settings):
    path = file(tmp_path, "order no,order date,channel\n1,03/04/2026,x\n2,05/06/2026,x\n", "o.csv")
    draft = begin(path, Decisions(entities=("orders",)))
    assert draft.choice.undecided
    assert "can be read" in check(draft, settings).problem
    said = begin(path, Decisions(entities=("orders",), order="month_first"))
    assert not said.choice.undecided
    (trial,) = check(said, settings).trials
    assert trial.good == 2
    place = trial.columns.index("created_at")
    assert [row[place].month for row in trial.rows] == [3, 5]
    with pytest.raises(UnknownNameError, match="Did you mean month_first"):
        begin(path, Decisions(order="month_frist"))


def test_a_trial_says_what_a_load_then_does(tmp_path, settings):
    path = file(tmp_path, ERP)
    draft = begin(path, Decisions(name="kingdee", words={"orders.status": {"待客审": "paid"}}))
    outcome = check(draft, settings)
    assert outcome.loads
    assert not settings.home.exists()
    tried = {trial.entity: trial for trial in outcome.trials}
    assert tried["orders"].unknown == {}
    assert [(one.code, one.count, one.example, one.line) for one in tried["orders"].refusals] == [
        ("not_a_number:order_value", 1, "abc", 8)
    ]
    saved = save_mapping(draft.choice, draft.view, settings.mappings_folder)
    assert saved == settings.home / "mappings" / "kingdee_orders.toml"
    report = load(Store(settings.home), settings, [path])
    (loaded,) = report.files
    assert loaded.adapter == "kingdee_orders"
    for entity, counts in loaded.entities.items():
        assert counts.read == tried[entity].read
        assert counts.quarantined == tried[entity].refused
        assert counts.new == tried[entity].keys
    store = Store(settings.home)
    reader = store.reader()
    assert reader.session.rows("SELECT channel, order_no, status FROM state_orders ORDER BY order_no") == [
        ("tmall", "XSDD001", "processing"),
        ("jd", "XSDD002", "shipped"),
        ("douyin", "XSDD003", "paid"),
    ]
    assert reader.session.rows("SELECT line_no, qty_ordered FROM state_order_lines WHERE order_no = 'XSDD001'") == [
        ("SKU01", 2),
        ("SKU02", 1),
    ]
    reader.close()


def test_unknown_words_are_listed_with_proposals(tmp_path, settings):
    draft = begin(file(tmp_path, ERP.replace("待客审", "派送中了").replace("作废", "奇怪")), Decisions())
    (orders, _) = check(draft, settings).trials
    assert orders.unknown["status"].keys() == {"奇怪"} | ({"派送中了"} & orders.unknown["status"].keys())
    shown = document(draft, check(draft, settings))["trial"][0]["unknown_words"]["status"]
    assert shown["奇怪"] == {"rows": 1, "proposed": "", "confidence": 0.0}


def test_decisions_overrule_and_wrong_ones_are_said(tmp_path, settings):
    path = file(tmp_path, ERP)
    draft = begin(path, Decisions(columns={"orders.paid_at": "要货日期", "orders.order_value": "-"}, name="x"))
    assert draft.choice.part("orders").filled("paid_at").header == "要货日期"
    assert draft.choice.part("orders").filled("order_value") is None
    wrong = {
        "orders.ordre_no": "单据编号",
        "ordres.order_no": "单据编号",
        "order_no": "单据编号",
        "ticket_no": "单据编号",
        "orders.order_no": "单据号码",
    }
    for place, header in wrong.items():
        with pytest.raises(UsageError):
            begin(path, Decisions(columns={place: header}))
    with pytest.raises(UsageError, match="'sent' is not a word of status"):
        begin(path, Decisions(words={"orders.status": {"出库": "sent"}}))
    missing = begin(path, Decisions(columns={"orders.order_no": "-"}))
    assert "Nothing fills order_no of orders" in check(missing, settings).problem
    with pytest.raises(UsageError, match="cannot be the name"):
        mapping_text(
            begin(path, Decisions(name="Ünsinn")).choice.__class__("../x", "erp", draft.choice.parts), draft.view
        )


def test_a_mapping_is_not_replaced_unasked(tmp_path, settings):
    draft = begin(file(tmp_path, ERP), Decisions(name="kingdee"))
    path = save_mapping(draft.choice, draft.view, settings.mappings_folder)
    with pytest.raises(UsageError, match="There is a mapping of that name"):
        save_mapping(draft.choice, draft.view, settings.mappings_folder)
    save_mapping(draft.choice, draft.view, settings.mappings_folder, replace=True)
    assert [one.name for one in settings.mappings_folder.iterdir()] == [path.name]


def test_whatever_stands_in_a_file_is_only_text_in_the_mapping(tmp_path):
    header = ['单号"]\n[[file]]', "下单时间\\", "状态'\x7f", "数量 # x"]
    path = tmp_path / "x.csv"
    text = io.StringIO()
    csv.writer(text).writerows([header, ['A"1', "2026-05-01", 'done"\\', "3"], ["A2", "2026-05-02", "\x7fx", "4"]])
    path.write_text(text.getvalue(), "utf-8")
    view = look_at(path)
    choice = propose(view, entities=["orders"])
    choice = with_words(choice, "orders", "status", {'done"\\': "delivered", "\x7fx": ""})
    (adapter,) = parse_mapping(mapping_text(choice, view), "x")
    assert adapter == adapter_of(choice, view)
    status = next(rule for rule in adapter.targets[0].rules if rule.column == "status")
    assert status.words == {'done"\\': "delivered", "\x7fx": ""}
    assert status.headers == (view.headers[2],)
    own = save_mapping(choice, view, tmp_path / "mappings").parent
    assert detect(open_source(path).preview, "x.csv", own=own).adapter.name == adapter.name


def test_every_contract_can_be_proposed_from_its_own_names(tmp_path):
    for contract in load_contracts().values():
        names = [column.name for column in contract.columns]
        path = file(tmp_path, ",".join(names) + "\n" + ",".join("" for _ in names) + "\n", f"{contract.entity}.csv")
        part = next(part for part in ranked(look_at(path)) if part.entity == contract.entity)
        assert not part.missing
        assert all(one.header == one.column for one in part.columns)


@pytest.mark.parametrize(
    ("header", "column", "least", "most"),
    [
        ("订单编号", "order_no", 1, 1),
        ("单据编号", "order_no", 0.8, 0.9),
        ("订单编号（平台）", "order_no", 0.9, 1),
        ("备注", "order_no", 0, 0),
        ("Order Number", "order_no", 1, 1),
        ("制单日期", "created_at", 0.8, 0.9),
    ],
)
def test_names_are_compared(header, column, least, most):
    assert least <= name_score(header, "orders", column) <= most


def test_words_are_compared():
    status = load_contracts()["orders"].column("status")
    assert word_score("已出库", status)[0] == "shipped"
    assert word_score("zzz", status) == ("", 0)


@pytest.mark.parametrize(
    ("text", "name"),
    [("导出 2026.csv", "own"), ("Sales Report-2026.csv.gz", "sales_report"), ("a.b", "a"), ("U8-出库.xlsx", "u")],
)
def test_names_are_made_safe(text, name):
    assert safe_name(text) == name


CARRIED = """\
销售订单列表,,,,,,,
订单号,下单日期,平台,买家备注,商品编码,商品名称,数量,订单金额
D1001,2026/5/1 08:00,天猫,轻放,SKU01,保温杯,2,108.90
,,,,SKU02,杯刷,1,
,,,,SKU03,饭盒,1,
D1002,2026/5/1 09:30,京东,,SKU01,保温杯,1,49.50
D1003,2026/5/2 10:00,抖店,急,SKU03,饭盒,3,80.00
,,,,SKU02,杯刷,2,
"""


def order_lines(settings: Settings) -> list[tuple[object, ...]]:
    reader = Store(settings.home).reader()
    try:
        sql = "SELECT channel, order_no, line_no, CAST(qty_ordered AS INTEGER) FROM state_order_lines ORDER BY ALL"
        return reader.session.rows(sql)
    finally:
        reader.close()


def test_order_fields_on_the_first_row_only_are_filled_down(tmp_path, settings):
    path = file(tmp_path, CARRIED)
    draft = begin(path, Decisions(name="report"))
    assert draft.choice.carried[0] == "订单号"
    assert set(draft.choice.carried) == {"订单号", "下单日期", "平台", "订单金额"}
    assert document(draft, check(draft, settings))["carried_down"] == list(draft.choice.carried)
    assert [(one.entity, one.good, one.keys) for one in check(draft, settings).trials] == [
        ("orders", 6, 3),
        ("order_lines", 6, 6),
    ]
    save_mapping(draft.choice, draft.view, settings.mappings_folder)
    (loaded,) = load(Store(settings.home), settings, [path]).files
    assert (loaded.adapter, loaded.entities["orders"].quarantined) == ("report_orders", 0)
    assert order_lines(settings) == [
        ("douyin", "D1003", "SKU02", 2),
        ("douyin", "D1003", "SKU03", 3),
        ("jd", "D1002", "SKU01", 1),
        ("tmall", "D1001", "SKU01", 2),
        ("tmall", "D1001", "SKU02", 1),
        ("tmall", "D1001", "SKU03", 1),
    ]
    reader = Store(settings.home).reader()
    sql = "SELECT order_no, CAST(order_value AS VARCHAR) FROM state_orders ORDER BY 1"
    assert [(number, float(value)) for number, value in reader.session.rows(sql)] == [
        ("D1001", 108.9), ("D1002", 49.5), ("D1003", 80.0)
    ]  # fmt: skip
    reader.close()


def test_cells_stay_blank_where_a_person_says_so(tmp_path, settings):
    draft = begin(file(tmp_path, CARRIED), Decisions(name="report", carry=False))
    assert "carry" not in mapping_text(draft.choice, draft.view)
    assert [(one.entity, one.good) for one in check(draft, settings).trials] == [("orders", 3), ("order_lines", 3)]


@pytest.mark.parametrize(
    ("change", "carried"),
    [
        (("", ""), {"订单号", "下单日期", "平台", "订单金额"}),
        # The number stands on every row: only the others are filled down.
        ((",,,,SKU", "D1001,,,,SKU"), {"下单日期", "平台", "订单金额"}),
        # An order of its own whose number is missing belongs to nobody.
        ((",,,,SKU", ",2026/5/1 08:00,天猫,,SKU"), set()),
        # Everything stands on every row: nothing to fill.
        ((",,,,SKU", "D1001,2026/5/1 08:00,天猫,,SKU"), {"订单金额"}),
    ],
)
def test_what_is_filled_down(tmp_path, change, carried):
    text = "\n".join(CARRIED.replace(*change).splitlines()[:6]) if change[0] else CARRIED
    assert set(propose(look_at(file(tmp_path, text))).carried) == carried


def test_columns_of_a_line_are_never_filled_down(tmp_path):
    text = CARRIED.replace("杯刷,1", "杯刷,").replace("饭盒,1", "饭盒,").replace("杯刷,2", "杯刷,")
    assert "数量" not in propose(look_at(file(tmp_path, text))).carried


ENGLISH = """\
Order Ref,Placed On,Marketplace,Item Code,Item,Units,Order Status,Despatched
UK-1,25/04/2026 10:00,eBay,MUG-1,Mug,2,Dispatched,26/04/2026 09:00
UK-2,03/05/2026 11:30,eBay,LID-2,Lid,1,Cancelled,
UK-3,04/05/2026 12:00,eBay,MUG-1,Mug,1,Awaiting payment,
"""


@pytest.mark.parametrize(
    ("text", "encoding", "told", "orders", "lines"),
    [
        (ERP, "gb18030", Decisions(words={"orders.status": {"待客审": "paid"}}), 3, 5),
        (
            ENGLISH,
            "utf-8",
            Decisions(entities=("orders", "order_lines"), columns={"orders.order_no": "Order Ref"}),
            3,
            3,
        ),
        (CARRIED, "gb18030", Decisions(), 3, 6),
    ],
    ids=["a Chinese ERP", "English, day first", "filled on first rows"],
)
def test_unknown_exports_are_mapped_in_few_steps(tmp_path, settings, text, encoding, told, orders, lines):
    """What a person has to say of three exports nobody has seen: one thing at most; then they load by themselves."""
    path = file(tmp_path, text, "export.csv", encoding)
    draft = begin(path, told)
    assert check(draft, settings).loads
    save_mapping(draft.choice, draft.view, settings.mappings_folder)
    (loaded,) = load(Store(settings.home), settings, [path]).files
    assert loaded.status == "loaded"
    assert (loaded.entities["orders"].new, loaded.entities["order_lines"].new) == (orders, lines)
