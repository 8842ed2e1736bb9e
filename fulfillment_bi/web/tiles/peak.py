"""A promotion to come against what each warehouse packs in an hour; its size is chosen above the answer."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import Any

from dash import html

from fulfillment_bi.forecast.peak import Load, Peak, Wanted
from fulfillment_bi.i18n import numbers
from fulfillment_bi.reports.table import Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Shown, Tile
from fulfillment_bi.web.tiles.foresight import is_chosen, stamp

UPLIFTS = (2.0, 3.0, 5.0, 8.0)
MOST_KNOWN = 3
COLUMNS = tuple(field.name for field in fields(Load))
HEAD = ("usual", "peak_day", "peak_hour", "peak_orders", "capacity_hour", "waiting_most", "wait_longest", "needed")


def wanted_of(view: View) -> Wanted:
    """What the address asks for: a past day, an uplift, or nothing."""
    like, uplift = view.state.param("like", ""), view.state.param("uplift", "")
    try:
        day = date.fromisoformat(like) if like else None
    except ValueError:
        day = None
    try:
        times = float(uplift) if uplift else None
    except ValueError:
        times = None
    return Wanted(day, times if times in UPLIFTS else None)


def peak(page: str) -> Tile:
    """Each warehouse, the one that is short of most first."""

    def asked(view: View, workspace: Any) -> Peak | None:
        wanted = wanted_of(view)
        plain: Peak | None = workspace.peak(Wanted(uplift=wanted.uplift))
        if plain is None or wanted.like not in plain.known:
            return plain
        found: Peak | None = workspace.peak(wanted)
        return found

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("planning.peak")
        found = asked(view, workspace)
        kept = [] if found is None else [one for one in found.loads if is_chosen(view, one)]
        if found is None or not kept:
            return Shown(parts.nothing(title, view.text("planning.none")), title)
        head = [view.dimension("warehouse"), *(view.text(f"planning.{name}") for name in HEAD)]
        rows = [_row(view, one, found.within) for one in kept]
        times = numbers.number(view.language, found.uplift, 1)
        note = view.text("planning.peak_note", uplift=times, within=found.within)
        return Shown([_form(view, found), parts.table(head, rows, range(1, len(head)))], title, note)

    def table(view: View, workspace: Any) -> Table:
        found = asked(view, workspace)
        kept = [] if found is None else [one for one in found.loads if is_chosen(view, one)]
        return Table("peak", COLUMNS, [tuple(asdict(one).values()) for one in kept], stamp(view))

    return Tile(f"{page}-peak", "html", tell=tell, table=table)


def _row(view: View, one: Load, within: int) -> list[Any]:
    def number(value: float, digits: int = 0) -> str:
        return numbers.number(view.language, value, digits)

    wait = view.text("planning.never_packed") if one.wait_hours is None else number(one.wait_hours)
    late = one.wait_hours is None or one.wait_hours > within
    enough = numbers.DASH if one.needed is None else view.text("planning.times", times=number(one.needed, 2))
    return [
        view.member("warehouse", one.warehouse), number(one.usual), number(one.orders), f"{one.peak_hour}:00",
        number(one.peak_orders, 1), number(one.capacity_hour, 1), number(one.waiting_most),
        html.B(wait) if late else wait, html.B(enough) if late else enough,
    ]  # fmt: skip


def _form(view: View, found: Peak) -> html.Div:
    wanted = wanted_of(view)
    days = [
        _pill(numbers.day(view.language, day), day == found.like, like=day.isoformat(), uplift="")
        for day in found.known[:MOST_KNOWN]
    ]
    scales = [
        _pill(view.text("planning.times", times=numbers.number(view.language, times, 0)), times == wanted.uplift,
              uplift="" if times == wanted.uplift else f"{times:.0f}")
        for times in UPLIFTS
    ]  # fmt: skip
    rows = [("like", days), ("uplift", scales)]
    return html.Div(
        [
            html.Div([html.Span(view.text(f"planning.{name}"), className="choices-name"), *pills], className="choices")
            for name, pills in rows
            if pills
        ],
        className="whatif-form",
    )


def _pill(words: str, chosen: bool, **changes: str) -> html.Button:
    return html.Button(
        words, className="pill is-on" if chosen else "pill", type="button", **parts.data(go=change(**changes))
    )
