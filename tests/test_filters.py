from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.filters import (
    CHOICES,
    FILTERS,
    PAGE_PARAMS,
    PRESETS,
    SWITCHES,
    PageState,
    parse_url,
    resolve_period,
    sentence,
    to_query,
    to_url,
)
from fulfillment_bi.metrics.query import Filter, Query

TODAY = date(2026, 3, 1)


def test_nothing_is_the_default() -> None:
    assert parse_url("") == (PageState(), [])
    assert parse_url("?") == (PageState(), [])
    assert to_url(PageState()) == ""


def test_a_full_url() -> None:
    state, ignored = parse_url(
        "?from=2026-01-01&to=2026-01-31&compare=previous&level=line&channel=tmall&channel=jd&region=%E5%B9%BF%E4%B8%9C"
        "&lang=zh&theme=dark&board=supply"
    )
    assert ignored == []
    assert (state.start, state.end, state.preset) == (date(2026, 1, 1), date(2026, 1, 31), "")
    assert state.where == (Filter("channel", ("tmall", "jd")), Filter("region", ("广东",)))
    assert (state.compare, state.level, state.lang, state.theme) == ("previous", "line", "zh", "dark")
    assert state.param("board") == "supply"


@pytest.mark.parametrize(
    ("url", "ignored"),
    [
        ("?compare=lastyear", ["compare=lastyear"]),
        ("?from=2026-13-01", ["from=2026-13-01"]),
        ("?preset=forever", ["preset=forever"]),
        ("?colour=red", ["colour=red"]),
        ("?channel=", ["channel="]),
        ("?from=2026-02-01&to=2026-01-01", ["from=2026-02-01", "to=2026-01-01"]),
        ("?preset=7d&from=2026-02-01", ["preset=7d"]),
        ("?channel=a%00b", ["channel='a\\x00b'"]),
        ("?level=LINE", ["level=LINE"]),
        ("?from=0001-01-01", ["from=0001-01-01"]),
        ("?to=9999-12-31&from=1899-12-31", ["to=9999-12-31", "from=1899-12-31"]),
        ("?channel=\ud800", ["channel='\\ud800'"]),
        ("?chan\ud800nel=jd", ["'chan\\ud800nel'='jd'"]),
    ],
)
def test_nonsense_is_ignored_and_reported(url: str, ignored: list[str]) -> None:
    assert parse_url(url)[1] == ignored


def test_what_can_be_understood_beside_nonsense_is_kept() -> None:
    state, ignored = parse_url("?level=lines&channel=jd&%%%=&from=yesterday")
    assert state == PageState(where=(Filter("channel", ("jd",)),))
    assert len(ignored) == 3


def test_too_much_is_ignored() -> None:
    state, ignored = parse_url("?" + "&".join(f"sku={number}" for number in range(250)))
    assert len(state.values("sku")) == 200
    assert len(ignored) == 50
    assert parse_url("?" + "&".join(["a=1"] * 2000))[0] == PageState()
    assert parse_url("?sku=" + "x" * 10_000)[0] == PageState()


@given(st.text(max_size=300) | st.text(st.sampled_from("?&=%;ab\ud800\udfff\x00９"), max_size=40))
def test_parsing_never_fails(search: str) -> None:
    state, ignored = parse_url(search)
    assert parse_url(to_url(state)) == (state, [])
    shown = "".join(ignored)
    assert shown.encode().decode() == shown


members = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
states = st.builds(
    PageState,
    preset=st.sampled_from(sorted(PRESETS)),
    **{name: st.sampled_from(sorted(CHOICES[name].words)) for name in SWITCHES},
    lang=st.sampled_from(["", "zh", "en"]),
    theme=st.sampled_from(["", "light", "dark"]),
    params=st.dictionaries(st.sampled_from(sorted(PAGE_PARAMS)), members).map(lambda own: tuple(sorted(own.items()))),
)
chosen = st.dictionaries(st.sampled_from(sorted(FILTERS)), st.lists(members, min_size=1, max_size=3, unique=True))


@given(states, chosen)
def test_a_url_says_the_whole_state(state: PageState, filters: dict[str, list[str]]) -> None:
    for dimension, values in filters.items():
        state = state.filtered(dimension, values)
    assert parse_url(to_url(state)) == (state, [])


def test_toggling_twice_changes_nothing() -> None:
    state = PageState().filtered("channel", ["jd"])
    assert state.toggled("channel", "tmall").values("channel") == ("jd", "tmall")
    assert state.toggled("channel", "tmall").toggled("channel", "tmall") == state
    assert state.toggled("channel", "jd") == PageState()


@pytest.mark.parametrize(
    ("preset", "start", "end"),
    [
        ("1d", date(2026, 3, 1), TODAY),
        ("7d", date(2026, 2, 23), TODAY),
        ("30d", date(2026, 1, 31), TODAY),
        ("mtd", date(2026, 3, 1), TODAY),
        ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
        ("qtd", date(2026, 1, 1), TODAY),
        ("ytd", date(2026, 1, 1), TODAY),
        ("all", None, TODAY),
    ],
)
def test_presets_follow_the_data(preset: str, start: date | None, end: date) -> None:
    assert resolve_period(PageState(preset=preset), TODAY) == (start, end)


def test_a_query_takes_only_the_switches_that_suit_its_metrics() -> None:
    state = PageState(level="line", event="scan", causes="seller", compare="previous")
    assert to_query(state, ["otif"], TODAY).level == "line"
    assert to_query(state, ["otif"], TODAY).event == "scan"
    assert to_query(state, ["delivery_delay_rate"], TODAY).event is None
    assert to_query(state, ["cycle_time_p50"], TODAY).level is None
    assert to_query(state, ["otif"], TODAY, by=("day",)).by == ("day",)
    assert to_query(state.but(preset="all"), ["otif"], TODAY).compare == "none"


def test_sentences() -> None:
    query = Query(("otif",), where=(Filter("channel", ("tmall", "jd")),), start=date(2026, 1, 1), end=date(2026, 1, 31))
    full = query.but(compare="previous", level="line", causes="seller")
    assert sentence(query) == "2026-01-01 to 2026-01-31; Channel: tmall or jd"
    assert sentence(full) == (
        "2026-01-01 to 2026-01-31; compared with the period before; by order line; "
        "only failures the seller answers for; Channel: tmall or jd"
    )
    assert sentence(full, "zh") == "2026-01-01 至 2026-01-31；对比上一周期；按订单行；仅计卖家责任；渠道：tmall、jd"
    assert sentence(Query(("otif",))) == "all dates"
    assert sentence(Query(("otif",), end=TODAY), "zh") == "截至 2026-03-01"


def test_every_choice_has_words_in_both_languages_or_goes_without_saying() -> None:
    for choice in CHOICES.values():
        for words in choice.words.values():
            assert bool(words.zh) == bool(words.en)
