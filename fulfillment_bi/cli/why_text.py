"""An explanation as people read it in a terminal: a sentence and tables, in zh or en."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import typer

from fulfillment_bi.cli.output import print_stamp, print_table
from fulfillment_bi.filters import sentence
from fulfillment_bi.i18n import label
from fulfillment_bi.insight.bridge import Bridge, Segment, Tally, plain_number, sum_effects, total
from fulfillment_bi.insight.bridge_words import CHANCE, finding_causes, finding_places
from fulfillment_bi.metrics.resolve import get_dimension
from fulfillment_bi.metrics.types import Text
from fulfillment_bi.reports.table import Stamp

if TYPE_CHECKING:
    from fulfillment_bi.insight.findings import Finding
    from fulfillment_bi.insight.why import Why

SHOWN_SEGMENTS = 12

HEADINGS = {
    "segment": Text("部分", "segment"),
    "before": Text("之前", "before"),
    "after": Text("之后", "after"),
    "rate": Text("自身变化", "itself"),
    "mix": Text("占比变化", "share of whole"),
    "effect": Text("影响", "effect"),
    "others": Text("其余 {count} 个", "{count} others"),
    "total": Text("合计", "total"),
    "cause": Text("失败原因", "cause of failure"),
    "share_before": Text("占比（前）", "share before"),
    "share_after": Text("占比（后）", "share after"),
    "failed": Text("对失败率的影响", "effect on failures"),
    "finding": Text("超出往常的原因", "beyond the usual"),
    "place": Text("位置", "where"),
    "orders": Text("多出订单", "orders more"),
    "low": Text("下限", "at least"),
    "high": Text("上限", "at most"),
    "stage": Text("环节（平均天数）", "stage (mean days)"),
    "change": Text("变化", "change"),
    "dimension": Text("维度", "dimension"),
    "score": Text("解释力", "explains"),
    "top": Text("最突出的部分", "stands out most"),
    "yes": Text("明显", "clearly"),
    "no": Text("偶然范围内", "within chance"),
}


def print_why(found: Why, lang: str, findings: Sequence[Finding] | None = None) -> None:
    """Print the sentence, the parts with their total, the ranking of a choice, the causes, the stages, the stamp.

    `findings`, where asked for, are printed as a table, or it is said that there are none.
    """
    typer.echo(found.sentence.of(lang) + "\n")
    _print_parts(found, lang)
    if found.is_chosen and len(found.ranking) > 1:
        _print_ranking(found, lang)
    if found.causes:
        _print_causes(found, lang)
    if findings is not None:
        _print_findings(findings, lang)
    if found.stages:
        _print_stages(found, lang)
    typer.echo("")
    print_stamp(Stamp(found.as_of, found.timezone, sentence(found.query, lang), found.version))


def _print_parts(found: Why, lang: str) -> None:
    bridge = found.bridge
    names = ["segment", "before", "after", *(["rate", "mix"] if bridge.is_ratio else []), "effect"]
    columns = _headings(names, lang)
    columns[0] = " > ".join(_dimension(name, lang) for name in found.by)
    rows = list(_part_rows(bridge, bridge.segments, found.by, lang))
    whole = sum_effects(bridge.segments)
    rows.append(_row(bridge, HEADINGS["total"].of(lang), bridge.before, bridge.after, whole))
    print_table(columns, rows, percent=columns[1:] if found.metric.unit == "rate" else ())


def _part_rows(
    bridge: Bridge, segments: Sequence[Segment], by: Sequence[str], lang: str, indent: str = ""
) -> Iterator[list[object]]:
    for one in segments[:SHOWN_SEGMENTS]:
        effects = (one.effect, one.rate_effect, one.mix_effect)
        yield _row(bridge, indent + label(lang, by[0], one.name), one.before, one.after, effects)
        yield from _part_rows(bridge, one.children, by[1:], lang, indent + "  ")
    rest = segments[SHOWN_SEGMENTS:]
    if rest:
        name = indent + HEADINGS["others"].of(lang).format(count=len(rest))
        before, after = total(one.before for one in rest), total(one.after for one in rest)
        yield _row(bridge, name, before, after, sum_effects(rest))


def _row(bridge: Bridge, name: str, before: Tally, after: Tally, effects: tuple[Fraction | None, ...]) -> list[object]:
    effect, *split = effects
    shown = [bridge.value(before), bridge.value(after), *(split if bridge.is_ratio else []), effect]
    return [name, *(_cell(value) if bridge.is_ratio else plain_number(value) for value in shown)]


def _cell(value: Fraction | None) -> float | None:
    """A share or mean, also when it is whole, so that 1 reads 100 %."""
    return None if value is None else float(value)


def _print_ranking(found: Why, lang: str) -> None:
    columns = _headings(["dimension", "top", "score"], lang)
    verdict = {True: HEADINGS["yes"].of(lang), False: HEADINGS["no"].of(lang)}
    typer.echo("")
    print_table(
        columns,
        [
            (_dimension(one.dimension, lang), label(lang, one.dimension, one.segment), verdict[one.stands_out])
            for one in found.ranking
            if one.segments > 1
        ],
    )


def _print_findings(findings: Sequence[Finding], lang: str) -> None:
    typer.echo("")
    if not findings:
        typer.echo(CHANCE.of(lang))
        return
    print_table(
        _headings(["finding", "place", "orders", "low", "high"], lang),
        [
            (finding_causes(one, lang), finding_places(one, lang), *map(round, (one.orders, one.low, one.high)))
            for one in findings
        ],
    )


def _print_causes(found: Why, lang: str) -> None:
    columns = _headings(["cause", "before", "after", "share_before", "share_after", "failed"], lang)
    typer.echo("")
    print_table(
        columns,
        [
            (
                label(lang, "cause", one.cause),
                *map(_cell, (one.before, one.after)),
                *map(_cell, (one.share_before, one.share_after, one.effect)),
            )
            for one in found.causes
        ],
        percent=columns[3:],
    )


def _print_stages(found: Why, lang: str) -> None:
    columns = _headings(["stage", "before", "after", "change"], lang)
    typer.echo("")
    print_table(
        columns,
        [(label(lang, "stage", one.stage), *map(_cell, (one.before, one.after, one.change))) for one in found.stages],
    )


def _headings(names: Sequence[str], lang: str) -> list[str]:
    return [HEADINGS[name].of(lang) for name in names]


def _dimension(name: str, lang: str) -> str:
    return get_dimension(name).label.of(lang)
