"""What hangs on each board: one hero, six numbers, two rows of three. Tiles of the desk pages keep their words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from fulfillment_bi.web.pages import logistics, service, supply
from fulfillment_bi.web.pages.wall_head import page_name
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.tiles.broken import where_broken
from fulfillment_bi.web.tiles.buckets import Classes, buckets
from fulfillment_bi.web.tiles.course import course
from fulfillment_bi.web.tiles.crossing import crossing
from fulfillment_bi.web.tiles.decisions import decisions
from fulfillment_bi.web.tiles.figures import cycle, number, quantiles
from fulfillment_bi.web.tiles.gate import gate
from fulfillment_bi.web.tiles.listing import Listing, Tab, listing
from fulfillment_bi.web.tiles.matrix import matrix
from fulfillment_bi.web.tiles.regions import regions
from fulfillment_bi.web.tiles.stages import stage_times
from fulfillment_bi.web.tiles.waiting import waiting

CLAUSE = re.compile("；|; | · ")


@dataclass(frozen=True, slots=True)
class Board:
    """`numbers` start with the hero; each row has three cards. `gate` says which data are missing, where it can."""

    name: str
    numbers: tuple[Tile, ...]
    first: tuple[Tile, ...]
    second: tuple[Tile, ...]
    gate: Tile | None = None

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """All of them, in reading order."""
        return (*([self.gate] if self.gate else []), *self.numbers, *self.first, *self.second)


def hung(tile: Tile) -> Tile:
    """A tile of a desk page on the wall: the same questions, a name of its own, the first words of its note."""

    def show(view: View, answers: Answers) -> Shown:
        return _brief(tile.show(view, answers))

    def show_with(view: View, answers: Answers, workspace: Any) -> Shown:
        assert tile.show_with
        return _brief(tile.show_with(view, answers, workspace))

    def tell(view: View, workspace: Any) -> Shown:
        assert tile.tell
        return _brief(tile.tell(view, workspace))

    return replace(
        tile,
        name=f"wall-{tile.name}",
        show=show,
        show_with=show_with if tile.show_with else None,
        tell=tell if tile.tell else None,
    )


def _brief(shown: Shown) -> Shown:
    """What the numbers are stands first in a note; how to read them is for who sits near."""
    return replace(shown, note=CLAUSE.split(shown.note)[0])


def _either(first: Tile, other: Tile) -> Tile:
    """A gate that is open as soon as one of two is."""

    def tell(view: View, workspace: Any) -> Shown:
        assert first.tell
        assert other.tell
        said = first.tell(view, workspace)
        return said if said.body.className == "gate" else other.tell(view, workspace)

    return replace(first, tell=tell)


def _overview() -> Board:
    page = page_name("overview")
    return Board(
        "overview",
        (
            number(page, "otif", hero=True),
            number(page, "order_fill_rate"),
            number(page, "unit_fill_rate"),
            number(page, "ship_delay_rate"),
            number(page, "delivery_delay_rate"),
            cycle(page),
            number(page, "review_score"),
        ),
        (where_broken(page), course(page), waiting(page)),
        (stage_times(page), crossing(page), decisions(page)),
    )


def _supply() -> Board:
    page = page_name("supply")
    late = Listing(
        "late",
        "supplier_on_time_rate",
        "denominator",
        ("supplier", "sku", "arrival"),
        (Tab("missing", "promised_at_{promise}"),),
        "arrival",
        "line",
        most=5,
    )
    cover = Classes(
        "cover",
        "excess_stock_share",
        "cover_bucket",
        {"0": "alarm", "0-7": "bad", ">180": "bad", "none": "bad"},
        (">180", "none"),
        money=True,
    )
    stock = gate("inventory", "stockout_rate_sku_day", "line", ("stock_levels", "stock_counts", "products"))
    return Board(
        "supply",
        (
            number(page, "supplier_on_time_rate", hero=True),
            number(page, "supplier_fill_rate"),
            quantiles(page, "purchase_lead_time", "purchase_lead_time_p90", "tile.lead_time"),
            number(page, "stockout_rate"),
            number(page, "lost_sales_value"),
            number(page, "days_of_supply"),
            number(page, "excess_stock_share"),
        ),
        (hung(supply.ARRIVAL), hung(supply.COURSE), hung(supply.LEAD)),
        (
            hung(buckets("inventory", cover)),
            hung(matrix("inventory", "stockout_rate_sku_day", "category", "warehouse")),
            hung(listing("supply", late)),
        ),
        hung(_either(supply.GATE, stock)),
    )


def _logistics() -> Board:
    page = page_name("logistics")
    stalled = Listing(
        "stalled",
        "stalled_parcel_rate",
        "numerator",
        ("tracking_no", "carrier", "lane", "last_scan_at"),
        (Tab("", "last_scan_at"),),
        most=7,
    )
    return Board(
        "logistics",
        (
            number(page, "carrier_on_time_rate", hero=True),
            quantiles(page, "transit_time", "transit_time_p90", "tile.transit"),
            number(page, "stalled_parcel_rate"),
            number(page, "lost_parcel_rate"),
            number(page, "pickup_in_time_rate"),
            number(page, "fake_shipment_rate"),
            number(page, "valid_tracking_rate"),
        ),
        (hung(logistics.CARRIERS), hung(logistics.COURSE), hung(regions("logistics", flat=True))),
        (hung(logistics.TRANSIT), hung(logistics.LANES), hung(listing("logistics", stalled))),
        hung(logistics.GATE),
    )


def _service() -> Board:
    page = page_name("service")
    return Board(
        "service",
        (
            number(page, "satisfaction_rate", hero=True),
            quantiles(page, "first_response_time", "first_response_time_p90", "tile.first_response"),
            number(page, "three_minute_response_rate"),
            quantiles(page, "resolution_time", "resolution_time_p90", "tile.resolution"),
            number(page, "complaint_rate"),
            number(page, "after_sales_rate"),
            number(page, "compensation_cost"),
        ),
        (hung(service.FAILURES), hung(service.COMPLAINED), hung(service.REASONS)),
        (hung(service.RESPONSE), hung(service.SATISFIED), hung(service.CASES)),
    )


ALL = (_overview(), _supply(), _logistics(), _service())
