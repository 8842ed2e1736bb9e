"""Builds the star schema: runs every model of `sql/` in the order of its dependencies.

One file is one table. A model reads other models and the `state_*` tables by name; the names it mentions after FROM
and JOIN are its dependencies, so a new file needs no registration. `int_*` models are temporary, the rest is published
(a few small ones stay as well: `refresh`).

Two things keep the definition switch (event x promise) out of the model texts:

1. A line with `{event}` or `{promise}` stands for one line per event and per promise.
2. In such a line `{kind}` is the promise the event is judged by ("ship" or "delivery"), `{unskipped}` the condition
   that no later event has happened: an event that was skipped over cannot be judged.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

from fulfillment_bi.warehouse.apply import WholeBuildNeededError
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.refresh import is_temporary
from fulfillment_bi.warehouse.update import Update, can_update, drop_temporary

LEAST_ORDERS = 50_000
"""Up to so many orders building everything takes no longer than finding out what need not be built."""
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
        body.replace("{event}", event.name)
        .replace("{kind}", event.kind)
        .replace("{unskipped}", event.unskipped)
        .replace("{promise}", promise)
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


@cache
def models_signature() -> str:
    """Changes with the text of any model: what was built from other models cannot be brought up to date."""
    return hashlib.sha256("\n".join([*MACROS, *load_models().values()]).encode()).hexdigest()[:16]


def build_models(
    session: Session,
    *,
    timezone: str,
    unknown_cancellations: str = "exclude",
    pickup_clock: str = "paid",
    update: bool = False,
    progress: Callable[[str], None] = lambda _name: None,
) -> str:
    """Make the star schema in `session` from its `state_*` tables; why everything was built, "" for an update.

    `timezone` is the business time zone (IANA name). `unknown_cancellations` is "exclude" (out of numerator and
    denominator) or "fail", `pickup_clock` where the time for the pickup starts: "paid" or "shipped". With `update`,
    whoever changed `state_*` since the last build has noted it in `changed_*` (see `touched`), and only what hangs on
    that is made anew, where that is possible. `progress` is called with each model's name before it runs.
    """
    session.execute("SET VARIABLE timezone = CAST(? AS VARCHAR)", (timezone,))
    session.execute("SET VARIABLE unknown_cancellations = CAST(? AS VARCHAR)", (unknown_cancellations,))
    session.execute("SET VARIABLE pickup_clock = CAST(? AS VARCHAR)", (pickup_clock,))
    for macro in MACROS:
        session.execute(macro)
    reason = "an update was not asked for"
    if update:
        reason = "the last version was built otherwise, or is small"
        same = {"timezone": timezone, "unknown_cancellations": unknown_cancellations, "pickup_clock": pickup_clock}
        if can_update(session, same | {"models": models_signature()}, LEAST_ORDERS):
            reason = _update_models(session, progress)
    if reason:
        _build_whole(session, progress)
    session.execute("ALTER TABLE build_info ADD COLUMN models VARCHAR")
    session.execute("UPDATE build_info SET models = ?", (models_signature(),))
    return reason


def _build_whole(session: Session, progress: Callable[[str], None]) -> None:
    order = build_order()
    for name in order:
        progress(name)
        temporary = "TEMP " if is_temporary(name) else ""
        session.execute(f"CREATE OR REPLACE {temporary}TABLE {name} AS\n{load_models()[name]}")
    for name in filter(is_temporary, order):
        session.execute(f"DROP TABLE temp.{name}")


def _update_models(session: Session, progress: Callable[[str], None]) -> str:
    """Bring the facts up to date; why that is not possible, "" when it was. `refreshed` tells the rollups of it."""
    names, rows = session.columns("SELECT * FROM build_info")
    info = dict(zip(names, rows[0], strict=True))
    models = load_models()
    try:
        facts = Update(session, models, build_order(), dependencies(models), progress).run(info["as_of"])
    except WholeBuildNeededError as error:
        drop_temporary(session, keep=("changed_",))
        return str(error)
    drop_temporary(session, keep=("changed_", "removed_", "added_"))
    session.execute(
        "CREATE OR REPLACE TEMP TABLE refreshed AS SELECT CAST(? AS VARCHAR) AS rollups, CAST(? AS VARCHAR[]) AS facts",
        (info.get("rollups"), facts),
    )
    return ""
