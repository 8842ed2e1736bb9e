"""Documents and tables as HTTP answers: JSON, CSV, XLSX, Arrow; 304 while nothing new was published."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
from flask import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from fulfillment_bi.documents.plain import plain_cell
from fulfillment_bi.errors import FulfillmentError, NoVersionError, UsageError
from fulfillment_bi.reports.export import write_csv, write_xlsx
from fulfillment_bi.warehouse.scope import OutOfScopeError

if TYPE_CHECKING:
    from fulfillment_bi.reports.table import Table

JSON = "application/json"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "arrow": "application/vnd.apache.arrow.stream",
}


def json_answer(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON document: dates in ISO, undefined as null, Chinese as it is."""
    body = orjson.dumps(document, default=plain_cell, option=orjson.OPT_NON_STR_KEYS)
    return Response(body, status=status, content_type=JSON, headers=dict(headers or {}))


def table_answer(table: Table, kind: str) -> Response:
    """A table as `kind`: csv, xlsx or arrow."""
    buffer = io.BytesIO()
    if kind == "csv":
        write_csv(table, buffer)
    elif kind == "xlsx":
        write_xlsx([table], buffer)
    else:
        _write_arrow(table, buffer)
    name = f'attachment; filename="{table.name}.{kind}"'
    return Response(buffer.getvalue(), content_type=TYPES[kind], headers={"Content-Disposition": name})


def _write_arrow(table: Table, buffer: io.BytesIO) -> None:
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    arrays = [_array(column) for column in columns]
    batch = pa.table(dict(zip(table.columns, arrays, strict=True)))
    stamp = {"as_of": table.stamp.as_of, "timezone": table.stamp.timezone, "version": table.stamp.version}
    batch = batch.replace_schema_metadata(stamp)
    with pa.ipc.new_stream(buffer, batch.schema) as writer:
        writer.write_table(batch)


def _array(column: tuple[Any, ...]) -> pa.Array:
    try:
        return pa.array(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # whole and broken numbers in one column
        return pa.array([None if value is None else float(value) for value in column])


def kept(identity: str, answer: Callable[[], WerkzeugResponse]) -> WerkzeugResponse:
    """The answer, or 304 and no work at all where the asker has it: `identity` says what it depends on."""
    digest = hashlib.sha256(f"{identity}\n{request.full_path}".encode("utf-8", "backslashreplace")).hexdigest()[:32]
    if request.if_none_match.contains(digest):
        made: WerkzeugResponse = Response(status=304)
    else:
        made = answer()
    if made.status_code in (200, 304):
        made.set_etag(digest)
        made.headers["Cache-Control"] = "private, no-cache"
    return made


def refusal(error: FulfillmentError) -> Response:
    """What went wrong, where, and what to do.

    404 for a name in the address, 422 for a question that cannot be answered, 503 before the first load.
    """
    return json_answer(error_document(error.what, error.where, error.hint), _status(error))


def error_document(what: str, where: str = "", hint: str = "") -> dict[str, Any]:
    """The JSON shape of every refusal."""
    return {"error": {"what": what, "where": where, "hint": hint}}


def _status(error: FulfillmentError) -> int:
    if isinstance(error, NoVersionError):
        return 503
    if isinstance(error, OutOfScopeError):
        return 403
    if isinstance(error, UsageError):
        return 404 if request.view_args else 422
    return 500
