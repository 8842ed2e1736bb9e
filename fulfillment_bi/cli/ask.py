"""Commands that ask: metrics, dimensions, query, rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_stamp, print_table
from fulfillment_bi.metrics.query import (
    Part,
    Query,
    Result,
)
from fulfillment_bi.reports.table import Table, table_of

if TYPE_CHECKING:
    from fulfillment_bi.metrics.rows import RowsResult

SHOWN_ROWS = 50


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("metrics")(list_metrics)
    app.command("dimensions")(list_dimensions)
    app.command("query")(query)
    app.command("rows")(rows)


def query(
    metrics: Annotated[str, typer.Argument(metavar="METRIC[,METRIC]", help="See `fbi metrics`.")],
    by: options.By = None,
    where: options.Where = None,
    start: options.From = None,
    end: options.To = None,
    basis: options.BasisOption = "due",
    level: options.LevelOption = None,
    event: options.EventOption = None,
    promise: options.PromiseOption = "original",
    causes: options.CausesOption = "all",
    timestamps: options.TimestampsOption = "possible",
    compare: options.CompareOption = "none",
    order_by: Annotated[
        str | None, typer.Option("--order-by", metavar="COLUMN", help="Sort; -COLUMN sorts downwards.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many rows.")] = None,
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
    """
    from fulfillment_bi.workspace import open_workspace

    asked = options.query_of(
        metrics,
        by=by,
        where=where,
        start=start,
        end=end,
        basis=basis,
        level=level,
        event=event,
        promise=promise,
        causes=causes,
        timestamps=timestamps,
        compare=compare,
        order_by=order_by,
        limit=limit,
    )
    with open_workspace() as workspace:
        result = workspace.run(asked)
    table = answer_table(result, asked)
    if _written(table, csv, xlsx):
        return
    if as_json:
        print_json(query_document(result))
        return
    print_table(result.columns, result.rows, percent=table.rates)
    print_stamp(table.stamp)


def rows(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="See `fbi metrics`.")],
    part: Annotated[Part, typer.Option("--part", help="Which rows: those counted above or below the line.")],
    where: options.Where = None,
    start: options.From = None,
    end: options.To = None,
    basis: options.BasisOption = "due",
    level: options.LevelOption = None,
    event: options.EventOption = None,
    promise: options.PromiseOption = "original",
    causes: options.CausesOption = "all",
    timestamps: options.TimestampsOption = "possible",
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

    asked = options.query_of(
        metric,
        by=None,
        where=where,
        start=start,
        end=end,
        basis=basis,
        level=level,
        event=event,
        promise=promise,
        causes=causes,
        timestamps=timestamps,
    )
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
    from fulfillment_bi.cli.describe import metric_documents

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
    from fulfillment_bi.cli.describe import dimension_documents

    found = dimension_documents()
    if as_json:
        print_json(found)
        return
    print_table(
        ("dimension", "label", "中文", "definition"),
        [[one[name] for name in ("name", "label_en", "label_zh", "definition_en")] for one in found],
    )


def query_document(result: Result) -> dict[str, object]:
    """The JSON shape of `fbi query`."""
    return {
        "as_of": result.as_of,
        "timezone": result.timezone,
        "version": result.version,
        "columns": list(result.columns),
        "rows": result.records(),
    }


def rows_document(answer: RowsResult) -> dict[str, object]:
    """The JSON shape of `fbi rows`: `count` is the number of all matching rows."""
    return {
        "as_of": answer.as_of,
        "timezone": answer.timezone,
        "version": answer.version,
        "count": answer.count,
        "columns": list(answer.columns),
        "rows": [dict(zip(answer.columns, row, strict=True)) for row in answer.rows],
    }


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
