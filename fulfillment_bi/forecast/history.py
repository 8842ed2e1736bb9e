"""The demand history of a version as a panel, with the names of its series and of its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fulfillment_bi.forecast.panel import Numbers, Panel, Whole
from fulfillment_bi.forecast.texts import load_query
from fulfillment_bi.metrics.festivals import FESTIVALS
from fulfillment_bi.warehouse.engine import Session

EPOCH = date(1970, 1, 1)
PROMOTION = 2 * len(FESTIVALS) + 1
"""The number of days that the calendar of the business calls a promotion."""
SALES = (
    PROMOTION,
    *(2 * at + 2 for at, festival in enumerate(FESTIVALS) if festival.name in {"618", "double_11", "double_12"}),
)
"""The numbers of main days of sales: what one of them does to demand is the best guess of what another one will do."""


@dataclass(frozen=True)
class Series:
    """What each series is, in the panel's order: (S,) each. `unit_cost` and `price` are 0 where nothing is known."""

    sku_id: Whole
    warehouse_id: Whole
    sku: tuple[str, ...]
    product: tuple[str, ...]
    category: tuple[str, ...]
    warehouse: tuple[str, ...]
    unit_cost: Numbers
    price: Numbers
    lead_days: Numbers
    pack: Whole

    def __len__(self) -> int:
        return len(self.sku)


def read_history(session: Session, until: date, channel: str | None = None) -> tuple[Panel, Series] | None:
    """All stocked SKUs and warehouses by day, up to the day before `until`; None without stock snapshots.

    `channel` counts its orders only; the stock is everybody's.
    """
    table = session.arrow(load_query("demand_history"), (until, channel))
    if table.num_rows == 0:
        return None
    row = {name: table[name].to_numpy() for name in table.column_names}
    series, day = row["series"].astype(np.int64), row["day"].astype(np.int64)
    first, count = int(day.min()), int(series.max()) + 1
    shape = (count, int(day.max()) - first + 1)
    units, exposure, least = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    at = (series, day - first)
    units[at], exposure[at], least[at] = row["units"], row["exposure"], row["is_least"]
    newest = np.flatnonzero(np.diff(series, append=-1) != 0)
    group = np.unique(row["category_id"][newest], return_inverse=True)[1]
    panel = Panel(units, exposure, least, group.astype(np.int64), EPOCH + timedelta(days=first))
    return panel, _named(session, row["sku_id"][newest].astype(np.int64), row["warehouse_id"][newest].astype(np.int64))


def count_series(session: Session) -> int:
    """How many SKU-warehouses have stock history."""
    return int(session.rows(load_query("demand_series"))[0][0])


def _named(session: Session, sku_id: Whole, warehouse_id: Whole) -> Series:
    names = {int(row[0]): row[1:] for row in session.rows(load_query("demand_names"))}
    places = dict(session.rows("SELECT warehouse_id, warehouse FROM dim_warehouse"))
    known = [names[each] for each in sku_id.tolist()]
    sku, product, category, cost, price, lead, pack = zip(*known, strict=True)
    return Series(
        sku_id, warehouse_id, sku, product, category, tuple(places[each] for each in warehouse_id.tolist()),
        np.array(cost), np.array(price), np.array(lead), np.array(pack, dtype=np.int64),
    )  # fmt: skip


def read_events(session: Session, start: date, days: int) -> Whole:
    """(days,) from `start`: 0 for an ordinary day, else the number of its name.

    The calendar of the business comes first, then the festivals that are felt everywhere: their main day with the
    eve of it, and the season around it, by the lunar calendar where it rules.
    """
    found = np.zeros(days, dtype=np.int64)
    for number, festival in enumerate(FESTIVALS):
        for year in range(start.year - 1, start.year + days // 365 + 2):
            main = festival.main_day(year)
            if main is not None:
                place = (main - start).days
                found[max(place - festival.before, 0) : max(place + festival.after + 1, 0)] = 2 * number + 1
                found[max(place - 1, 0) : max(place + 1, 0)] = 2 * number + 2
    kinds = {"promotion": 0}
    for day, kind in session.rows(load_query("demand_events")):
        place = (day - start).days
        if 0 <= place < days:
            found[place] = PROMOTION + kinds.setdefault(kind, len(kinds))
    return found


def lend(events: Whole, periods: int) -> tuple[Whole, tuple[int, ...]]:
    """The events with sales to come that the first `periods` never saw named as those they did see, and their places.

    The newest kind of sale that was seen lends its number to the main day; without any the day stays an ordinary one.
    """
    seen = {number: at for at, number in enumerate(events[:periods].tolist()) if number in SALES}
    lender = max(seen, key=lambda number: seen[number]) if seen else 0
    found, lent = events.copy(), []
    for at in range(periods, len(events)):
        number = int(events[at])
        if number in SALES and number not in seen:
            # The eve has the number of its main day; it was a quiet day wherever it was seen.
            is_main = at + 1 == len(events) or int(events[at + 1]) != number
            found[at] = lender if is_main else 0
            if is_main and lender:
                lent.append(at)
    return found, tuple(lent)
