"""The command that ranks the segments of a dimension as far as the numbers can tell them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_stamp, print_table
from fulfillment_bi.filters import sentence
from fulfillment_bi.i18n import label
from fulfillment_bi.metrics.resolve import get_dimension
from fulfillment_bi.reports.table import Stamp

if TYPE_CHECKING:
    from fulfillment_bi.insight.ranking import Ranking


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rank")(rank)


@options.selecting
def rank(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="A rate of rows; see `fbi metrics`.")],
    by: Annotated[str, typer.Option("--by", metavar="DIM", help="Rank the members of this dimension.")],
    adjust: Annotated[
        str, typer.Option("--adjust", metavar="DIM", help="Take out what this dimension's mix gives or takes.")
    ] = "",
    *,
    selected: options.Selected,
    as_json: options.AsJson = False,
) -> None:
    """Rank carriers, suppliers, warehouses ... honestly: by the bound of the rate that is against them.

    Those whose difference may be chance share a place. With --adjust all are compared at the mix of the whole.

    \b
    Examples:
      fbi rank delivery_delay_rate --by carrier --adjust region --from 2026-10-01
      fbi rank ship_delay_rate --by warehouse --json
    """
    from fulfillment_bi.insight.ranking import rank_segments
    from fulfillment_bi.workspace import open_workspace

    query = selected.query(metric, [by])
    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = rank_segments(pinned, query, adjust)
        lang = pinned.settings.language
    if as_json:
        print_json(rank_document(found))
    else:
        _print_ranking(found, lang)


def rank_document(found: Ranking) -> dict[str, object]:
    """The JSON shape of `fbi rank`: best first, rates as fractions, equal `place` where indistinguishable."""
    return {
        "as_of": found.as_of,
        "timezone": found.timezone,
        "version": found.version,
        "metric": found.query.metrics[0],
        "by": found.dimension,
        "adjusted_for": found.adjusted_for or None,
        "whole": found.whole,
        "rows": [
            {
                "place": one.place,
                "segment": one.segment,
                "value": one.value,
                "adjusted": one.adjusted,
                "low": one.low,
                "high": one.high,
                "n": one.n,
                "d": one.d,
                "enough": one.is_enough,
            }
            for one in found.standings
        ],
    }


def _print_ranking(found: Ranking, lang: str) -> None:
    columns = ["place", get_dimension(found.dimension).label.of(lang), "value", "adjusted", "low", "high", "n", "d"]
    kept = [column for column in columns if column != "adjusted" or found.adjusted_for]
    rows = []
    for one in found.standings:
        shown = [one.place, label(lang, found.dimension, one.segment), one.value]
        shown += [one.adjusted] if found.adjusted_for else []
        rows.append([*shown, one.low, one.high, int(one.n), int(one.d)])
    print_table(kept, rows, percent=[name for name in kept if name in ("value", "adjusted", "low", "high")])
    print_stamp(Stamp(found.as_of, found.timezone, sentence(found.query, lang), found.version))
