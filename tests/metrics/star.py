"""A small star schema from plain orders: what the SQL models would make of them, worked out in Python instead.

`Order` and `Line` say what happened; `fill_star` writes every fct_ and dim_ table that the metrics read.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from tests.metrics.empty_tables import add_empty_tables
from tests.metrics.star_causes import fill_causes
from tests.metrics.star_service import fill_service
from tests.metrics.star_systems import fill_systems

EVENTS = ("warehouse", "platform", "scan", "ship", "sign")
PROMISES = ("original", "current")
STAGES = ("pay", "review", "allocate", "pick", "pack", "ship", "pickup", "deliver")
TIMEZONE = "Asia/Shanghai"
AS_OF = datetime(2026, 3, 1, 4, 30)

CHANNELS = ("unknown", "tmall", "jd", "shopify")
SILENT = {(3, "scan")}
"""(channel, event) that the channel never reports."""
SHOPS = ("unknown", "several", "flagship", "outlet")
REGIONS = (("unknown", "unknown"), ("广东", "中国"), ("浙江", "中国"), ("Bavaria", "Germany"))
WAREHOUSES = ("unknown", "several", "GZ-1", "SH-2")
CARRIERS = ("unknown", "SF", "ZTO")
CATEGORIES = ("unknown", "shoes", "bags")
SKUS = (
    ("unknown", None, 0, "unknown"),
    ("SKU-1", "红色运动鞋", 1, "Acme"),
    ("SKU-2", "Blue shoe", 1, "Zeta"),
    ("SKU-3", "Leather bag", 2, "Acme"),
)

CLASSES = ("C", "A", "B", None)


@dataclass
class Line:
    """`sent` are (units, hours from creation to each event or None)."""

    sku: int
    quantity: int
    price: Decimal
    sent: list[tuple[int, dict[str, float | None]]] = field(default_factory=list)
    warehouse: int = 2
    carrier: int = 1


@dataclass
class Order:
    """Hours count from `created`. `cancelled_by` empty means not cancelled."""

    created: datetime
    lines: list[Line]
    ship_promise: float | None = 48
    delivery_promise: float | None = 120
    extension: float = 24
    cancelled_by: str = ""
    channel: int = 1
    shop: int = 2
    region: int = 1
    complete: bool = True
    paid_after: float | None = 1
    score: int | None = None
    excused: bool = False


def _at(order: Order, hours: float | None) -> datetime | None:
    return None if hours is None else order.created + timedelta(hours=hours)


def _business(moment: datetime | None) -> tuple[Any, Any]:
    if moment is None:
        return None, None
    local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(TIMEZONE))
    return local.date(), local.hour


def _promise(order: Order, event: str, promise: str) -> datetime | None:
    hours = order.delivery_promise if event == "sign" else order.ship_promise
    extra = order.extension if promise == "current" else 0
    return None if hours is None else _at(order, hours + extra)


def _units(order: Order, line: Line, event: str, by: datetime | None) -> int:
    if (order.channel, event) in SILENT:
        return 0
    reached = [(units, _at(order, hours[event])) for units, hours in line.sent]
    return sum(units for units, moment in reached if moment and by and moment <= by)


def _line_flags(order: Order, line: Line) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for event in EVENTS:
        for promise in PROMISES:
            name = f"{event}_{promise}"
            by, delivery = _promise(order, event, promise), _promise(order, "sign", promise)
            counted = order.cancelled_by not in ("customer", "unknown") and (order.channel, event) not in SILENT
            due = int(bool(counted and by and by <= AS_OF))
            fill_due = int(bool(counted and delivery and delivery <= AS_OF))
            units, fill = _units(order, line, event, by), _units(order, line, event, delivery)
            otif = int(bool(due and units >= line.quantity))
            row |= {
                f"due_{name}": due,
                f"pending_{name}": int(bool(counted and by and by > AS_OF)),
                f"late_{name}": int(bool(due and not otif)),
                f"otif_{name}": otif,
                f"fill_due_{name}": fill_due,
                f"fill_pending_{name}": int(bool(counted and delivery and delivery > AS_OF)),
                f"filled_{name}": int(bool(fill_due and fill >= line.quantity)),
                f"excused_{name}": int(bool(due and not otif and order.excused)),
                f"units_{name}": units,
                f"fill_units_{name}": fill,
            }
    return row


def _order_flags(lines: list[dict[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for event in EVENTS:
        for promise in PROMISES:
            name = f"{event}_{promise}"
            due = lines[0][f"due_{name}"]
            otif = min(line[f"otif_{name}"] for line in lines)
            row |= {f"due_{name}": due, f"pending_{name}": lines[0][f"pending_{name}"], f"otif_{name}": otif}
            row |= {f"late_{name}": int(due and not otif)}
            row |= {flag: lines[0][flag] for flag in (f"fill_due_{name}", f"fill_pending_{name}")}
            row |= {f"filled_{name}": min(line[f"filled_{name}"] for line in lines)}
            row |= {f"excused_{name}": max(line[f"excused_{name}"] for line in lines)}
    return row


def _last(order: Order, event: str) -> datetime | None:
    if (order.channel, event) in SILENT:
        return None
    moments = [_at(order, hours[event]) for line in order.lines for _, hours in line.sent]
    known = [moment for moment in moments if moment]
    return max(known) if known and len(known) == len(moments) else None


def _days(prefix: str, moment: datetime | None) -> dict[str, Any]:
    day, hour = _business(moment)
    return {f"{prefix}_day": day, f"{prefix}_hour": hour}


def _one(values: list[int]) -> int:
    return values[0] if len(set(values)) == 1 else 1


def order_rows(key: int, order: Order) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """The order's row of fct_order, its rows of fct_order_line and of fct_order_stage."""
    shipped, signed = _last(order, "ship"), _last(order, "sign")
    cancelled = bool(order.cancelled_by)
    state = "cancelled" if cancelled else "delivered" if signed else "open"
    ship_state = "shipped" if shipped else "cancelled" if cancelled else "open"
    possible = int(not (shipped and shipped < order.created) and not (shipped and signed and signed < shipped))
    clocks = _days("created", order.created) | _days("shipped", shipped) | _days("signed", signed)
    for promise in PROMISES:
        clocks |= _days(f"ship_due_{promise}", _promise(order, "ship", promise))
        clocks |= _days(f"sign_due_{promise}", _promise(order, "sign", promise))
    shared = {"order_key": key, "order_no": f"NO-{key:06d}", "channel_id": order.channel, "shop_id": order.shop}
    shared |= {
        "region_id": order.region,
        "delivery_state": state,
        "ship_state": ship_state,
        "sequence_possible": possible,
    }
    lines = []
    for number, line in enumerate(order.lines, 1):
        lines.append(
            shared
            | clocks
            | {"line_no": str(number), "warehouse_id": line.warehouse, "carrier_id": line.carrier}
            | {"sku_id": line.sku, "category_id": SKUS[line.sku][2], "unit_price": line.price}
            | {"qty_ordered": Decimal(line.quantity), "qty_due": Decimal(line.quantity)}
            | {"shipped_at": shipped, "delivered_at": signed}
            | _line_flags(order, line)
        )
    warehouse, carrier = _one([line.warehouse for line in order.lines]), _one([line.carrier for line in order.lines])
    shared |= {"warehouse_id": warehouse, "carrier_id": carrier}
    flags = _order_flags(lines)
    is_open = int(not cancelled and not signed)
    failed = int(flags["due_sign_original"] and not flags["otif_sign_original"])
    paid = _at(order, order.paid_after)
    row = shared | clocks | flags
    row |= {"customer_key": f"c{key % 7}", "status": state, "cancelled_by": order.cancelled_by or None}
    row |= {"created_at": order.created, "paid_at": paid, "reviewed_at": None, "allocated_at": None, "picked_at": None}
    row |= {"packed_at": None, "shipped_at_warehouse": _last(order, "warehouse"), "cancelled_at": None}
    row |= {"shipped_at_platform": _last(order, "platform"), "first_scan_at": _last(order, "scan")}
    row |= {"shipped_at": shipped, "delivered_at": signed}
    for promise in PROMISES:
        row[f"promised_ship_at_{promise}"] = _promise(order, "ship", promise)
        row[f"promised_delivery_at_{promise}"] = _promise(order, "sign", promise)
    row |= {"is_created": 1, "is_cancelled": int(cancelled), "is_open": is_open, "completeness_known": int(key % 5 > 0)}
    row |= {"is_complete": int(order.complete), "is_signed": int(bool(signed) and not cancelled)}
    seconds = int((signed - order.created).total_seconds()) if signed and not cancelled else None
    row |= {"cycle_seconds": seconds, "current_stage": ("ship" if not shipped else "deliver") if is_open else None}
    row |= {"promise_bucket": ("overdue" if key % 2 else "0-2") if is_open else None, "seconds_to_promise": None}
    row |= {"break_stage": ("short", "deliver", "ship")[key % 3] if failed else None, "is_failed": failed}
    row |= {
        "order_value": sum((line.price * line.quantity for line in order.lines), Decimal(0)),
        "line_count": len(lines),
    }
    milestones = [
        ("pay", 1, order.created, paid),
        ("ship", 6, paid or order.created, shipped),
        ("deliver", 8, shipped, signed),
    ]
    stages = [
        shared
        | {"stage": stage, "stage_no": number, "started_at": start, "ended_at": end}
        | {"seconds": int((end - start).total_seconds())}
        | _days("ended", end)
        | _days("created", order.created)
        for stage, number, start, end in milestones
        if start and end
    ]
    return row, lines, stages


