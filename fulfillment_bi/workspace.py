"""Settings, the open warehouse and everything that can be asked of it: the one object passed around.

Web, reports and the command line hold a `Workspace` and call it; it delegates to metrics, insight and the load
ledger, each call on a cursor of its own, so one workspace may be shared by any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from fulfillment_bi.cache import ResultCache
from fulfillment_bi.errors import UsageError
from fulfillment_bi.metrics.query import Filter, Part, Query, Result
from fulfillment_bi.metrics.target_file import FILE_NAME, TargetFile
from fulfillment_bi.metrics.targets import Targets, against_targets, without_target
from fulfillment_bi.settings import Settings, load_settings
from fulfillment_bi.warehouse.engine import DamagedError, Session
from fulfillment_bi.warehouse.pin import Pin
from fulfillment_bi.warehouse.pointer import VersionInfo
from fulfillment_bi.warehouse.reader import Reader
from fulfillment_bi.warehouse.scope import EVERYTHING, OutOfScopeError, Scope
from fulfillment_bi.warehouse.tables import read_meta
from fulfillment_bi.warehouse.verify import Finding
from fulfillment_bi.warehouse.versions import Store

if TYPE_CHECKING:
    from fulfillment_bi.forecast.counting import Count
    from fulfillment_bi.forecast.demand import Tick
    from fulfillment_bi.forecast.kept_plans import Outcome
    from fulfillment_bi.forecast.lateness import Lateness
    from fulfillment_bi.forecast.outlook import Outlook
    from fulfillment_bi.forecast.peak import Peak, Wanted
    from fulfillment_bi.forecast.planning import Plan
    from fulfillment_bi.forecast.replenish import Policy
    from fulfillment_bi.forecast.whatif import Change, Replay
    from fulfillment_bi.ingest.cursors import Cursor
    from fulfillment_bi.insight.bottleneck import Bottleneck
    from fulfillment_bi.insight.bounds import Trust
    from fulfillment_bi.insight.cost import Cost
    from fulfillment_bi.insight.findings import Finding as Risen
    from fulfillment_bi.insight.happenings import Happening
    from fulfillment_bi.insight.maturity import Maturity
    from fulfillment_bi.insight.review_words import Said
    from fulfillment_bi.insight.routing import Routing
    from fulfillment_bi.insight.spread import Spread
    from fulfillment_bi.insight.timeline import Timeline
    from fulfillment_bi.insight.why import Why
    from fulfillment_bi.insight.why_sides import Against
    from fulfillment_bi.metrics.members import Member
    from fulfillment_bi.metrics.rows import RowsResult

Question = Callable[[Session, VersionInfo], Any]


def open_workspace(home: Path | str | None = None, settings: Settings | None = None) -> Workspace:
    """The workspace over the warehouse in `home` (default: the setting `home`); an empty or missing directory is fine.

    Nothing is read or created until something is asked. Raises SettingsError when a setting cannot be used.
    """
    chosen = settings if settings is not None else load_settings()
    if home is not None:
        chosen = replace(chosen, home=Path(home))
    store = Store(chosen.home, limits=chosen.limits(), keep=chosen.keep_versions, beside=_write_cubes)
    return Workspace(chosen, store)


class Workspace:
    """Questions about one warehouse.

    An unpinned workspace answers each call from the version that is current at that moment; `pinned()` gives one that
    stays on a single version, `scoped()` one that sees only some members' rows. Every question raises NoVersionError
    while nothing has been published.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        cache: ResultCache | None = None,
        pin: Pin | None = None,
        targets: TargetFile | None = None,
        scope: Scope = EVERYTHING,
    ) -> None:
        self.settings = settings
        self.scope = scope
        self._store = store
        self._cache = cache if cache is not None else ResultCache(settings.cached_results)
        self._pin = pin
        self._targets = targets if targets is not None else _target_file(settings)
        self._seen = pin.info.id if pin is not None and pin.info is not None else ""

    @property
    def store(self) -> Store:
        """The versions themselves. Raises OutOfScopeError in a workspace with a scope, for they are whole."""
        if not self.scope.is_everything:
            raise OutOfScopeError("The versions cannot be narrowed to a scope.", hint="Ask somebody without one.")
        return self._store

    @property
    def info(self) -> VersionInfo | None:
        """The version that answers: the pinned one, else the current one; None before the first load."""
        return self._pin.info if self._pin is not None else self._store.current()

    @property
    def is_sample(self) -> bool:
        """Whether the current version was loaded from the bundled sample (False before the first load)."""
        if self.info is None:
            return False
        return bool(self._cached("is_sample", lambda session, _: _is_sample(session)))

    @property
    def problems(self) -> list[Finding]:
        """What had to be worked around to find a readable version (a lost pointer, a damaged file); usually empty."""
        return self._store.problems()

    @property
    def targets(self) -> Targets:
        """The targets of one's own that are in force, without those for members out of scope.

        Raises SettingsError where their file cannot be used.
        """
        found = self._targets.read()
        limits = [(name, members) for name, members in self.scope.items() if members]
        if not limits:
            return found
        visible = (rule for rule in found.rules if all(rule.where.get(name, own) <= own for name, own in limits))
        return replace(found, rules=tuple(visible))

    @property
    def targets_path(self) -> Path:
        """The file of these targets, whether or not there is one."""
        return self._targets.path

    def run(self, query: Query) -> Result:
        """The answer to `query`. Computed once per version and query, also when many threads ask at the same time.

        Raises UnknownNameError or NotApplicableError for a query the catalogue does not allow.
        """
        from fulfillment_bi.metrics.run import run_query

        plain = without_target(query)
        answer: Result = self._cached(plain, lambda session, info: run_query(session, info, plain))
        targets = self.targets
        answer = replace(answer, targets=targets) if targets.rules else answer
        return answer if plain is query else against_targets(answer, query)

    def query(
        self,
        *metrics: str,
        by: Sequence[str] = (),
        where: Mapping[str, str | Sequence[str]] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
        **switches: Any,
    ) -> Result:
        """`run` in one line: workspace.query("otif", by=["channel"], where={"carrier": "SF"}, start="2026-11-01").

        `where` is dimension -> member or members; days may be ISO texts; `switches` are further fields of a Query, as
        basis="order" or compare="previous". Raises what `run` does, and UsageError for a text that is no day.
        """
        filters = tuple(
            Filter(name, (members,) if isinstance(members, str) else tuple(members))
            for name, members in (where or {}).items()
        )
        splits = (by,) if isinstance(by, str) else tuple(by)
        first, last = _day(start, "start"), _day(end, "end")
        return self.run(Query(metrics, by=splits, where=filters, start=first, end=last, **switches))

    def run_all(self, queries: Sequence[Query]) -> list[Result]:
        """The answers in the order of `queries`, all from one version."""
        with self.pinned() as page:
            page._compute_together(queries)
            return [page.run(query) for query in queries]

    def _compute_together(self, queries: Sequence[Query]) -> None:
        """Compute and keep what is not known yet in as few statements as possible."""
        from fulfillment_bi.metrics.run import run_queries

        if self.info is None:
            return
        version, scope = self.info.id, self.scope
        plain = map(without_target, queries)
        missing = tuple(query for *_, query in self._cache.missing((version, scope, query) for query in plain))
        if len(missing) > 1:
            found: list[Result] = self._cached(
                ("together", missing), lambda session, info: run_queries(session, info, missing)
            )
            for result in found:
                self._cache.put((version, scope, result.query), result)

    def rows(
        self,
        query: Query,
        metric: str,
        part: Part,
        *,
        limit: int | None = None,
        offset: int = 0,
        order_by: str | None = None,
        text: str = "",
        containing: Mapping[str, str] | None = None,
    ) -> RowsResult:
        """The rows counted in the numerator or denominator of `metric` under `query`, with their total count.

        `text` keeps those with it anywhere in their order number, SKU or product name; `containing` those with its
        words in each of its columns.
        """
        from fulfillment_bi.metrics.rows import run_rows

        words = containing or {}

        found: RowsResult = self._ask(
            lambda session, info: run_rows(
                session,
                info,
                query,
                metric,
                part,
                limit=limit,
                offset=offset,
                order_by=order_by,
                text=text,
                containing=words,
            )
        )
        return found

    def members(self, dimension: str, search: str = "", limit: int = 50, where: Sequence[Filter] = ()) -> list[Member]:
        """At most `limit` members of `dimension` whose name contains `search`, within the filters `where`."""
        from fulfillment_bi.metrics.members import find_members

        filters = tuple(where)
        found: list[Member] = self._cached(
            ("members", dimension, search, limit, filters),
            lambda session, _: find_members(session, dimension, search=search, limit=limit, where=filters),
        )
        return list(found)

    def spread(self, query: Query, by: str = "") -> Spread:
        """The query's one metric under every definition it has; `by` names a dimension to see who gains from which."""
        from fulfillment_bi.insight.spread import spread
        from fulfillment_bi.metrics.definitions import run_definitions

        plain = query.but(by=(), compare="none", order_by=None, limit=None)
        found: Spread = self._cached(
            ("spread", plain, by), lambda session, _: spread(plain, by, run_definitions(session, plain, by))
        )
        return found

    def maturity(self, query: Query, grain: str = "day", *, trial: bool = True) -> Maturity:
        """Where the cohorts of the query's period, by day of order, will land for its one promise metric.

        `grain` is "day", "week" or "month"; without `trial` the intervals are not tried on history, which takes a
        second. Raises NotApplicableError for a metric with nothing pending.
        """
        from fulfillment_bi.insight.maturity import mature
        from fulfillment_bi.metrics.development import run_development
        from fulfillment_bi.metrics.run import read_stamp

        plain = query.but(by=(), basis="order", compare="none", order_by=None, limit=None)
        cells = plain.but(start=None, end=None)
        developed = self._cached(("development", cells), lambda session, _: run_development(session, cells))
        found: Maturity = self._cached(
            ("maturity", plain, grain, trial),
            lambda session, info: mature(developed, plain, read_stamp(session, info), grain, trial=trial),
        )
        return found

    def explain(self, query: Query, against: Against = "previous") -> Why:
        """Why the query's one metric differs from what it is compared with; see `insight.why.explain`."""
        from fulfillment_bi.insight.why import explain

        found: Why = self._cached(("why", query, against), lambda _session, _info: explain(self, query, against))
        return found

    def findings(self, query: Query, against: Against = "previous") -> tuple[Risen, ...]:
        """What broke more promises than usual in the query's period, and where; see `insight.findings.find`."""
        from fulfillment_bi.insight.findings import find_against

        found: tuple[Risen, ...] = self._cached(
            ("findings", query, against), lambda _session, _info: find_against(self, query, against)
        )
        return found

    def bottleneck(self, start: date, end: date) -> Bottleneck:
        """Each stage as a queue over business days, both ends included, and the one that binds."""
        from fulfillment_bi.insight.bottleneck import find_bottleneck

        timezone = self.settings.timezone
        found: Bottleneck = self._cached(
            ("bottleneck", start, end), lambda session, _: find_bottleneck(session, start, end, timezone)
        )
        return found

    def cost_of_failure(self, start: date, end: date) -> tuple[Cost, ...]:
        """What a broken promise costs, against kept ones like it, over promises due in these days (inclusive)."""
        from fulfillment_bi.insight.cost import cost_of_failure

        found: tuple[Cost, ...] = self._cached(
            ("cost", start, end), lambda session, _: cost_of_failure(session, start, end)
        )
        return found

    def review_words(self, query: Query) -> Said:
        """The words that set bad reviews under the query apart from good ones; see `insight.review_words`."""
        from fulfillment_bi.insight.review_words import review_words

        plain = query.but(metrics=("review_score",), by=(), compare="none", order_by=None, limit=None)
        key = ("review_words", self.scope, plain)
        found: Said = self._cached(key, lambda session, info: review_words(session, info, plain))
        return found

    def trust(self, query: Query) -> Trust:
        """How far the query's one metric can be trusted: bounds for each member of its split, and the sources."""
        from fulfillment_bi.insight.bounds import judge

        plain = query.but(compare="none", order_by=None, limit=None)
        found: Trust = self._cached(("trust", plain), lambda session, _: judge(session, plain))
        return found

    def timeline(self, channel: str, order_no: str) -> Timeline | None:
        """One order's events, promises and stages; None when the order is unknown."""
        from fulfillment_bi.insight.timeline import order_timeline

        found: Timeline | None = self._ask(lambda session, _: order_timeline(session, channel, order_no))
        return found

    def happenings(self, start: date, end: date) -> tuple[Happening, ...]:
        """What the loaded calendar says happened between two days."""
        from fulfillment_bi.insight.happenings import happenings

        key = ("happenings", self.scope, start, end)
        found: tuple[Happening, ...] = self._cached(key, lambda session, _: happenings(session, start, end))
        return found

    def outlook(self) -> Outlook | None:
        """The demand forecast of the version: the one kept beside it, else made now; None without stock snapshots."""
        from fulfillment_bi.forecast.clock import planning_day
        from fulfillment_bi.forecast.outlook import make_outlook, read_kept

        home = self.settings.home

        def find(session: Session, info: VersionInfo) -> Outlook | None:
            # What is kept is of everything; who sees a part of it gets a forecast of that part.
            kept = read_kept(session, home, info.id) if self.scope.is_everything else None
            return kept if kept is not None else make_outlook(session, planning_day(session), home)

        found: Outlook | None = self._cached("outlook", find)
        return found

    def keep_forecast(self, tick: Tick | None = None, *, afresh: bool = False) -> Outlook | None:
        """Forecast the current version and keep it beside it; `afresh` chooses the methods anew."""
        from fulfillment_bi.forecast.clock import planning_day
        from fulfillment_bi.forecast.outlook import keep, make_outlook

        home, present = self.settings.home, {info.id for info in self.store.list()}

        def make(session: Session, info: VersionInfo) -> Outlook | None:
            made = make_outlook(session, planning_day(session), None if afresh else home, tick)
            if made is not None:
                keep(made, home, info.id, present)
            return made

        found: Outlook | None = self._ask(make)
        return found

    def forecast_due(self, most: int) -> bool:
        """Whether the version has stock history of 1 to `most` series and no forecast of it is kept."""
        from fulfillment_bi.forecast.history import count_series
        from fulfillment_bi.forecast.outlook import is_kept

        if self.info is None or not self.scope.is_everything or not most or is_kept(self.settings.home, self.info.id):
            return False
        series: int = self._cached("series", lambda session, _: count_series(session))
        return 0 < series <= most

    def channel_outlook(self, channel: str) -> Outlook | None:
        """The forecast of one channel's demand, made on demand and never kept."""
        from fulfillment_bi.forecast.clock import planning_day
        from fulfillment_bi.forecast.outlook import make_outlook

        found: Outlook | None = self._cached(
            ("outlook", channel), lambda session, _: make_outlook(session, planning_day(session), channel=channel)
        )
        return found

    def plan(self, policy: Policy) -> Plan | None:
        """What to order, move and sell off, and what burns, for the forecast's first day; None without stock."""
        from fulfillment_bi.forecast.planning import make_plan

        outlook = self.outlook()
        if outlook is None:
            return None
        found: Plan = self._cached(("plan", policy), lambda session, _: make_plan(session, outlook, policy))
        return found

    def plan_history(self) -> tuple[Outcome, ...]:
        """What came of the proposals kept in the home; nothing for those who may not see all rows."""
        from fulfillment_bi.forecast.clock import planning_day
        from fulfillment_bi.forecast.kept_plans import kept_plans, outcomes

        if not self.scope.is_everything:
            return ()
        kept = kept_plans(self.settings.home)
        found: tuple[Outcome, ...] = self._ask(lambda session, _: outcomes(session, kept, planning_day(session)))
        return found

    def count_plan(self) -> tuple[Count, ...]:
        """Items whose books seem to promise what is not there, those first that protect most orders when counted."""
        from fulfillment_bi.forecast.counting import plan_counts

        outlook = self.outlook()
        if outlook is None:
            return ()
        found: tuple[Count, ...] = self._cached("count_plan", lambda session, _: plan_counts(session, outlook))
        return found

    def lateness(self) -> Lateness:
        """The probability of each open order to miss its promise, and how such probabilities held in the past."""
        from fulfillment_bi.forecast.lateness import predict_lateness

        found: Lateness = self._cached("lateness", lambda session, _: predict_lateness(session))
        return found

    def what_if(self, change: Change, days: int) -> Replay:
        """The newest `days` once more under a change. Raises UsageError for fewer than a week."""
        from fulfillment_bi.forecast.clock import planning_day
        from fulfillment_bi.forecast.whatif import replay

        found: Replay = self._cached(
            ("what_if", change, days), lambda session, _: replay(session, planning_day(session), change, days)
        )
        return found

    def peak(self, wanted: Wanted) -> Peak | None:
        """A promotion's orders an hour against each warehouse's capacity; None where nothing was ordered lately."""
        from fulfillment_bi.forecast.clock import planning_day
        from fulfillment_bi.forecast.peak import plan_peak

        found: Peak | None = self._cached(
            ("peak", wanted), lambda session, _: plan_peak(session, planning_day(session), wanted)
        )
        return found

    def routing(self, start: date | None = None, end: date | None = None) -> Routing:
        """Orders of these days (inclusive) that did not go from the best warehouse, or by the best carrier.

        Without an end it is the newest day, without a start sixty days before the end.
        """
        from fulfillment_bi.forecast.clock import planning_day
        from fulfillment_bi.insight.routing import judge_routing

        found: Routing = self._cached(
            ("routing", start, end), lambda session, _: judge_routing(session, start, end or planning_day(session))
        )
        return found

    def loads(self) -> list[Any]:
        """The load ledger, newest first (rows as `ingest.ledger.list_loads` returns them)."""
        from fulfillment_bi.ingest.ledger import list_loads

        return list(self._ask(lambda session, _: list_loads(session)))

    def freshness(self) -> list[Any]:
        """The newest event time per source (rows as `ingest.ledger.freshness` returns them)."""
        from fulfillment_bi.ingest.ledger import freshness

        return list(self._ask(lambda session, _: freshness(session)))

    def quarantine(self, limit: int = 100, offset: int = 0, **filters: Any) -> Any:
        """Refused rows with their reasons; `filters` go to `ingest.ledger.list_quarantine`."""
        from fulfillment_bi.ingest.ledger import list_quarantine

        return self._ask(lambda session, _: list_quarantine(session, limit=limit, offset=offset, **filters))

    def quarantine_reasons(self, load_id: int | None = None) -> list[Any]:
        """How often rows were refused for each reason (rows as `ingest.ledger.explain_quarantine` returns them)."""
        from fulfillment_bi.ingest.ledger import explain_quarantine

        return list(self._ask(lambda session, _: explain_quarantine(session, load_id=load_id)))

    def pinned(self) -> Workspace:
        """A workspace that stays on the version current now, so that a page never mixes two.

        Use it as a context manager, or close() it: until then its version's file stays open. Shares the cache.
        """
        pin = self._pin.again() if self._pin is not None else Pin.on_current(self._store, self.scope)
        return self._with(pin, self.scope)

    def scoped(self, scope: Scope) -> Workspace:
        """A workspace that sees only the rows `scope` allows, in everything that can be asked of it.

        Close it where this one is pinned. Shares the cache, whose answers are kept by scope. Raises OutOfScopeError for
        a scope wider than its own.
        """
        if not scope.within(self.scope):
            raise OutOfScopeError("A scope can be narrowed, never widened.", where=str(scope))
        return self._with(self._pin.again(scope) if self._pin is not None else None, scope)

    def _with(self, pin: Pin | None, scope: Scope) -> Workspace:
        return Workspace(self.settings, self._store, cache=self._cache, pin=pin, targets=self._targets, scope=scope)

    def at_version(self, name: str) -> Workspace:
        """A workspace that stays on the version `name`, to be closed like a pinned one.

        Raises UnknownNameError for a version that is not kept any more.
        """
        return self._with(Pin(self._store.home, self._store.reader_of(name, self.scope)), self.scope)

    def cursor(self, source: str) -> Cursor | None:
        """How far the database `source` has been read in this version; None before its first load."""
        from fulfillment_bi.ingest.cursors import read_cursor

        found: Cursor | None = self._ask(lambda session, _: read_cursor(session, source))
        return found

    def refresh(self) -> bool:
        """Look for a newly published version now; True when it differs from the one seen at the last refresh."""
        if self._pin is not None:
            return False
        info = self._store.current(refresh=True)
        seen, self._seen = self._seen, info.id if info is not None else ""
        return seen != self._seen

    def close(self) -> None:
        """Give the pinned version back; on an unpinned workspace, close the store's open files."""
        if self._pin is not None:
            self._pin.close()
        else:
            self._store.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, question: Question) -> Any:
        return self._on_reader(lambda reader: question(reader.session, reader.info))

    def _cached(self, key: Hashable, question: Question) -> Any:
        return self._on_reader(
            lambda reader: self._cache.get(
                (reader.info.id, self.scope, key), lambda: question(reader.session, reader.info)
            )
        )

    def _on_reader(self, use: Callable[[Reader], Any]) -> Any:
        """Use a reader of its own; when its file proves damaged, once more on the newest version that is not."""
        with self._lease() as reader:
            info = reader.info
            try:
                return use(reader)
            except DamagedError as error:
                if self._pin is not None:
                    raise
                failure = error
        if not self._store.condemn(info.id):
            raise failure
        with self._lease() as reader:
            return use(reader)

    def _lease(self) -> Reader:
        return self._pin.lease() if self._pin is not None else self._store.reader(self.scope)


def _write_cubes(session: Session, path: Path, base: Path | None) -> None:
    from fulfillment_bi.metrics.cube_build import write_cubes
    from fulfillment_bi.warehouse.tables import has_table

    if has_table(session, "build_info"):
        write_cubes(session, path, base)


def _day(value: date | str | None, name: str) -> date | None:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UsageError(f"'{value}' is not a date.", where=name, hint="Write it as 2026-01-31.") from None


def _target_file(settings: Settings) -> TargetFile:
    named = settings.targets
    return TargetFile(named, named=True) if named is not None else TargetFile(settings.home / FILE_NAME)


def _is_sample(session: Session) -> bool:
    return read_meta(session).get("is_sample", "").lower() in {"1", "true", "yes"}
