"""How far a number can be trusted: the sources it rests on, what is missing in them, and the bounds that leaves.

low and high are what the rate would be if everything unknown had gone wrong for it, or right: rows that could not be
judged and refused records join the denominator, counted rows with a refused record change sides. Without anything
unknown they are the value. Refused records whose amount is not known count as much as an average row. A duration or
score has no bounds: what is missing could be of any length. See `metrics.doubt` for what is counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from fulfillment_bi.errors import UsageError
from fulfillment_bi.metrics.doubt import RECORDS, Doubt, count_refused, run_doubts
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import Resolved, check_query, get_metric, resolve
from fulfillment_bi.warehouse.build import dependencies, load_models
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.tables import has_table

_STATE = re.compile(r"\bstate_([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of export the number rests on; `newest` is its newest event (UTC)."""

    source: str
    adapter: str
    newest: datetime | None
    exported_at: datetime | None
    records: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """One member's number (`members` is empty without a split); shares are of the selection's rows.

    `coverage` is the share of what should be judged that could be. `refused` are refused records that may belong here.
    """

    members: tuple[Any, ...]
    value: float | None
    low: float | None
    high: float | None
    coverage: float | None
    unknown: float
    in_doubt: float
    refused: float
    impossible_share: float | None
    missing_share: float | None


@dataclass(frozen=True, slots=True)
class Trust:
    """The bounds of one metric's answer, and the sources behind it."""

    metric: str
    rows: tuple[Bounds, ...]
    sources: tuple[Source, ...]


def judge(session: Session, query: Query) -> Trust:
    """How far `query`'s one metric can be trusted, for each member of its split. Raises what the query would."""
    if len(query.metrics) != 1:
        raise UsageError(f"{len(query.metrics)} metrics are named.", hint="Judge one metric at a time.")
    check_query(query)
    resolved = resolve(get_metric(query.metrics[0]), query)
    entities = sorted(feeding(resolved.fact.name))
    has_refused = has_table(session, "quarantine")
    own = RECORDS.get(resolved.fact.name, ("", ()))[0]
    others = [name for name in entities if name != own] if has_refused and own else []
    doubts = run_doubts(session, query, resolved, others)
    refused = count_refused(session, query, resolved) if has_refused else {}
    rows = tuple(
        bounds(members, replace(doubt, refused=_may_belong(refused, members)), resolved)
        for members, doubt in doubts.items()
    )
    return Trust(query.metrics[0], rows, _sources(session, entities))


def bounds(members: tuple[Any, ...], doubt: Doubt, resolved: Resolved) -> Bounds:
    """The bounds that a doubt leaves; for a rate low <= value <= high, and both equal to it when nothing is unknown."""
    is_rate = resolved.denominator is not None and resolved.adds_up and resolved.metric.unit == "rate"
    is_count = resolved.denominator is None and resolved.adds_up
    n, d = float(doubt.n), float(doubt.d)
    joining = float(doubt.unknown) + doubt.refused * _size(doubt, resolved)
    value = low = high = None
    if is_rate:
        whole = d + joining
        failing = max(float(doubt.d_in_doubt) - float(doubt.n_in_doubt), 0.0)
        value = n / d if d else None
        low = max(n - float(doubt.n_in_doubt), 0.0) / whole if whole else None
        high = min((n + failing + joining) / whole, 1.0) if whole else None
        if value is not None and low is not None and high is not None:
            low, high = min(low, value), max(high, value)
    elif is_count:
        value, low, high = n, n, n + joining
    judged = d + joining
    return Bounds(
        members,
        value,
        low,
        high,
        d / judged if judged else None,
        float(doubt.unknown),
        float(doubt.d_in_doubt),
        float(doubt.refused),
        doubt.impossible / doubt.rows if doubt.rows else None,
        doubt.missing / doubt.rows if doubt.rows else None,
    )


def _size(doubt: Doubt, resolved: Resolved) -> float:
    """What a refused record adds: one row, or where amounts are summed an average row's."""
    part = resolved.denominator or resolved.numerator
    if not part.is_sum:
        return 1.0
    return float(doubt.d) / doubt.rows if doubt.rows else 0.0


def _may_belong(refused: Mapping[tuple[str | None, ...], int], members: Sequence[Any]) -> int:
    """Refused records of these members, a missing one standing for any."""
    return sum(
        count
        for names, count in refused.items()
        if all(name is None or name == str(own) for name, own in zip(names, members, strict=True))
    )


@cache
def feeding(fact: str) -> frozenset[str]:
    """The entities whose records make a table's rows; not those that only name members or date the whole version."""
    models = load_models()
    graph, open_models, seen, found = dependencies(models), [fact], set[str](), set[str]()
    while open_models:
        name = open_models.pop()
        if name in models and name not in seen:
            seen.add(name)
            found |= set(_STATE.findall(models[name]))
            open_models += [one for one in graph[name] if not one.startswith(("dim_", "build_"))]
    return frozenset(found)


def _sources(session: Session, entities: Sequence[str]) -> tuple[Source, ...]:
    if not has_table(session, "loads"):
        return ()
    sql = (files("fulfillment_bi.insight") / "sql" / "trust_sources.sql").read_text("utf-8")
    rows = session.rows(sql, (list(entities),))
    return tuple(
        Source(source, adapter, newest, exported, int(count or 0)) for source, adapter, newest, exported, count in rows
    )