TYPES: dict[str, pa.DataType] = {
    "unit_price": pa.decimal128(18, 4),
    "order_value": pa.decimal128(18, 4),
    "score": pa.decimal128(9, 4),
    "cycle_seconds": pa.int64(),
    "seconds": pa.int64(),
    "seconds_to_promise": pa.int64(),
    "order_key": pa.int64(),
    "customer_key": pa.string(),
}
TEXTS = {"order_no", "line_no", "review_no", "status", "delivery_state", "ship_state", "cancelled_by", "current_stage"}
TEXTS |= {"promise_bucket", "break_stage", "stage", "issue"}


def _type(name: str) -> pa.DataType:
    if name in TYPES:
        return TYPES[name]
    if name in TEXTS:
        return pa.string()
    if name.endswith("_day"):
        return pa.date32()
    if "_at" in name and not name.endswith("_hour"):
        return pa.timestamp("us")
    if name.startswith(("units_", "fill_units_", "qty_")):
        return pa.decimal128(18, 4)
    return pa.int32() if name.endswith("_id") or name in ("line_count", "stage_no") else pa.int8()


def _table(rows: list[dict[str, Any]], like: dict[str, Any]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], _type(name)) for name in like})


def _names(column: str, members: tuple[str, ...]) -> pa.Table:
    ids = pa.array(range(len(members)), pa.int32())
    return pa.table({f"{column}_id": ids, column: pa.array(members, pa.string())})


