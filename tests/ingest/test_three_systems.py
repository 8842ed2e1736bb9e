"""Platform, warehouse system and carrier from their own exports to one order: its times, its match, its conflicts."""

from __future__ import annotations

import itertools
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.conftest import Bench

SENT, DONE, OPEN = "卖家已发货，等待买家确认", "交易成功", "买家已付款，等待卖家发货"
PLATFORM = (
    "ExportItemList202505201200.csv",
    "主订单编号,子订单编号,商品标题,商家编码,商品价格,购买数量,订单状态,退款状态,订单创建时间,订单付款时间,"
    "发货时间,物流公司,物流单号\n"
    f"100,100-1,鞋,SKU-A,10,1,{SENT},,2025-05-01 08:00:00,2025-05-01 08:01:00,2025-05-01 10:00:00,顺丰速运,No:SF1\n"
    f"100,100-2,袜,SKU-B,5,2,{SENT},,2025-05-01 08:00:00,2025-05-01 08:01:00,2025-05-01 10:00:00,顺丰速运,No:SF1\n"
    f"101,101-1,鞋,SKU-A,10,1,{DONE},,2025-05-02 08:00:00,2025-05-02 08:01:00,2025-05-02 10:00:00,圆通速递,YT1\n"
    f"102,102-1,鞋,SKU-A,10,1,{SENT},,2025-05-03 08:00:00,2025-05-03 08:01:00,2025-05-03 10:00:00,顺丰速运,SF2\n"
    f"103,103-1,鞋,SKU-A,10,1,{OPEN},,2025-05-04 08:00:00,2025-05-04 08:01:00,,,\n",
)
WAREHOUSE = (
    "出库单明细.csv",
    "订单编号,出库单编号,子单原始单号,原始子订单号,商家编码,货品数量,发货时间,出库单状态,仓库,物流公司,物流单号\n"
    "JY1,CK1,100,100-1,SKU-A,1,2025-05-01 09:30:00,已完成,主仓,SF-顺丰,SF1\n"
    "JY1,CK1,100,100-2,SKU-B,2,2025-05-01 09:30:00,已完成,主仓,SF-顺丰,SF1\n"
    "JY3,CK3,103,103-1,SKU-A,1,2025-05-04 09:30:00,已完成,主仓,SF-顺丰,SF3\n"
    "JY9,CK9,999,999-1,SKU-A,1,2025-05-02 09:30:00,已完成,主仓,SF-顺丰,SF9\n",
)
CARRIER_WAREHOUSE = (
    "cainiao.csv",
    "交易订单号,物流订单号,店铺名称,状态,下单时间,支付时间,发货时间,签收时间,仓库名称,快递公司,运单号,货品编码,"
    "实发数量,收货人姓名,省,市\n"
    "101,LP1,旗舰店,已签收,2025-05-02 08:00:30,2025-05-02 08:15:00,2025-05-02 09:00:00,2025-05-04 12:00:00,"
    "菜鸟仓,圆通速递,YT1,CN-77,1,张三不存在,浙江省,杭州市\n",
)
CARRIER = (
    "carrier.csv",
    "carrier,tracking_no,first_scan_at,delivered_at\n"
    "顺丰,SF1,2025-05-01 18:00:00,2025-05-03 09:00:00\n"
    "顺丰,SF3,2025-05-04 18:00:00,\n",
)
FILES = (PLATFORM, WAREHOUSE, CARRIER_WAREHOUSE, CARRIER)


def local(*moment: int) -> datetime:
    """A moment of May 2025 in Shanghai as UTC."""
    day, hour, minute = (*moment, 0)[:3]
    return datetime(2025, 5, day, hour - 8, minute)


def loaded(folder: Path, files: Any) -> Bench:
    bench = Bench(folder)
    for name, content in files:
        report = bench.load_text(name, content)
        assert report.exit_code == 0, report
    return bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = loaded(tmp_path_factory.mktemp("systems"), FILES)
    yield made
    made.store.close()


