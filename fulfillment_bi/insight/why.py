"""Why a metric differs between two periods, from a target or from another selection: bridge, causes, stage times.

Everything comes from ordinary queries, asked together, so that rollups answer them and one version answers all.

    parts    rate and mix effects by segment; they sum to the change exactly
    causes   what broke the promises; their effects sum to the change of the share of failed orders exactly
    stages   the mean time of each stage
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment_bi.errors import NotApplicableError, UsageError
from fulfillment_bi.insight.bridge import Bridge, Segment, Situation, bridge_count, bridge_ratio
from fulfillment_bi.insight.bridge_choice import Kind, Ranked, rank
from fulfillment_bi.insight.bridge_facts import (
    Cause,
    StageTime,
    cause_queries,
    read_causes,
    read_stages,
    stage_queries,
)
from fulfillment_bi.insight.bridge_words import tell
from fulfillment_bi.insight.why_sides import Against, Answers, Days, Pair, Runner, Sides, open_sides
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.describe import splits
from fulfillment_bi.metrics.dimensions import BASE
from fulfillment_bi.metrics.query import Filter, Query, Result
from fulfillment_bi.metrics.resolve import (
    Resolved,
    check_query,
    check_split,
    get_dimension,
    get_metric,
    resolve,
)
from fulfillment_bi.metrics.types import Metric, Text

CANDIDATES = (*BASE, "category", "brand", "sku")
"""Dimensions that a choice is made from, where the metric has them: every rollup family holds each."""


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation. `bridge` is exact: its segments sum to its change; the values have the metric's own unit.

    `by` are the dimensions of the segments. Asked for, every segment is divided by all of them. Chosen, `by` is the one
    that explains most; if a segment of it is to blame, `trail` names it, and the dimension and segment to blame within
    it, which then divide that segment only. `ranking` compares the dimensions, best first. `causes` is empty for
    metrics that no promise decides, `stages` for those that time does not touch.
    """

    query: Query
    days_before: Days
    days_after: Days
    names: tuple[Text, Text]
    bridge: Bridge
    by: tuple[str, ...]
    is_chosen: bool
    ranking: tuple[Ranked, ...]
    trail: tuple[Ranked, ...]
    causes: tuple[Cause, ...]
    stages: tuple[StageTime, ...]
    sentence: Text
    as_of: str
    timezone: str
    version: str

    @property
    def metric(self) -> Metric:
        """What moved."""
        return get_metric(self.query.metrics[0])


def is_explainable(metric: Metric) -> bool:
    """Whether the metric adds up over segments and belongs to days, by its default definition."""
    resolved = resolve(metric, Query((metric.name,)))
    return resolved.adds_up and bool(resolved.day)


def explain(runner: Runner, query: Query, against: Against = "previous") -> Why:
    """Why `query`'s one metric differs between `against` and the query's period.

    Against a target there are no causes and stages: nothing says how an order on target would have failed.

    `query.by` sets the dimensions, outermost first; empty chooses. Filters and the definition switch apply to both
    periods. Raises UsageError without a closed period, NotApplicableError for a metric that does not add up over
    segments (a quantile) or has no period, and what an ordinary query raises.
    """
    resolved = _check(query)
    both = open_sides(runner, query, resolved, against)
    judge, dimensions = _judge(query, resolved), _candidates(query, resolved, both.compared)
    about_causes, about_stages = cause_queries(query), stage_queries(query)
    shown = [query] if query.by else _each(query, dimensions)
    answers = both.ask([*shown, *_each(judge, dimensions), *about_causes, *about_stages])

    causes = () if both.target is not None else read_causes(*_sides(answers, about_causes))
    stages = () if both.target is not None else read_stages(*_sides(answers, about_stages))
    ranking = _rank(both, answers, judge, dimensions)
    chosen = None if query.by else _follow(both, query, judge, ranking, answers)
    by, pair, trail = chosen or (query.by, both.pair(answers[query]), ())
    bridge = (bridge_ratio if resolved.denominator else bridge_count)(*pair)
    culprits = _largest(bridge, by) if query.by else _culprits(bridge, trail)
    stamp = answers[shown[0]][1]
    return Why(
        query=query,
        days_before=both.before,
        days_after=both.after,
        names=both.names,
        bridge=bridge,
        by=by,
        is_chosen=not query.by,
        ranking=ranking,
        trail=trail,
        causes=causes,
        stages=stages,
        sentence=tell(resolved.metric, both.names, bridge, culprits, causes, over_time=both.are_periods),
        as_of=stamp.as_of,
        timezone=stamp.timezone,
        version=stamp.version,
    )