def _plain_order() -> Order:
    hours = dict.fromkeys(EVENTS, 1.0)
    return Order(datetime(2026, 1, 1), [Line(1, 1, Decimal(1), [(1, hours)])])


def fill_star(session: Any, orders: list[Order]) -> None:
    """Write every table the metrics read into an empty session."""
    like, like_lines, like_stages = order_rows(0, _plain_order())
    facts = [order_rows(key, order) for key, order in enumerate(orders, 1)]
    rows = [row for row, _, _ in facts]
    session.append("fct_order", _table(rows, like))
    session.append("fct_order_line", _table([line for _, lines, _ in facts for line in lines], like_lines[0]))
    session.append("fct_order_stage", _table([stage for *_, stages in facts for stage in stages], like_stages[0]))
    shared = ("order_key", "order_no", "channel_id", "shop_id", "region_id", "warehouse_id", "carrier_id")
    issue = {
        name: like[name] for name in (*shared, "delivery_state", "ship_state", "status", "created_day", "created_hour")
    }
    kinds = ("paid_time_missing", "no_lines")
    issues = [
        row | {"issue": kind} for row in rows for place, kind in enumerate(kinds) if (row["order_key"] + place) % 4 == 0
    ]
    session.append("fct_order_issue", _table(issues, issue | {"issue": ""}))
    review = {
        name: like[name]
        for name in (*shared, "delivery_state", "ship_state", "created_at", "created_day", "created_hour")
    }
    reviews = [
        row | {"review_no": f"R{place}", "score": Decimal(order.score)}
        for place, (row, order) in enumerate(zip(rows, orders, strict=True))
        if order.score is not None
    ]
    session.append("fct_review", _table(reviews, review | {"review_no": "", "score": Decimal(1)}))
    _fill_dimensions(session)
    fill_service(session)
    fill_systems(session)
    fill_causes(session)
    add_empty_tables(session)
    session.execute("CREATE TABLE build_info (as_of TIMESTAMP, timezone VARCHAR)")
    session.execute("INSERT INTO build_info VALUES (?, ?)", (AS_OF, TIMEZONE))


