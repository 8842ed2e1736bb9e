"""A workspace without a warehouse: answers of the right shape, the same for the same question."""

from __future__ import annotations

import random
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from fulfillment_bi.errors import NoVersionError
from fulfillment_bi.forecast.counting import Count
from fulfillment_bi.forecast.lateness import AtRisk, Calibration, Lateness
from fulfillment_bi.forecast.peak import Load, Peak, Wanted
from fulfillment_bi.forecast.planning import plan_of
from fulfillment_bi.forecast.whatif import Change, Replay, Score
from fulfillment_bi.ingest.ledger import FreshnessRow, LoadRow, QuarantineList, QuarantineRow
from fulfillment_bi.ingest.report import Counts
from fulfillment_bi.insight.bottleneck import ALL, Bottleneck, Flow
from fulfillment_bi.insight.bounds import Bounds, Source, Trust
from fulfillment_bi.insight.cost import KINDS, Cost
from fulfillment_bi.insight.findings import Finding
from fulfillment_bi.insight.happenings import Happening
from fulfillment_bi.insight.maturity import Coverage, Landing, Maturity
from fulfillment_bi.insight.review_words import Review, Said
from fulfillment_bi.insight.routing import Detour, Rival, Routing
from fulfillment_bi.insight.spread import Spread, spread
from fulfillment_bi.insight.why import Why, explain
from fulfillment_bi.insight.why_sides import Against
from fulfillment_bi.insight.words import Text, mine
from fulfillment_bi.metrics.attributes_causes import CAUSES, ORIGINS, PARTIES
from fulfillment_bi.metrics.attributes_stock import AGES, ARRIVALS, COVERS
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.definitions import definitions
from fulfillment_bi.metrics.dimensions import BUCKETS, STAGES
from fulfillment_bi.metrics.members import Member
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.metrics.resolve import check_query, check_split, filter_fact, get_dimension, resolve
from fulfillment_bi.metrics.rows import RowsResult
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.scope import EVERYTHING
from tests.forecast.making import outlook_of, supply_of

AS_OF = "2026-11-22T10:00:00Z"
ZONE = "Asia/Shanghai"
LONG = "一个名字特别特别长的旗舰店（华东区）官方直营 Very Long Shop Name <b>&amp;"
MEMBERS = {
    "channel": ["tmall", "jd", "douyin", "unknown"],
    "warehouse": ["several", "杭州仓", "unknown", "广州仓"],
    "carrier": ["SF", "ZTO", "unknown"],
    "region": ["浙江省", "广东省", "新疆维吾尔自治区"],
    "shop": [LONG, "优选百货店"],
    "stage": list(STAGES),
    "current_stage": ["pick", "pickup", "deliver"],
    "promise_bucket": list(BUCKETS),
    "break_stage": ["short", "cancelled", "pick", "pickup", "deliver"],
    "cancelled_by": ["customer", "seller", "none"],
    "issue": ["shipped_before_paid", "no_lines"],
    "category": [LONG, "家居"],
    "sku": ["A1", "B2", "C3"],
    "supplier": ["东莞宏达", LONG, "unknown"],
    "abc": ["A", "B", "C"],
    "xyz": ["X", "Y", "Z"],
    "cover_bucket": list(COVERS),
    "age_bucket": list(AGES),
    "arrival": list(ARRIVALS),
    "cause": list(CAUSES),
    "accountable": list(PARTIES),
    "short_origin": list(ORIGINS),
    "po_no": ["PO1", "PO2", "none"],
}


@dataclass(frozen=True)
class Info:
    id: str = "v00000001"
    published_at: datetime = datetime(2026, 11, 22, 10)


@cache
def looked_ahead():
    return outlook_of()


LATENESS = Lateness(
    (
        AtRisk("261122-1", "pinduoduo", "North", "pick", datetime(2026, 11, 23, 12), 89.0, 0.83),
        AtRisk("261122-2", "jd", "South", "deliver", datetime(2026, 11, 24, 12), 39.0, 0.04),
    ),
    (Calibration(0.02, 0.05, 4000, 0.03, 0.036), Calibration(0.6, 0.8, 300, 0.67, 0.7)),
    0.065,
    0.098,
    4300,
)


