"""Orders that went from other than the best warehouse, and lanes on which another carrier is late less."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.routing import LEAST_PARCELS, Detour, Rival, Routing
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Shown, Tile

MOST, LONGEST_DAYS = 10, 400
DETOURS = ("warehouse", "best", "region", "because", "orders", "late", "days_more", "late_more", "freight_more")
RIVALS = (
    "warehouse", "region", "carrier", "parcels", "days_p90", "rate", "low", "high", "best", "late_more", "freight_more",
)  # fmt: skip
LANE_DIMENSIONS = ("warehouse", "region", "carrier")


def detours(page: str) -> Tile:
    """Pairs of warehouses and a region, those first that cost most days."""

    def chosen(view: View, workspace: Any) -> tuple[Routing, list[Detour]]:
        found = _found(view, workspace)
        return found, [one for one in found.detours if _within(view, one)]

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("routing.detours")
        found, kept = chosen(view, workspace)
        if not found.judged:
            return Shown(parts.nothing(title, view.text("routing.unjudged")), title)
        if not kept:
            return Shown(parts.nothing(title, view.text("routing.detours_none")), title)
        head = [view.dimension("warehouse"), view.text("routing.best"), view.dimension("region"),
                *(view.text(f"routing.{name}") for name in DETOURS[3:])]  # fmt: skip
        rows = [[
            *_lane(view, one.warehouse, one.region, one.best),
            view.label("detour", one.because),
            html.B(_number(view, one.orders)), _number(view, one.late), _signed(view, one.days_more),
            _signed(view, one.late_more), _signed(view, one.freight_more),
        ] for one in kept[:MOST]]  # fmt: skip
        note = view.text(
            "routing.detours_note",
            route=numbers.percent(view.language, found.share("route")),
            stock=numbers.percent(view.language, found.share("stock")),
            judged=_number(view, found.judged),
            orders=_number(view, found.orders),
        )
        return Shown(parts.table(head, rows, range(4, 9)), title, note)

    def table(view: View, workspace: Any) -> Table:
        rows = [tuple(getattr(one, name) for name in DETOURS) for one in chosen(view, workspace)[1]]
        return Table("detours", DETOURS, rows, _stamp(view))

    return Tile(f"{page}-detours", "html", tell=tell, table=table)


def carriers(page: str) -> Tile:
    """Carriers on lanes where another one is late less beyond chance; the file has all of them."""

    def chosen(view: View, workspace: Any) -> list[Rival]:
        return [one for one in _found(view, workspace).carriers if _within(view, one)]

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("routing.rivals")
        found = chosen(view, workspace)
        worse = [one for one in found if one.best]
        if not worse:
            words = view.text("routing.rivals_none", lanes=_number(view, len(found)), least=LEAST_PARCELS)
            return Shown(parts.nothing(title, words), title)
        head = [view.dimension("warehouse"), view.dimension("region"), view.dimension("carrier"),
                *(view.text(f"routing.{name}") for name in ("parcels", "days_p90", "rate", "better", "late_more",
                                                            "freight_more"))]  # fmt: skip
        rows = [[
            view.member("warehouse", one.warehouse), view.member("region", one.region),
            _go(view, "carrier", one.carrier), _number(view, one.parcels),
            numbers.number(view.language, one.days_p90, 1), _rate(view, one), view.member("carrier", one.best),
            html.B(_signed(view, one.late_more)), _signed(view, one.freight_more),
        ] for one in worse[:MOST]]  # fmt: skip
        late = _number(view, sum(one.late_more for one in worse))
        note = view.text("routing.rivals_note", late=late, least=LEAST_PARCELS)
        return Shown(parts.table(head, rows, (3, 4, 5, 7, 8)), title, note)

    def table(view: View, workspace: Any) -> Table:
        rows = [tuple(getattr(one, name) for name in RIVALS) for one in chosen(view, workspace)]
        return Table("carriers", RIVALS, rows, _stamp(view), frozenset({"rate", "low", "high"}))

    return Tile(f"{page}-rivals", "html", tell=tell, table=table)


def _found(view: View, workspace: Any) -> Routing:
    end = view.base.end or view.today
    start = view.base.start
    if start is not None:
        start = max(start, end - timedelta(days=LONGEST_DAYS))
    found: Routing = workspace.routing(start, end)
    return found


def _within(view: View, one: Detour | Rival) -> bool:
    """Whether a lane is within the page's filters; those that a lane does not have leave it as it is."""
    return all(
        getattr(one, each.dimension) in each.values
        for each in view.base.where
        if each.dimension in LANE_DIMENSIONS and hasattr(one, each.dimension)
    )


def _lane(view: View, warehouse: str, region: str, best: str) -> list[Any]:
    return [_go(view, "warehouse", warehouse), view.member("warehouse", best), view.member("region", region)]


def _go(view: View, dimension: str, member: str) -> html.Button:
    return html.Button(view.member(dimension, member), className="cell", type="button",
                       **parts.data(go=change(**{dimension: member})))  # fmt: skip


def _number(view: View, value: float) -> str:
    return numbers.number(view.language, value, 0)


def _signed(view: View, value: float | None) -> str:
    return numbers.DASH if value is None else numbers.signed(view.language, value, 0)


def _rate(view: View, one: Rival) -> str:
    low, high = (numbers.percent(view.language, share, digits=0) for share in (one.low, one.high))
    return f"{numbers.percent(view.language, one.rate)} ({low}–{high})"


def _stamp(view: View) -> Stamp:
    return Stamp(view.as_of, view.timezone, view.filter_words() or view.days(), view.version)
