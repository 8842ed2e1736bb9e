"""Requests that change something must come from our own pages, and callbacks be whole."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN = frozenset({"same-origin", "none"})
CALLBACKS = "/_dash-update-component"


def add_origin_check(server: Flask) -> None:
    """403 for every POST, PUT or DELETE that another site's page sends: by Sec-Fetch-Site, else by Origin.

    Programs that are no browser send neither, and carry nobody's rights along.
    """

    @server.before_request
    def own_pages_only() -> Response | None:
        if request.method in SAFE or is_own():
            return None
        return Response("This request comes from another site.", status=403, content_type="text/plain")

    @server.before_request
    def whole_callbacks_only() -> Response | None:
        if request.path != CALLBACKS or is_callback(request.get_json(silent=True)):
            return None
        return Response("This is no callback of a page.", status=400, content_type="text/plain")


def is_callback(body: Any) -> bool:
    """Whether the body of a callback has the shape that the browser's half sends; the library takes it for granted."""
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return False
    lists = [body.get(name, []) for name in ("inputs", "state", "changedPropIds")]
    return bool(body.get("inputs")) and bool(body.get("outputs")) and all(isinstance(one, list) for one in lists)


def is_own() -> bool:
    """Whether the request comes from a page of ours, or from no page at all."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in OWN:
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc.lower() == request.host.lower()
