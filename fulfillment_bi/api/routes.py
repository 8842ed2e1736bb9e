"""The addresses of the API below /api/v1, each a few lines over a question that the workspace answers.

Every answer is narrowed to what the asker may see: the workspace that is passed in answers each request for its asker.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.models.tag import Tag
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from fulfillment_bi import __version__
from fulfillment_bi.api import parameters as asked
from fulfillment_bi.api import shapes
from fulfillment_bi.api.answers import TYPES, error_document, json_answer, kept, refusal, table_answer
from fulfillment_bi.documents.alerts import alert_list
from fulfillment_bi.documents.answers import query_document, rows_document
from fulfillment_bi.documents.catalog import dimension_documents, metric_documents
from fulfillment_bi.documents.order import order_document, read_order
from fulfillment_bi.documents.plain import plain
from fulfillment_bi.documents.selection import against_of
from fulfillment_bi.documents.why import why_document
from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.filters import sentence
from fulfillment_bi.reports.table import table_of
from fulfillment_bi.warehouse.pointer import VersionInfo
from fulfillment_bi.workspace import Workspace

PREFIX = "/api/v1"
NUMBERS = Tag(name="numbers", description="Metrics, the rows behind them, and why they moved.")
CATALOGUE = Tag(name="catalogue", description="What can be asked.")
STATE = Tag(name="state", description="Alerts, versions and files.")
REFUSALS: dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None] = {
    "400": shapes.ErrorAnswer,
    "401": shapes.ErrorAnswer,
    "403": shapes.ErrorAnswer,
    "404": shapes.ErrorAnswer,
    "422": shapes.ErrorAnswer,
    "429": shapes.ErrorAnswer,
    "503": shapes.ErrorAnswer,
}
BINARY = {"schema": {"type": "string", "format": "binary"}}


def create_server(name: str) -> OpenAPI:
    """The WSGI application, a Flask one, that describes its API at /api/v1/openapi.json."""
    return OpenAPI(
        name,
        info=Info(title="fulfillment_bi", version=__version__, description="Order fulfilment: numbers and reasons."),
        security_schemes={
            "token": {"type": "http", "scheme": "bearer"},
            "link": {"type": "apiKey", "in": "query", "name": "token"},  # spreadsheets can send no header
        },
        validation_error_status=400,
        validation_error_model=shapes.ErrorAnswer,
        validation_error_callback=_wrong_parameter,
        doc_ui=False,
    )


def add_api(server: OpenAPI, workspace: Any) -> None:
    """Register every address, answered by `workspace` (a Workspace, or one that stands for each asker's)."""
    blueprint = APIBlueprint(
        "api", __name__, url_prefix=PREFIX, abp_responses=REFUSALS, abp_security=[{"token": []}, {"link": []}, {}]
    )
    blueprint.before_request(_without_token)
    blueprint.register_error_handler(FulfillmentError, refusal)
    blueprint.register_error_handler(HTTPException, _refused)
    _add_catalogue(blueprint, workspace)
    _add_numbers(blueprint, workspace)
    _add_state(blueprint, workspace)

    @blueprint.get("/<path:rest>", doc_ui=False)
    def nothing() -> Response:
        abort(404, "There is nothing at this address.")

    server.register_api(blueprint)

    document = _described(server)

    @server.get(f"{PREFIX}/openapi.json", doc_ui=False)
    def description() -> Response:
        return json_answer(document)


def describe_api() -> dict[str, Any]:
    """The OpenAPI document, without anything loaded."""
    server = create_server("described")
    add_api(server, None)
    return _described(server)


def _described(server: OpenAPI) -> dict[str, Any]:
    """The OpenAPI document of these addresses alone: pages and their files are no API."""
    document = dict(server.api_doc)
    document["paths"] = {path: item for path, item in document["paths"].items() if path.startswith(PREFIX)}
    return document


def _add_numbers(api: APIBlueprint, workspace: Any) -> None:
    @api.get("/query", tags=[NUMBERS], responses={"200": _files(shapes.QueryAnswer), "304": {}})
    def query(query: asked.QueryParameters) -> WerkzeugResponse:
        """Metrics, split by dimensions."""
        question = query.asked()
        with workspace.pinned() as pinned:

            def answer() -> Response:
                result = pinned.run(question)
                if query.format == "json":
                    return json_answer(query_document(result))
                return table_answer(table_of(result, name="query", filters=sentence(question)), query.format)

            return kept(_identity(pinned), answer)

    @api.get("/rows", tags=[NUMBERS], responses={"200": _files(shapes.RowsAnswer), "304": {}})
    def rows(query: asked.RowsParameters) -> WerkzeugResponse:
        """The rows behind a number: exactly those that were counted."""
        question = query.query([query.metric])
        with workspace.pinned() as pinned:

            def answer() -> Response:
                limit, offset = query.limit, query.offset
                found = pinned.rows(
                    question, query.metric, query.part, limit=limit, offset=offset, order_by=query.order_by
                )
                if query.format != "json":
                    return table_answer(table_of(found, name="rows", filters=sentence(question)), query.format)
                following = _next_page(offset + len(found.rows), found.count)
                headers = {"Link": f'<{following}>; rel="next"'} if following else {}
                return json_answer(rows_document(found) | {"next": following}, headers=headers)

            return kept(_identity(pinned), answer)

    @api.get("/why", tags=[NUMBERS], responses={"200": shapes.WhyAnswer, "304": {}})
    def why(query: asked.WhyParameters) -> WerkzeugResponse:
        """Why a metric moved: parts that sum to the change exactly, causes, stages."""
        question = query.query([query.metric], by=tuple(dict.fromkeys(query.by)))
        against = against_of(query.against, "against")
        with workspace.pinned() as pinned:
            return kept(_identity(pinned), lambda: json_answer(why_document(pinned.explain(question, against))))

    @api.get("/orders/<channel>/<order_no>", tags=[NUMBERS], responses={"200": shapes.OrderAnswer, "304": {}})
    def order(path: asked.OrderPath) -> WerkzeugResponse:
        """One order's story: every event, the promise, each stage against its budget."""
        with workspace.pinned() as pinned:
            version = pinned.info.id if pinned.info else ""

            def answer() -> Response:
                story = read_order(pinned, path.channel, path.order_no)
                return json_answer(order_document(story, pinned.settings.timezone, version))

            return kept(_identity(pinned), answer)


def _add_catalogue(api: APIBlueprint, workspace: Any) -> None:
    @api.get("/metrics", tags=[CATALOGUE], responses={"200": shapes.Catalogue})
    def metrics() -> Response:
        """Every metric with its definition, unit and direction."""
        return json_answer({"items": metric_documents()})

    @api.get("/dimensions", tags=[CATALOGUE], responses={"200": shapes.Catalogue})
    def dimensions() -> Response:
        """Every dimension: what `by` and `where` take."""
        return json_answer({"items": dimension_documents()})

    @api.get("/dimensions/<dimension>/members", tags=[CATALOGUE], responses={"200": shapes.Members, "304": {}})
    def members(path: asked.DimensionPath, query: asked.MembersParameters) -> WerkzeugResponse:
        """Members of a dimension, as filters take them."""
        with workspace.pinned() as pinned:

            def answer() -> Response:
                found = pinned.members(path.dimension, query.search, query.limit)
                return json_answer({"items": [{"value": one.value, "label": one.label} for one in found]})

            return kept(_identity(pinned), answer)


def _add_state(api: APIBlueprint, workspace: Any) -> None:
    @api.get("/alerts", tags=[STATE], responses={"200": shapes.Rows})
    def alerts() -> Response:
        """Where every alert stands that was ever not in order."""
        return json_answer({"items": alert_list(workspace)})

    @api.get("/versions", tags=[STATE], responses={"200": shapes.Rows})
    def versions() -> Response:
        """The published versions; `current` marks the one that answers."""
        current = workspace.info
        if not workspace.scope.is_everything:  # versions are whole: only the one that answers is theirs to know
            return json_answer({"items": [_version(current, current)] if current else []})
        return json_answer({"items": [_version(one, current) for one in workspace.store.list()]})


def _version(one: VersionInfo, current: VersionInfo | None) -> dict[str, Any]:
    is_current = current is not None and one.id == current.id
    return {"version": one.id, "published_at": plain(one.published_at, "Z"), "current": is_current}


def _files(model: Any) -> dict[str, Any]:
    """JSON of a shape, or a file."""
    return {
        "content": {"application/json": {"schema": model.model_json_schema()}, **dict.fromkeys(TYPES.values(), BINARY)}
    }


def _identity(workspace: Workspace) -> str:
    """What an answer depends on beside the address."""
    version = workspace.info.id if workspace.info else ""
    return f"{version} {workspace.scope} {workspace.targets}"


def _without_token() -> None:
    # Who asks is known by now: from here on the token is no parameter
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] != "token"]
    request.args = ImmutableMultiDict(pairs)


def _next_page(offset: int, count: int) -> str | None:
    if offset >= count:
        return None
    pairs = [(key, value) for key, value in request.args.items(multi=True) if key != "offset"]
    return f"{request.path}?{urlencode([*pairs, ('offset', str(offset))])}"


def _wrong_parameter(error: ValidationError) -> Response:
    """The first parameter that is wrong, and what it takes."""
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"]))
    what = f"{first['msg']}." if first["type"] != "extra_forbidden" else f"There is no parameter '{place}'."
    hint = f"{PREFIX}/openapi.json describes every parameter."
    return json_answer(error_document(what, place, hint), 400)


def _refused(error: HTTPException) -> Response:
    hint = f"{PREFIX}/openapi.json lists every address."
    return json_answer(error_document(error.description or error.name, request.path, hint), error.code or 500)
