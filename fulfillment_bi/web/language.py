"""The language of a request."""

from __future__ import annotations

from flask import request

from fulfillment_bi.i18n import choose


def language_of(asked: str | None) -> str:
    """The language asked for in the URL, else the browser's."""
    return choose(asked or None, request.headers.get("Accept-Language", ""))
