"""The question a Why page asks, read from its URL, and its answer: every tile of the page shows a part of one answer.

?metric=otif&compare=year            against the same days a year before
?metric=otif&against=channel=tmall   against another selection
?metric=otif&against=2026-10-01..2026-10-07
?metric=otif&by=warehouse            divided by this dimension, not by the one that explains most
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from fulfillment_bi.charts import theme as look
from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.insight.why import Why, is_explainable
from fulfillment_bi.insight.why_sides import Against, Selection, Target
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.types import Metric
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Figure

FIRST = "otif"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no explanation, and what would give one."""

    what: str
    hint: str


def asked_metric(view: View) -> Metric:
    """The metric the URL names; the headline when it names none of ours."""
    return METRICS.get(view.state.param("metric"), METRICS[FIRST])


def asked_dimension(view: View) -> str:
    """The dimension the URL divides by; "" to choose."""
    by = view.state.param("by")
    return by if by in DIMENSIONS else ""


def question(view: View) -> Query:
    """The page's query with closed ends."""
    by = asked_dimension(view)
    query = view.query(asked_metric(view).name, by=(by,) if by else (), compare="none")
    return query.but(end=query.end or view.today)


def asked_against(view: View) -> Against:
    """What the page compares with: what `against` names, else what the comparison of every page says."""
    named = _named(view.state.param("against"))
    if named is not None:
        return named
    if view.base.compare == "target":
        return Target()
    return "year" if view.base.compare == "year" else "previous"


def _named(text: str) -> Against | None:
    name, equals, member = text.partition("=")
    if equals and name in DIMENSIONS and member:
        return Selection((Filter(name, (member,)),))
    first, dots, last = text.partition("..")
    try:
        return (date.fromisoformat(first), date.fromisoformat(last)) if dots else None
    except ValueError:
        return None


def explained(view: View, workspace: Any) -> Why | Refused:
    """The explanation, or why there is none. Every tile asks; it is computed once."""
    if not is_explainable(asked_metric(view)):
        return Refused(view.text("why.no_bridge", metric=view.metric(asked_metric(view).name)), view.text("why.choose"))
    if view.base.start is None:
        return Refused(view.text("why.no_period"), view.text("why.choose_period"))
    try:
        found: Why = workspace.explain(question(view), asked_against(view))
    except FulfillmentError as error:
        return Refused(error.what, error.hint)
    if not found.bridge.segments:
        return Refused(view.text("empty.period_title"), view.text("empty.period"))
    return found


def refused_figure(view: View, why: Refused) -> Figure:
    """A chart that says why it is empty."""
    return look.nothing(view.theme, view.language, why.what)


def refused_body(why: Refused) -> Any:
    """A table or list that says why it is empty."""
    return parts.nothing(why.what, why.hint)
