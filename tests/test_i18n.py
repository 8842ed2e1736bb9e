"""Both catalogues say the same things, nothing is missing and nothing is left over."""

from __future__ import annotations

import re
import string
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fulfillment_bi import i18n
from fulfillment_bi.i18n import LANGUAGES, catalogue, choose, label, numbers, text
from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.metrics.attributes import SERVICE_ATTRIBUTES
from fulfillment_bi.metrics.attributes_causes import CAUSE_ATTRIBUTES
from fulfillment_bi.metrics.attributes_stock import STOCK_ATTRIBUTES
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import BUCKETS, STAGES
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import resolve

PACKAGE = Path(i18n.__file__).parents[1]
PARTS = ("web", "charts", "operations", "documents")
SOURCE = "\n".join(file.read_text("utf-8") for part in PARTS for file in (PACKAGE / part).rglob("*.py"))
KEY = r"[a-z][a-z_0-9]*(?:\.[a-zA-Z_0-9{}.]+)?"
LITERAL = re.compile(rf"f?[\"']({KEY})[\"']")
FAMILY = re.compile(r'label\(\s*(?:[\w.]+,\s*)?f?"([a-z_]+)(?:\.\{\w+\})?"')


def used() -> set[str]:
    return {
        key
        for key in LITERAL.findall(SOURCE)
        if ("." in key or key in catalogue("zh"))
        and key.split(".")[0] in sections()
        and not key.endswith(".toml")  # a file's name
    }


def sections() -> set[str]:
    return {key.split(".")[0] for key in catalogue("zh")}


def pattern(key: str) -> re.Pattern[str]:
    return re.compile("^" + re.sub(r"\\\{[^}]*\\\}", "[^.]+", re.escape(key)) + r"(\.|$)")


def test_both_languages_have_the_same_keys_and_places():
    zh, en = catalogue("zh"), catalogue("en")
    assert set(zh) == set(en)
    for key in zh:
        places = [{name for _, name, _, _ in string.Formatter().parse(words[key]) if name} for words in (zh, en)]
        assert places[0] == places[1], key


def test_every_text_that_the_code_asks_for_exists():
    keys = set(catalogue("zh"))
    missing = [key for key in used() if not any(pattern(key).match(known) for known in keys)]
    assert missing == []


def test_every_text_is_asked_for():
    families = set(FAMILY.findall(SOURCE)) | {
        "event",
        "stage",
        "member",
        "channel",
        "status",
        "delivery_state",
        "cancelled_by",
        *(dimension.name for dimension in (*SERVICE_ATTRIBUTES, *STOCK_ATTRIBUTES, *CAUSE_ATTRIBUTES)),
        "cause_rule",
        "abc",
        "xyz",
    }
    wanted = [pattern(key) for key in used()]
    titles = {f"{key}_title" for key in catalogue("zh")}  # an empty state's title goes with its sentence
    left = [
        key
        for key in catalogue("zh")
        if key.split(".")[0] not in families and key not in titles and not any(each.match(key) for each in wanted)
    ]
    assert left == []


def test_what_the_data_can_hold_has_a_name():
    for language in LANGUAGES:
        assert all(label(language, "stage", stage) != stage for stage in STAGES)
        assert all(i18n.known("promise_bucket", bucket) for bucket in BUCKETS)
        assert all(i18n.known("entity", entity) for entity in load_contracts())
    for dimension in (*SERVICE_ATTRIBUTES, *CAUSE_ATTRIBUTES):
        unnamed = {member for member in dimension.members if not i18n.known(dimension.name, member)}
        assert all(i18n.known("member", member) for member in unnamed), dimension.name
    drilled = {column for metric in METRICS.values() for column in resolve(metric, Query((metric.name,))).drill}
    unnamed = {
        column
        for column in drilled
        if not i18n.known("column", column) and not column.startswith(("units_", "fill_units_"))
    }
    assert unnamed == set()


@pytest.mark.parametrize(
    ("asked", "header", "language"),
    [
        ("en", "zh-CN,zh", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "de-DE,en;q=0.5", "en"),
        (None, "fr", "en"),
        (None, "", "zh"),
        ("xx", "en-GB", "en"),
        (None, "zh;q=broken,en", "en"),
    ],
)
def test_the_language_is_chosen_by_url_then_browser(asked, header, language):
    assert choose(asked, header) == language


def test_a_missing_text_is_an_error_and_an_unknown_member_is_not():
    with pytest.raises(KeyError):
        text("zh", "nothing.here")
    with pytest.raises(KeyError):
        catalogue("fr")
    assert label("en", "channel", "my-own-shop") == "my-own-shop"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (numbers.number("zh", None), "–"),
        (numbers.number("en", -1234.5, 1), "−1,234.5"),
        (numbers.compact("zh", 12345), "1.23万"),
        (numbers.compact("zh", 345_000_000), "3.45亿"),
        (numbers.compact("en", 12345), "12.3K"),
        (numbers.compact("en", 4_500_000), "4.50M"),
        (numbers.compact("en", 9_999), "9,999"),
        (numbers.percent("en", 0.94117, 1289), "94.1%"),
        (numbers.percent("en", 0.94117, 34), "94%"),
        (numbers.percent("zh", None), "–"),
        (numbers.permille("en", 0.00312), "3.12‰"),
        (numbers.permille("zh", None), "–"),
        (numbers.duration("en", 0.002), "2.9 min"),
        (numbers.points("zh", 0.0214), "+2.1 个百分点"),
        (numbers.points("en", -0.0214), "−2.1 pts"),
        (numbers.points("en", 0.0), "±0.0 pts"),
        (numbers.duration("zh", 9.27), "9.3 天"),
        (numbers.duration("en", 1.3), "31 h"),
        (numbers.duration("en", 0.2), "4.8 h"),
        (numbers.duration("zh", 0.03), "43 分钟"),
        (numbers.duration("en", -0.5, sign=True), "−12 h"),
        (numbers.days("zh", date(2026, 11, 1), date(2026, 11, 30)), "2026年11月1日 – 30日"),
        (numbers.days("en", date(2026, 11, 1), date(2026, 11, 30)), "1 – 30 Nov 2026"),
        (numbers.days("en", date(2025, 12, 1), date(2026, 1, 2)), "1 Dec 2025 – 2 Jan 2026"),
        (numbers.days("en", date(2026, 1, 2), date(2026, 1, 2)), "2 Jan 2026"),
        (numbers.weekday("zh", date(2026, 11, 11)), "周三"),
        (numbers.clock("en", datetime(2026, 11, 12, 6, 5, tzinfo=UTC), "Asia/Shanghai"), "12 Nov 14:05"),
        (numbers.clock("zh", "2026-11-12T06:05:00Z", "Asia/Shanghai", year=True), "2026年11月12日 14:05"),
        (numbers.clock("zh", "never", "Asia/Shanghai"), "–"),
        (numbers.ago("zh", 725), "12 分钟前"),
        (numbers.ago("en", 725), "12 min ago"),
        (numbers.ago("en", 10), "just now"),
    ],
)
def test_numbers_as_people_write_them(shown, expected):
    assert shown == expected
