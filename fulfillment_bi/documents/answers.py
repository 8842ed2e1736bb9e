"""The answer to a query, its trust, and the rows behind a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fulfillment_bi.documents.plain import plain
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.targets import levels_of, status

if TYPE_CHECKING:
    from fulfillment_bi.insight.bounds import Trust
    from fulfillment_bi.metrics.query import Query, Result
    from fulfillment_bi.metrics.rows import RowsResult


def query_document(result: Result) -> dict[str, object]:
    """The JSON shape of `fbi query`: each row also says the target in force for it, and how the value stands to it."""
    rows = [record | _standing(result, record) for record in result.records()]
    judged = [name for metric in result.query.metrics for name in (f"{metric}_target", f"{metric}_status")]
    return {
        "as_of": result.as_of,
        "timezone": result.timezone,
        "version": result.version,
        "columns": [*result.columns, *judged],
        "rows": rows,
    }


def _standing(result: Result, record: dict[str, Any]) -> dict[str, Any]:
    """`<metric>_target` (null without one) and `<metric>_status`: good, watch, warning, critical, or null."""
    found: dict[str, Any] = {}
    for name in result.query.metrics:
        levels = levels_of(result, record, name)
        found[f"{name}_target"] = levels.target
        found[f"{name}_status"] = status(METRICS[name], levels, record[name], record[f"{name}_d"])
    return found


def trust_document(one: Trust, asked: Query) -> dict[str, Any]:
    """What `--trust` adds to the JSON for each metric: `rows` by member, times in UTC."""
    rows = []
    for bound in one.rows:
        cells = plain(bound)
        assert isinstance(cells, dict)
        members = cells.pop("members")
        rows.append(dict(zip(asked.by, members, strict=True)) | cells)
    return {"metric": one.metric, "rows": rows, "sources": plain(one.sources, naive="Z")}


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
