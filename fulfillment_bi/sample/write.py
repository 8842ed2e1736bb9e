"""`write_sample`: simulate the retailer block by block, write every system's exports and the truth about them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from fulfillment_bi.errors import UsageError
from fulfillment_bi.sample.clock import DAY
from fulfillment_bi.sample.demand import AS_OF_HOUR, Calendar, Orders, blocks, orders_of, plan
from fulfillment_bi.sample.exportfile import ExportWriter
from fulfillment_bi.sample.incidents import Incident, plant
from fulfillment_bi.sample.judge import attribute
from fulfillment_bi.sample.layout import EXPORTS
from fulfillment_bi.sample.orderfiles import (
    fulfilment_columns,
    is_global,
    line_columns,
    order_columns,
    parcel_columns,
)
from fulfillment_bi.sample.process import Draws, draw_luck, pay, place
from fulfillment_bi.sample.promises import Promises, promise
from fulfillment_bi.sample.record import Block, Record, record
from fulfillment_bi.sample.service import after_sales_columns, review_columns, ticket_columns
from fulfillment_bi.sample.stock import Flows, product_columns, stock_columns
from fulfillment_bi.sample.truth import Tally
from fulfillment_bi.sample.world import World, build_world

Progress = Callable[[int, int], None]
_LONGEST_WAIT = 12 * DAY  # from an order's creation until its stock is looked for


@dataclass(frozen=True)
class SampleSummary:
    """What `write_sample` wrote: files in writing order, good rows and bad rows each, and the content of truth.json."""

    directory: Path
    files: tuple[Path, ...]
    rows: dict[str, int]
    bad_rows: dict[str, int]
    truth: dict[str, Any]


def write_sample(
    directory: Path | str,
    *,
    orders: int = 100_000,
    days: int = 120,
    seed: int = 7,
    end: date | None = None,
    as_of_hour: int = AS_OF_HOUR,
    progress: Progress | None = None,
) -> SampleSummary:
    """Write the exports of a made-up retailer and `truth.json` to `directory` (made if missing, its files replaced).

    The window is the `days` days up to `end` (default today); nothing is later than `as_of_hour` o'clock business time
    on that day. The same arguments make the same bytes. `progress(done, total)` is called with numbers of orders.
    Raises UsageError for numbers that make no sense.
    """
    last = end or date.today()
    _check(orders, days, as_of_hour)
    target = Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    calendar = plan(seed, orders, days, last, as_of_hour)
    world = build_world(seed, int(np.clip(orders // 10, 120, 2000)), days)
    incidents = plant(world, calendar)
    tally = Tally(calendar, incidents)
    flows = Flows.empty(world, calendar, incidents)
    with ExitStack() as stack:
        files = {export.name: stack.enter_context(ExportWriter(target, export)) for export in EXPORTS}
        for first, stop in blocks(calendar):
            block, found = _simulate_block(world, calendar, incidents, tally, seed, first, stop)
            if block is None or found is None:
                continue
            flows.add(calendar, block)
            _write_block(files, world, calendar, block, found, seed, first)
            if progress is not None:
                progress(tally.orders, orders)
        files["products.csv"].write(product_columns(world))
        for batch in stock_columns(world, calendar, flows, incidents, seed):
            files["stock_levels.csv"].write(batch)
    truth = tally.truth(world, seed, list(files.values()))
    (target / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return SampleSummary(
        directory=target,
        files=tuple(target / name for name in (*files, "truth.json")),
        rows={name: file.rows for name, file in files.items()},
        bad_rows={name: sum(file.bad.values()) for name, file in files.items()},
        truth=truth,
    )


def _check(orders: int, days: int, as_of_hour: int) -> None:
    if not 1 <= orders <= 50_000_000:
        raise UsageError(f"{orders} orders cannot be simulated.", where="--orders", hint="Use 1 to 50,000,000.")
    if not 7 <= days <= 1500:
        raise UsageError(f"{days} days cannot be simulated.", where="--days", hint="Use 7 to 1,500.")
    if not 1 <= as_of_hour <= 24:
        raise UsageError(f"{as_of_hour} is no hour of the day.", hint="Use 1 to 24.")


def _simulate_block(
    world: World, calendar: Calendar, incidents: tuple[Incident, ...], tally: Tally, seed: int, first: int, stop: int
) -> tuple[Block | None, Record | None]:
    orders = orders_of(world, calendar, seed, first, stop)
    if orders.count == 0:
        return None, None
    draws, promises = prepare(world, calendar, orders, incidents, seed, first)
    outcome, verdict, blame = attribute(world, calendar, orders, draws, promises, incidents)
    block = Block(orders, draws, promises, outcome, verdict)
    found = record(calendar, block)
    tally.add(block, found, blame)
    return block, found


def prepare(
    world: World, calendar: Calendar, orders: Orders, incidents: tuple[Incident, ...], seed: int, first: int
) -> tuple[Draws, Promises]:
    """Draw a block's luck and make its promises; orders that may wait for stock get room for a second part."""
    second = np.zeros(orders.count, dtype=bool)
    for incident in incidents:
        if incident.kind == "stock":
            wanted = np.isin(orders.sku, incident.skus)
            asks = np.bincount(orders.line_order, weights=wanted, minlength=orders.count) > 0
            second |= asks & (orders.created >= incident.start - _LONGEST_WAIT) & (orders.created < incident.end)
    draws = draw_luck(seed, first, orders, second)
    warehouse, carrier = place(world, orders, draws)
    paid = pay(orders, draws)
    return draws, promise(world, calendar, orders, paid, warehouse[: orders.count], carrier[: orders.count])


def _write_block(
    files: dict[str, ExportWriter], world: World, calendar: Calendar, block: Block, found: Record, seed: int, first: int
) -> None:
    rng = np.random.default_rng([seed, 6, first])
    abroad = is_global(block)
    for name, chosen, is_abroad in (("cn", ~abroad, False), ("global", abroad, True)):
        count = int(chosen.sum())
        columns = order_columns(world, calendar, block, found, abroad=is_abroad)
        files[f"orders_{name}.csv"].write({key: column.filter(chosen) for key, column in columns.items()}, count)
        lines = line_columns(world, block, abroad=is_abroad)
        mine = chosen[block.orders.line_order]
        files[f"order_lines_{name}.csv"].write({key: column.filter(mine) for key, column in lines.items()}, count)
    total = block.orders.count
    files["fulfilments.csv"].write(fulfilment_columns(world, calendar, block, found), total)
    files["parcels.csv"].write(parcel_columns(world, calendar, block, found), total)
    files["reviews.csv"].write(review_columns(calendar, block, found, rng), total)
    files["tickets.csv"].write(ticket_columns(calendar, block, found, rng), total)
    files["after_sales.csv"].write(after_sales_columns(world, calendar, block, found, rng), total)
