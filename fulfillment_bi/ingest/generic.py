"""Adapters made from the contracts themselves: a hand-made table with plain column names needs no mapping."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fulfillment_bi.ingest.adapter import Adapter, FileDate, Rule, Target
from fulfillment_bi.ingest.contracts import Column, Contract, load_contracts
from fulfillment_bi.ingest.dateorder import COMMON_ORDERS

SOURCES = {
    "fulfilments": "warehouse", "stock_levels": "warehouse", "stock_counts": "warehouse", "parcels": "carrier",
    "parcel_events": "carrier", "purchase_lines": "purchasing", "tickets": "service", "products": "master data",
    "calendar": "master data", "shops": "master data",
}  # fmt: skip
"""Which kind of system usually knows this; everything else comes from the sales platform."""
_DOCUMENTS = ("purchase_orders", "deliveries", "suppliers")
"""Files of systems that spread one thing over several: a table made by hand is never meant for these."""
FILE_DATE = FileDate(pattern=r"(?<!\d)(20\d\d-?[01]\d-?[0-3]\d(?:[T_ -]?[0-2]\d-?[0-5]\d-?[0-5]\d)?)(?!\d)", format="")


@cache
def generic_adapters() -> Mapping[str, Adapter]:
    """Name -> adapter, one per contract that a table by itself can fill."""
    adapters = [_from_contract(one) for one in load_contracts().values() if one.entity not in _DOCUMENTS]
    return {adapter.name: adapter for adapter in adapters}


def _from_contract(contract: Contract) -> Adapter:
    return Adapter(
        name=contract.entity,
        label=contract.label,
        source=SOURCES.get(contract.entity, "platform"),
        requires=tuple(column.name for column in contract.columns if column.required),
        targets=(Target(contract.entity, tuple(_rule(column) for column in contract.columns)),),
        file_date=FILE_DATE,
        date_orders=COMMON_ORDERS,
        generic=True,
    )


def _rule(column: Column) -> Rule:
    if column.personal == "presence":
        # The contract's own name holds the flag itself; the synonyms are the personal columns it is made from.
        return Rule(column=column.name, kind="present", headers=(column.name, *column.synonyms))
    kind = "hash" if column.personal == "hash" else "copy"
    return Rule(column=column.name, kind=kind, headers=(column.name, *column.synonyms))  # type: ignore[arg-type]
