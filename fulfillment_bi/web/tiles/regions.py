"""Where in the country parcels come late: provinces as tiles; other places, or a country without them, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, bars
from fulfillment_bi.charts.cartogram import Province, cartogram, province_of
from fulfillment_bi.charts.heat import Cell
from fulfillment_bi.i18n import numbers
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.metrics.targets import levels_of
from fulfillment_bi.web import wording
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Answers, Figure, Shown, Tile
from fulfillment_bi.web.wording import Value

METRIC, REGION = "carrier_on_time_rate", "region"
MOST = 10
LEAST_SAMPLE = 10
LEAST_PROVINCES = 3
"""With fewer, a map shows less than bars do."""
Group = list[dict[str, Any]]


def regions(page: str, *, flat: bool = False) -> Tile:
    """The carrier's promise by region of delivery; a click filters the page to a province under all its spellings.

    `flat` writes a province's name and rate in one line, where a map has little height.
    """

    def ask(view: View) -> Mapping[str, Query]:
        return {"regions": view.query(METRIC, by=(REGION,), compare="none")}

    def show(view: View, answers: Answers) -> Shown:
        found = answers["regions"]
        records = [record for record in found.records() if record[f"{METRIC}_d"]]
        title = view.text(f"card.{page}_regions")
        if not records:
            return Shown(look.nothing(view.theme, view.language, view.text(f"card.{page}_regions_none")), title)
        inside, abroad = _sorted(records)
        if len(inside) < LEAST_PROVINCES:
            return Shown(_ranked(view, found, records), title, view.text(f"card.{page}_regions_late"))
        middle = wording.target_of(found, METRIC) or 0.95
        cells = {each.code: _cell(view, found, each, group, middle, flat) for each, group in inside.items()}
        note = view.text(f"card.{page}_regions_note", least=LEAST_SAMPLE)
        if abroad:
            rest = wording.shown(view.language, _summed(found, abroad))
            note = view.text("regions.abroad", count=len(abroad), value=rest) + " · " + note
        return Shown(cartogram(cells, view.theme, view.language, middle=middle), title, note)

    return Tile(f"{page}-regions", "chart", ask, show, METRIC)


def _sorted(records: Sequence[dict[str, Any]]) -> tuple[dict[Province, Group], Group]:
    """Records by province, and those of no province."""
    inside: dict[Province, Group] = {}
    abroad: Group = []
    for record in records:
        province = province_of(str(record[REGION]))
        (inside.setdefault(province, []) if province else abroad).append(record)
    return inside, abroad


def _summed(found: Result, group: Group) -> Value:
    n, d = (sum(float(record[f"{METRIC}_{part}"] or 0) for record in group) for part in "nd")
    first = wording.value_of(group[0], METRIC, found)
    return Value(first.metric, n / d if d else None, n, d, levels=levels_of(found, group[0], METRIC))


def _cell(view: View, found: Result, province: Province, group: Group, middle: float, flat: bool) -> Cell:
    value = _summed(found, group)
    enough = (value.d or 0) >= LEAST_SAMPLE
    words = wording.shown(view.language, value).rstrip("%")
    return Cell(
        value.value if enough else middle,
        f"<b>{province.mark(view.language)}</b>{' ' if flat else '<br>'}{words if enough else f'({words})'}",
        wording.sentence(view.language, province.name(view.language), value),
        change(**{REGION: [record[REGION] for record in group]}),
    )


def _ranked(view: View, found: Result, records: Group) -> Figure:
    """Late parcels by region: size and rate together say where to look."""
    worst = sorted(records, key=lambda record: (record[f"{METRIC}_n"] or 0) - record[f"{METRIC}_d"])[:MOST]
    items = []
    for record in worst:
        value = wording.value_of(record, METRIC, found)
        name = view.member(REGION, record[REGION])
        late = (value.d or 0) - (value.n or 0)
        words = f"{numbers.number(view.language, late)} · {wording.shown(view.language, value)}"
        hover = wording.sentence(view.language, name, value)
        items.append(Bar(name, late, words, hover, change(**{REGION: record[REGION]}), "accent"))
    return bars(items, view.theme, view.language)
