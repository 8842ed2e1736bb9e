"""The few plain addresses beside the pages: health, the published version, files; and the headers of every answer."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.wrappers import Response as WerkzeugResponse

COMPRESSED = ("javascript", "css", "json", "svg", "html")
LEAST_BYTES = 1024


def add_plain_routes(server: Flask, workspace: Any) -> None:
    """/healthz: the process answers. /api/version: id and as-of, 304 while nothing new was published."""

    @server.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @server.get("/api/version")
    def version() -> WerkzeugResponse:
        info = workspace.info
        identity = info.id if info is not None else ""
        answer = jsonify(id=identity, published_at=str(info.published_at) if info is not None else "")
        answer.set_etag(identity or "none")
        answer.headers["Cache-Control"] = "no-cache"
        return answer.make_conditional(request)


def add_headers(server: Flask, script_hashes: list[str]) -> None:
    """A strict content policy (own scripts and the renderer's one inline script), no sniffing, no referrer leaving."""
    policy = "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {' '.join(script_hashes)}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ]
    )

    @server.after_request
    def protect(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = policy
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        return _compressed(answer)


def _compressed(answer: Response) -> Response:
    """Gzip for clients that take it. Library scripts are compressed once and kept."""
    kind = answer.content_type or ""
    if (
        "gzip" not in request.headers.get("Accept-Encoding", "")
        or answer.status_code != 200
        or (answer.direct_passthrough and not request.path.startswith("/assets/"))
        or "Content-Encoding" in answer.headers
        or not any(word in kind for word in COMPRESSED)
    ):
        return answer
    answer.direct_passthrough = False
    body = answer.get_data()
    if len(body) < LEAST_BYTES:
        return answer
    fixed = request.path.startswith(("/_dash-component-suites/", "/assets/"))
    answer.set_data(_kept_gzip(body) if fixed else gzip.compress(body, 5))
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers.add("Vary", "Accept-Encoding")
    return answer


@lru_cache(maxsize=128)
def _kept_gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6)