class FakeWorkspace:
    """The methods of `workspace.Workspace` that pages use. `due` scales every count; 0 is a period without orders."""

    def __init__(self, *, loaded: bool = True, due: int = 1000, sample: bool = False) -> None:
        self.info = Info() if loaded else None
        self.due = due
        self.is_sample = sample
        self.scope = EVERYTHING
        self.settings = Settings(home=Path("nowhere"))
        self.asked: list[Query] = []

    def run(self, query: Query) -> Result:
        if self.info is None:
            raise NoVersionError("Nothing has been loaded yet.", hint="Load exports with `fbi load PATH`.")
        check_query(query)
        for name in query.metrics:
            resolved = resolve(METRICS[name], query)
            for dimension in query.by:
                check_split(get_dimension(dimension), resolved)
            for item in query.where:
                filter_fact(item, resolved)
        self.asked.append(query)
        if query.order_by:
            assert query.order_by.removeprefix("-") in (*query.by, *query.metrics)
        columns = [*query.by]
        for name in query.metrics:
            columns += [name, f"{name}_n", f"{name}_d"]
            if METRICS[name].is_promise and query.basis == "order":
                columns.append(f"{name}_pending")
            if query.compare != "none":
                columns += [f"{name}_before", f"{name}_before_n", f"{name}_before_d", f"{name}_change"]
        return Result(query, tuple(columns), tuple(self._rows(query)), AS_OF, ZONE, "v00000001")

    def trust(self, query: Query) -> Trust:
        source = Source("platform", "orders", datetime(2026, 11, 22, 9), datetime(2026, 11, 22, 9, 30), 1234)
        value = self.run(query.but(by=())).records()[0][query.metrics[0]]
        bound = Bounds((), value, value, value, 1.0, 2, 1.5, 3, 0.01, None)
        return Trust(query.metrics[0], (bound,), (source,))

    def spread(self, query: Query, by: str = "") -> Spread:
        counted = {
            one: {"tmall": (900 - place, 1000), "jd": (800 + place, 1000)}
            for place, one in enumerate(definitions(METRICS[query.metrics[0]]))
        }
        return spread(query, by, counted)

    def maturity(self, query: Query, grain: str = "day", *, trial: bool = True) -> Maturity:
        found = tuple(
            Landing(date(2026, 10, 24) + timedelta(days=at), 80, 90, at, 0.9, 0.85, 0.95, 20) for at in range(30)
        )
        return Maturity(query, found, found[-1], Coverage(100, 92, 0.1), AS_OF, ZONE, "v00000001")

    def explain(self, query: Query, against: Against = "previous") -> Why:
        return explain(self, query, against)

    def findings(self, query: Query, against: Against = "previous") -> tuple[Finding, ...]:
        if not self.due:
            return ()
        place = ("channel", ("jd",)), ("warehouse", tuple(f"w{at}" for at in range(8)))
        near = Finding(("line_haul", "last_mile"), place, 40.2, 12.5, 21.0, 59.0, 9.5)
        return (near, Finding(("stock_short",), (), 8.0, 3.0, 3.2, 12.8, 2.5))

    def cost_of_failure(self, start: date, end: date) -> tuple[Cost, ...]:
        if not self.due:
            return (Cost("refund", None, None, None, None, None, 3, 9),)
        return tuple(Cost(kind, 0.2, 0.1, 0.1, 0.05, 0.15, 90, 100) for kind in KINDS)

    def bottleneck(self, start: date, end: date) -> Bottleneck:
        flows = tuple(
            Flow(stage, where, 100, 90, 10, 12, 8.5, 5400.0, 9.0, 240, 120, 14, 3600)
            for stage in STAGES
            for where in (ALL, "杭州仓")
        )
        return Bottleneck(flows, flows[0], flows[1]) if self.due else Bottleneck((), None, None)

    def run_all(self, queries):
        return [self.run(query) for query in queries]

    def _rows(self, query: Query):
        if not self.due and query.by:
            return
        for members in self._members(query, query.by):
            row = list(members)
            for name in query.metrics:
                row += self._numbers(query, name, members)
            yield tuple(row)

    def _members(self, query: Query, by):
        if not by:
            yield ()
            return
        first = by[0]
        if first == "day":
            start = query.start or date(2026, 10, 24)
            own = [start + timedelta(days=at) for at in range(((query.end or date(2026, 11, 22)) - start).days + 1)]
        elif first == "week":
            own = [date(2026, 9, 7) + timedelta(days=7 * at) for at in range(11)]
        elif first == "month":
            own = ["2026-08", "2026-09", "2026-10", "2026-11"]
        else:
            own = MEMBERS.get(first, ["a", "b"])
        for member in own:
            for rest in self._members(query, by[1:]):
                yield (member, *rest)

    def _numbers(self, query: Query, name: str, members):
        metric = METRICS[name]
        seed = random.Random(zlib.crc32(repr((name, members)).encode()))
        d = self.due // max(1, 3 ** len(members)) if self.due else 0

        def pair():
            if metric.unit in ("rate", "permille"):
                base = 0.93 if metric.direction == "up" else 0.05
                n = round(d * min(1, max(0, base + seed.uniform(-0.08, 0.06))))
                return [n / d if d else None, n, d]
            if metric.unit in ("days", "hours"):
                return [seed.uniform(0.05, 4) if d else None, d, d]
            if metric.unit == "score":
                return [4.21 if d else None, round(4.21 * d), d]
            count = round(d * seed.uniform(0, 0.3))
            return [count, count, count]

        now = pair()
        values = [*now]
        if metric.is_promise and query.basis == "order":
            values.append(round(d * 0.2))
        if query.compare != "none":
            before = pair()
            change = now[0] - before[0] if now[0] is not None and before[0] is not None else None
            values += [*before, change]
        return values

    def rows(self, query, metric, part, *, limit=None, offset=0, order_by=None, text="", containing=None):
        check_query(query)
        resolved = resolve(METRICS[metric], query)
        for item in query.where:
            filter_fact(item, resolved)
        if not resolved.fact.of_order:
            return self._listed(resolved.drill, limit, offset, order_by)
        total = 250
        if "burn_state" in resolved.drill:
            return self._listed(resolved.drill, limit, offset, order_by)
        columns = ("channel", "order_no", "warehouse", "created_at", "order_value")
        rows = [
            ("tmall", f"{10**17 + at}", "杭州仓", datetime(2026, 11, 1, 9, 30), 99.5)
            for at in range(offset, min(total, offset + (limit or total)))
        ]
        return RowsResult(columns, tuple(rows), total, AS_OF, ZONE, "v00000001")

    def _listed(self, columns, limit, offset, order_by):
        """Rows of stock and purchases, with something of the right kind in every column."""
        assert order_by is None or order_by.removeprefix("-") in columns
        total = 25 if self.due else 0
        shown = range(offset, min(total, offset + (limit or total)))
        rows = tuple(tuple(self._cell(name, at) for name in columns) for at in shown)
        return RowsResult(tuple(columns), rows, total, AS_OF, ZONE, "v00000001")

    def _cell(self, name: str, at: int):
        if name.endswith("_day"):
            return date(2026, 11, 1)
        if name.startswith(("promised_at", "ordered_at", "received_at")):
            return datetime(2026, 11, 1, 9, 30)
        if name in MEMBERS:
            return MEMBERS[name][at % len(MEMBERS[name])]
        return f"PO{at}" if name in ("po_no", "line_no", "product_name") else Decimal(at + 1)

    def members(self, dimension, search="", limit=50, where=()):
        found = [Member(name, name) for name in MEMBERS.get(dimension, [f"{dimension}{at}" for at in range(60)])]
        return [each for each in found if search.lower() in each.value.lower()][:limit]

    def timeline(self, channel, order_no):
        return None

    def review_words(self, query: Query) -> Said:
        texts = ["物流太慢，找王先生 13912345678"] * 6 + ["质量很好"] * 30 if self.due else []
        scores = [1.0] * 6 + [5.0] * 30
        reviews = tuple(
            Review("jd", str(at), score, datetime(2026, 11, 20, 9), text)
            for at, (text, score) in enumerate(zip(texts, scores, strict=False))
        )
        return Said(mine([Text(one.text, one.score < 3) for one in reviews]), reviews, len(reviews), 5.0)

    def outlook(self):
        return looked_ahead() if self.due else None

    def plan(self, policy):
        return plan_of(looked_ahead(), supply_of(), policy) if self.due else None

    def count_plan(self):
        found = Count("A", "Product A", "Tools", "North", "A01-02", 5.0, 50.0, 3, 9, 2, 40, 0.31, 1.9)
        return (found,) if self.due else ()

    def lateness(self):
        return LATENESS if self.due else Lateness((), (), None, None, 0)

    def what_if(self, change: Change, days: int) -> Replay:
        end = date(2026, 11, 21)
        known = Score(0.96, 700_000.0, 0.97, 4.5, 0.92) if self.due else Score(None, None, None, None)
        again = Score(0.955, 700_000.0, 0.972, 4.3, 0.918) if self.due else known
        after = (
            Score(0.955 + 0.02 * (change.safety - 1), 700_000.0 * change.safety, 0.972, 4.3, 0.93)
            if self.due
            else known
        )
        sides = ("North", "South", ("SF", "ZTO")) if self.due else ("", "", ())
        return Replay(end - timedelta(days=days - 1), end, change, known, again, after, *sides)

    def peak(self, wanted: Wanted) -> Peak | None:
        times = wanted.uplift or 5.4
        full = Load("North", 120.0, 120 * times, 21, 11 * times, 20.0, 200.0, 90 * times, None, 9 * times, 0.3 * times)
        calm = Load("South", 40.0, 60.0, 10, 5.0, 20.0, 200.0, 0.4, 0, 1.0, 0.2)
        return Peak(wanted.like, times, 24, (full, calm), (date(2026, 11, 11),)) if self.due else None

    def routing(self, start: date | None = None, end: date | None = None) -> Routing:
        detours = (
            Detour("广州仓", "杭州仓", "浙江省", "route", 40, 9, 31.5, 6.2, -12.0),
            Detour("杭州仓", "广州仓", "广东省", "stock", 12, 1, 8.0, 0.4, None),
        )
        worse = Rival("广州仓", "广东省", "ZTO", 300, 290, 60, 3.4, 0.207, 0.165, 0.257, "SF", 41.0, 210.0)
        better = Rival("广州仓", "广东省", "SF", 250, 240, 16, 1.9, 0.067, 0.042, 0.106, "", 0.0, None)
        day = date(2026, 11, 21)
        known = (1000, 800, detours, (worse, better)) if self.due else (0, 0, (), ())
        return Routing(start or day, end or day, *known)

    def happenings(self, start, end):
        middle = start + (end - start) / 2
        return (Happening(middle, middle, "双11"), Happening(end, end, "Strike", "jd"))

    def loads(self):
        counts = {"orders": Counts(read=10, new=8, quarantined=2), "order_lines": Counts(read=12, new=12)}
        at = datetime(2026, 11, 22, 9)
        return [
            LoadRow(
                number,
                "v00000001",
                at,
                "orders_cn.csv",
                "ab",
                "oms_orders",
                "oms",
                999,
                at,
                "loaded",
                "csv",
                0.4,
                22,
                2,
                counts,
            )
            for number in range(70, 0, -1)
        ]

    def freshness(self):
        at = datetime(2026, 11, 22, 9)
        return [
            FreshnessRow("oms", "oms_orders", at, at, at, 2, 22),
            FreshnessRow("carrier", "parcels", None, at, at, 1, 0),
        ]

    def quarantine(self, limit=100, offset=0, **_):
        rows = [
            QuarantineRow(
                1,
                "/exports/orders_cn.csv",
                "oms_orders",
                "orders",
                line,
                ("missing:order_no", "in_future:paid_at"),
                {"order_no": "<script>alert(1)</script>", "paid_at": "=1+1"},
                datetime(2026, 11, 22, 9),
            )
            for line in range(7, 257)
        ]
        return QuarantineList(len(rows), tuple(rows[offset : offset + limit]))

    @contextmanager
    def pinned(self):
        yield self