def _check(query: Query) -> Resolved:
    """The metric under the query's definition; refuses what has no exact bridge."""
    if len(query.metrics) != 1:
        raise UsageError(f"{len(query.metrics)} metrics are named.", hint="Explain one metric at a time.")
    check_query(query)
    metric = get_metric(query.metrics[0])
    resolved = resolve(metric, query)
    if not resolved.adds_up:
        kind = "a quantile: it" if resolved.quantile else "no sum or ratio of sums: it"
        what = f"'{metric.name}' is {kind} does not add up over segments."
        raise NotApplicableError(what, where=metric.name, hint=_instead(resolved))
    if not resolved.day:
        what = f"'{metric.name}' is as of now: there is no earlier period to compare with."
        raise NotApplicableError(what, where=metric.name, hint="Explain a metric that is counted by day, such as otif.")
    for name in (*query.by, *(item.dimension for item in query.where)):
        if get_dimension(name).moves:
            what = f"The two periods have no {name} in common."
            raise NotApplicableError(what, where=name, hint="Use weekday, hour or an attribute such as channel.")
    for name in query.by:
        check_split(get_dimension(name), resolved)
    return resolved


def _instead(resolved: Resolved) -> str:
    """The metrics that are the mean of what `resolved` is a quantile of."""
    fitting = [
        name
        for name, metric in METRICS.items()
        if any(measure.mean and measure.fact is resolved.fact for measure in metric.measures.values())
    ]
    return f"Explain {' or '.join(fitting)} instead."


def _candidates(query: Query, resolved: Resolved, compared: frozenset[str]) -> list[str]:
    """The dimensions to choose from; one that is filtered to a single member has nothing to choose between."""
    single = {item.dimension for item in query.where if len(item.values) == 1} | compared
    possible = [name for name in splits(resolved) if name in CANDIDATES]
    if not resolved.denominator or resolved.mean:
        # Where rows are counted or averaged, so are those of each kind. A rate by the kind of its failures is no rate.
        possible += [name for name in resolved.metric.splits if name not in possible]
    return [name for name in possible if name not in single] or possible[:1]


def _kind(resolved: Resolved) -> Kind:
    if resolved.denominator is None:
        return "amount" if resolved.numerator.value else "count"
    if resolved.mean or resolved.metric.unit not in ("rate", "permille"):
        return "mean"
    return "amount" if resolved.numerator.value or resolved.denominator.value else "share"


def _judge(query: Query, resolved: Resolved) -> Query:
    """What is ranked in its place: how far units and money spread by chance is not known, of their lines it is."""
    is_amount = resolved.denominator is not None and _kind(resolved) == "amount"
    return query.but(level="line") if is_amount and "line" in resolved.metric.measures else query


def _each(query: Query, dimensions: Sequence[str]) -> list[Query]:
    return [query.but(by=(name,)) for name in dimensions]


def _sides(answers: Answers, queries: Sequence[Query]) -> tuple[list[Result], list[Result]]:
    return [answers[one][0] for one in queries], [answers[one][1] for one in queries]


def _rank(
    both: Sides, answers: Answers, judge: Query, dimensions: Sequence[str], direction: float = 0.0
) -> tuple[Ranked, ...]:
    pairs = {name: both.pair(answers[judge.but(by=(name,))]) for name in dimensions}
    kind = _kind(resolve(get_metric(judge.metrics[0]), judge))
    return rank(pairs, kind, direction=direction)


def _follow(
    both: Sides, query: Query, judge: Query, ranking: Sequence[Ranked], answers: Answers
) -> tuple[tuple[str, ...], Pair, tuple[Ranked, ...]]:
    """The best dimension and, where a segment of it is to blame, the best within that segment."""
    best = ranking[0]
    pair = both.pair(answers[query.but(by=(best.dimension,))])
    if not best.stands_out:
        return (best.dimension,), pair, ()
    where = (*query.where, Filter(best.dimension, (best.segment,)))
    inner, judge_inner = query.but(where=where), judge.but(where=where)
    dimensions = _candidates(inner, resolve(get_metric(query.metrics[0]), inner), both.compared)
    within = both.ask([*_each(inner, dimensions), *_each(judge_inner, dimensions)])
    next_best = _rank(both, within, judge_inner, dimensions, best.effect)[0]
    if not next_best.stands_out:
        return (best.dimension,), pair, (best,)
    parts = both.pair(within[inner.but(by=(next_best.dimension,))])
    return (best.dimension, next_best.dimension), _divided(pair, best.segment, parts), (best, next_best)


def _divided(pair: Pair, segment: str, within: Pair) -> Pair:
    """The pair with one segment replaced by what it consists of."""

    def replaced(whole: Situation, parts: Situation) -> Situation:
        others = {path: tally for path, tally in whole.items() if path != (segment,)}
        return {**others, **{(segment, *path): tally for path, tally in parts.items()}}

    return replaced(pair[0], within[0]), replaced(pair[1], within[1])


def _culprits(bridge: Bridge, trail: Sequence[Ranked]) -> list[tuple[str, Segment]]:
    """The segments of the trail, each within the one before."""
    found: list[tuple[str, Segment]] = []
    level = bridge.segments
    for one in trail:
        segment = next(segment for segment in level if segment.name == one.segment)
        found.append((one.dimension, segment))
        level = segment.children
    return found


def _largest(bridge: Bridge, by: Sequence[str]) -> list[tuple[str, Segment]]:
    """The segment with the largest effect, and within it the largest of its own: what to name when `by` was asked."""
    found: list[tuple[str, Segment]] = []
    level = bridge.segments
    for name in by[:2]:
        if level:
            found.append((name, level[0]))
            level = level[0].children
    return found
