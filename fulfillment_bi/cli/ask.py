"""Commands that ask: metrics, dimensions, query, rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_stamp, print_table
from fulfillment_bi.documents.answers import query_document, rows_document, trust_document
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Part, Query, Result
from fulfillment_bi.reports.table import Table, table_of

if TYPE_CHECKING:
    from fulfillment_bi.insight.bounds import Trust
    from fulfillment_bi.metrics.rows import RowsResult

SHOWN_ROWS = 50


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("metrics")(list_metrics)
    app.command("dimensions")(list_dimensions)
    app.command("query")(query)
    app.command("rows")(rows)


@options.selecting
def query(
    metrics: Annotated[str, typer.Argument(metavar="METRIC[,METRIC]", help="See `fbi metrics`.")],
    *,
    by: options.By = None,
    selected: options.Selected,
    compare: options.CompareOption = "none",
    order_by: Annotated[
        str | None, typer.Option("--order-by", metavar="COLUMN", help="Sort; -COLUMN sorts downwards.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many rows.")] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Quantiles from every row, however many: not from buckets, within 1 %.")
    ] = False,
    trust: Annotated[
        bool, typer.Option("--trust", help="Add the sources, what is missing, and best and worst case bounds.")
    ] = False,
    csv: options.CsvFile = None,
    xlsx: options.XlsxFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Ask for metrics, split by dimensions.

    A rate comes with its numerator (_n) and denominator (_d); undefined is a dash, null in JSON.

    \b
    Examples:
      fbi query otif
      fbi query otif,ship_delay_rate --by channel --from 2026-10-01 --to 2026-10-31
      fbi query otif --by carrier --level line --causes seller --order-by otif
      fbi query delivery_delay_rate --where delivery_state=delivered --json
      fbi query otif --by month,channel --compare previous --csv otif.csv
      fbi query otif --from 2026-11-01 --to 2026-11-20 --compare calendar
      fbi query otif --by channel --trust --json
    """
    from fulfillment_bi.workspace import open_workspace

    asked = selected.query(metrics, by, compare=compare, order_by=order_by, limit=limit, exact=exact)
    with open_workspace() as workspace, workspace.pinned() as pinned:
        result = pinned.run(asked)
        judged = [pinned.trust(asked.but(metrics=(name,))) for name in asked.metrics] if trust else []
    table = answer_table(result, asked)
    if _written(table, csv, xlsx):
        return
    if as_json:
        added = {"trust": [trust_document(one, asked) for one in judged]} if trust else {}
        print_json(query_document(result) | added)
        return
    print_table(result.columns, result.rows, percent=table.rates)
    for one in judged:
        _print_trust(one, asked)
    print_stamp(table.stamp)


@options.selecting
def rows(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="See `fbi metrics`.")],
    part: Annotated[Part, typer.Option("--part", help="Which rows: those counted above or below the line.")],
    *,
    selected: options.Selected,
    order_by: Annotated[
        str | None, typer.Option("--order-by", metavar="COLUMN", help="Sort; -COLUMN sorts downwards.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="At most so many rows.")] = None,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Leave out so many rows first.")] = 0,
    csv: options.CsvFile = None,
    xlsx: options.XlsxFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the rows behind a number: exactly those that were counted.

    JSON and files have every row; a terminal shows the first 50 unless --limit says otherwise.

    \b
    Examples:
      fbi rows otif --part denominator --where channel=jd --from 2026-10-01 --to 2026-10-31
      fbi rows ship_delay_rate --part numerator --where warehouse=GZ2 --csv late.csv
      fbi rows backlog --part numerator --json
    """
    from fulfillment_bi.workspace import open_workspace

    asked = selected.query(metric)
    is_page = not as_json and csv is None and xlsx is None
    shown = SHOWN_ROWS if is_page and limit is None else limit
    with open_workspace() as workspace:
        answer = workspace.rows(asked, metric, part, limit=shown, offset=offset, order_by=order_by)
    table = answer_table(answer, asked)
    if _written(table, csv, xlsx):
        return
    if as_json:
        print_json(rows_document(answer))
        return
    print_table(answer.columns, answer.rows)
    print_stamp(table.stamp, rows=answer.count)
    if answer.count > len(answer.rows):
        typer.echo(f"{len(answer.rows):,} of {answer.count:,} shown; --limit, --csv FILE or --json give more.")


def list_metrics(as_json: options.AsJson = False) -> None:
    """List every metric with its definition.

    \b
    Examples:
      fbi metrics
      fbi metrics --json
    """
    from fulfillment_bi.documents.catalog import metric_documents

    found = metric_documents()
    if as_json:
        print_json(found)
        return
    print_table(
        ("metric", "unit", "label", "中文", "definition"),
        [[one[name] for name in ("name", "unit", "label_en", "label_zh", "definition_en")] for one in found],
    )


def list_dimensions(as_json: options.AsJson = False) -> None:
    """List every dimension: what to write after --by and --where.

    \b
    Examples:
      fbi dimensions
      fbi dimensions --json
    """
    from fulfillment_bi.documents.catalog import dimension_documents

    found = dimension_documents()
    if as_json:
        print_json(found)
        return
    print_table(
        ("dimension", "label", "中文", "definition"),
        [[one[name] for name in ("name", "label_en", "label_zh", "definition_en")] for one in found],
    )


def _print_trust(one: Trust, asked: Query) -> None:
    shares = ("value", "low", "high", "coverage", "impossible", "missing")
    is_rate = METRICS[one.metric].unit == "rate"
    columns = (*asked.by, *shares, "unknown", "in doubt", "refused")
    rows = [
        (
            *(*each.members, each.value, each.low, each.high, each.coverage),
            *(each.impossible_share, each.missing_share, each.unknown, each.in_doubt, each.refused),
        )
        for each in one.rows
    ]
    typer.echo(f"\ntrust in {one.metric}: worst and best case, and what is not known")
    print_table(columns, rows, percent=shares if is_rate else shares[3:])
    for source in one.sources:
        newest = source.newest.isoformat(sep=" ", timespec="minutes") + " UTC" if source.newest else "no times"
        typer.echo(f"rests on {source.source}, {source.adapter}: newest event {newest}")


def answer_table(answer: Result | RowsResult, asked: Query) -> Table:
    """The answer as a table: rates known, filters as a sentence."""
    from fulfillment_bi.filters import sentence

    return table_of(answer, filters=sentence(asked))


def _written(table: Table, csv: Path | None, xlsx: Path | None) -> bool:
    from fulfillment_bi.reports.export import write_csv, write_xlsx

    for target, write in ((csv, write_csv), (xlsx, write_xlsx)):
        if target is not None and str(target) == "-":
            sys.stdout.flush()
            write(table, sys.stdout.buffer)
        elif target is not None:
            count = write(table, target)
            typer.echo(f"{target}: {count:,} row{'s' if count != 1 else ''}", err=True)
    return csv is not None or xlsx is not None
