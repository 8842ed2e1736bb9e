"""`write_sample`: simulate the retailer day by day, write every system's exports and the truth about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from fulfillment_bi.errors import UsageError
from fulfillment_bi.sample.calendar import AS_OF_HOUR, plan
from fulfillment_bi.sample.clock import Whole
from fulfillment_bi.sample.demand import open_market
from fulfillment_bi.sample.exportfile import ExportWriter
from fulfillment_bi.sample.formats.exports import PLATFORM_EXPORTS
from fulfillment_bi.sample.incidents import plant
from fulfillment_bi.sample.layout import EXPORTS, Export
from fulfillment_bi.sample.orderfiles import (
    ABROAD,
    Pages,
    event_columns,
    fulfilment_columns,
    line_columns,
    order_columns,
    pages,
    parcel_columns,
    parcels_of,
)
from fulfillment_bi.sample.record import OWN_FORMAT, record
from fulfillment_bi.sample.service import after_sales_columns, penalty_columns, review_columns, ticket_columns
from fulfillment_bi.sample.simulate import Evening, Simulation
from fulfillment_bi.sample.stockfiles import (
    calendar_columns,
    count_columns,
    product_columns,
    purchase_columns,
    stock_columns,
)
from fulfillment_bi.sample.truth import Tally
from fulfillment_bi.sample.world import build_world


def all_exports() -> tuple[Export, ...]:
    """The layout of every file of a sample, in the order they are written."""
    return (*EXPORTS, *(export for export, _ in PLATFORM_EXPORTS))


Progress = Callable[[int, int], None]


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
    incidents: Collection[str] | None = None,
    first_order: int = 0,
    progress: Progress | None = None,
) -> SampleSummary:
    """Write the exports of a made-up retailer and `truth.json` to `directory` (made if missing, its files replaced).

    The window is the `days` days up to `end` (default today); nothing is later than `as_of_hour` o'clock business time
    on that day. `incidents`: the names of those to plant, None for all. The same arguments make the same bytes, in
    memory that grows with the orders of a few days. `progress(done, total)` is called with numbers of orders.
    Samples whose orders are numbered from different `first_order`s can be loaded together.
    Raises UsageError for numbers or names that make no sense.
    """
    last = end or date.today()
    _check(orders, days, as_of_hour)
    calendar = plan(seed, orders, days, last, as_of_hour)
    world = build_world(seed, int(np.clip(orders // 40, 48, 20_000)), days)
    market = open_market(world)
    planted = plant(world, market, calendar, incidents)
    target = Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    tally = Tally(world, calendar, planted)
    simulation = Simulation(world, market, calendar, planted, seed, first_order)
    with ExitStack() as stack:
        files = {export.name: stack.enter_context(ExportWriter(target, export)) for export in all_exports()}
        for evening in simulation.run():
            _write_stock(files, simulation, evening)
            if evening.block is not None:
                found = record(world, calendar, evening.block)
                tally.add(evening.block, found)
                _write_orders(files, pages(world, calendar, evening.block, found))
                if progress is not None:
                    progress(tally.orders, orders)
        files["products.csv"].write(product_columns(world))
        files["calendar.csv"].write(calendar_columns(calendar))
    state = simulation.states[-1]
    lost = state.lost_lines, state.lost_units
    truth = tally.truth(seed, simulation.ballot, simulation.felt, lost, list(files.values()))
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


def _write_stock(files: dict[str, ExportWriter], simulation: Simulation, evening: Evening) -> None:
    policy = simulation.policy
    off: Whole = np.zeros(evening.state.stock.cells, dtype=np.int64)
    for _, cells, units in evening.counts:
        off[cells] += units
    files["stock_levels.csv"].write(stock_columns(policy, evening.state, evening.day))
    files["stock_counts.csv"].write(count_columns(policy, evening.state, evening.day, off))
    for receipts in (*evening.received, *((evening.state.stock.expected,) if evening.last else ())):
        files["purchase_lines.csv"].write(purchase_columns(policy, receipts))


def _write_orders(files: dict[str, ExportWriter], page: Pages) -> None:
    orders = page.block.orders
    abroad = ABROAD[orders.channel]
    for name, chosen, is_abroad in (("cn", ~abroad, False), ("global", abroad, True)):
        count = int(chosen.sum())
        files[f"orders_{name}.csv"].write(order_columns(page, chosen, abroad=is_abroad), count)
    named = ~OWN_FORMAT[orders.channel]
    lines = np.flatnonzero(named[orders.line_order] & page.block.journey.exists)
    files["order_lines_cn.csv"].write(line_columns(page, lines), int(named.sum()))
    files["fulfilments.csv"].write(fulfilment_columns(page, ~OWN_FORMAT), orders.count)
    for export, columns_of in PLATFORM_EXPORTS:
        files[export.name].write(columns_of(page), orders.count)
    parcels = parcels_of(page)
    files["parcels.csv"].write(parcel_columns(page, parcels), orders.count)
    files["parcel_events.csv"].write(event_columns(page, parcels))
    files["reviews.csv"].write(review_columns(page), orders.count)
    files["tickets.csv"].write(ticket_columns(page, page.calendar.smooth()), orders.count)
    files["after_sales.csv"].write(after_sales_columns(page), orders.count)
    files["penalties.csv"].write(penalty_columns(page), orders.count)
