"""The explanation as a sentence or three, in both languages: what moved, who moved it, what broke."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from fulfillment_bi.i18n import label, numbers
from fulfillment_bi.insight.bridge import Bridge, Segment
from fulfillment_bi.insight.bridge_facts import Cause
from fulfillment_bi.insight.findings import Finding
from fulfillment_bi.metrics.resolve import get_dimension
from fulfillment_bi.metrics.types import Metric, Text

UNDEFINED = Text(
    "{label}无法比较：{before}或{after}没有可统计的数据。",
    "{label} cannot be compared: there is nothing to count in {before} or in {after}.",
)
SAME = Text(
    "{label}没有变化：{before}和{after}均为 {value}。", "{label} did not change: {value} in {before} and in {after}."
)
ROSE = Text(
    "{label}从 {old}（{before}）升至 {new}（{after}），变化 {change}。",
    "{label} rose from {old} ({before}) to {new} ({after}): {change}.",
)
FELL = Text(
    "{label}从 {old}（{before}）降至 {new}（{after}），变化 {change}。",
    "{label} fell from {old} ({before}) to {new} ({after}): {change}.",
)
APART = Text(
    "{label}：{after} {new}，{before} {old}，相差 {change}。",
    "{label}: {after} {new}, {before} {old}, apart by {change}.",
)
BLAMED = Text("其中{dimension} {segment} 影响 {effect}{split}", "{dimension} {segment} accounts for {effect}{split}")
SPLIT = Text("（自身 {rate}，占比变化 {mix}）", " (itself {rate}, its share of the whole {mix})")
WITHIN = Text("，其内{dimension} {segment} 影响 {effect}", ", within it {dimension} {segment} {effect}")
STOP = Text("。", ".")
NOBODY = Text(
    "没有哪个部分明显突出：各部分之间的差异在偶然范围内。",
    "No segment stands out: they differ no more than by chance.",
)
MORE = Text(
    "失败原因中增加最多的是{cause}：{old} → {new} 单，占全部失败的 {share_old} → {share_new}。",
    "The cause that grew most is {cause}: {old} → {new} failed orders, {share_old} → {share_new} of all failures.",
)
FEWER = Text(
    "失败原因中减少最多的是{cause}：{old} → {new} 单，占全部失败的 {share_old} → {share_new}。",
    "The cause that shrank most is {cause}: {old} → {new} failed orders, {share_old} → {share_new} of all failures.",
)

FOUND = Text(
    "超出往常的失败：{cause}{place}，约多出 {orders} 单（95% 区间 {low} 至 {high}）。",
    "Beyond the usual: {cause}{place}, about {orders} more failed orders ({low} to {high} with 95% confidence).",
)
AT = Text("，{dimension} {members}", ", {dimension} {members}")
CHANCE = Text(
    "没有原因超出往常的波动。",
    "No cause rose beyond its usual variation.",
)
NAMED = 4
"""Segments of a finding named one by one; of more only their number."""
MORE_SEGMENTS = Text("等 {count} 个", " and {count} more")


def tell(
    metric: Metric,
    names: tuple[Text, Text],
    bridge: Bridge,
    culprits: Sequence[tuple[str, Segment]],
    causes: Sequence[Cause],
    *,
    over_time: bool = True,
) -> Text:
    """The sentences. `names` are the two sides compared, two periods or (not `over_time`) anything else.

    `culprits` are the segments to name with their dimensions, the second within the first.
    """

    def told(lang: str) -> str:
        parts = [_moved(metric, names, bridge, lang, over_time)]
        if bridge.change:
            parts += [_blamed(metric, culprits, lang), _broke(causes, lang) if over_time else ""]
        return ("" if lang == "zh" else " ").join(part for part in parts if part)

    return Text(told("zh"), told("en"))


def shown(metric: Metric, value: Fraction | None, lang: str) -> str:
    """A value in the metric's unit: 94.1%, 2.3 天, 4.32, 1,204; undefined is a dash."""
    return _FORMATS[metric.unit][0](lang, value)


def moved(metric: Metric, change: Fraction | None, lang: str) -> str:
    """A change in the metric's unit, with its sign: −2.1 pts, +3.0 小时, +1,204."""
    return numbers.DASH if change is None else _FORMATS[metric.unit][1](lang, change)


def _moved(metric: Metric, sides: tuple[Text, Text], bridge: Bridge, lang: str, over_time: bool) -> str:
    before, after = (side.of(lang) for side in sides)
    names = {"label": metric.label.of(lang), "before": before, "after": after}
    change = bridge.change
    if change is None:
        return UNDEFINED.of(lang).format(**names)
    old, new = (shown(metric, value, lang) for value in (bridge.value_before, bridge.value_after))
    if change == 0:
        return SAME.of(lang).format(**names, value=new)
    pattern = (ROSE if change > 0 else FELL) if over_time else APART
    return pattern.of(lang).format(**names, old=old, new=new, change=moved(metric, change, lang))