def _fill_dimensions(session: Any) -> None:
    for column, members in (
        ("channel", CHANNELS),
        ("warehouse", WAREHOUSES),
        ("carrier", CARRIERS),
        ("category", CATEGORIES),
    ):
        session.append(f"dim_{column}", _names(column, members))
    session.append(
        "dim_shop", _names("shop", SHOPS).append_column("name", pa.array([None, None, "旗舰店", None], pa.string()))
    )
    regions = _names("region", tuple(region for region, _ in REGIONS))
    session.append("dim_region", regions.append_column("country", pa.array([country for _, country in REGIONS])))
    skus = _names("sku", tuple(sku[0] for sku in SKUS))
    classes = pa.array(CLASSES, pa.string())
    session.append("dim_sku_class", pa.table({"sku_id": skus["sku_id"], "abc": classes, "xyz": classes}))
    skus = skus.append_column("product_name", pa.array([sku[1] for sku in SKUS], pa.string()))
    skus = skus.append_column("category_id", pa.array([sku[2] for sku in SKUS], pa.int32()))
    session.append("dim_sku", skus.append_column("brand", pa.array([sku[3] for sku in SKUS])))


def random_orders(seed: int, count: int) -> list[Order]:
    """Orders of every kind over about 60 days, the same for the same seed."""
    rng = random.Random(seed)
    return [_random_order(rng) for _ in range(count)]


def _random_order(rng: random.Random) -> Order:
    created = datetime(2026, 1, 1) + timedelta(minutes=rng.randrange(59 * 24 * 60))
    return Order(
        created,
        [_random_line(rng, created) for _ in range(rng.randint(1, 3))],
        ship_promise=rng.choice((24, 48, 48, None)),
        delivery_promise=rng.choice((72, 120, 120, 168, None)),
        extension=rng.choice((0, 24, 72)),
        cancelled_by=rng.choice(("",) * 9 + ("customer", "seller", "unknown")),
        channel=rng.randint(1, 3),
        shop=rng.randint(0, 3),
        region=rng.randint(0, 3),
        complete=rng.random() < 0.9,
        paid_after=rng.choice((0.2, 1, 5, None)),
        score=rng.choice((None, 1, 2, 3, 4, 5, 5)),
        excused=rng.random() < 0.3,
    )


def _random_line(rng: random.Random, created: datetime) -> Line:
    quantity = rng.randint(1, 4)
    limit = (AS_OF - created).total_seconds() / 3600
    sent: list[tuple[int, dict[str, float | None]]] = []
    left = quantity
    while left and rng.random() < 0.93:
        units = rng.randint(1, left)
        left -= units
        ship = rng.choice((6.0, 20.0, 30.0, 47.0, 60.0, 130.0, -3.0))
        hours = {"warehouse": ship, "platform": ship + 2, "scan": ship + 5, "ship": ship + 5}
        hours["sign"] = ship + rng.choice((20.0, 40.0, 90.0, 4.0))
        sent.append((units, {event: hour if hour <= limit else None for event, hour in hours.items()}))
    price = Decimal(rng.randint(100, 99_999)) / 100
    return Line(rng.randint(0, 3), quantity, price, sent, rng.randint(0, 3), rng.randint(0, 2))
