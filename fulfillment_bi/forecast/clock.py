"""Which day the forecast starts on: the day of the data's as-of moment, or the next where that day is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from fulfillment_bi.warehouse.engine import Session

LAST_HOUR = 23


def planning_day(session: Session) -> date:
    """The first business day that is not known whole."""
    as_of, timezone = session.rows("SELECT as_of, timezone FROM build_info")[0]
    local: datetime = as_of.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone))
    return local.date() + timedelta(days=1) if local.hour >= LAST_HOUR else local.date()
