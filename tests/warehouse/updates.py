"""Two warehouses of the same records: one brought up to date load by load, one built anew; and a life to load."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.ingest.tables import SYSTEMS, clear_tables, knows
from fulfillment_bi.warehouse.build import build_models, build_order
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from fulfillment_bi.warehouse.tables import has_table

TIMEZONE = "Asia/Shanghai"
START = datetime(2026, 1, 5)
KEYS = {"order_key", "parcel_key", "rollups", "models"}
MEMBERS = {"region_id": "region || ' ' || country"}

Row = dict[str, Any]
Records = list[tuple[str, Row]]


def open_warehouse(scratch: Path) -> Session:
    session = DuckEngine().open_writer(Path(":memory:"), Limits(threads=2), scratch)
    clear_tables(session)
    return session


def fill(session: Session, records: Records) -> None:
    """Insert the first rows of `state_*`."""
    flags = {knows(system): True for system in SYSTEMS}
    for entity in {entity for entity, _ in records}:
        rows = [row | flags for one, row in records if one == entity]
        session.append(f"state_{entity}", pa.Table.from_pylist(rows))


def put(session: Session, records: Records, *, note: bool) -> None:
    """Insert or replace rows of `state_*`; with `note`, as merging does, what differs goes into `changed_*`."""
    for entity, row in records:
        contract = load_contracts()[entity]
        names = ", ".join(f'"{name}"' for name in contract.names)
        key = " AND ".join(f'"{name}" IS NOT DISTINCT FROM ?' for name in contract.key)
        values = [row.get(name) for name in contract.key]
        if note:
            columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in contract.columns)
            session.execute(f"CREATE TEMP TABLE IF NOT EXISTS changed_{entity} ({columns})")
            session.execute(f"INSERT INTO temp.changed_{entity} SELECT {names} FROM state_{entity} WHERE {key}", values)
        session.execute(f"DELETE FROM state_{entity} WHERE {key}", values)
        listed = ", ".join([f'"{name}"' for name in row] + [knows(system) for system in SYSTEMS])
        marks = ", ".join("?" for _ in range(len(row) + len(SYSTEMS)))
        session.execute(
            f"INSERT INTO state_{entity} ({listed}) VALUES ({marks})", [*row.values(), *(True for _ in SYSTEMS)]
        )
        if note:
            session.execute(f"INSERT INTO temp.changed_{entity} SELECT {names} FROM state_{entity} WHERE {key}", values)


def build(session: Session, *, update: bool) -> str:
    reason = build_models(session, timezone=TIMEZONE, update=update)
    for (table,) in session.rows(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND starts_with(table_name, 'changed_')"
    ):
        session.execute(f"DROP TABLE temp.{table}")
    return reason


def published() -> list[str]:
    return [name for name in build_order() if name.startswith(("fct_", "build_"))]


def rows_of(session: Session, table: str) -> list[tuple[Any, ...]]:
    """The rows of a fact, with names where it has numbers of members."""
    names = sorted(
        row[0]
        for row in session.rows(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND database_name <> 'temp'", (table,)
        )
    )
    listed, joins = [], []
    for name in names:
        dimension = f"dim_{name.removesuffix('_id')}"
        if name in KEYS:
            continue
        if name.endswith("_id") and has_table(session, dimension):
            listed.append(f"{name}_.{MEMBERS.get(name, name.removesuffix('_id'))}")
            joins.append(f"LEFT JOIN {dimension} AS {name}_ ON {name}_.{name} = f.{name}")
        else:
            listed.append(f'f."{name}"')
    return session.rows(f"SELECT {', '.join(listed)} FROM {table} AS f {' '.join(joins)} ORDER BY ALL")


class Life:
    """Orders of two channels over two months, then some hours at a time, told as exports would."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now = START + timedelta(days=60)
        self.orders: list[Row] = [
            self._order(number, START + timedelta(hours=number * 24 * 60 // 300)) for number in range(300)
        ]
        self.told: dict[tuple[str, ...], Row] = {}

    def _order(self, number: int, created: datetime) -> Row:
        """What will happen to an order: mostly the same, so that the usual time of a stage stays what it is."""
        rng = self.rng
        sent = created + timedelta(hours=rng.choice((20, 20, 20, 20, 30, 70)))
        return {
            "number": number, "channel": rng.choice(("east", "west")), "created": created, "sent": sent,
            "scan": sent + timedelta(hours=5), "signed": sent + timedelta(hours=rng.choice((48, 48, 48, 48, 130))),
            "cancelled": created + timedelta(hours=10) if rng.random() < 0.05 else None,
            "customer": f"c{rng.randrange(120)}", "lines": rng.randint(1, 3), "late_parcel": rng.random() < 0.2,
            "nameless_parcel": rng.random() < 0.2, "shared": number - 1 if rng.random() < 0.1 and number else None,
            "case": rng.random() < 0.1, "ticket": rng.random() < 0.15, "review": rng.random() < 0.2,
        }  # fmt: skip

    def base(self) -> Records:
        stock: Records = [
            ("stock_levels", {"date": (START + timedelta(days=day)).date(), "sku": f"s{sku}", "warehouse": "A",
                              "batch": "", "on_hand": (day + sku) % 4})
            for day in range(0, 60, 3) for sku in range(8)
        ]  # fmt: skip
        products: Records = [
            ("products", {"sku": f"s{sku}", "name": f"thing {sku}", "category": f"k{sku % 3}", "list_price": 10})
            for sku in range(8)
        ]
        return [*products, *stock, *self._news()]

    def loads(self, count: int) -> Iterator[Records]:
        """One load after the other: time goes on, and two unusual things happen in each."""
        odd = [self._new_channel, self._old_parcel, self._new_prices, self._stock, self._orphans, self._corrections]
        for place in range(count):
            self.now += timedelta(hours=self.rng.choice((1, 9, 30)))
            for _ in range(4):
                number = len(self.orders)
                self.orders.append(self._order(number, self.now - timedelta(hours=self.rng.uniform(0, 9))))
            yield [*odd[2 * place % len(odd)](), *odd[(2 * place + 1) % len(odd)](), *self._news()]

    def _news(self) -> Records:
        """What differs of every order from what was told before."""
        found: Records = []
        for order in self.orders:
            for entity, row in self._events(order):
                contract = load_contracts()[entity]
                key = (entity, *(str(row.get(name)) for name in contract.key))
                if self.told.get(key) != row:
                    self.told[key] = row
                    found.append((entity, row))
        return found

    def _events(self, order: Row) -> Records:
        now, number, channel = self.now, order["number"], order["channel"]
        name = {"channel": channel, "order_no": f"N{number}"}
        cancelled = order["cancelled"] is not None and order["cancelled"] <= now
        records: Records = [("orders", {
            **name, "customer_no": order["customer"], "created_at": order["created"],
            "paid_at": order["created"] + timedelta(hours=1), "province": ("Gx", "Zj", "Bj")[number % 3],
            "country": "CN" if number % 2 else None, "address_ok": number % 40 != 0,
            "promised_ship_at_original": order["created"] + timedelta(hours=48),
            "promised_delivery_at_original": order["created"] + timedelta(hours=120),
            "cancelled_at": order["cancelled"] if cancelled else None,
            "cancelled_by": ("customer", "seller")[number % 2] if cancelled else None,
            "status": "cancelled" if cancelled else "paid",
        })]  # fmt: skip
        for line in range(order["lines"]):
            records.append(("order_lines", {
                **name, "line_no": str(line), "sku": f"s{(number + line) % 8}", "qty_ordered": 1 + number % 3,
                "unit_price": 10 if number % 30 else 1,
                "promised_ship_at_original": None if number % 5 else order["created"] + timedelta(hours=30 + 40 * line),
            }))  # fmt: skip
        if order["review"] and order["signed"] <= now:
            review = {"review_no": "1", "score": 1 + number % 5, "created_at": order["signed"]}
            records.append(("reviews", {**name, **review}))
        if order["ticket"] and order["sent"] <= now:
            records.append(("tickets", {
                "source": "desk", "ticket_no": f"t{number}", "channel": None if number % 3 == 0 else channel,
                "order_no": f"N{number}", "category": "late", "complaint": number % 2 == 0, "opened_at": order["sent"],
                "solved_at": order["signed"] if order["signed"] <= now else None, "direction": "inbound",
                "first_human_reply_at": order["sent"] + timedelta(minutes=5),
            }))  # fmt: skip
        if cancelled or order["sent"] > now:
            return records
        tracking = f"T{order['shared'] if order['shared'] is not None else number}"
        records.append(("fulfilments", {
            **name, "line_no": "", "fulfilment_no": f"F{number}", "warehouse": ("A", "B")[number % 2], "carrier": "sf",
            "tracking_no": tracking, "packed_at": order["sent"] - timedelta(hours=2),
            "shipped_at_warehouse": order["sent"],
        }))  # fmt: skip
        scan = order["scan"] + timedelta(days=6 if order["late_parcel"] else 0)
        if scan <= now:
            records.append(("parcels", {
                "carrier": "sf", "tracking_no": f"T{number}", **({} if order["nameless_parcel"] else name),
                "first_scan_at": order["scan"], "delivered_at": order["signed"] if order["signed"] <= now else None,
            }))  # fmt: skip
        if order["case"] and order["signed"] <= now:
            records.append(("after_sales", {
                "channel": channel, "case_no": f"a{number}", "order_no": f"N{number}", "kind": "refund",
                "reason": "damaged", "opened_at": order["signed"], "qty": 1, "amount": 5,
            }))  # fmt: skip
            records.append(("penalties", {**name, "kind": "late_ship", "booked_at": order["signed"], "amount": 3}))
        return records

    def _new_channel(self) -> Records:
        for order in self.orders[-3:]:
            order["channel"] = "south"
        return [("customers", {"channel": "east", "customer_no": "c7", "province": "Hn"})]

    def _old_parcel(self) -> Records:
        """Something turns up about orders that were long done; one number for two of them."""
        old = [order for order in self.orders[:150] if order["signed"] < self.now and order["cancelled"] is None][:2]
        return [
            ("parcels", {"carrier": "zto", "tracking_no": f"T{order['number']}", "channel": order["channel"],
                         "order_no": f"N{order['number']}", "delivered_at": order["signed"] + timedelta(hours=3)})
            for order in old
        ]  # fmt: skip

    def _new_prices(self) -> Records:
        return [("products", {"sku": "s9", "name": "new thing", "category": "k9", "list_price": 30})]

    def _stock(self) -> Records:
        day = (self.now - timedelta(days=2)).date()
        return [("stock_levels", {"date": day, "sku": "s1", "warehouse": "C", "batch": "", "on_hand": 0})]

    def _orphans(self) -> Records:
        """Records of orders that we were not told of, and of one that comes only now."""
        number, now = len(self.orders), self.now
        return [
            ("reviews", {"channel": "west", "order_no": "nobody", "review_no": "1", "score": 1, "created_at": now}),
            ("parcels", {"carrier": "sf", "tracking_no": "lost", "first_scan_at": self.now - timedelta(hours=2)}),
            ("tickets", {"source": "desk", "ticket_no": "t-", "opened_at": self.now, "complaint": True}),
            ("fulfilments", {"channel": "east", "order_no": f"N{number + 1}", "line_no": "", "fulfilment_no": "early",
                             "warehouse": "B", "carrier": "sf", "tracking_no": "early"}),
        ]  # fmt: skip

    def _corrections(self) -> Records:
        """An old order turns out to have been cancelled, another to have been bought by somebody else."""
        self.orders[40]["cancelled"] = self.orders[40]["created"] + timedelta(hours=1)
        self.orders[41]["customer"] = self.orders[-1]["customer"]
        return []
