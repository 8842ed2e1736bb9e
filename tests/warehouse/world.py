"""A small world written as rows of the contracts' state tables, and its facts read back by order number."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from unittest.mock import patch

from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.ingest.tables import SYSTEMS, clear_tables, knows
from fulfillment_bi.warehouse import build
from fulfillment_bi.warehouse.build import build_models
from fulfillment_bi.warehouse.engine import Session


@cache
def needed(table: str) -> list[str]:
    """The models that a table hangs on, and itself, in the order to make them."""
    reads = build.dependencies(build.load_models())
    found, left = set[str](), [table, "build_info"]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += reads[name]
    return [name for name in build.build_order() if name in found]


class World:
    """Collects rows of one channel; every read builds the models anew."""

    def __init__(self, session: Session, *, start: datetime, channel: str = "shop") -> None:
        clear_tables(session)
        self.session = session
        self.start = start
        self.channel = channel

    def insert(self, entity: str, **values: Any) -> None:
        values |= {knows(system): True for system in values.pop("systems", ())}
        assert values.keys() <= {*load_contracts()[entity].names, *map(knows, SYSTEMS)}
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

    def build(
        self,
        *,
        timezone: str = "Asia/Shanghai",
        unknown_cancellations: str = "exclude",
        pickup_clock: str = "paid",
        only: str = "",
    ) -> None:
        """`only`: a table; then nothing is made but what it needs."""
        wanted = needed(only) if only else build.build_order()
        with patch.object(build, "build_order", return_value=wanted):
            build_models(
                self.session,
                timezone=timezone,
                unknown_cancellations=unknown_cancellations,
                pickup_clock=pickup_clock,
            )

    def facts(self, table: str, *columns: str, **settings: str) -> list[tuple[Any, ...]]:
        """Columns of all rows of one table."""
        self.build(only=table, **settings)
        return list(self.session.rows(f"SELECT {', '.join(columns)} FROM {table}"))

    def orders(self, *columns: str, **settings: str) -> dict[str, tuple[Any, ...]]:
        return {row[0]: row[1:] for row in self.facts("fct_order", "order_no", *columns, **settings)}

    def lines(self, *columns: str) -> dict[tuple[str, str], tuple[Any, ...]]:
        return {(row[0], row[1]): row[2:] for row in self.facts("fct_order_line", "order_no", "line_no", *columns)}

    def issues(self) -> set[tuple[str, str]]:
        return set(self.facts("fct_order_issue", "order_no", "issue"))

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
