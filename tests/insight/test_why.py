"""Explanations of a whole small warehouse: they agree with ordinary queries, sum exactly, and find what was planted."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fulfillment_bi.errors import NotApplicableError, UnknownNameError, UsageError
from fulfillment_bi.insight.bridge import plain_number, sum_effects
from fulfillment_bi.insight.bridge_words import moved, shown
from fulfillment_bi.insight.why import Why, explain
from fulfillment_bi.insight.why_sides import Selection, Target
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Filter, Query, Result
from fulfillment_bi.metrics.resolve import resolve
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.metrics.run import run_queries
from fulfillment_bi.warehouse.engine import Limits
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.metrics.star import Order, fill_star, random_orders

JANUARY = date(2026, 1, 5), date(2026, 1, 31)
FEBRUARY = date(2026, 2, 1), date(2026, 2, 27)
CALM, BROKEN = (date(2026, 1, 8), date(2026, 1, 31)), (date(2026, 2, 3), date(2026, 2, 20))


@dataclass
class Runner:
    """Answers from one star, and remembers what was asked."""

    session: Any
    asked: list[list[Query]] = field(default_factory=list)
    routes: set[str] = field(default_factory=set)

    def run_all(self, queries: Sequence[Query]) -> list[Result]:
        self.asked.append(list(queries))
        results = run_queries(self.session, SimpleNamespace(id="v00000003", cubes=None), queries)
        self.routes |= {route for result in results for route in result.routes.values()}
        return results

    def value(self, query: Query, column: str) -> Any:
        return run_queries(self.session, SimpleNamespace(id="v00000003", cubes=None), [query])[0].value(column)


def broken_in_february(orders: list[Order]) -> list[Order]:
    """Warehouse GZ-1 (2) with carrier SF (1) delivers ten days later to orders placed from 28 January."""
    rng = random.Random(1)
    for order in orders:
        house, carrier = rng.choice((2, 3)), rng.choice((1, 2))
        for line in order.lines:
            line.warehouse, line.carrier = house, carrier
            hours: dict[str, float | None] = dict.fromkeys(("warehouse", "platform", "scan", "ship"), 20.0)
            hours["sign"] = 300.0 if rng.random() < 0.1 else 60.0
            if (house, carrier) == (2, 1) and order.created.date() >= date(2026, 1, 28):
                hours["sign"] = 240.0
            line.sent = [(line.quantity, hours)]
        order.cancelled_by, order.delivery_promise, order.extension = "", 120, 0
    return orders


def star(folder: Path, orders: list[Order]) -> Iterator[Runner]:
    session = DuckEngine().open_writer(Path(":memory:"), Limits(), folder)
    fill_star(session, orders)
    build_rollups(session, least_rows=0)
    yield Runner(session)
    session.close()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """600 random orders of every kind."""
    yield from star(tmp_path_factory.mktemp("mixed"), random_orders(seed=6, count=600))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """1,500 orders kept nine times in ten, but for one lane of one warehouse in February."""
    yield from star(tmp_path_factory.mktemp("planted"), broken_in_february(random_orders(seed=7, count=1_500)))


def asked(metric: str, days: tuple[date, date] = FEBRUARY, **fields: Any) -> Query:
    return Query((metric,), start=days[0], end=days[1], **fields)


def explainable() -> list[tuple[str, str]]:
    return [
        (name, level)
        for name, metric in METRICS.items()
        for level in metric.measures
        if (resolved := resolve(metric, Query((name,), level=level))).day
        and resolved.adds_up
        and resolved.fact.of_order
    ]


@pytest.mark.parametrize(("metric", "level"), explainable())
@pytest.mark.parametrize("by", [(), ("region", "warehouse")])
def test_every_metric_agrees_with_its_query_and_sums_exactly(
    mixed: Runner, metric: str, level: str, by: tuple[str, ...]
) -> None:
    query = asked(metric, by=by, level=level, where=(Filter("shop", ("flagship", "outlet", "several")),))
    found = explain(mixed, query, JANUARY)
    for days, value in ((JANUARY, found.bridge.value_before), (FEBRUARY, found.bridge.value_after)):
        answer = mixed.value(query.but(by=(), start=days[0], end=days[1]), metric)
        assert plain_number(value) == pytest.approx(answer, rel=1e-12)
    assert found.bridge.change is not None
    assert sum_effects(found.bridge.segments)[0] == found.bridge.change
    for segment in found.bridge.segments:
        if segment.children:
            assert sum_effects(segment.children)[0] == segment.effect
    assert found.by[: len(by)] == by
    assert found.is_chosen == (not by)
    assert found.ranking
    assert (found.version, found.timezone, found.as_of) == ("v00000003", "Asia/Shanghai", "2026-03-01T04:30:00Z")


def test_causes_sum_to_the_failures_and_their_effects_to_the_change(mixed: Runner) -> None:
    found = explain(mixed, asked("otif"), JANUARY)
    failures = [mixed.value(asked("otif_failures", days), "otif_failures") for days in (JANUARY, FEBRUARY)]
    assert [sum(one.before for one in found.causes), sum(one.after for one in found.causes)] == failures
    assert sum(one.share_before or 0 for one in found.causes) == sum(one.share_after or 0 for one in found.causes) == 1
    assert sum((one.effect or Fraction(0) for one in found.causes), Fraction(0)) == -(found.bridge.change or 0)
    assert {one.cause for one in found.causes} == {"review_queue", "line_haul", "purchase_late"}


def test_causes_and_stages_follow_the_filters_and_only_where_they_belong(mixed: Runner) -> None:
    here = explain(mixed, asked("otif", where=(Filter("channel", ("jd",)),)), JANUARY)
    assert sum(one.after for one in here.causes) == mixed.value(
        asked("otif_failures", where=(Filter("channel", ("jd",)),)), "otif_failures"
    )
    late = explain(mixed, asked("cycle_time_mean"), JANUARY)
    assert (late.causes, [one.stage for one in late.stages]) == ((), ["pay", "ship", "deliver"])
    for one in late.stages:
        only = asked("stage_time_mean", where=(Filter("stage", (one.stage,)),))
        assert plain_number(one.after) == pytest.approx(mixed.value(only, "stage_time_mean"), rel=1e-12)
        assert one.n_after == mixed.value(only, "stage_time_mean_d")
        assert one.change == one.after - one.before
    scores = explain(mixed, asked("review_score"), JANUARY)
    assert (scores.causes, scores.stages) == ((), ())


def test_a_definition_switch_keeps_its_causes(mixed: Runner) -> None:
    switched = asked("ship_delay_rate", level="line", event="scan", promise="current", causes="seller", basis="order")
    found = explain(mixed, switched, JANUARY)
    by_order = asked("otif_failures", basis="order")
    assert sum(one.after for one in found.causes) == mixed.value(by_order, "otif_failures")
    assert sum_effects(found.bridge.segments)[0] == found.bridge.change


def test_the_planted_warehouse_is_named_and_the_lane_within_it(planted: Runner) -> None:
    found = explain(planted, asked("otif", BROKEN), CALM)
    assert {one.segment for one in found.trail} == {"GZ-1", "SF"}
    assert set(found.by) == {"warehouse", "carrier"}
    culprit = found.bridge.segments[0]
    assert culprit.name == found.trail[0].segment
    assert culprit.effect / found.bridge.change > Fraction(8, 10)
    assert sum_effects(culprit.children)[0] == culprit.effect
    assert culprit.children[0].name == found.trail[1].segment
    assert all(not other.children for other in found.bridge.segments[1:])
    assert found.ranking[0].stands_out
    assert not next(one for one in found.ranking if one.dimension == "channel").stands_out


def test_the_sentence_says_who_in_both_languages(planted: Runner) -> None:
    found = explain(planted, asked("otif", BROKEN), CALM)
    expected = {"en": ("fell from", "GZ-1", "SF", "pts", "grew most"), "zh": ("降至", "GZ-1", "SF", "个百分点")}
    for lang, words in expected.items():
        text = found.sentence.of(lang)
        assert shown(found.metric, found.bridge.value_after, lang) in text
        assert moved(found.metric, found.bridge.change, lang) in text
        for word in words:
            assert word in text


def test_asked_dimensions_name_their_largest_segment(planted: Runner) -> None:
    found = explain(planted, asked("otif", BROKEN, by=("carrier", "warehouse")), CALM)
    assert (found.is_chosen, found.trail) == (False, ())
    largest = found.bridge.segments[0]
    assert (largest.name, largest.children[0].name) == ("SF", "GZ-1")
    assert "SF" in found.sentence.en
    assert "GZ-1" in found.sentence.en


def test_a_quiet_period_blames_nobody(planted: Runner) -> None:
    quiet = date(2026, 1, 20), date(2026, 1, 30)
    found = explain(planted, asked("otif", quiet), "previous")
    assert found.trail == ()
    assert "No segment stands out" in found.sentence.en
    assert "没有哪个部分" in found.sentence.zh


def test_nothing_to_compare_is_undefined(mixed: Runner) -> None:
    found = explain(mixed, asked("otif"), "year")
    assert (found.bridge.value_before, found.bridge.change, found.trail) == (None, None, ())
    assert all(segment.effect is None for segment in found.bridge.segments)
    assert "cannot be compared" in found.sentence.en
    assert "无法比较" in found.sentence.zh


def test_no_change_is_said(mixed: Runner) -> None:
    found = explain(mixed, asked("otif"), FEBRUARY)
    assert found.bridge.change == 0
    assert "did not change" in found.sentence.en
    assert "没有变化" in found.sentence.zh


@pytest.mark.parametrize(
    ("against", "before"),
    [
        ("previous", (date(2026, 1, 5), date(2026, 1, 31))),
        ("year", (date(2025, 2, 1), date(2025, 2, 27))),
        ((date(2026, 1, 1), date(2026, 1, 9)), (date(2026, 1, 1), date(2026, 1, 9))),
    ],
)
def test_what_to_compare_with(mixed: Runner, against: Any, before: tuple[date, date]) -> None:
    found = explain(mixed, asked("orders"), against)
    assert (found.days_before, found.days_after) == (before, FEBRUARY)


def test_rollups_answer_and_one_round_trip_is_enough(mixed: Runner) -> None:
    runner = Runner(mixed.session)
    for metric in ("otif", "ship_delay_rate", "cycle_time_mean", "orders", "unit_fill_rate"):
        runner.asked.clear()
        found = explain(runner, asked(metric), JANUARY)
        # One for the bridge, one for a segment that is followed; what rose beyond chance is asked for on its own
        assert len(runner.asked) == 1 + bool(found.trail)
    assert all(route.startswith("rollup_") for route in runner.routes)


def refused(
    runner: Runner, query: Query, *words: str, against: Any = "previous", kind: type[UsageError] = NotApplicableError
) -> None:
    with pytest.raises(kind) as caught:
        explain(runner, query, against)
    for word in words:
        assert word in str(caught.value)


def test_what_cannot_be_explained_says_what_can(mixed: Runner) -> None:
    refused(mixed, asked("cycle_time_p90"), "does not add up", "cycle_time_mean")
    refused(mixed, asked("stage_time"), "stage_time_mean")
    refused(mixed, asked("backlog"), "as of now")
    refused(mixed, asked("otif", by=("day",)), "in common", "weekday")
    refused(mixed, asked("otif", where=(Filter("month", ("2026-02",)),)), "month")
    refused(mixed, asked("otif", by=("sku",)), "--level line")
    refused(mixed, Query(("otif",)), "start and an end", kind=UsageError)
    refused(mixed, Query(("otif", "orders"), start=FEBRUARY[0], end=FEBRUARY[1]), "one metric", kind=UsageError)
    refused(mixed, asked("otiff"), "otif", kind=UnknownNameError)
    refused(mixed, asked("otif", by=("chanel",)), "channel", kind=UnknownNameError)
    refused(mixed, asked("otif"), "after its end", against=(date(2026, 2, 1), date(2026, 1, 1)), kind=UsageError)


def test_a_filter_to_one_member_is_not_a_dimension_to_choose(mixed: Runner) -> None:
    found: Why = explain(mixed, asked("otif", where=(Filter("channel", ("jd",)),)), JANUARY)
    assert "channel" not in [one.dimension for one in found.ranking]
    assert found.by[0] != "channel"


def test_calendar_parts_that_both_periods_have(mixed: Runner) -> None:
    found = explain(mixed, asked("orders", by=("weekday",)), JANUARY)
    assert {segment.name for segment in found.bridge.segments} == set("1234567")


def test_units_and_money_are_judged_by_their_lines(mixed: Runner) -> None:
    by_line = explain(mixed, asked("otif", level="line"), JANUARY).ranking
    for level in ("unit", "value"):
        found = explain(mixed, asked("otif", level=level), JANUARY)
        assert found.ranking == by_line
        assert plain_number(found.bridge.value_after) == pytest.approx(mixed.value(asked("otif", level=level), "otif"))


@pytest.mark.parametrize("by", [(), ("channel", "warehouse")])
def test_the_gap_to_a_target_is_rate_effect_only(planted: Runner, by: tuple[str, ...]) -> None:
    found = explain(planted, asked("otif", BROKEN, by=by), Target(Fraction(9, 10)))
    assert found.bridge.value_before == Fraction(9, 10)
    assert sum_effects(found.bridge.segments) == (found.bridge.change, found.bridge.change, 0)
    for segment in found.bridge.segments:
        assert segment.effect == (segment.after.n - Fraction(9, 10) * segment.after.d) / found.bridge.after.d
    assert (found.causes, found.stages) == ((), ())
    assert "the target 90.0%" in found.sentence.en
    assert "目标 90.0%" in found.sentence.zh


def test_the_metric_has_a_target_of_its_own_or_says_so(planted: Runner) -> None:
    assert explain(planted, asked("otif", BROKEN), Target()).bridge.value_before == Fraction("0.95")
    with pytest.raises(NotApplicableError, match="has no target"):
        explain(planted, asked(untargeted(), BROKEN), Target())
    with pytest.raises(NotApplicableError, match="is a total"):
        explain(planted, asked("orders", BROKEN), Target(Fraction(100)))


def untargeted() -> str:
    """A ratio that has no common target."""
    return next(
        name
        for name, level in explainable()
        if METRICS[name].target is None and resolve(METRICS[name], Query((name,), level=level)).denominator
    )


def test_two_selections_in_the_same_days(mixed: Runner) -> None:
    here = Filter("channel", ("jd",))
    found = explain(mixed, asked("otif", where=(here,)), Selection((Filter("channel", ("tmall",)),)))
    for channel, value in (("tmall", found.bridge.value_before), ("jd", found.bridge.value_after)):
        only = asked("otif", where=(Filter("channel", (channel,)),))
        assert plain_number(value) == pytest.approx(mixed.value(only, "otif"), rel=1e-12)
    assert sum_effects(found.bridge.segments)[0] == found.bridge.change
    assert "channel" not in {one.dimension for one in found.ranking}
    assert found.days_before == found.days_after == FEBRUARY
    assert found.sentence.en.startswith("Order fulfilment rate (OTIF): Channel ")
    failures = mixed.value(asked("otif_failures", where=(Filter("channel", ("tmall",)),)), "otif_failures")
    assert sum(one.before for one in found.causes) == failures
