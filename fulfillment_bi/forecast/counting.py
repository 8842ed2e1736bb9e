"""What to count first: items that the books have and the shelves seem not to, by the orders a count protects.

The chance that an item's books are wrong starts at what the counts of all items say, and rises with its own evidence:

1. Counts: units that were off, over the units that were counted.
2. Lines that went short although the books had enough: each short one speaks against the books, each filled one for
   them (a beta distribution whose start is worth `PRIOR_LINES` lines).
3. Protected are the orders that are open now and those that are expected within `AHEAD_DAYS`, each by that chance.
"""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment_bi.forecast.outlook import Outlook
from fulfillment_bi.forecast.texts import load_query
from fulfillment_bi.warehouse.engine import Session

LOOK_BACK_DAYS, WAITING_HOURS, AHEAD_DAYS = 30, 24, 7
PRIOR_LINES = 6.0
USUAL_OFF = 0.02
"""Share of units that are off where nothing was ever counted."""
LEAST_CHANCE = 0.03


@dataclass(frozen=True, slots=True)
class Count:
    """An item to count. `chance` that its books are wrong, `protected`: orders that are saved by knowing it.

    `days_since` its last count, None where there was none. `short_lines` of `lines` went short against the books.
    """

    sku: str
    product: str
    category: str
    warehouse: str
    location: str
    on_hand: float
    value: float
    short_lines: int
    lines: int
    open_orders: int
    days_since: int | None
    chance: float
    protected: float


def plan_counts(session: Session, outlook: Outlook) -> tuple[Count, ...]:
    """The items worth counting, those first that protect most orders."""
    series = outlook.series
    place = {key: at for at, key in enumerate(zip(series.sku_id.tolist(), series.warehouse_id.tolist(), strict=True))}
    rows = session.rows(load_query("count_plan"), (LOOK_BACK_DAYS, WAITING_HOURS))
    off, booked = sum(row[9] for row in rows), sum(row[10] for row in rows)
    usual = min(off / booked, 0.5) if booked else USUAL_OFF
    expected = outlook.daily.mean[:, :AHEAD_DAYS].sum(axis=1)
    found = []
    for sku, warehouse, location, on_hand, value, short, lines, open_orders, since, *_ in rows:
        at = place.get((sku, warehouse))
        chance = chance_wrong(usual, short, lines)
        if at is None or short == 0 or chance < LEAST_CHANCE:
            continue
        protected = chance * (open_orders + min(float(expected[at]), on_hand))
        found.append(
            Count(
                series.sku[at],
                series.product[at],
                series.category[at],
                series.warehouse[at],
                location,
                on_hand,
                value,
                short,
                lines,
                open_orders,
                since,
                chance,
                protected,
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.protected, -one.value, one.sku, one.warehouse)))


def chance_wrong(usual: float, short: int, lines: int) -> float:
    """The chance that the books are wrong, from how often lines went short against them."""
    return (usual * PRIOR_LINES + short) / (PRIOR_LINES + lines)
