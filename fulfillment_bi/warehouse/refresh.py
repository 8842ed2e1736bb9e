"""How each model is brought up to date after a load: what is declared here, and what follows where nothing is.

A model that is not declared is made anew from the whole of its inputs, which is always right and, where it reads
models of single orders, dear. A declaration says what a row depends on, so that fewer rows need be made:

1. ORDER: one order, with what shares its parcels, its order number or (within a day) its customer. Only touched orders.
2. MEMBER: names with a number that never changes. New names are added, attributes brought up to date.
3. EVIDENCE: flags that one row of a channel sets. Touched orders may set flags; that touches everything of the channel.
4. KEPT: small, from `state_*` alone. Made whole; `touched` knows which orders hang on the rows that differ.
5. COUNTED: numbers of orders. What touched orders counted before is taken off, what they count now is added.
6. SETTLED: small, from COUNTED; every order hangs on it, so that a change means to build everything.
7. NUMBER: the numbers of orders themselves.
8. SHARED: one row or constants. Made whole; what time changes is `touched`'s business.
9. FAILED: of one order, read from facts. Touched orders, those withdrawn, and those whose shortage is told otherwise.
10. CUSTOMER: customers of touched orders, and those whose time to come back has run out since.
11. STOCK: from the month of the first day on which a level or a line differs; all days where `late` finds a reason.

A model of orders that reads an undeclared one is not brought up to date but built with everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

Rule = Literal[
    "order",
    "member",
    "evidence",
    "kept",
    "counted",
    "settled",
    "number",
    "shared",
    "failed",
    "customer",
    "stock",
    "whole",
]

_ORDER = (
    "int_home", "int_delivery_line", "int_order", "int_line", "int_waybill", "int_parcel", "int_report", "int_handover",
    "int_fulfilment", "int_match", "int_shipment_line", "int_shipment_sku", "int_shipment", "int_line_sent",
    "int_line_event", "int_order_event", "int_order_flag", "int_stage", "int_stage_open", "int_break",
    "int_sku_available", "int_order_oversold", "int_order_risk", "int_order_handling", "int_parcel_known",
    "int_ticket", "int_order_contact", "int_after_sale", "int_order_case", "int_case_line", "int_line_case",
    "int_line_backorder", "int_order_mark", "int_penalty_rule",
    "fct_order", "fct_order_line", "fct_order_stage", "fct_order_issue", "fct_review", "fct_after_sale",
    "fct_order_risk", "fct_order_seen", "fct_parcel", "fct_penalty", "fct_penalty_risk", "fct_ticket",
)  # fmt: skip
STOCK = ("int_stock_level", "int_stock_cost", "int_stock_move", "int_stock_rate", "fct_stock_day")
LATE: tuple[Rule, ...] = ("whole", "failed", "customer", "stock")
"""Rules of models that are made after the facts of orders, from them."""
_MEMBER = ("dim_category", "dim_channel", "dim_region", "dim_shop", "dim_sku", "dim_carrier", "dim_warehouse")

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(_ORDER, "order"),
    **dict.fromkeys(_MEMBER, "member"),
    **dict.fromkeys(("int_channel", "int_channel_service", "int_channel_parcel"), "evidence"),
    **dict.fromkeys(("int_region_home", "int_sku_usual", "int_source_service"), "kept"),
    "int_stage_pace": "counted",
    "int_order_key": "number",
    "dim_stage": "settled",
    **dict.fromkeys(("build_info", "int_threshold", "int_stock_threshold"), "shared"),
    **dict.fromkeys(("int_cause_threshold", "int_cause_rule"), "shared"),
    **dict.fromkeys(("fct_order_budget", "fct_order_open", "fct_order_cause"), "failed"),
    "fct_customer": "customer",
    **dict.fromkeys(STOCK, "stock"),
}

PUBLISHED: frozenset[str] = frozenset(
    name for name, rule in RULES.items() if name.startswith("int_") and rule in ("evidence", "kept", "counted")
)
"""Intermediate models that stay in the version, because the next update needs what they said."""

NUMBERED: Mapping[str, str] = {"fct_parcel": "parcel_key"}
"""Facts with a number of their own, which an update continues."""

MEMBER_KEYS: Mapping[str, tuple[str, ...]] = {"dim_region": ("region", "country")}
"""What identifies a member, where it is not the column after its number."""

_REFERENCE = re.compile(r"\b(FROM|JOIN)\s+([a-z_]+)", re.IGNORECASE)


def rule_of(model: str) -> Rule:
    """How a model is brought up to date."""
    return RULES.get(model, "whole")


def is_temporary(model: str) -> bool:
    """Whether a model is dropped when the build is done."""
    return model.startswith("int_") and model not in PUBLISHED


def member_key(model: str, columns: Iterable[str]) -> tuple[str, ...]:
    """The columns that identify a member of a dimension table."""
    return MEMBER_KEYS.get(model, (list(columns)[1],))


def place(text: str, places: Mapping[str, str]) -> str:
    """The SELECT with the tables it reads taken from other places."""

    def placed(found: re.Match[str]) -> str:
        return f"{found[1]} {places.get(found[2], found[2])}"

    return _REFERENCE.sub(placed, text)


def entities(text: str) -> set[str]:
    """The entities whose `state_*` a SELECT reads."""
    return {name.removeprefix("state_") for _, name in _REFERENCE.findall(text) if name.startswith("state_")}


@cache
def undeclared(models: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the models that are made anew as a whole after every load."""
    return tuple(name for name in models if rule_of(name) == "whole")