def test_one_order_with_all_its_times(bench: Bench) -> None:
    columns = "order_no, shipped_at_warehouse, shipped_at_platform, first_scan_at, shipped_at, delivered_at"
    assert bench.rows(f"SELECT {columns} FROM fct_order ORDER BY 1") == [
        ("100", local(1, 9, 30), local(1, 10), local(1, 18), local(1, 18), local(3, 9)),
        ("101", local(2, 9), local(2, 10), None, local(2, 10), local(4, 12)),
        ("102", None, local(3, 10), None, local(3, 10), None),
        ("103", local(4, 9, 30), None, local(4, 18), local(4, 18), None),
    ]
    lines = "SELECT order_no, sku, qty_ordered, qty_due, shipped_at FROM fct_order_line JOIN dim_sku USING (sku_id)"
    assert bench.rows(lines + " WHERE order_no = '100' ORDER BY 2") == [
        ("100", "SKU-A", 1, 1, local(1, 18)),
        ("100", "SKU-B", 2, 2, local(1, 18)),
    ]
    assert bench.rows("SELECT order_no FROM fct_order_issue WHERE issue = 'shipment_unmatched'") == []


def test_which_system_lacks_what(bench: Bench) -> None:
    listed = bench.rows(
        "SELECT order_no || tracking_no, system_pair, missing_in, match_state FROM fct_order_system "
        "WHERE is_due = 1 AND is_matched = 0 ORDER BY ALL"
    )
    assert listed == [
        ("101", "platform-warehouse", "warehouse", "order"),
        ("101", "warehouse-carrier", "warehouse", "order"),
        ("102", "platform-carrier", "carrier", "order"),
        ("102", "platform-warehouse", "warehouse", "order"),
        ("999", "platform-warehouse", "platform", "unknown_order"),
        ("999", "warehouse-carrier", "carrier", "unknown_order"),
    ]
    apart = "SELECT order_no, system_pair, state_pair FROM fct_order_system WHERE is_disagreeing = 1 ORDER BY ALL"
    assert bench.rows(apart) == [("103", "platform-carrier", "open-sent"), ("103", "platform-warehouse", "open-sent")]


def test_where_they_contradict_each_other(bench: Bench) -> None:
    columns = "order_no, entity, conflict_column, winning_system, winning_value, other_system, other_value"
    # Half a minute between two clocks is none.
    assert bench.rows(f"SELECT {columns} FROM fct_conflict ORDER BY ALL") == [
        ("101", "orders", "paid_at", "platform", "2025-05-02 08:01:00", "carrier", "2025-05-02 08:15:00")
    ]
    everything = str(bench.rows("SELECT * FROM fct_conflict") + bench.rows("SELECT * FROM conflicts"))
    assert "张三" not in everything


def test_in_whatever_order_they_arrive(bench: Bench, tmp_path: Path) -> None:
    def shown(made: Bench) -> list[Any]:
        tables = ("conflicts", "fct_order", "fct_order_line", "fct_order_system", "fct_conflict", "fct_parcel")
        return [made.state(), *(made.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in tables)]

    expected = shown(bench)
    for number, files in enumerate(itertools.islice(itertools.permutations(FILES), 5, 24, 9)):
        other = loaded(tmp_path / str(number), files)
        assert shown(other) == expected
        other.store.close()


def test_brought_up_to_date_file_by_file_they_are_as_built_at_once(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = "JOIN dim_channel USING (channel_id)"
    tables = {
        "fct_order_system": "channel, order_no, tracking_no, system_pair, missing_in, match_state, is_due, state_pair",
        "fct_conflict": "channel, order_no, conflict_column, winning_value, other_value, created_day",
        "fct_order": "channel, order_no, shipped_at_warehouse, shipped_at_platform, first_scan_at, delivered_at",
    }

    def shown(made: Bench) -> list[Any]:
        return [made.rows(f"SELECT {columns} FROM {table} {names} ORDER BY ALL") for table, columns in tables.items()]

    monkeypatch.setattr("fulfillment_bi.warehouse.update.LARGEST_SHARE", 9.0)
    other = loaded(tmp_path, (WAREHOUSE, CARRIER, PLATFORM, CARRIER_WAREHOUSE))
    assert shown(other) == shown(bench)
    other.store.close()
