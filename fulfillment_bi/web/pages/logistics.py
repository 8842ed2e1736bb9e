"""Logistics: do carriers keep their word, which of them, on which lanes, and which parcels need a call today."""

from __future__ import annotations

from dash import dcc, html

from fulfillment_bi.web import parts
from fulfillment_bi.web.tile import Page
from fulfillment_bi.web.tiles.compared import compared
from fulfillment_bi.web.tiles.course import course
from fulfillment_bi.web.tiles.durations import durations
from fulfillment_bi.web.tiles.figures import number, quantiles
from fulfillment_bi.web.tiles.gate import gate
from fulfillment_bi.web.tiles.lanes import lanes
from fulfillment_bi.web.tiles.listing import Listing, Tab, listing
from fulfillment_bi.web.tiles.regions import regions
from fulfillment_bi.web.tiles.routing import carriers, detours
from fulfillment_bi.web.tiles.split import split
from fulfillment_bi.web.tiles.standings import standings

NAME = "logistics"

GATE = gate(NAME, "parcels", "order", ("parcels", "parcel_events"))
NUMBERS = (
    number(NAME, "carrier_on_time_rate", hero=True),
    quantiles(NAME, "transit_time", "transit_time_p90", "tile.transit"),
    number(NAME, "stalled_parcel_rate"),
    number(NAME, "lost_parcel_rate"),
    number(NAME, "damaged_parcel_rate"),
    number(NAME, "pickup_in_time_rate"),
    number(NAME, "fake_shipment_rate"),
    number(NAME, "valid_tracking_rate"),
    number(NAME, "parcels"),
)
CARRIERS = standings(NAME, "carriers", "carrier_on_time_rate", "carrier", "region")
COURSE = course(NAME, "carrier_on_time_rate", zoom=True, title="card.logistics_course")
LANES, REGIONS = lanes(NAME), regions(NAME)
STALLED = listing(
    NAME,
    Listing(
        "stalled",
        "stalled_parcel_rate",
        "numerator",
        ("order_no", "tracking_no", "carrier", "lane", "last_scan_at"),
        (Tab("", "last_scan_at"),),
    ),
)
TRANSIT = durations(NAME, "transit", "transit_time", "transit_time_p90", "carrier")
EXCEPTIONS = split(NAME, "parcels", "exception", "exceptions")
LOST = listing(
    NAME,
    Listing(
        "lost",
        "lost_parcel_rate",
        "numerator",
        ("order_no", "tracking_no", "carrier", "lane", "last_scan_at"),
        (Tab("", "-last_scan_at"),),
    ),
)
DETOURS, RIVALS = detours(NAME), carriers(NAME)
COMPARED = compared(
    NAME,
    (
        "carrier_on_time_rate",
        "transit_time",
        "transit_time_p90",
        "stalled_parcel_rate",
        "lost_parcel_rate",
        "damaged_parcel_rate",
        "returned_parcel_rate",
        "pickup_in_time_rate",
        "fake_shipment_rate",
        "parcels",
    ),
    dimensions=("carrier", "warehouse", "region", "channel", "shop"),
)


def layout(language: str) -> html.Div:
    """From the carriers' promise to where it breaks, then the parcels somebody must look for, then every number."""
    return html.Div(
        [
            html.Div(id=f"{NAME}-problem"),
            html.Div(id=f"{GATE.name}-body"),
            html.Div(
                [parts.number_tile(tile.name, tile.metric, hero=at == 0) for at, tile in enumerate(NUMBERS)],
                className="tiles",
            ),
            html.Div(
                [
                    parts.chart_card(CARRIERS.name, language, span="span-5", size="chart-l"),
                    parts.chart_card(COURSE.name, language, span="span-7", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.chart_card(REGIONS.name, language, span="span-5", size="chart-xl"),
                    parts.chart_card(LANES.name, language, span="span-7", size="chart-xl"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.html_card(STALLED.name, language, span="span-7"),
                    parts.chart_card(TRANSIT.name, language, span="span-5", size="chart-l"),
                ],
                className="grid",
            ),
            html.Div(
                [
                    parts.html_card(LOST.name, language, span="span-7"),
                    parts.chart_card(EXCEPTIONS.name, language, span="span-5"),
                ],
                className="grid",
            ),
            html.Div([parts.html_card(DETOURS.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(RIVALS.name, language, span="span-12")], className="grid"),
            html.Div([parts.html_card(COMPARED.name, language, span="span-12")], className="grid"),
            dcc.Store(id=f"{NAME}-clicks"),
        ],
        className="gated",
    )


PAGE = Page(
    NAME,
    ("/logistics",),
    (GATE, *NUMBERS, CARRIERS, COURSE, LANES, REGIONS, STALLED, TRANSIT, EXCEPTIONS, LOST, DETOURS, RIVALS, COMPARED),
    layout,
    dimensions=("carrier", "region", "warehouse", "channel", "shop"),
)
