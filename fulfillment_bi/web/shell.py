"""What stays while pages change: navigation, top line, filter bar, notices, the drawer's frame."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from fulfillment_bi.i18n import LANGUAGES, label, numbers, text
from fulfillment_bi.web import filterbar, parts
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Page

NAVIGATION = (
    ("wall", "/wall"),
    ("overview", "/overview"),
    ("orders", "/orders"),
    ("why", "/why"),
    ("inventory", "/inventory"),
    ("supply", "/supply"),
    ("logistics", "/logistics"),
    ("service", "/service"),
    ("alerts", "/alerts"),
    ("reports", "/reports"),
    ("data", "/data"),
)
STALE_SECONDS = 26 * 3600
FONT = "var(--font)"


def frame() -> dmc.MantineProvider:
    """The application before it knows its page: stores, the place for the page, the drawer."""
    return dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            *(dcc.Store(id=name) for name in ("mount", "request", "drawer", "clicks")),
            dcc.Store(id="version", data=""),
            dcc.Store(id="tick", data=0),
            html.Div(className="spinner"),
            html.Div(id="content"),
            dmc.Drawer(
                id="explain",
                opened=False,
                position="right",
                size="lg",
                padding="lg",
                zIndex=300,
                withCloseButton=True,
                closeButtonProps={"aria-label": "close"},
                overlayProps={"backgroundOpacity": 0.25},
                transitionProps={"duration": 150},
                children=html.Div(id="explain-body"),
            ),
            html.Div(id="gone", className="gone", role="alert"),
        ],
        id="provider",
        forceColorScheme="light",
        theme={
            "fontFamily": FONT,
            "headings": {"fontFamily": FONT},
            "primaryColor": "blue",
            # Mantine's greys, retinted to the dark theme's navy (text first, page last).
            "colors": {
                "dark": [
                    "#e8eef8",
                    "#c3cfe2",
                    "#93a4bf",
                    "#6d7f9c",
                    "#2a3a57",
                    "#1f2c44",
                    "#162238",
                    "#111b2e",
                    "#0d1626",
                    "#0a1120",
                ]
            },
            "defaultRadius": "md",
            "respectReducedMotion": True,
        },
    )


def desk(page: Page, language: str, path: str) -> html.Div:
    """A desk page in the shell."""
    main = html.Div(
        [
            _top(page, language),
            *([filterbar.bar(language, page.dimensions)] if page.filters else []),
            html.Main([html.Div(id="notices"), page.layout(language)], className="main", id="main"),
        ]
    )
    return html.Div(
        dmc.AppShell(
            [
                dmc.AppShellNavbar(_navigation(page, language), withBorder=True, style={"background": "var(--card)"}),
                dmc.AppShellMain(main),
            ],
            navbar={"width": 196, "breakpoint": "sm", "collapsed": {"mobile": True}},
            padding=0,
            style={"background": "var(--page)"},
        ),
        **parts.data(lang=language, path=path),
    )


def _navigation(page: Page, language: str) -> list[Any]:
    links = [
        html.A(
            [parts.icon(name), text(language, f"nav.{name}")],
            href=path,
            className="is-here" if page.name == name else "",
            **(parts.aria(current="page") if page.name == name else {}),
            **parts.data(page=path),
        )
        for name, path in NAVIGATION
    ]
    brand = html.A(
        [html.Span(className="brand-mark"), text(language, "app.name")],
        href="/wall",
        className="brand",
        **parts.data(page="/wall"),
    )
    return [brand, html.Nav(links, className="nav"), html.Div(id="nav-foot", className="nav-foot")]


def _top(page: Page, language: str) -> html.Div:
    return html.Div(
        [
            html.H1(text(language, f"nav.{page.name}")),
            html.Span(id="stamp", className="stamp"),
            html.Span(className="top-space"),
            language_switch(language),
            html.Button(
                parts.icon("theme"),
                className="icon-button",
                type="button",
                title=text(language, "look.theme"),
                **parts.aria(label=text(language, "look.theme")),
                **parts.data(do="theme"),
            ),
        ],
        className="top",
    )


def language_switch(language: str) -> html.Button:
    """To the other language."""
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    return html.Button(
        label(language, "language", other),
        className="icon-button",
        type="button",
        title=text(language, "look.language"),
        lang=other,
        **parts.data(go=change(lang=other)),
    )


def stamp(view: View) -> list[Any]:
    """How far the data reach and on which clock; the exact time on hover. Also what a saved picture prints."""
    local = numbers.moment(view.as_of, view.timezone)
    if local is None:
        return []
    words = view.text("stamp.asof", time=numbers.clock(view.language, view.as_of, view.timezone, year=True))
    printed = " · ".join(word for word in (words, view.timezone, view.sentence(), view.version) if word)
    return [
        html.Span(
            [
                words,
                " · ",
                html.Span(
                    numbers.ago(view.language, 0),
                    title=local.isoformat(),
                    **parts.data(ago=local.isoformat(), now=view.text("stamp.now")),
                ),
                f" · {view.timezone}",
            ],
            **parts.data(stamp=printed, zone=view.timezone),
        )
    ]


def notices(view: View, is_sample: bool) -> list[Any]:
    """What the reader must know before the numbers: ignored parts of the URL."""
    found: list[Any] = []
    if view.ignored:
        shown = ", ".join(view.ignored[:6]) + ("…" if len(view.ignored) > 6 else "")
        found.append(parts.banner([view.text("notice.ignored"), " ", html.Code(shown)], "is-warning"))
    if is_sample:
        found.append(
            parts.banner(
                [view.text("notice.sample"), " ", html.Code("fbi load PATH"), " ", view.text("notice.sample_own")],
                "",
                "data",
            )
        )
    return found


def nav_foot(view: View) -> list[Any]:
    """The published version."""
    return [html.Div(view.text("stamp.version", version=view.version))] if view.version else []


def nothing_loaded(language: str) -> html.Div:
    """No version at all: what to run."""
    return html.Div(
        html.Div(
            [
                html.H2(text(language, "empty.version_title")),
                html.Div(text(language, "empty.version")),
                html.Pre("fbi load PATH\nfbi sample DIR && fbi load DIR"),
                html.A(
                    text(language, "empty.version_upload"), href="/data", className="button", **parts.data(page="/data")
                ),
                html.Div(text(language, "empty.version_wait")),
            ],
            className="empty",
        ),
        className="full-page",
        **parts.data(lang=language, waiting=""),
    )


def not_found(language: str, path: str) -> html.Div:
    """An address that is no page."""
    links = [
        html.A(text(language, f"nav.{name}"), href=target, className="pill", **parts.data(page=target))
        for name, target in NAVIGATION
    ]
    return html.Div(
        html.Div(
            [
                html.H2(text(language, "empty.page_title")),
                html.Code(path[:120]),
                html.Div(links, className="filters-row"),
            ],
            className="empty",
        ),
        className="full-page",
        **parts.data(lang=language),
    )
