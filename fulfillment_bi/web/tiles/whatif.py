"""What if: the newest past once more with a change that is chosen above the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import html

from fulfillment_bi.forecast.whatif import DAYS, Change, Replay
from fulfillment_bi.i18n import numbers
from fulfillment_bi.reports.table import Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Shown, Tile
from fulfillment_bi.web.tiles.foresight import stamp

SAFETY = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
LEAD = (-3, -1, 0, 1, 3)
CAPACITY = (0.8, 1.0, 1.2, 1.5)
CUTOFF = (-4, -2, 0, 2, 4)
SPLIT = (0.0, 0.1, 0.25, 0.5)
MOST_CARRIERS = 10
RATES, AMOUNTS = ("otif", "fill", "in_time"), ("orders_waiting", "capital")


def change_of(view: View) -> Change:
    """The change that the address names; what it does not, or not rightly, stays as it was."""
    return Change(
        _near(view, "safety", SAFETY, 1.0),
        int(_near(view, "lead", LEAD, 0)),
        _near(view, "capacity", CAPACITY, 1.0),
        _near(view, "cutoff", CUTOFF, 0),
        _near(view, "split", SPLIT, 0.0),
    )


def replayed(view: View, workspace: Any) -> Replay:
    """The replay of what the address names; a carrier that took no order changes nothing."""
    wanted, carrier = change_of(view), view.state.param("carrier_to", "")
    found: Replay = workspace.what_if(wanted, DAYS)
    if carrier in found.carriers:
        found = workspace.what_if(replace(wanted, carrier=carrier), DAYS)
    return found


def _near(view: View, name: str, offered: tuple[float, ...], usual: float) -> float:
    try:
        wanted = float(view.state.param(name, str(usual)))
    except ValueError:
        return usual
    return wanted if wanted in offered else usual


def what_if(page: str) -> Tile:
    """The form, and under it what happened, the unchanged replay with its error, and the changed one."""

    def tell(view: View, workspace: Any) -> Shown:
        found = replayed(view, workspace)
        title = view.text("planning.whatif", days=(found.end - found.start).days + 1)
        head = [view.text(f"planning.{name}") for name in HEAD]
        rows = []
        for name in (*RATES, *AMOUNTS):
            values = [getattr(side, name) for side in (found.history, found.baseline, found.changed)]
            if values[1] is not None:
                happened, again, changed = (_told(view, name, value) for value in values)
                error, effect = (_difference(view, name, value) for value in (found.error(name), found.effect(name)))
                rows.append([view.label("replay", name), happened, again, error, changed, html.B(effect)])
        note = view.text(
            "planning.whatif_note",
            start=numbers.day(view.language, found.start),
            end=numbers.day(view.language, found.end),
        )
        body = parts.table(head, rows, (1, 2, 3, 4, 5)) if rows else parts.nothing(title, view.text("planning.none"))
        return Shown([_form(view, found), body], title, note)

    def table(view: View, workspace: Any) -> Table:
        found = replayed(view, workspace)
        rows = [
            (view.label("replay", name), getattr(found.history, name), getattr(found.baseline, name), found.error(name),
             getattr(found.changed, name), found.effect(name))
            for name in (*RATES, *AMOUNTS)
        ]  # fmt: skip
        return Table("whatif", HEAD, rows, stamp(view))

    return Tile(f"{page}-whatif", "html", tell=tell, table=table)


HEAD = ("measure", "happened", "replayed", "error", "changed", "effect")


def _form(view: View, found: Replay) -> html.Div:
    wanted = found.change

    def percent(value: float) -> str:
        return numbers.percent(view.language, value, digits=0)

    def days(value: float) -> str:
        return view.text("planning.days_more", days=f"{value:+.0f}".replace("-", "−"))

    def hours(value: float) -> str:
        return view.text("planning.hours_more", hours=f"{value:+.0f}".replace("-", "−"))

    def carrier(value: str) -> str:
        return view.member("carrier", value)

    rows = [
        _choices(view, "safety", SAFETY, wanted.safety, 1.0, percent),
        _choices(view, "lead", LEAD, wanted.lead_days, 0, days),
        _choices(view, "capacity", CAPACITY, wanted.capacity, 1.0, percent),
        _choices(view, "cutoff", CUTOFF, wanted.cutoff, 0, hours),
    ]
    if found.source:
        rows.append(_choices(view, "split", SPLIT, wanted.split, 0.0, percent, _between(view, found)))
    if len(found.carriers) > 1:
        offered = ("", *found.carriers[:MOST_CARRIERS])
        rows.append(_choices(view, "carrier_to", offered, wanted.carrier, "", carrier))
    return html.Div(
        rows,
        className="whatif-form",
    )


def _between(view: View, found: Replay) -> str:
    source, target = (view.member("warehouse", name) for name in (found.source, found.target))
    return f"{view.text('planning.split')} {source} → {target}"


def _choices(
    view: View, name: str, offered: tuple[Any, ...], chosen: Any, usual: Any, words: Any, label: str = ""
) -> html.Div:
    return html.Div(
        [
            html.Span(label or view.text(f"planning.{name}"), className="choices-name"),
            *(
                html.Button(
                    view.text("planning.unchanged") if value == usual else words(value),
                    className="pill is-on" if value == chosen else "pill",
                    type="button",
                    **parts.data(go=change(**{name: "" if value == usual else value})),
                )
                for value in offered
            ),
        ],
        className="choices",
    )


def _told(view: View, name: str, value: float | None) -> str:
    if name in RATES:
        return numbers.percent(view.language, value)
    return numbers.number(view.language, value, 1 if name == "orders_waiting" else 0)


def _difference(view: View, name: str, value: float | None) -> str:
    if value is None:
        return numbers.DASH
    if name in RATES:
        return numbers.points(view.language, value)
    return numbers.signed(view.language, value, 1 if name == "orders_waiting" else 0)
