"""What if: the newest past once more with a change that is chosen above the answer."""

from __future__ import annotations

from typing import Any

from dash import html

from fulfillment_bi.forecast.whatif import DAYS, Change
from fulfillment_bi.i18n import numbers
from fulfillment_bi.reports.table import Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Shown, Tile
from fulfillment_bi.web.tiles.foresight import stamp

SAFETY = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
LEAD = (-3, -1, 0, 1, 3)
CAPACITY = (0.8, 1.0, 1.2, 1.5)
RATES, AMOUNTS = ("fill", "in_time"), ("orders_waiting", "capital")


def change_of(view: View) -> Change:
    """The change that the address names; what it does not, or not rightly, stays as it was."""
    return Change(
        _near(view, "safety", SAFETY, 1.0), int(_near(view, "lead", LEAD, 0)), _near(view, "capacity", CAPACITY, 1.0)
    )


def _near(view: View, name: str, offered: tuple[float, ...], usual: float) -> float:
    try:
        wanted = float(view.state.param(name, str(usual)))
    except ValueError:
        return usual
    return wanted if wanted in offered else usual


def what_if(page: str) -> Tile:
    """The form, and under it what happened, the unchanged replay with its error, and the changed one."""

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("planning.whatif", days=DAYS)
        wanted = change_of(view)
        found = workspace.what_if(wanted, DAYS)
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
        return Shown([_form(view, wanted), body], title, note)

    def table(view: View, workspace: Any) -> Table:
        found = workspace.what_if(change_of(view), DAYS)
        rows = [
            (view.label("replay", name), getattr(found.history, name), getattr(found.baseline, name), found.error(name),
             getattr(found.changed, name), found.effect(name))
            for name in (*RATES, *AMOUNTS)
        ]  # fmt: skip
        return Table("whatif", HEAD, rows, stamp(view))

    return Tile(f"{page}-whatif", "html", tell=tell, table=table)


HEAD = ("measure", "happened", "replayed", "error", "changed", "effect")


def _form(view: View, wanted: Change) -> html.Div:
    def percent(value: float) -> str:
        return numbers.percent(view.language, value, digits=0)

    def days(value: float) -> str:
        return view.text("planning.days_more", days=f"{value:+.0f}".replace("-", "−"))

    return html.Div(
        [
            _choices(view, "safety", SAFETY, wanted.safety, 1.0, percent),
            _choices(view, "lead", LEAD, wanted.lead_days, 0, days),
            _choices(view, "capacity", CAPACITY, wanted.capacity, 1.0, percent),
        ],
        className="whatif-form",
    )


def _choices(view: View, name: str, offered: tuple[float, ...], chosen: float, usual: float, words: Any) -> html.Div:
    return html.Div(
        [
            html.Span(view.text(f"planning.{name}"), className="choices-name"),
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
