"""The command that explains a change."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json
from fulfillment_bi.documents.selection import against_of
from fulfillment_bi.documents.why import why_document


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
    findings: Annotated[
        bool, typer.Option("--findings", help="Also look for causes that rose beyond chance, and where: takes longer.")
    ] = False,
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
      fbi why otif --from 2026-11-11 --to 2026-11-17 --findings
      fbi why otif --from 2026-10-01 --to 2026-10-31 --where channel=jd --against channel=tmall
    """
    from fulfillment_bi.cli.why_text import print_why
    from fulfillment_bi.insight.why import explain
    from fulfillment_bi.workspace import open_workspace

    query = selected.query(metric, by)
    compared = against_of(against, "--against")
    with open_workspace() as workspace, workspace.pinned() as pinned:
        found = explain(pinned, query, compared)
        risen = pinned.findings(query, compared) if findings else None
        lang = language or pinned.settings.language
    if as_json:
        print_json(why_document(found, risen))
    else:
        print_why(found, lang, risen)