def _blamed(metric: Metric, culprits: Sequence[tuple[str, Segment]], lang: str) -> str:
    if not culprits:
        return NOBODY.of(lang)
    words = ""
    for place, (dimension, segment) in enumerate(culprits):
        split = ""
        if segment.rate_effect and segment.mix_effect and place == 0:
            rate, mix = (moved(metric, effect, lang) for effect in (segment.rate_effect, segment.mix_effect))
            split = SPLIT.of(lang).format(rate=rate, mix=mix)
        pattern = WITHIN if place else BLAMED
        words += pattern.of(lang).format(
            dimension=_name(dimension, lang, start=place == 0),
            segment=label(lang, dimension, segment.name),
            effect=moved(metric, segment.effect, lang),
            split=split,
        )
    return words + STOP.of(lang)


def _name(dimension: str, lang: str, *, start: bool) -> str:
    """The dimension's label; within an English sentence it starts small, unless it is an abbreviation."""
    text = get_dimension(dimension).label.of(lang)
    return text if start or text.isupper() else text[0].lower() + text[1:]


def finding_words(found: Finding, lang: str) -> str:
    """One finding as a sentence."""
    return FOUND.of(lang).format(
        cause=finding_causes(found, lang),
        place="".join(
            AT.of(lang).format(
                dimension=_name(dimension, lang, start=False), members=_members(dimension, members, lang)
            )
            for dimension, members in found.places
        ),
        orders=numbers.number(lang, found.orders, 0),
        low=numbers.number(lang, found.low, 0),
        high=numbers.number(lang, found.high, 0),
    )


def finding_causes(found: Finding, lang: str) -> str:
    """Its causes, the clearest first."""
    return ("、" if lang == "zh" else " + ").join(label(lang, "cause", one) for one in found.causes)


def finding_places(found: Finding, lang: str) -> str:
    """Where it is: segments, each within the one before; a dash for everywhere."""
    return " > ".join(_members(*place, lang) for place in found.places) or numbers.DASH


def _members(dimension: str, members: Sequence[str], lang: str) -> str:
    listed = ("、" if lang == "zh" else ", ").join(label(lang, dimension, one) for one in members[:NAMED])
    more = len(members) - NAMED
    return listed + (MORE_SEGMENTS.of(lang).format(count=more) if more > 0 else "")


def _broke(causes: Sequence[Cause], lang: str) -> str:
    """The cause whose failures changed most in the direction in which all failures went."""
    known = [(cause.effect, cause) for cause in causes if cause.effect is not None]
    going = sum((effect for effect, _ in known), Fraction(0))
    if not going:
        return ""
    _, most = max(known, key=lambda pair: pair[0] if going > 0 else -pair[0])
    pattern = MORE if going > 0 else FEWER
    return pattern.of(lang).format(
        cause=label(lang, "cause", most.cause),
        old=numbers.number(lang, _float(most.before)),
        new=numbers.number(lang, _float(most.after)),
        share_old=numbers.percent(lang, _float(most.share_before), digits=0),
        share_new=numbers.percent(lang, _float(most.share_after), digits=0),
    )


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _points(lang: str, change: Fraction) -> str:
    return numbers.points(lang, float(change), 1 if abs(change) >= Fraction(1, 1000) else 2)


_Value = Callable[[str, Fraction | None], str]
_Change = Callable[[str, Fraction], str]
_COUNT: tuple[_Value, _Change] = (
    lambda lang, value: numbers.number(lang, _float(value)),
    lambda lang, change: numbers.signed(lang, float(change), 0),
)
_FORMATS: dict[str, tuple[_Value, _Change]] = {
    "rate": (lambda lang, value: numbers.percent(lang, _float(value)), _points),
    "permille": (
        lambda lang, value: numbers.permille(lang, _float(value)),
        lambda lang, change: numbers.signed(lang, float(change) * 1000, 2) + "‰",
    ),
    "hours": (
        lambda lang, value: numbers.duration(lang, None if value is None else float(value) / 24),
        lambda lang, change: numbers.duration(lang, float(change) / 24, sign=True),
    ),
    "days": (
        lambda lang, value: numbers.duration(lang, _float(value)),
        lambda lang, change: numbers.duration(lang, float(change), sign=True),
    ),
    "score": (
        lambda lang, value: numbers.number(lang, _float(value), 2),
        lambda lang, change: numbers.signed(lang, float(change), 2),
    ),
    "count": _COUNT,
    "money": _COUNT,
}
