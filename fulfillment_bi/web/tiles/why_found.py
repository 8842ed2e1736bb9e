"""What broke more promises than it usually does: cause, where, and how many orders, each with its evidence."""

from __future__ import annotations

from typing import Any

from dash import html

from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.bridge_words import CHANCE, finding_words
from fulfillment_bi.insight.findings import BROKEN, Finding
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.explained import asked_against, question
from fulfillment_bi.web.state import View, explaining
from fulfillment_bi.web.tile import Shown, Tile
from fulfillment_bi.web.tiles.cost import paid

HEAD = ("causes", "place", "orders", "interval", "cost", "expected", "evidence")
SHOWN_MEMBERS = 6


def findings(page: str) -> Tile:
    """A row a finding, most orders first. It comes after the rest of its page: it looks everywhere."""

    def tell(view: View, workspace: Any) -> Shown:
        title = view.text("found.title")
        found = _found(view, workspace)
        if not found:
            return Shown(parts.nothing(CHANCE.of(view.language), view.text("found.none")), title)
        head = [view.text(f"found.{name}") for name in HEAD]
        rows = parts.table(head, [_row(view, workspace, one) for one in found], (2, 3, 4, 5, 6), (0, 1))
        words = html.P(finding_words(found[0], view.language), className="why-words")
        return Shown(html.Div([words, rows]), title, view.text("found.note"))

    def table(view: View, workspace: Any) -> Table:
        columns = ("causes", "places", "orders", "low", "high", "expected", "evidence")
        rows = [
            (*_told(view, one), one.orders, one.low, one.high, one.expected, one.evidence)
            for one in _found(view, workspace)
        ]
        return Table("findings", columns, rows, Stamp(view.as_of, view.timezone, view.days(), view.version))

    return Tile(f"{page}-findings", "html", tell=tell, table=table, is_late=True)


def _found(view: View, workspace: Any) -> tuple[Finding, ...]:
    if view.base.start is None:
        return ()
    try:
        found: tuple[Finding, ...] = workspace.findings(question(view).but(by=()), asked_against(view))
    except FulfillmentError:
        # What the metric or its filters do not allow is said at the head of the page.
        return ()
    return found


def _told(view: View, one: Finding) -> tuple[str, str]:
    """Causes and places with every segment, as a file has them."""
    causes = ", ".join(view.label("cause", name) for name in one.causes)
    places = [
        f"{view.dimension(name)}: {', '.join(view.member(name, each) for each in members)}"
        for name, members in one.places
    ]
    return causes, " > ".join(places)


def _row(view: View, workspace: Any, one: Finding) -> list[Any]:
    low, high = (numbers.number(view.language, value, 0) for value in (one.low, one.high))
    return [
        html.Div([_opened(view.label("cause", name), cause=name) for name in one.causes], className="found-cells"),
        _places(view, one),
        html.B(numbers.number(view.language, one.orders, 0)),
        f"{low} – {high}",
        paid(view, workspace, one.orders),
        numbers.number(view.language, one.expected, 0),
        numbers.number(view.language, one.evidence, 1),
    ]


def _places(view: View, one: Finding) -> Any:
    if not one.places:
        return view.text("found.everywhere")
    rows = []
    for dimension, members in one.places:
        cells = [
            _opened(view.member(dimension, name), cause=one.causes[0], **{dimension: name})
            for name in members[:SHOWN_MEMBERS]
        ]
        more = len(members) - SHOWN_MEMBERS
        rest = [html.Span(view.text("found.more", count=str(more)))] if more > 0 else []
        rows.append(html.Div([html.Small(view.dimension(dimension)), *cells, *rest], className="found-cells"))
    return html.Div(rows)


def _opened(words: str, **members: str) -> html.Button:
    """Opens the failed orders that are the evidence."""
    go = explaining(BROKEN, "numerator", **members)
    return html.Button(words, className="cell", type="button", **parts.data(go=go))
