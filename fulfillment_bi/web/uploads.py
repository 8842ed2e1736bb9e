"""The address that takes files in: streamed to disk, never held in memory, refused beyond the limit."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from flask import Flask, Response, jsonify, request

from fulfillment_bi.i18n import text
from fulfillment_bi.web.jobs import Jobs
from fulfillment_bi.web.language import language_of

PIECE = 1 << 20
HEADER = "X-File-Name"
"""Percent-encoded name of the file. Other sites' pages cannot send a header of their own."""


class TooLargeError(Exception):
    """The body is larger than allowed."""


def add_upload_route(server: Flask, jobs: Jobs, most_bytes: int) -> None:
    """POST /uploads: the body is the file. Answers {"id"}, or {"error"} with 400, 403, 413, 503 or 507."""

    @server.post("/uploads")
    def upload() -> tuple[Response, int]:
        language = language_of(request.args.get("lang"))
        name = unquote(request.headers.get(HEADER, ""))
        if not jobs.ready:
            return _refused(language, "upload.off", 503)
        if HEADER not in request.headers or not name.strip():
            return _refused(language, "upload.nameless", 403)
        request.max_content_length = most_bytes + 1  # instead of the limit for callbacks
        limit = shown_size(most_bytes)
        if (request.content_length or 0) > most_bytes:
            return _refused(language, "upload.too_large", 413, limit=limit)
        identity, path = jobs.receive(name)
        try:
            size = _save(path, most_bytes)
        except TooLargeError:
            jobs.discard(identity)
            return _refused(language, "upload.too_large", 413, limit=limit)
        except OSError:
            jobs.discard(identity)
            return _refused(language, "upload.no_room", 507)
        if not size or (request.content_length is not None and size != request.content_length):
            jobs.discard(identity)
            return _refused(language, "upload.empty" if not size else "upload.broken_off", 400)
        jobs.start(identity)
        return jsonify(id=identity), 201


def _save(path: Path, most_bytes: int) -> int:
    size = 0
    with path.open("wb") as handle:
        while piece := request.stream.read(PIECE):
            size += len(piece)
            if size > most_bytes:
                raise TooLargeError
            handle.write(piece)
    return size


def _refused(language: str, key: str, code: int, **values: str) -> tuple[Response, int]:
    return jsonify(error=text(language, key, **values)), code


def shown_size(count: int) -> str:
    """Bytes as people write them: 1.5 GB."""
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} B"
