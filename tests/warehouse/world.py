"""A small world written as rows of the contracts' state tables, and its facts read back by order number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.warehouse.build import build_models
from fulfillment_bi.warehouse.engine import Session


class World:
    """Collects rows of one channel; every read builds the models anew."""

    def __init__(self, session: Session, *, start: datetime, channel: str = "shop") -> None:
        for entity, contract in load_contracts().items():
            columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in contract.columns)
            session.execute(f"CREATE OR REPLACE TABLE state_{entity} ({columns})")
        self.session = session
        self.start = start
        self.channel = channel

    def insert(self, entity: str, **values: Any) -> None:
        assert values.keys() <= set(load_contracts()[entity].names)
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        self.session.execute(f"INSERT INTO state_{entity} ({names}) VALUES ({marks})", list(values.values()))

    def order(self, order_no: str, **values: Any) -> None:
        self.insert("orders", channel=self.channel, order_no=order_no, **{"created_at": self.start, **values})

    def line(self, order_no: str, line_no: str, **values: Any) -> None:
        defaults = {"sku": f"sku{line_no}", "qty_ordered": 1, "unit_price": 1}
        self.insert("order_lines", channel=self.channel, order_no=order_no, line_no=line_no, **{**defaults, **values})

    def fulfilment(self, order_no: str, tracking_no: str, **values: Any) -> None:
        key = {"channel": self.channel, "order_no": order_no, "fulfilment_no": tracking_no}
        self.insert("fulfilments", **key, tracking_no=tracking_no, **values)

    def parcel(self, order_no: str, tracking_no: str, **values: Any) -> None:
        key = {"channel": self.channel, "order_no": order_no, "tracking_no": tracking_no}
        self.insert("parcels", **key, **{"carrier": "unknown", **values})

    def build(self, *, timezone: str = "Asia/Shanghai", unknown_cancellations: str = "exclude") -> None:
        build_models(self.session, timezone=timezone, unknown_cancellations=unknown_cancellations)

    def orders(self, *columns: str, **settings: str) -> dict[str, tuple[Any, ...]]:
        self.build(**settings)
        rows = self.session.rows(f"SELECT order_no, {', '.join(columns)} FROM fct_order")
        return {row[0]: row[1:] for row in rows}

    def lines(self, *columns: str) -> dict[tuple[str, str], tuple[Any, ...]]:
        self.build()
        rows = self.session.rows(f"SELECT order_no, line_no, {', '.join(columns)} FROM fct_order_line")
        return {(row[0], row[1]): row[2:] for row in rows}

    def issues(self) -> set[tuple[str, str]]:
        self.build()
        return set(self.session.rows("SELECT order_no, issue FROM fct_order_issue"))

    def stages(self, order_no: str) -> dict[str, int]:
        self.build()
        rows = self.session.rows("SELECT stage, seconds FROM fct_order_stage WHERE order_no = ?", (order_no,))
        return dict(rows)

    def names(self, order_no: str) -> dict[str, str]:
        self.build()
        names, rows = self.session.columns(
            """SELECT shop, warehouse, carrier, region FROM fct_order
            JOIN dim_shop USING (shop_id) JOIN dim_warehouse USING (warehouse_id)
            JOIN dim_carrier USING (carrier_id) JOIN dim_region USING (region_id) WHERE order_no = ?""",
            (order_no,),
        )
        return dict(zip(names, rows[0], strict=True))
