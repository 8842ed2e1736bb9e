"""What a person finds and writes down from any page: the command palette's lists, saved views, annotations.

GET /desk/palette and /desk/find and /desk/annotations are read; everything under /keep/ changes the journal and needs
the permission "save". All of it is JSON; a refusal is {"error": words} with status 400.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, jsonify, request

from fulfillment_bi.errors import FulfillmentError, UsageError
from fulfillment_bi.i18n import label, text
from fulfillment_bi.journal.annotations import (
    Annotation,
    add_annotation,
    change_annotation,
    delete_annotation,
)
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.views import SavedView, delete_view, list_views, rename_view, save_view
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.operations.standing import open_journal
from fulfillment_bi.web.access import current_account
from fulfillment_bi.web.added import page_name
from fulfillment_bi.web.answering import view_of
from fulfillment_bi.web.language import language_of
from fulfillment_bi.web.shell import NAVIGATION
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tiles.marks import notes

MOST_FOUND, LEAST_LETTERS, MOST_LETTERS = 6, 2, 60
TEXTS = (
    *("search", "nothing", "pages", "metrics", "views", "products", "orders", "commands", "save_view", "name", "who"),
    *("ok", "cancel", "saved", "renamed", "deleted", "rename", "sure", "annotate", "day", "words", "scope", "kept"),
    *("remove", "change", "none", "failed", "help", "copied", "explore", "theme", "language", "clear", "all_business"),
)
"""The words of the palette and its forms, from the family "desk"."""
KEYS = ("palette", "help", "save", "annotate", "explore", "theme", "language", "clear", "go", "close")


def add_keeping(server: Flask, workspace: Any) -> None:
    """The addresses behind the palette, the forms and the list of annotations."""

    @server.get("/desk/palette")
    def palette() -> Response:
        return jsonify(choices(language_of(request.args.get("lang")), workspace))

    @server.get("/desk/find")
    def find() -> Response:
        words = str(request.args.get("q") or "").strip()[:MOST_LETTERS]
        return jsonify(found(workspace, words) if len(words) >= LEAST_LETTERS else [])

    @server.get("/desk/annotations")
    def annotations() -> Any:
        def listed() -> Any:
            view = _view(workspace)
            return [_annotation(each, view) for each in notes(view, workspace)]

        return _answered(listed)

    journal = Journal(workspace.settings.home)
    for path, keep in KEEPING.items():
        server.add_url_rule(path, path, _keeper(journal, keep), methods=["POST"])


def _keeper(journal: Journal, keep: Callable[[Journal, Mapping[str, Any]], Any]) -> Callable[[], Any]:
    def answer() -> Any:
        said = request.get_json(silent=True)
        return _answered(lambda: keep(journal, said if isinstance(said, dict) else {}))

    return answer


def _answered(do: Callable[[], Any]) -> Any:
    try:
        return jsonify(do())
    except FulfillmentError as error:
        return jsonify(error=f"{error.what} {error.hint}".strip()), 400


def _view(workspace: Any) -> View:
    """The view of the page that asks; its query string came along."""
    with workspace.pinned() as pinned:
        search = request.query_string.decode("utf-8", "replace")
        return view_of(pinned, {"path": "/", "search": search, "lang": request.args.get("lang")})


def choices(language: str, workspace: Any) -> dict[str, Any]:
    """Everything the palette offers without being asked: pages, metrics, saved views, its own words."""
    journal = open_journal(workspace)
    return {
        "texts": {name: text(language, f"desk.{name}") for name in TEXTS},
        "keys": [[label(language, "desk_key", name), label(language, "desk_does", name)] for name in KEYS],
        "pages": [{"label": page_name(language, name), "path": path} for name, path in NAVIGATION],
        "metrics": [
            {"name": name, "label": metric.label.of(language), "area": label(language, "area", metric.area)}
            for name, metric in METRICS.items()
        ],
        "views": [_saved(each) for each in list_views(journal)] if journal is not None else [],
        "who": current_account().name,
    }


def found(workspace: Any, words: str) -> list[dict[str, str]]:
    """Products and orders whose code, number or name holds the words."""
    try:
        with workspace.pinned() as pinned:
            products = pinned.members("sku", words, MOST_FOUND)
            orders: list[dict[str, Any]] = []
            if any(character.isdigit() for character in words):
                query = Query(("orders",))
                orders = pinned.rows(query, "orders", "numerator", limit=MOST_FOUND, text=words).records()
    except FulfillmentError:
        return []
    listed = [{"kind": "products", "label": one.label, "hint": one.value, "sku": one.value} for one in products]
    for one in orders:
        path = f"/order/{quote(str(one['channel']), safe='')}/{quote(str(one['order_no']), safe='')}"
        listed.append({"kind": "orders", "label": str(one["order_no"]), "hint": str(one["channel"]), "path": path})
    return listed


def _save(journal: Journal, said: Mapping[str, Any]) -> Any:
    return _saved(
        save_view(journal, _word(said, "name"), _word(said, "page"), _word(said, "state"), _who(said), _now())
    )


def _rename(journal: Journal, said: Mapping[str, Any]) -> Any:
    return _saved(rename_view(journal, _word(said, "name"), _word(said, "new"), _now()))


def _delete(journal: Journal, said: Mapping[str, Any]) -> Any:
    delete_view(journal, _word(said, "name"))
    return {}


def _annotate(journal: Journal, said: Mapping[str, Any]) -> Any:
    from fulfillment_bi.filters import parse_url

    day = _day(_word(said, "day"))
    if said.get("id"):
        one = change_annotation(journal, _number(said), day, _word(said, "words"), _now())
    else:
        state, _ = parse_url(_word(said, "state"))
        one = add_annotation(journal, day, _word(said, "words"), state.where, _who(said), _now())
    return _annotation(one)


def _forget(journal: Journal, said: Mapping[str, Any]) -> Any:
    delete_annotation(journal, _number(said))
    return {}


KEEPING: Mapping[str, Callable[[Journal, Mapping[str, Any]], Any]] = {
    "/keep/view": _save,
    "/keep/view/rename": _rename,
    "/keep/view/delete": _delete,
    "/keep/annotation": _annotate,
    "/keep/annotation/delete": _forget,
}


def _word(said: Mapping[str, Any], name: str) -> str:
    return str(said.get(name) or "")


def _number(said: Mapping[str, Any]) -> int:
    try:
        return int(said.get("id") or 0)
    except (TypeError, ValueError):
        raise UsageError("The annotation has no number.", hint="Give its id.") from None


def _who(said: Mapping[str, Any]) -> str:
    """The signed-in account; where nobody signs in, the name that was given."""
    return current_account().name or _word(said, "by")


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise UsageError(f"'{words[:20]}' is not a date.", hint="Write it as 2026-01-31.") from None


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _saved(one: SavedView) -> dict[str, str]:
    return {"name": one.name, "page": one.page, "address": one.address, "by": one.created_by}


def _annotation(one: Annotation, view: View | None = None) -> dict[str, Any]:
    scope = [] if view is None else [view.member(item.dimension, each) for item in one.where for each in item.values]
    listed = {"id": one.id, "day": one.day.isoformat(), "words": one.words, "by": one.created_by}
    return listed | {"scope": " · ".join(scope), "at": one.created_at.isoformat()}
