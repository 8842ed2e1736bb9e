"""The command that explains a change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json
from fulfillment_bi.errors import UsageError
from fulfillment_bi.insight.bridge import Bridge, Segment, Tally, plain_number
from fulfillment_bi.insight.why_sides import Against, Selection, Target
from fulfillment_bi.metrics.types import Text

if TYPE_CHECKING:
    from fulfillment_bi.insight.why import Why


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why")(why)


@options.selecting
def why(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="See `fbi metrics`.")],
    *,
    against: Annotated[
        str,
        typer.Option(
            "--against",
            metavar="previous|year|C..D|target[=X]|DIM=VALUE",
            help="Compare with a period, a target, or the same days of another selection.",
        ),
    ] = "previous",
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="DIM[,DIM]", help="Divide by these in turn; default: what explains most."),
    ] = None,
    selected: options.Selected,
    language: Annotated[
        Literal["zh", "en"] | None, typer.Option("--lang", help="zh or en; default: the setting.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Explain why a metric moved: parts that sum to the change exactly, causes, stages.

    Each part's effect is its own change (rate) plus the change of its share (mix). `previous` is as many days right
    before, `year` the same days a year before.

    \b
    Examples:
      fbi why otif --from 2026-10-01 --to 2026-10-31
      fbi why otif --from 2026-10-01 --to 2026-10-31 --against year --by channel,warehouse
      fbi why ship_delay_rate --from 2026-11-11 --to 2026-11-17 --against 2026-11-01..2026-11-10 --json
      fbi why cycle_time_mean --from 2026-10-01 --to 2026-10-31 --where channel=jd --lang zh
      fbi why otif --from 2026-10-01 --to 2026-10-31 --against target=0.95
      fbi why otif --from 2026-10-01 --to 2026-10-31 --where channel=jd --against channel=tmall
    """
    from fulfillment_bi.cli.why_text import print_why
    from fulfillment_bi.insight.why import explain
    from fulfillment_bi.workspace import open_workspace

    query = selected.query(metric, by)
    compared = against_of(against)
    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = explain(pinned, query, compared)
        lang = language or pinned.settings.language
    if as_json:
        print_json(why_document(found))
    else:
        print_why(found, lang)


def against_of(text: str) -> Against:
    """`previous`, `year`, C..D (both days inclusive), target, target=X, or DIM=VALUE[,DIM=VALUE].

    Raises UsageError for anything else.
    """
    if text == "previous":
        return "previous"
    if text == "year":
        return "year"
    name, equals, value = text.partition("=")
    if name == "target":
        return Target(_target_value(value) if equals else None)
    if equals:
        return Selection(options.filters(text.split(",")))
    first, dots, last = text.partition("..")
    if not dots:
        hint = "Write previous, year, two days (2026-01-01..2026-01-31), target=0.95 or channel=tmall."
        raise UsageError(f"'{text}' is nothing to compare with.", where="--against", hint=hint)
    start, end = options.business_day(first, "--against"), options.business_day(last, "--against")
    assert start is not None
    assert end is not None
    return start, end


def _target_value(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        hint = "Write a number in the metric's unit: target=0.95 for 95 %."
        raise UsageError(f"'{text}' is not a target.", where="--against", hint=hint) from None


def why_document(found: Why) -> dict[str, object]:
    """The JSON shape of `fbi why`. Values are in the metric's unit (a rate is a fraction), null where undefined."""
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
