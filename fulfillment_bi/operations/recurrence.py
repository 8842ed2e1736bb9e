"""Whether a complaint came back after what fixed it was written down: how often before, and how often since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from fulfillment_bi.i18n import LANGUAGES, label
from fulfillment_bi.journal.actions import Remedy
from fulfillment_bi.metrics.query import Filter, Query

SPAN = timedelta(days=28)
FEWEST_DAYS = 7
COUNTED = (("ticket_category", "repeated_complaint_share", "_d"), ("after_sales_reason", "after_sales_cases", ""))
"""(dimension, metric, the part of it that counts): complaints by what they are about, after-sales cases by reason."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Complaints a week in the four weeks before the remedy, and in the newest four since; None while too early."""

    before: float
    since: float | None


def recurrence(workspace: Any, remedy: Remedy, today: date) -> Recurrence | None:
    """How often the remedy's reason came up; None for a reason that is not one of the data's."""
    if remedy.created_at is None:
        return None
    written = remedy.created_at.replace(tzinfo=UTC).astimezone(workspace.settings.zone).date()
    for dimension, metric, part in COUNTED:
        members = [one.value for one in workspace.members(dimension)]
        member = next((one for one in members if remedy.reason.strip().lower() in _names(dimension, one)), None)
        if member is None:
            continue
        query = Query((metric,), where=(Filter(dimension, (member,)),))
        before = _weekly(workspace, query, part, written - SPAN, written - timedelta(days=1))
        first = max(written + timedelta(days=1), today - SPAN + timedelta(days=1))
        is_early = (today - first).days + 1 < FEWEST_DAYS
        return Recurrence(before, None if is_early else _weekly(workspace, query, part, first, today))
    return None


def _names(dimension: str, member: str) -> set[str]:
    """What people call a member."""
    return {member.lower(), *(label(language, dimension, member).lower() for language in LANGUAGES)}


def _weekly(workspace: Any, query: Query, part: str, start: date, end: date) -> float:
    found = workspace.run(query.but(start=start, end=end)).value(f"{query.metrics[0]}{part}")
    return float(found or 0) * 7 / ((end - start).days + 1)
