"""What extensions add to the application: pages of their own, and their colours as a stylesheet."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask, Response

from fulfillment_bi.charts.theme import own_colours
from fulfillment_bi.extensions import collect
from fulfillment_bi.i18n import known, text
from fulfillment_bi.metrics.types import Text
from fulfillment_bi.web.tile import Page

PAGES: tuple[Page, ...] = collect("pages", "PAGES")
TITLES: Mapping[str, Text] = MappingProxyType({page.name: page.title for page in PAGES if page.title})
STYLESHEET = "/assets/extensions.css"
MODES = {"light": ":root", "dark": ":root[data-mantine-color-scheme=dark]"}


def page_name(language: str, name: str) -> str:
    """What a page is called in the navigation; its own name where nothing says so."""
    if own := TITLES.get(name):
        return own.of(language)
    return text(language, f"nav.{name}") if known("nav", name) else name


def stylesheet() -> str:
    """The colours of extensions as the pages' variables; empty where none sets any."""
    rules = []
    for name, selector in MODES.items():
        colours = "".join(f"--{colour}:{value};" for colour, value in own_colours(name).items())
        rules += [f"html{selector}{{{colours}}}"] if colours else []
    return "\n".join(rules)


def add_stylesheet(server: Flask) -> None:
    """Serve the stylesheet."""

    @server.get(STYLESHEET)
    def colours() -> Response:
        return Response(stylesheet(), content_type="text/css; charset=utf-8")
