"""What stays while pages change: navigation, top line, filter bar, notices, the drawer's frame."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import dash_mantine_components as dmc
from dash import dcc, html

from fulfillment_bi.i18n import LANGUAGES, known, label, numbers, text
from fulfillment_bi.metrics.resolve import get_dimension
from fulfillment_bi.web import added, filterbar, parts
from fulfillment_bi.web.access import current_account
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Page

NAVIGATION = (
    ("wall", "/wall"),
    ("overview", "/overview"),
    ("orders", "/orders"),
    ("why", "/why"),
    ("inventory", "/inventory"),
    ("planning", "/planning"),
    ("supply", "/supply"),
    ("logistics", "/logistics"),
    ("service", "/service"),
    ("explore", "/explore"),
    *((page.name, page.paths[0]) for page in added.PAGES),
    ("alerts", "/alerts"),
    ("reports", "/reports"),
    ("data", "/data"),
)
COMMANDS = (("search", "palette"), ("save_view", "save-view"), ("annotate", "annotate"), ("help", "help"))
"""Icon and words of a button in the top line, and what assets/desk.js does for it."""
KEY_OF = {"search": "palette", "save_view": "save", "annotate": "annotate", "help": "help"}
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


def desk(page: Page, language: str, path: str, *, is_sample: bool = False) -> html.Div:
    """A desk page in the shell. What is known before the data are asked stands there from the first paint."""
    main = html.Div(
        [
            _top(page, language),
            *([filterbar.bar(language, page.dimensions)] if page.filters else []),
            html.Div(
                [
                    html.Nav(id="crumbs", className="crumbs", **parts.aria(label=text(language, "crumbs.label"))),
                    *([_sample_notice(language)] if is_sample else []),
                    html.Div(id="notices"),
                    page.layout(language),
                ],
                className="main is-waiting",
                id="main",
            ),
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
            [parts.icon(name), added.page_name(language, name)],
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
    return [brand, html.Div(links, className="nav"), html.Div(id="nav-foot", className="nav-foot")]


def _top(page: Page, language: str) -> html.Div:
    return html.Div(
        [
            html.H1(added.page_name(language, page.name)),
            html.Span(id="stamp", className="stamp"),
            html.Span(className="top-space"),
            *(_command(language, name, do) for name, do in COMMANDS),
            language_switch(language),
            *_account(language),
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


def _account(language: str) -> list[Any]:
    """Who is signed in, as what, and the way out; nothing where nobody signs in."""
    account = current_account()
    if not account.name:
        return []
    limits = [
        html.Div([html.B(get_dimension(name).label.of(language)), " ", ", ".join(members)])
        for name, members in account.scope.as_lists().items()
    ]
    name = account.name.partition(":")[2] or account.name
    card = [
        html.B(name),
        html.Div(label(language, "role", account.role), className="account-role"),
        html.Div(limits or text(language, "access.everything"), className="account-scope"),
        html.Form(
            html.Button(text(language, "access.sign_out"), className="button", type="submit"),
            action="/logout",
            method="post",
        ),
    ]
    mark = [html.Span(name[:1].upper(), className="account-mark"), html.Span(name, className="account-name")]
    head = html.Summary(mark, className="icon-button", title=text(language, "access.account"))
    return [html.Details([head, html.Div(card, className="account-card")], className="account")]


def _command(language: str, name: str, do: str) -> html.Button:
    return html.Button(
        parts.icon(name),
        className="icon-button",
        type="button",
        title=f"{text(language, f'desk.{name}')} ({label(language, 'desk_key', KEY_OF[name])})",
        **parts.aria(label=text(language, f"desk.{name}")),
        **parts.data(do=do),
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
            **parts.data(stamp=printed, zone=view.timezone, as_of_day=local.date().isoformat()),
        )
    ]


def _sample_notice(language: str) -> html.Div:
    words = [text(language, "notice.sample"), " ", html.Code("fbi load PATH"), " ", text(language, "notice.sample_own")]
    return parts.banner(words, "", "data")


def notices(view: View) -> list[Any]:
    """What the reader must know before the numbers: ignored parts of the URL."""
    found: list[Any] = []
    if view.ignored:
        shown = ", ".join(view.ignored[:6]) + ("…" if len(view.ignored) > 6 else "")
        found.append(parts.banner([view.text("notice.ignored"), " ", html.Code(shown)], "is-warning"))
    return found


def crumbs(view: View, search: str) -> list[Any]:
    """The way that was drilled: the page, then each filter in the order it was chosen; each leads back to its place."""
    steps = [(name, value) for name, value in parse_qsl(search) if value in view.state.values(name)]
    root, _, rest = view.path.strip("/").partition("/")
    if root == "order":
        orders = html.Button(text(view.language, "nav.orders"), type="button", **parts.data(page="/orders"))
        return [orders, html.Span("›", **parts.aria(hidden="true")), html.Span(unquote(rest.replace("/", " · ")))]
    if not steps or not (known("nav", root) or root in added.TITLES):
        return []
    names = [added.page_name(view.language, root), *(view.member(name, value) for name, value in steps)]
    found: list[Any] = []
    for at, words in enumerate(names[:-1]):
        back = urlencode(steps[at:])
        found += [
            html.Button(words, type="button", **parts.data(drop=back)),
            html.Span("›", **parts.aria(hidden="true")),
        ]
    return [*found, html.Span(names[-1], **parts.aria(current="location"))]


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
        html.A(added.page_name(language, name), href=target, className="pill", **parts.data(page=target))
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
