"""From where to where parcels come late: origins by destinations, the busiest of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.heat import Cell, heat
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Shown, Tile
from fulfillment_bi.web.tiles.crossing import named

METRIC = "carrier_on_time_rate"
TRANSIT = "transit_time"
ORIGIN, DESTINATION = "origin", "destination"
MOST_ORIGINS, MOST_DESTINATIONS = 8, 10
LEAST_SAMPLE = 10
"""Fewer parcels than this stay uncoloured, in brackets: one late parcel of two says nothing about a lane."""


def lanes(page: str) -> Tile:
    """A heat map of the carrier's promise; a click filters the page to one lane."""

    def ask(view: View) -> Mapping[str, Query]:
        by = (ORIGIN, DESTINATION)
        return {name: view.query(name, by=by, compare="none") for name in (METRIC, TRANSIT)}

    def show(view: View, answers: Answers) -> Shown:
        found = answers[METRIC]
        records = [
            record
            for record in found.records()
            if record[f"{METRIC}_d"] and "none" not in (record[ORIGIN], record[DESTINATION])
        ]
        title = view.text(f"card.{page}_lanes")
        if not records:
            return Shown(look.nothing(view.theme, view.language, view.text(f"card.{page}_lanes_none")), title)
        times = {(record[ORIGIN], record[DESTINATION]): record[TRANSIT] for record in answers[TRANSIT].records()}
        middle = wording.target_of(found, METRIC) or 0.95
        cells = {(record[ORIGIN], record[DESTINATION]): _cell(view, found, record, times, middle) for record in records}
        down = _busiest(records, ORIGIN, MOST_ORIGINS)
        across = _busiest(records, DESTINATION, MOST_DESTINATIONS)
        shown = {place: cell for place, cell in cells.items() if place[0] in down and place[1] in across}
        figure = heat(down, across, shown, view.theme, view.language, middle=middle)
        names = {name: view.member(ORIGIN, name) for name in down} | {
            name: view.member(DESTINATION, name) for name in across
        }
        worst = _worst(view, found, records)
        note = view.text(f"card.{page}_lanes_note", least=LEAST_SAMPLE)
        return Shown(named(figure, names, down, across), worst or title, note)

    return Tile(f"{page}-lanes", "chart", ask, show, METRIC, filed=(METRIC, TRANSIT))


def _cell(
    view: View, found: Result, record: dict[str, Any], times: Mapping[tuple[str, str], float | None], middle: float
) -> Cell:
    value = wording.value_of(record, METRIC, found)
    place = (record[ORIGIN], record[DESTINATION])
    head = _lane(view, place)
    words = wording.shown(view.language, value).rstrip("%")
    enough = (value.d or 0) >= LEAST_SAMPLE
    days = times.get(place)
    more = view.text("lanes.transit", time=numbers.duration(view.language, days)) if days is not None else ""
    sentence = "<br>".join(part for part in (wording.sentence(view.language, head, value), more) if part)
    return Cell(
        value.value if enough else middle,
        words if enough else f"({words})",
        sentence,
        change(**{ORIGIN: place[0], DESTINATION: place[1]}),
    )


def _lane(view: View, place: tuple[str, str]) -> str:
    return f"{view.member(ORIGIN, place[0])} → {view.member(DESTINATION, place[1])}"


def _worst(view: View, found: Result, records: Sequence[dict[str, Any]]) -> str:
    """The lane that delivers most parcels late, when one does; with its numbers."""
    late = max(records, key=lambda record: record[f"{METRIC}_d"] - (record[f"{METRIC}_n"] or 0))
    value = wording.value_of(late, METRIC, found)
    missed = (value.d or 0) - (value.n or 0)
    if missed < LEAST_SAMPLE / 2:
        return ""
    return view.text("lanes.finding", lane=_lane(view, (late[ORIGIN], late[DESTINATION])), count=f"{missed:,.0f}")


def _busiest(records: Sequence[Mapping[str, Any]], dimension: str, most: int) -> list[str]:
    size: dict[str, float] = {}
    for record in records:
        size[record[dimension]] = size.get(record[dimension], 0.0) + record[f"{METRIC}_d"]
    return sorted(size, key=lambda name: (-size[name], name))[:most]
