"""Report schedules: data, in a file of the user's own.

    [[schedule]]
    name = "morning"                unique; also the folder of its files
    report = "orders"               as in `fbi report list`, an address such as "/wall/supply", or "view:NAME"
    view = "channel=jd&preset=7d"   period and filters, as in the page's address after the ?
    cron = "30 8 * * mon-fri"       minute hour day month weekday, in the business time zone
    workdays_only = true            not on Chinese days off; on weekend days that are worked, yes
    formats = ["png", "xlsx"]       any of png, pdf, csv, xlsx; default png and xlsx
    languages = ["zh", "en"]        default: the setting
    channels = ["mailtos-1a2b3c4d"] who gets it, by the names `fbi report schedule` lists; none: kept in the archive
    recipient = [...]               who gets it of whose rows; see operations/recipients.py
    owner = "slack-5e6f7a8b"        who is told when it was not sent
    fresh_within = 26               hours; older data are waited for (default: none are too old)
    sources = ["oms"]               the sources or adapters that must be as fresh (default: every source)
    deadline = 120                  minutes to wait for fresh data (default 60)
    retries = 3                     attempts after a failed one (default 2)
    keep = 90                       days its files are kept (default 90)
    keep_version = 7                days the version is kept that it was made from, to make it again (default 7)

A moment that was missed is caught up once: the newest of them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from fulfillment_bi.errors import FulfillmentError, SettingsError, UnknownNameError
from fulfillment_bi.i18n import LANGUAGES
from fulfillment_bi.operations.recipients import Copy, Recipient, copies_of, read_recipients
from fulfillment_bi.reports.catalog import FORMATS, check_name
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.scope import EVERYTHING

FILE = "schedules.toml"
FIELDS = (
    *("name", "report", "view", "cron", "workdays_only", "formats", "languages", "channels", "owner"),
    *("fresh_within", "sources", "deadline", "retries", "keep", "keep_version", "recipient"),
)
_NAME = re.compile(r"[\w-]{1,60}")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LOOK_BACK = (timedelta(days=2), timedelta(days=40), timedelta(days=400))
"""How far back a missed moment is looked for: step by step, so that one due every minute is not counted for a year."""
MOST_STEPS = 3_000
"""Moments looked at for the next workday: a year of days off would be a wrong calendar."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule. `fresh_within` is None where any data will do; `keep` and `keep_version` are in days."""

    name: str
    report: str
    cron: str
    view: str = ""
    workdays_only: bool = False
    formats: tuple[str, ...] = ("png", "xlsx")
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    owner: str = ""
    fresh_within: timedelta | None = None
    sources: tuple[str, ...] = ()
    deadline: timedelta = timedelta(hours=1)
    retries: int = 2
    keep: int = 90
    keep_version: int = 7
    recipients: tuple[Recipient, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """Every channel that gets it."""
        return tuple(dict.fromkeys([*self.channels, *(one.channel for one in self.recipients)]))

    def copies(self, language: str) -> tuple[Copy, ...]:
        """The sets of files it takes; `language` where it names none. Without any recipient one, for the archive."""
        languages = self.languages or (language,)
        everybody = [Recipient(channel) for channel in self.channels]
        return copies_of([*everybody, *self.recipients], languages) or (Copy(EVERYTHING, languages, ()),)


def schedules_file(settings: Settings) -> Path:
    """The file of schedules, which need not exist."""
    return settings.schedules if settings.schedules is not None else settings.home / FILE


def load_schedules(settings: Settings) -> tuple[Schedule, ...]:
    """The schedules of the file; none without one. Raises SettingsError, naming the file and the schedule."""
    path = schedules_file(settings)
    if not path.exists():
        return ()
    try:
        return read_schedules(path.read_text("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The schedules cannot be read: {error}.", where=str(path)) from error


def read_schedules(text: str, where: str) -> tuple[Schedule, ...]:
    """The schedules of a file's text. Raises SettingsError, naming the file and the schedule."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"This is not TOML: {error}.", where=where) from error
    listed = document.get("schedule", [])
    if set(document) - {"schedule"} or not isinstance(listed, list):
        raise SettingsError("Schedules are a list of [[schedule]].", where=where)
    found: dict[str, Schedule] = {}
    for place, item in enumerate(listed, start=1):
        spot = f"{where}, schedule {item.get('name') or place}"
        try:
            schedule = _read(item)
        except FulfillmentError as error:
            raise SettingsError(error.what, where=spot, hint=error.hint) from error
        if schedule.name.lower() in found:
            raise SettingsError("The name is used twice.", where=spot, hint="Give each schedule a name of its own.")
        found[schedule.name.lower()] = schedule
    return tuple(found.values())


def _read(item: Mapping[str, Any]) -> Schedule:
    for given in item:
        if given not in FIELDS:
            raise UnknownNameError("field of a schedule", given, FIELDS)
    name = _text(item, "name")
    if not _NAME.fullmatch(name):
        raise SettingsError(f"'{name}' cannot name a folder.", hint="Use letters, digits, - and _.")
    report = _text(item, "report")
    check_name(report)
    cron = _text(item, "cron")
    trigger(cron, ZoneInfo("UTC"))
    fresh = _number(item, "fresh_within")
    deadline = _number(item, "deadline")
    return Schedule(
        name=name,
        report=report,
        cron=cron,
        view=_text(item, "view", "").removeprefix("?"),
        workdays_only=_flag(item, "workdays_only"),
        formats=_some(item, "formats", FORMATS, ("png", "xlsx")),
        languages=_some(item, "languages", LANGUAGES, ()),
        channels=_listed(item, "channels"),
        owner=_text(item, "owner", ""),
        fresh_within=timedelta(hours=fresh) if fresh is not None else None,
        sources=_listed(item, "sources"),
        deadline=timedelta(minutes=deadline if deadline is not None else 60),
        retries=_whole(item, "retries", 2, 0),
        keep=_whole(item, "keep", 90, 1),
        keep_version=_whole(item, "keep_version", 7, 0),
        recipients=read_recipients(item.get("recipient", [])),
    )


def trigger(cron: str, zone: ZoneInfo) -> CronTrigger:
    """The moments of a cron expression. Raises SettingsError for one that cannot be used."""
    fields = cron.split()
    if len(fields) != 5:
        hint = 'Write minute hour day month weekday, as in "30 8 * * mon-fri".'
        raise SettingsError(f"'{cron}' is not a cron expression.", hint=hint)
    minute, hour, day, month, weekday = fields
    if day != "*" and weekday != "*":
        raise SettingsError(f"'{cron}' names both days of the month and weekdays.", hint="Put * for one of them.")
    try:
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month, day_of_week=_weekdays(weekday), timezone=zone
        )
    except ValueError as error:
        raise SettingsError(f"'{cron}' is not a cron expression: {error}.") from error


def _weekdays(field: str) -> str:
    """Weekdays by name: the library counts from Monday, cron from Sunday (0 and 7)."""
    if field == "*":
        return field
    days = [_WEEKDAYS[number % 7] for part in field.lower().split(",") for number in _range(part)]
    return ",".join(dict.fromkeys(days))


def _range(part: str) -> Iterable[int]:
    span, _, step = part.partition("/")
    first, dash, last = ("0", "-", "6") if span == "*" else span.partition("-")
    start = _weekday(first)
    end = _weekday(last) if dash else 6 if step else start
    # fri-mon goes over the end of the week, and sunday may be its 0 or its 7.
    end += 7 if end < start else 0
    if step and not (step.isdigit() and int(step)):
        raise ValueError(f"{part} is no range of weekdays")
    return range(start, end + 1, int(step or 1))


def _weekday(text: str) -> int:
    if text in _WEEKDAYS:
        return _WEEKDAYS.index(text)
    if text.isdigit() and int(text) <= 7:
        return int(text)
    raise ValueError(f"{text} is no weekday")


def next_due(schedule: Schedule, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment after `after` at which it is due, both UTC; None where there is none."""
    moments = trigger(schedule.cron, zone)
    at = after.replace(tzinfo=UTC)
    for _ in range(MOST_STEPS):
        found: datetime | None = moments.get_next_fire_time(None, (at + timedelta(seconds=1)).astimezone(zone))
        if found is None:
            return None
        if not schedule.workdays_only or is_workday(found.date()):
            return found.astimezone(UTC).replace(tzinfo=None)
        at = found.astimezone(UTC)
    return None


def latest_due(schedule: Schedule, since: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The newest moment in (since, now] at which it was due, UTC; earlier ones that were missed are let go."""
    for span in LOOK_BACK:
        start, found = max(since, now - span), None
        while (moment := next_due(schedule, start, zone)) is not None and moment <= now:
            start = found = moment
        if found is not None or now - span <= since:
            return found
    return None


def is_workday(day: date) -> bool:
    """Whether people in China work on `day`: weekdays but holidays, and the weekend days that make up for them."""
    return bool(_calendar().is_working_day(day))


@cache
def _calendar() -> Any:
    from holidays import country_holidays

    return country_holidays("CN")


def _text(item: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = item.get(name, default)
    if not isinstance(value, str) or (not value and default is None):
        raise SettingsError(f"It has no {name}.")
    return value


def _flag(item: Mapping[str, Any], name: str) -> bool:
    value = item.get(name, False)
    if not isinstance(value, bool):
        raise SettingsError(f"{name} is {value!r}, not true or false.")
    return value


def _number(item: Mapping[str, Any], name: str) -> float | None:
    value = item.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise SettingsError(f"{name} is {value!r}, not a number of 0 or more.")
    return value


def _whole(item: Mapping[str, Any], name: str, default: int, least: int) -> int:
    value = item.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SettingsError(f"{name} is {value!r}, not a whole number of {least} or more.")
    return value


def _listed(item: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = item.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise SettingsError(f"{name} is {value!r}, not a list of texts.")
    return tuple(dict.fromkeys(value))


def _some(item: Mapping[str, Any], name: str, known: Sequence[str], default: tuple[str, ...]) -> tuple[str, ...]:
    if name not in item:
        return default
    chosen = _listed(item, name)
    for one in chosen:
        if one not in known:
            raise UnknownNameError(name.removesuffix("s"), one, known)
    if not chosen:
        raise SettingsError(f"{name} is empty.", hint=f"Name some of {', '.join(known)}.")
    return chosen
