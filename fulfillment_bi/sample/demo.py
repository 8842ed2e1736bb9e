"""The data behind the first start: a sample that ends now, so that the wall is alive."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fulfillment_bi.sample.calendar import AS_OF_HOUR
from fulfillment_bi.sample.text import BUSINESS_ZONE
from fulfillment_bi.sample.write import Progress, write_sample

DEMO_DAYS = 120
DEMO_SEED = 7


def prepare_demo(
    directory: Path | str, today: date | None = None, orders: int = 100_000, *, progress: Progress | None = None
) -> Path:
    """Write the demonstration exports to `directory` unless they are there already; returns the directory.

    They end on `today` (default: the day it is in the business zone), at 18 o'clock, or at the last full hour if that
    is earlier: nothing in them lies in the future.
    """
    target = Path(directory)
    last, hour = latest_hour(datetime.now(ZoneInfo(BUSINESS_ZONE)).replace(tzinfo=None), today)
    wanted = {"orders": orders, "days": DEMO_DAYS, "seed": DEMO_SEED, "end": last.isoformat(), "as_of_hour": hour}
    if _made_by(target) != wanted:
        write_sample(
            target, orders=orders, days=DEMO_DAYS, seed=DEMO_SEED, end=last, as_of_hour=hour, progress=progress
        )
    return target


def latest_hour(now: datetime, today: date | None) -> tuple[date, int]:
    """Day and hour at which a sample for `today` ends, seen from the business clock `now`."""
    day = today or now.date()
    if day < now.date():
        return day, AS_OF_HOUR
    if now.hour == 0 or day > now.date():
        # Just after midnight there is no full hour yet; a reader east of the business zone may be a day ahead.
        return (now.date() - timedelta(days=1), 24) if now.hour == 0 else (now.date(), min(now.hour, AS_OF_HOUR))
    return day, min(now.hour, AS_OF_HOUR)


def _made_by(directory: Path) -> object:
    try:
        return json.loads((directory / "truth.json").read_text(encoding="utf-8")).get("made_by")
    except (OSError, ValueError, AttributeError):
        return None
