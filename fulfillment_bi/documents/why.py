"""The explanation of a change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fulfillment_bi.insight.bridge import Bridge, Segment, Tally, plain_number

if TYPE_CHECKING:
    from fulfillment_bi.insight.findings import Finding
    from fulfillment_bi.insight.why import Why
    from fulfillment_bi.metrics.types import Text


def why_document(found: Why, findings: Sequence[Finding] | None = None) -> dict[str, object]:
    """The JSON shape of `fbi why`. Values are in the metric's unit (a rate is a fraction), null where undefined.

    `findings` is null where they were not asked for.
    """
    bridge = found.bridge
    return {
        "as_of": found.as_of,
        "timezone": found.timezone,
        "version": found.version,
        "metric": found.metric.name,
        "unit": found.metric.unit,
        "period": {"from": found.days_after[0], "to": found.days_after[1]},
        "against": {"from": found.days_before[0], "to": found.days_before[1]},
        "sides": {"before": _both_languages(found.names[0]), "after": _both_languages(found.names[1])},
        "before": plain_number(bridge.value_before),
        "after": plain_number(bridge.value_after),
        "change": plain_number(bridge.change),
        **_counted(bridge, bridge.before, bridge.after),
        "sentence": _both_languages(found.sentence),
        "by": list(found.by),
        "chosen": found.is_chosen,
        "parts": _parts(bridge, bridge.segments, found.by),
        "causes": [
            {
                "cause": one.cause,
                "before": plain_number(one.before),
                "after": plain_number(one.after),
                "share_before": plain_number(one.share_before),
                "share_after": plain_number(one.share_after),
                "effect": plain_number(one.effect),
            }
            for one in found.causes
        ],
        "findings": [
            {
                "causes": list(one.causes),
                "places": [{"dimension": name, "segments": list(members)} for name, members in one.places],
                "orders": one.orders,
                "low": one.low,
                "high": one.high,
                "expected": one.expected,
                "evidence": one.evidence,
            }
            for one in findings
        ]
        if findings is not None
        else None,
        "stages": [
            {
                "stage": one.stage,
                "before": plain_number(one.before),
                "after": plain_number(one.after),
                "change": plain_number(one.change),
                "before_n": one.n_before,
                "after_n": one.n_after,
            }
            for one in found.stages
        ],
        "ranking": [
            {
                "dimension": one.dimension,
                "score": one.score if math.isfinite(one.score) else None,
                "stands_out": one.stands_out,
                "segments": one.segments,
                "segment": one.segment,
            }
            for one in found.ranking
        ],
        "trail": [{"dimension": one.dimension, "segment": one.segment} for one in found.trail],
    }


def _both_languages(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _parts(bridge: Bridge, segments: Sequence[Segment], by: Sequence[str]) -> list[dict[str, object]]:
    return [
        {
            "segment": one.name,
            "dimension": by[0],
            "effect": plain_number(one.effect),
            "rate_effect": plain_number(one.rate_effect),
            "mix_effect": plain_number(one.mix_effect),
            "before": plain_number(bridge.value(one.before)),
            "after": plain_number(bridge.value(one.after)),
            **_counted(bridge, one.before, one.after),
            "parts": _parts(bridge, one.children, by[1:]),
        }
        for one in segments
    ]


def _counted(bridge: Bridge, before: Tally, after: Tally) -> dict[str, object]:
    """Numerators and denominators; those of a count are the count, as in `fbi query`."""
    counted: dict[str, object] = {}
    for name, tally in (("before", before), ("after", after)):
        counted[f"{name}_n"] = plain_number(tally.n)
        counted[f"{name}_d"] = plain_number(tally.d if bridge.is_ratio else tally.n)
    return counted
