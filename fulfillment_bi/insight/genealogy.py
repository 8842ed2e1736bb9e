"""Where missing units come from: short lines of failed orders traced to what they waited for.

The tracing is `warehouse/sql/fct_short_line.sql`: a late purchase order, overselling, stock in another warehouse, stock
that only the books had, demand beyond plan, or unknown. Units sum over origins exactly; a purchase order's orders are
counted once however many of their lines waited for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fulfillment_bi.insight.why_sides import Runner
from fulfillment_bi.metrics.query import Query

UNITS, ORDERS = "short_units", "short_orders"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Origin:
    """Units not in time, and the orders they belong to, by one origin."""

    origin: str
    units: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class CostlyPurchase:
    """An overdue purchase order, and the orders it cost."""

    po_no: str
    supplier: str
    units: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class Genealogy:
    """All origins, most units first, and the purchase orders, most orders first. `orders` counts each order once."""

    origins: tuple[Origin, ...]
    purchases: tuple[CostlyPurchase, ...]
    units: Decimal
    orders: int


def trace(runner: Runner, query: Query) -> Genealogy:
    """The genealogy of the query's period and filters; its metrics and splits play no part."""
    plain = query.but(metrics=(UNITS, ORDERS), by=(), level=None, event=None, compare="none", order_by=None, limit=None)
    whole, origins, purchases = runner.run_all(
        [plain, plain.but(by=("short_origin",)), plain.but(by=("po_no", "supplier"))]
    )
    by_origin = [Origin(row["short_origin"], _units(row), int(row[ORDERS] or 0)) for row in origins.records()]
    by_purchase = [
        CostlyPurchase(row["po_no"], row["supplier"], _units(row), int(row[ORDERS] or 0))
        for row in purchases.records()
        if row["po_no"] != NONE
    ]
    return Genealogy(
        tuple(sorted(by_origin, key=lambda one: (-one.units, one.origin))),
        tuple(sorted(by_purchase, key=lambda one: (-one.orders, -one.units, one.po_no))),
        _units(whole.records()[0]),
        int(whole.value(ORDERS) or 0),
    )


def _units(row: dict[str, Any]) -> Decimal:
    return Decimal(str(row[UNITS] or 0))
