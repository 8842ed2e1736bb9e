"""The closed loop: an action that was carried out is judged by the data, and closed with what they say."""

from __future__ import annotations

from datetime import UTC, datetime

from fulfillment_bi.errors import UsageError
from fulfillment_bi.insight.effect import Effect, verify_action
from fulfillment_bi.journal.actions import Action, close_action, get_action
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import check_query, filter_fact, get_metric, resolve
from fulfillment_bi.operations.alerting import last_day
from fulfillment_bi.workspace import Workspace


def check_action(action: Action) -> None:
    """Raise what is wrong with an action's metric or part before it is stored."""
    if not action.title.strip():
        raise UsageError("An action needs a title.", hint="Say what is done: fbi actions add 'Second shift in GZ'.")
    if not action.segment:
        raise UsageError("An action needs a part it acts on.", hint="Name it: --where warehouse=GZ.")
    query = Query((action.metric,), where=action.segment)
    check_query(query)
    for item in action.segment:
        filter_fact(item, resolve(get_metric(action.metric), query))


def judge_action(workspace: Workspace, journal: Journal, number: int, *, close: bool) -> Effect:
    """What the action has changed so far; with `close` it is closed with that verdict.

    Raises UsageError for an action that does not exist or was not carried out yet.
    """
    action = get_action(journal, number)
    if action.acted_on is None:
        hint = f"Say when: fbi actions acted {number} --on 2026-11-09."
        raise UsageError(f"Action {number} has not been carried out yet.", hint=hint)
    with workspace.pinned() as pinned:
        found = verify_action(pinned, Query((action.metric,)), action.segment, action.acted_on, last_day(pinned))
        if close:
            version = pinned.info.id if pinned.info else ""
            close_action(journal, number, datetime.now(UTC), effect=found, version=version)
    return found
