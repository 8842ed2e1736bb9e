"""Schedules as data: what a file may say, and when it is due in the business time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.operations.schedules import Schedule, is_workday, latest_due, next_due, read_schedules

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = Schedule("morning", "orders", "30 8 * * *")


def due(cron: str, after: str, zone: ZoneInfo = SHANGHAI, *, workdays_only: bool = False, count: int = 1) -> list[str]:
    schedule = Schedule("s", "orders", cron, workdays_only=workdays_only)
    at, found = datetime.fromisoformat(after), []
    for _ in range(count):
        moment = next_due(schedule, at, zone)
        assert moment is not None
        at = moment
        found.append(moment.isoformat(timespec="minutes"))
    return found


def test_times_are_those_of_the_business_time_zone() -> None:
    assert due("30 8 * * *", "2026-11-21T00:00") == ["2026-11-21T00:30"]
    assert due("30 8 * * *", "2026-11-21T00:30") == ["2026-11-22T00:30"]
    # In Berlin the clock goes back on 25 October 2026: 8:30 is first 6:30, then 7:30 UTC.
    assert due("30 8 * * *", "2026-10-24T00:00", ZoneInfo("Europe/Berlin"), count=2) == [
        "2026-10-24T06:30",
        "2026-10-25T07:30",
    ]


@pytest.mark.parametrize(
    ("weekdays", "days"),
    [
        ("1-5", [23, 24, 25, 26, 27]),
        ("mon-fri", [23, 24, 25, 26, 27]),
        ("0", [22]),
        ("7", [22]),
        ("0,6", [22, 28]),
        ("5-7", [22, 27, 28]),
        ("fri-mon", [22, 23, 27, 28]),
        ("*/2", [22, 24, 26, 28]),
        ("1-5/2", [23, 25, 27]),
    ],
)
def test_weekdays_are_counted_as_cron_does(weekdays: str, days: list[int]) -> None:
    """Sunday 22 to Saturday 28 November 2026."""
    found = due(f"0 12 * * {weekdays}", "2026-11-21T12:00", count=len(days) + 1)
    assert [int(text[8:10]) for text in found[:-1]] == days
    assert found[-1] >= "2026-11-29"


def test_workdays_leave_festivals_out_and_keep_the_weekend_days_worked_for_them() -> None:
    assert not is_workday(datetime(2026, 10, 1).date())
    assert is_workday(datetime(2026, 10, 10).date())  # a Saturday worked for National Day
    found = due("0 9 * * *", "2026-09-29T12:00", workdays_only=True, count=4)
    assert [text[:10] for text in found] == ["2026-09-30", "2026-10-08", "2026-10-09", "2026-10-10"]


def test_only_the_newest_missed_moment_counts() -> None:
    now = datetime(2026, 11, 21, 3)
    assert latest_due(MORNING, now - timedelta(days=9), now, SHANGHAI) == datetime(2026, 11, 21, 0, 30)
    assert latest_due(MORNING, datetime(2026, 11, 21, 0, 30), now, SHANGHAI) is None
    monthly = Schedule("m", "orders", "0 9 1 * *")
    assert latest_due(monthly, datetime(2026, 9, 15), datetime(2026, 10, 20), SHANGHAI) == datetime(2026, 10, 1, 1)
    yearly = Schedule("y", "orders", "0 9 1 1 *")
    assert latest_due(yearly, datetime(2025, 12, 1), datetime(2026, 11, 1), SHANGHAI) == datetime(2026, 1, 1, 1)
    assert latest_due(yearly, datetime(2026, 2, 1), datetime(2026, 11, 1), SHANGHAI) is None


def test_a_file_is_read_whole() -> None:
    (one,) = read_schedules(
        '[[schedule]]\nname = "morning"\nreport = "orders"\nview = "?channel=jd"\ncron = "30 8 * * 1-5"\n'
        'workdays_only = true\nformats = ["csv"]\nlanguages = ["zh", "en"]\nchannels = ["json-1"]\nowner = "json-2"\n'
        'fresh_within = 26\nsources = ["oms"]\ndeadline = 120\nretries = 0\nkeep = 7\n',
        "here",
    )
    assert one == Schedule(
        name="morning",
        report="orders",
        cron="30 8 * * 1-5",
        view="channel=jd",
        workdays_only=True,
        formats=("csv",),
        languages=("zh", "en"),
        channels=("json-1",),
        owner="json-2",
        fresh_within=timedelta(hours=26),
        sources=("oms",),
        deadline=timedelta(hours=2),
        retries=0,
        keep=7,
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('cron = "30 8 * *"', "not a cron expression"),
        ('cron = "61 8 * * *"', "not a cron expression"),
        ('cron = "0 8 1 * mon"', "both days"),
        ('cron = "0 8 * * moon"', "not a cron expression"),
        ('report = "ordres"', "no report 'ordres'"),
        ('formats = ["doc"]', "no format 'doc'"),
        ("formats = []", "formats is empty"),
        ('languages = ["fr"]', "no language 'fr'"),
        ("keep = 0", "keep is 0"),
        ("fresh_within = -1", "fresh_within is -1"),
        ('workdays_only = "yes"', "not true or false"),
        ('channel = "x"', "no field of a schedule 'channel'"),
        ('name = "../x"', "cannot name a folder"),
    ],
)
def test_what_cannot_be_used_is_said(line: str, words: str) -> None:
    given = {"name": 'name = "morning"', "report": 'report = "orders"', "cron": 'cron = "0 8 * * *"'}
    given[line.partition(" ")[0]] = line
    with pytest.raises(SettingsError, match=words) as caught:
        read_schedules("[[schedule]]\n" + "\n".join(given.values()), "schedules.toml")
    assert "schedules.toml, schedule" in caught.value.where


def test_a_name_is_used_once_and_nothing_else_stands_in_the_file() -> None:
    one = '[[schedule]]\nname = "{}"\nreport = "orders"\ncron = "0 8 * * *"\n'
    with pytest.raises(SettingsError, match="used twice"):
        read_schedules(one.format("a") + one.format("A"), "here")
    with pytest.raises(SettingsError, match="list of"):
        read_schedules("[schedule]\n", "here")
    with pytest.raises(SettingsError, match="not TOML"):
        read_schedules("[[schedule", "here")
