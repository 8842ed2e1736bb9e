"""The orders of a stretch as they went, ready to be replayed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from fulfillment_bi.forecast.history import EPOCH
from fulfillment_bi.forecast.panel import Whole
from fulfillment_bi.forecast.queues import Orders
from fulfillment_bi.forecast.texts import load_query
from fulfillment_bi.warehouse.engine import Session


@dataclass(frozen=True)
class Known:
    """Orders with their key and day of order (days since 1970), (N,) each; names of the places of the other columns."""

    orders: Orders
    key: Whole
    day: Whole
    warehouses: tuple[str, ...]
    carriers: tuple[str, ...]
    first: date

    def since(self, start: date) -> Orders:
        """The orders with those from `start` on marked as the replayed ones."""
        return replace(self.orders, counted=self.day >= (start - EPOCH).days)


def read_orders(session: Session, start: date, end: date) -> Known | None:
    """The orders of these days (inclusive); None where none was packed and sent."""
    table = session.arrow(load_query("replay_orders"), (start, end))
    if table.num_rows == 0:
        return None
    row = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
    warehouses, warehouse = np.unique(row["warehouse"].astype(str), return_inverse=True)
    carriers, carrier = np.unique(row["carrier"].astype(str), return_inverse=True)
    came, packed, shipped, promised, delivered, due = (
        row[name].astype(float) for name in ("came", "packed", "shipped", "promised", "delivered", "due")
    )
    orders = Orders(
        came,
        packed,
        shipped,
        promised,
        delivered,
        due,
        warehouse.astype(np.int64),
        carrier.astype(np.int64),
        row["region_id"].astype(np.int64),
        row["is_complete"].astype(bool),
        row["otif"].astype(bool),
        np.ones(table.num_rows, dtype=bool),
    )
    day = row["created_day"].astype("datetime64[D]").astype(np.int64)
    return Known(
        orders, row["order_key"].astype(np.int64), day, tuple(warehouses.tolist()), tuple(carriers.tolist()),
        date.fromordinal(EPOCH.toordinal() + int(day.min())),
    )  # fmt: skip
