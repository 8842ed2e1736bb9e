"""Row scope: whatever is asked of a scoped workspace, only allowed rows answer; parts add up to the whole."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from fulfillment_bi.errors import UnknownNameError
from fulfillment_bi.forecast.peak import Wanted
from fulfillment_bi.forecast.replenish import Policy
from fulfillment_bi.forecast.whatif import Change
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.catalog.facts import FACTS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Filter, Query
from fulfillment_bi.metrics.resolve import resolve
from fulfillment_bi.metrics.targets import Targets
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.narrow import MASKED, OPEN
from fulfillment_bi.warehouse.scope import DIMENSIONS as LIMITS
from fulfillment_bi.warehouse.scope import EVERYTHING, OutOfScopeError, Scope, make_scope
from fulfillment_bi.workspace import Workspace, open_workspace
from tests.warehouse.stores import new_store

CHANNELS, OTHERS = ("jd", "douyin"), ("tmall", "taobao")
START, END = date(2026, 10, 1), date(2026, 10, 31)
PERIOD = Query(("otif",), start=date(2026, 10, 20), end=date(2026, 10, 30))


@pytest.fixture(scope="module")
def whole(company: Path) -> Iterator[Workspace]:
    with open_workspace(company) as opened:
        yield opened


@pytest.fixture(scope="module")
def narrow(whole: Workspace) -> Workspace:
    return whole.scoped(make_scope({"channel": CHANNELS}))


def test_a_scope_says_what_it_allows():
    scope = make_scope({"channel": ["jd", "tmall"], "warehouse": ["GZ"]})
    assert scope.limited == ("channel", "warehouse")
    assert str(scope) == "channel=jd,tmall warehouse=GZ"
    assert not scope.allows("channel", "jd")
    assert make_scope({"channel": ["jd"]}).allows("channel", "jd")
    assert not make_scope({"channel": ["jd"]}).allows("region", "jd")
    assert scope.within(EVERYTHING)
    assert not EVERYTHING.within(scope)
    assert make_scope({"channel": ["jd"], "warehouse": ["GZ"]}).within(scope)
    assert not make_scope({"channel": ["jd"]}).within(scope)
    assert Scope().is_everything
    with pytest.raises(UnknownNameError):
        make_scope({"region": ["x"]})


def _filters(scope: Scope) -> tuple[Filter, ...]:
    return tuple(Filter(name, tuple(sorted(members))) for name, members in scope.items() if members)


SCOPES = ({"channel": CHANNELS}, {"warehouse": ("several",)}, {"shop": ("youxuan-live",)})


@pytest.mark.parametrize("limits", SCOPES, ids=lambda limits: next(iter(limits)))
def test_every_metric_of_orders_is_that_of_the_filter(whole: Workspace, limits: dict[str, tuple[str, ...]]):
    scope = make_scope(limits)
    dimension = DIMENSIONS[scope.limited[0]]
    queries = [
        Query((name,))
        for name, metric in METRICS.items()
        if resolve(metric, Query((name,))).fact.name in dimension.facts
    ]
    assert len(queries) > 60
    with whole.scoped(scope) as scoped:
        for one, other in zip(
            scoped.run_all(queries), whole.run_all([each.but(where=_filters(scope)) for each in queries]), strict=True
        ):
            assert one.rows == other.rows, one.query.metrics


def test_disjoint_scopes_add_up_to_the_whole(whole: Workspace):
    names = tuple(
        name
        for name, metric in METRICS.items()
        if resolve(metric, Query((name,))).fact.name == "fct_order" and not resolve(metric, Query((name,))).quantile
    )
    channels = [member.value for member in whole.members("channel", limit=100)]
    assert len(channels) > 6
    parts = [{channel} for channel in channels]
    total = whole.run(Query(names)).records()[0]
    found = [whole.scoped(make_scope({"channel": part})).run(Query(names)).records()[0] for part in parts]
    for name in names:
        assert sum(record[f"{name}_n"] or 0 for record in found) == pytest.approx(total[f"{name}_n"] or 0), name


def test_facts_that_belong_to_no_channel_are_empty(whole: Workspace, narrow: Workspace):
    of_stock = [name for name, fact in FACTS.items() if not fact.of_order]
    for name in METRICS:
        if resolve(METRICS[name], Query((name,))).fact.name in of_stock:
            record = narrow.run(Query((name,))).records()
            assert not record or not record[0][f"{name}_n"], name
    assert whole.run(Query(("stock_value",))).value("stock_value")


def test_filters_cannot_widen(narrow: Workspace):
    for where in ((Filter("channel", OTHERS),), (Filter("channel", ("jd' OR '1'='1",)),)):
        assert not narrow.run(Query(("orders",), where=where)).value("orders")


Question = Callable[[Workspace], Any]
QUESTIONS: dict[str, Question] = {
    "run": lambda w: w.run(Query(("orders",), by=("channel", "shop"))),
    "query": lambda w: w.query("orders", by="channel"),
    "run_all": lambda w: w.run_all([Query(("otif",), by=("channel",)), Query(("orders",), by=("shop",))]),
    "rows": lambda w: w.rows(Query(("orders",)), "orders", "numerator").rows,
    "members": lambda w: [w.members(name, limit=500) for name in ("channel", "shop", "sku", "supplier", "po_no")],
    "spread": lambda w: w.spread(PERIOD, "channel"),
    "maturity": lambda w: w.maturity(PERIOD, trial=False),
    "explain": lambda w: w.explain(PERIOD.but(by=("channel",))),
    "bottleneck": lambda w: w.bottleneck(START, END),
    "cost_of_failure": lambda w: w.cost_of_failure(START, END),
    "trust": lambda w: w.trust(PERIOD.but(by=("channel",))),
    "timeline": lambda w: [w.timeline(channel, number) for channel, number in _orders(w)],
    "loads": lambda w: w.loads(),
    "freshness": lambda w: w.freshness(),
    "quarantine": lambda w: w.quarantine(limit=1000),
    "quarantine_reasons": lambda w: w.quarantine_reasons(),
    "cursor": lambda w: w.cursor("shop"),
    "info": lambda w: w.info,
    "is_sample": lambda w: w.is_sample,
    "problems": lambda w: w.problems,
    "targets": lambda w: w.targets,
    "review_words": lambda w: w.review_words(PERIOD),
    "findings": lambda w: w.findings(PERIOD),
    "happenings": lambda w: w.happenings(START, END),
    "outlook": lambda w: w.outlook(),
    "forecast_due": lambda w: w.forecast_due(1_000_000),
    "channel_outlook": lambda w: [w.channel_outlook(channel) for channel in ("jd", "tmall")],
    "plan": lambda w: w.plan(Policy()),
    "plan_history": lambda w: w.plan_history(),
    "count_plan": lambda w: w.count_plan(),
    "lateness": lambda w: w.lateness(),
    "peak": lambda w: w.peak(Wanted(uplift=3.0)),
    "routing": lambda w: w.routing(START, END),
    "what_if": lambda w: w.what_if(Change(safety=1.2), 14),
}
"""Every public question of a workspace; see the test below for what is none."""
# keep_forecast is made for everybody, from the store: it refuses.
NO_QUESTIONS = {"keep_forecast", "store", "targets_path", "pinned", "scoped", "at_version", "refresh", "close"}


def test_every_public_question_is_walked():
    public = {name for name, _ in inspect.getmembers(Workspace) if not name.startswith("_")}
    # A new one belongs into QUESTIONS, so that the test below holds it to the scope.
    assert public | {"info", "problems"} == set(QUESTIONS) | NO_QUESTIONS


def _orders(workspace: Workspace) -> list[tuple[str, str]]:
    found = workspace.rows(Query(("orders",)), "orders", "numerator", limit=3)
    places = found.columns.index("channel"), found.columns.index("order_no")
    return [(str(row[places[0]]), str(row[places[1]])) for row in found.rows]


@pytest.mark.parametrize("name", QUESTIONS)
def test_nothing_of_others_is_in_any_answer(whole: Workspace, narrow: Workspace, name: str):
    told = repr(QUESTIONS[name](narrow))
    for marker in others_marks(whole):
        assert marker not in told


@pytest.mark.parametrize("name", QUESTIONS)
def test_nothing_of_other_warehouses_is_in_any_answer(whole: Workspace, name: str):
    warehouses = [member.value for member in whole.members("warehouse") if member.value not in ("several", "unknown")]
    scoped = whole.scoped(make_scope({"warehouse": warehouses[:1]}))
    assert scoped.run(Query(("orders",))).value("orders")
    assert scoped.run(Query(("stock_value",))).value("stock_value")
    told = repr(QUESTIONS[name](scoped))
    for other in warehouses[1:]:
        assert other not in told


def others_marks(whole: Workspace) -> list[str]:
    """What only others have: their channels, their shops, their order numbers."""
    theirs = whole.run(Query(("orders",), by=("channel", "shop"))).rows
    own_shops = {row[1] for row in theirs if row[0] in CHANNELS}
    marks = {f"'{row[0]}'" for row in theirs if row[0] not in CHANNELS}
    marks |= {f"'{row[1]}'" for row in theirs if row[1] not in own_shops}
    rows = whole.rows(Query(("orders",)), "orders", "numerator")
    channel, number = rows.columns.index("channel"), rows.columns.index("order_no")
    marks |= {f"'{row[number]}'" for row in rows.rows if row[channel] not in CHANNELS}
    return sorted(marks)


def test_an_order_of_others_is_unknown(whole: Workspace, narrow: Workspace):
    rows = whole.rows(Query(("orders",), where=(Filter("channel", OTHERS),)), "orders", "numerator", limit=5)
    channel, number = rows.columns.index("channel"), rows.columns.index("order_no")
    assert rows.rows
    for row in rows.rows:
        assert whole.timeline(row[channel], row[number]) is not None
        assert narrow.timeline(row[channel], row[number]) is None
    own = _orders(narrow)
    assert own
    assert all(narrow.timeline(*one) for one in own)
    assert narrow.timeline(*own[0]).events == whole.timeline(*own[0]).events


def test_every_table_is_narrowed_or_empty(whole: Workspace, narrow: Workspace):
    tables = [row[0] for row in whole._ask(lambda session, _: session.rows("SELECT table_name FROM duckdb_tables()"))]
    assert len(tables) > 100
    for table in tables:
        if table in OPEN or table == "build_info":
            continue
        columns, rows = narrow._ask(lambda session, _, table=table: session.columns(f'SELECT * FROM "{table}"'))
        for named in ("channel", "taken_by"):
            if named in columns:
                place = columns.index(named)
                assert {row[place] for row in rows} <= {*CHANNELS, None}, table
        if table.startswith(("staged_", "load", "int_")) and "channel_id" not in columns:
            assert not rows, table
    assert MASKED


def test_a_table_nobody_thought_of_is_empty(tmp_path: Path):
    store = new_store(tmp_path)
    with store.draft() as draft:
        draft.session.append("dim_channel", pa.table({"channel_id": [0, 1], "channel": ["unknown", "jd"]}))
        draft.session.append("new_table", pa.table({"secret": ["of somebody"]}))
        draft.session.append("new_fact", pa.table({"channel_id": [0, 1], "value": [1, 2]}))
        draft.publish()
    with Workspace(Settings(home=tmp_path), new_store(tmp_path)).scoped(make_scope({"channel": ["jd"]})) as scoped:
        assert scoped._ask(lambda session, _: session.rows("SELECT * FROM new_table")) == []
        assert scoped._ask(lambda session, _: session.rows("SELECT * FROM new_fact")) == [(1, 2)]


def test_answers_are_kept_by_scope(whole: Workspace):
    one, two = (whole.scoped(make_scope({"channel": [channel]})) for channel in ("jd", "tmall"))
    query = Query(("orders",), by=("channel",))
    for _ in range(2):
        assert [row[0] for row in one.run(query).rows] == ["jd"]
        assert [row[0] for row in two.run(query).rows] == ["tmall"]
        assert len(whole.run(query).rows) > 6


def test_a_scope_stays_and_cannot_be_widened(whole: Workspace):
    scoped = whole.scoped(make_scope({"channel": ["jd"]}))
    with scoped.pinned() as pinned, pinned.pinned() as again, scoped.at_version(whole.info.id) as version:
        for each in (pinned, again, version):
            assert each.scope == scoped.scope
            assert [member.value for member in each.members("channel")] == ["jd"]
    with whole.pinned() as pinned, pinned.scoped(make_scope({"channel": ["jd"]})) as inner:
        assert [member.value for member in inner.members("channel")] == ["jd"]
    for wider in (EVERYTHING, make_scope({"channel": ["jd", "tmall"]}), make_scope({"warehouse": ["GZ"]})):
        with pytest.raises(OutOfScopeError):
            scoped.scoped(wider)
    with pytest.raises(OutOfScopeError):
        _ = scoped.store


def test_targets_for_others_are_not_told(tmp_path: Path):
    (tmp_path / "targets.toml").write_text(
        '[[target]]\nmetric = "otif"\ntarget = 0.9\n'
        '[[target]]\nmetric = "otif"\ntarget = 0.97\nchannel = "tmall"\n'
        '[[target]]\nmetric = "otif"\ntarget = 0.95\nchannel = "jd"\n'
    )
    whole = open_workspace(tmp_path, Settings(home=tmp_path))
    found: Targets = whole.scoped(make_scope({"channel": ["jd"]})).targets
    assert [dict(rule.where) for rule in found.rules] == [{}, {"channel": frozenset({"jd"})}]
    assert len(whole.targets.rules) == 3


def test_limits_are_dimensions():
    assert set(LIMITS) <= set(DIMENSIONS)
