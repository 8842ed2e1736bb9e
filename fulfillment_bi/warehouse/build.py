"""Builds the star schema: runs every model of `sql/` in the order of its dependencies.

One file is one table. A model reads other models and the `state_*` tables by name; the names it mentions after FROM
and JOIN are its dependencies, so a new file needs no registration. `int_*` models are temporary, the rest is published.

Two things keep the definition switch (event x promise) out of the model texts:

1. A line with `{event}` or `{promise}` stands for one line per event and per promise.
2. In such a line `{kind}` is the promise the event is judged by ("ship" or "delivery"), `{unskipped}` the condition
   that no later event has happened: an event that was skipped over cannot be judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

from fulfillment_bi.warehouse.engine import Session

PROMISES = ("original", "current")


@dataclass(frozen=True, slots=True)
class Event:
    """A point at which a promise can be judged. `later`: the events that prove it must have happened before."""

    name: str
    kind: str
    later: tuple[str, ...]

    @property
    def unskipped(self) -> str:
        """SQL: none of the later events has happened."""
        return " AND ".join(f"e.done_at_{event} IS NULL" for event in self.later) or "true"


EVENTS = (
    Event("warehouse", "ship", ("platform", "scan", "sign")),
    Event("platform", "ship", ("scan", "sign")),
    Event("scan", "ship", ("sign",)),
    Event("ship", "ship", ("sign",)),
    Event("sign", "delivery", ()),
)

MACROS = (
    "CREATE OR REPLACE TEMP MACRO business_day(t) AS "
    "CAST(t AT TIME ZONE 'UTC' AT TIME ZONE getvariable('timezone') AS DATE)",
    "CREATE OR REPLACE TEMP MACRO business_hour(t) AS "
    "CAST(date_part('hour', t AT TIME ZONE 'UTC' AT TIME ZONE getvariable('timezone')) AS TINYINT)",
    # Payment after hand-over happens (cash on delivery, slow approval); being sent before being ordered does not.
    "CREATE OR REPLACE TEMP MACRO is_sequence_possible(created, shipped, signed) AS "
    "coalesce(shipped >= created, true) AND coalesce(signed >= shipped, true) AND coalesce(signed >= created, true)",
    # Review and allocation come in either order; what one warehouse does with its hands does not.
    "CREATE OR REPLACE TEMP MACRO are_steps_possible(created, paid, reviewed, allocated, picked, packed, sent) AS "
    "coalesce(paid >= created, true) AND coalesce(reviewed >= created, true) AND coalesce(allocated >= created, true) "
    "AND coalesce(picked >= greatest(created, allocated), true) "
    "AND coalesce(packed >= greatest(created, picked), true) "
    "AND coalesce(sent >= greatest(created, picked, packed), true)",
    # One of n equal shares; the first takes what rounding leaves, so that they sum to the quantity exactly.
    "CREATE OR REPLACE TEMP MACRO share(quantity, sharers, place) AS "
    "CASE WHEN place = 1 THEN quantity - (sharers - 1) * CAST(quantity / sharers AS DECIMAL(18, 4)) "
    "ELSE CAST(quantity / sharers AS DECIMAL(18, 4)) END",
)

_REFERENCE = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_]+)", re.IGNORECASE)


@cache
def load_models() -> Mapping[str, str]:
    """Model name -> its SELECT, with the definition switch written out."""
    folder = files("fulfillment_bi.warehouse") / "sql"
    models = (item for item in folder.iterdir() if item.name.endswith(".sql"))
    return {item.name.removesuffix(".sql"): expand(item.read_text("utf-8")) for item in sorted(models, key=str)}


def expand(text: str) -> str:
    """Write each line with `{event}` or `{promise}` once per event and promise."""
    return "\n".join("\n".join(_expand_line(line)) for line in text.splitlines())


def _expand_line(line: str) -> list[str]:
    by_event, by_promise = "{event}" in line, "{promise}" in line
    if not (by_event or by_promise):
        return [line]
    body, comma = (line[:-1], ",") if line.rstrip().endswith(",") else (line, "")
    written = [
        body.replace("{event}", event.name).replace("{kind}", event.kind)
        .replace("{unskipped}", event.unskipped).replace("{promise}", promise)
        for event in (EVENTS if by_event else EVENTS[:1])
        for promise in (PROMISES if by_promise else PROMISES[:1])
    ]
    return [f"{one}," for one in written[:-1]] + [written[-1] + comma]


def dependencies(models: Mapping[str, str]) -> dict[str, set[str]]:
    """Model name -> the models it reads."""
    return {name: set(_REFERENCE.findall(text)) & (models.keys() - {name}) for name, text in models.items()}


def build_order() -> list[str]:
    """Model names, each after everything it reads; the same order every time."""
    graph = dependencies(load_models())
    sorter = TopologicalSorter({name: sorted(graph[name]) for name in sorted(graph)})
    return list(sorter.static_order())


def build_models(
    session: Session,
    *,
    timezone: str,
    unknown_cancellations: str = "exclude",
    progress: Callable[[str], None] = lambda _name: None,
) -> None:
    """Rebuild the star schema in `session` from its `state_*` tables.

    `timezone` is the business time zone (IANA name). `unknown_cancellations` is "exclude" (out of numerator and
    denominator) or "fail". `progress` is called with each model's name before it runs.
    """
    session.execute("SET VARIABLE timezone = CAST(? AS VARCHAR)", (timezone,))
    session.execute("SET VARIABLE unknown_cancellations = CAST(? AS VARCHAR)", (unknown_cancellations,))
    for macro in MACROS:
        session.execute(macro)
    order = build_order()
    for name in order:
        progress(name)
        temporary = "TEMP " if name.startswith("int_") else ""
        session.execute(f"CREATE OR REPLACE {temporary}TABLE {name} AS\n{load_models()[name]}")
    for name in order:
        if name.startswith("int_"):
            session.execute(f"DROP TABLE temp.{name}")
