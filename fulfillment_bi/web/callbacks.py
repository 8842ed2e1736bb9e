"""What runs when the browser asks: mount a page, fill the filter bar, draw tiles, explain a number, list its rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, html, no_update

from fulfillment_bi.errors import FulfillmentError, NoVersionError
from fulfillment_bi.i18n import numbers, text
from fulfillment_bi.web import drawer, filterbar, parts, shell
from fulfillment_bi.web.access import seen
from fulfillment_bi.web.answering import DATA, FIRST, PAGES, page_of, shown, view_of
from fulfillment_bi.web.language import language_of
from fulfillment_bi.web.pages import wall
from fulfillment_bi.web.tile import Page, Shown, Tile

MEMBERS = 50
LOG = logging.getLogger(__name__)


def add_callbacks(app: Any, workspace: Any) -> None:
    """Everything the application answers, over one workspace."""
    _clientside(app)
    _mounting(app, workspace)
    _filters(app, workspace)
    for page in PAGES:
        _tiles(app, workspace, page)
    _drawer(app, workspace)


def _clientside(app: Any) -> None:
    def own(name: str) -> ClientsideFunction:
        return ClientsideFunction("fbi", name)

    app.clientside_callback(
        own("route"),
        Output("mount", "data"),
        Output("request", "data"),
        Output("drawer", "data"),
        Output("provider", "forceColorScheme"),
        Input("url", "href"),
        Input("version", "data"),
        Input("tick", "data"),
    )
    app.clientside_callback(own("language"), Output("tick", "id"), Input("content", "children"))
    app.clientside_callback(
        own("range"),
        Output("period-range", "id"),
        Input("period-range", "value"),
        State("period-shown", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        own("choose"),
        Output({"type": "filter-values", "name": MATCH}, "readOnly"),
        Input({"type": "filter-values", "name": MATCH}, "value"),
        State({"type": "filter-values", "name": MATCH}, "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        own("closed"), Output("explain", "id"), Input("explain", "opened"), prevent_initial_call=True
    )
    for page in PAGES:
        problem = f"{page.name}-problem"
        app.clientside_callback(
            own("drawn"), Output(problem, "title"), Input(problem, "children"), prevent_initial_call=True
        )
        clicks = [Input(f"{tile.name}-figure", "clickData") for tile in page.tiles if tile.kind == "chart"]
        if clicks:
            app.clientside_callback(
                own("cross"), Output(f"{page.name}-clicks", "data"), *clicks, prevent_initial_call=True
            )


def _mounting(app: Any, workspace: Any) -> None:
    def mount(asked: dict[str, Any] | None) -> Any:
        if not asked:
            return no_update, no_update
        language = language_of(asked.get("lang"))
        gone = text(language, "gone")
        path = str(asked.get("path") or "/")
        page = page_of(path)
        seen(workspace, "page", path)
        if page is None:
            return shell.not_found(language, path), gone
        if workspace.info is None:
            first = shell.desk(FIRST, language, path) if page is DATA else shell.nothing_loaded(language)
            return first, gone
        if page.is_wall:
            return wall.layout(language, page, wall.turning(asked.get("boards"))), gone
        return shell.desk(page, language, path, is_sample=workspace.is_sample), gone

    app.callback(Output("content", "children"), Output("gone", "children"), Input("mount", "data"))(mount)


def _filters(app: Any, workspace: Any) -> None:
    names = [{"type": "filter-label", "name": ALL}, {"type": "filter-values", "name": ALL}]

    def fill(asked: dict[str, Any] | None, own: list[dict[str, str]]) -> Any:
        try:
            view = view_of(workspace, asked or {})
        except NoVersionError:
            each = [no_update] * len(own)
            return (*(no_update,) * 7, each, each)
        chosen = [list(view.state.values(each["name"])) for each in own]
        days = (
            [view.base.start.isoformat(), (view.base.end or view.today).isoformat()]
            if view.base.start
            else [None, None]
        )
        return (
            filterbar.period_label(view),
            view.label("compare", view.base.compare),
            filterbar.definition(view),
            filterbar.chips(view, _idle_on(asked)),
            days,
            days,
            (view.base.end or view.today).isoformat(),
            [filterbar.pill_label(view, each["name"]) for each in own],
            chosen,
        )

    app.callback(
        Output("period-label", "children"),
        Output("compare-label", "children"),
        Output("definition", "children"),
        Output("chips", "children"),
        Output("period-range", "value"),
        Output("period-shown", "data"),
        Output("period-range", "defaultDate"),
        Output(names[0], "children"),
        Output(names[1], "value"),
        Input("request", "data"),
        State(names[1], "id"),
    )(fill)

    def announce(asked: dict[str, Any] | None) -> Any:
        try:
            view = view_of(workspace, asked or {})
        except NoVersionError:
            return (no_update,) * 4
        path = shell.crumbs(view, str((asked or {}).get("search") or ""))
        return shell.stamp(view), shell.notices(view), shell.nav_foot(view), path

    app.callback(
        Output("stamp", "children"),
        Output("notices", "children"),
        Output("nav-foot", "children"),
        Output("crumbs", "children"),
        Input("request", "data"),
    )(announce)

    def search(words: str | None, opened: bool | None, own: dict[str, str], asked: dict[str, Any] | None) -> Any:
        page = page_of(str((asked or {}).get("path")))
        if not opened or page is None or own["name"] not in page.dimensions:
            return no_update
        try:
            view = view_of(workspace, asked or {})
            others = set(page.dimensions) - {own["name"]}
            where = tuple(each for each in view.base.where if each.dimension in others)
            found = workspace.members(own["name"], str(words or "")[:100], MEMBERS, where)
        except FulfillmentError:
            return no_update
        return filterbar.options(view, own["name"], found, MEMBERS)

    app.callback(
        Output({"type": "filter-options", "name": MATCH}, "children"),
        Input({"type": "filter-search", "name": MATCH}, "value"),
        Input({"type": "filter-menu", "name": MATCH}, "opened"),
        State({"type": "filter-search", "name": MATCH}, "id"),
        State("request", "data"),
    )(search)


def _idle_on(asked: Mapping[str, Any] | None) -> Callable[[str], bool]:
    """Which dimensions the page that is asked for cannot be filtered by."""
    page = page_of(str((asked or {}).get("path")))
    return page.idle if page is not None else lambda _: False


def _tiles(app: Any, workspace: Any, page: Page) -> None:
    prompt = [tile for tile in page.tiles if not tile.is_late]
    outputs = [Output(identity, prop) for tile in prompt for identity, prop in _places(tile)]
    for tile in page.tiles:
        if tile.is_late:
            _late(app, workspace, page, tile)

    def draw(asked: dict[str, Any] | None) -> Any:
        if not asked or not _is_shown(page, asked):
            return (no_update,) * (len(outputs) + 1)
        try:
            with workspace.pinned() as pinned:
                view = view_of(pinned, asked)
                content = shown(pinned, view, prompt)
        except FulfillmentError as error:
            return (*(no_update,) * len(outputs), parts.banner([html.B(error.what), f" {error.hint}"], "is-warning"))
        except Exception:
            # Whatever else goes wrong must not leave old numbers standing without a word.
            LOG.exception("drawing %s?%s", asked.get("path"), asked.get("search"))
            words = text(language_of(asked.get("lang")), "error.unexpected")
            return (*(no_update,) * len(outputs), parts.banner(words, "is-alarm"))
        return (*(part for tile, each in zip(prompt, content, strict=True) for part in _contents(tile, each)), "")

    app.callback(*outputs, Output(f"{page.name}-problem", "children"), Input("request", "data"))(draw)


def _late(app: Any, workspace: Any, page: Page, tile: Tile) -> None:
    """A tile of its own, which pales while it is worked out; what goes wrong is said in its place."""
    places = _places(tile)

    def draw(asked: dict[str, Any] | None) -> Any:
        if not asked or not _is_shown(page, asked):
            return (no_update,) * len(places)
        try:
            with workspace.pinned() as pinned:
                content = shown(pinned, view_of(pinned, asked), [tile])
        except FulfillmentError as error:
            problem = parts.banner([html.B(error.what), f" {error.hint}"], "is-warning")
            return (problem, *(no_update,) * (len(places) - 1))
        except Exception:
            LOG.exception("drawing %s of %s?%s", tile.name, asked.get("path"), asked.get("search"))
            words = text(language_of(asked.get("lang")), "error.unexpected")
            return (parts.banner(words, "is-alarm"), *(no_update,) * (len(places) - 1))
        return tuple(part for each in content for part in _contents(tile, each))

    app.callback(
        *(Output(identity, prop) for identity, prop in places),
        Input("request", "data"),
        running=[(Output(places[0][0], "className"), "is-working", "")],
    )(draw)


def _is_shown(page: Page, asked: Mapping[str, Any]) -> bool:
    """Whether the page is the one asked for, or a board that takes turns with it."""
    main = page_of(str(asked.get("path")))
    return main is page or (main is not None and main.is_wall and page in wall.behind(asked.get("boards")))


def _places(tile: Tile) -> list[tuple[str, str]]:
    titled = [(f"{tile.name}-title", "children"), (f"{tile.name}-note", "children")]
    if tile.kind == "chart":
        return [(f"{tile.name}-figure", "figure"), *titled]
    return [(f"{tile.name}-body", "children"), *(titled if tile.titled else [])]


def _contents(tile: Tile, shown: Shown) -> list[Any]:
    titled = [shown.title, shown.note] if tile.kind == "chart" or tile.titled else []
    return [shown.body, *titled]


def _drawer(app: Any, workspace: Any) -> None:
    def explain(asked: dict[str, Any] | None) -> Any:
        wanted = drawer.Explained.of(asked or {})
        if wanted is None or asked is None:
            return False, no_update, no_update
        try:
            with workspace.pinned() as pinned:
                view = view_of(pinned, asked)
                result = pinned.run(wanted.query(view))
                trust = pinned.trust(result.query)
                spread = pinned.spread(result.query, "channel") if wanted.part == drawer.SPREAD else None
        except FulfillmentError as error:
            return True, drawer.NARROW, parts.banner(str(error), "is-warning")
        return True, drawer.WIDE if wanted.part else drawer.NARROW, drawer.content(view, wanted, result, trust, spread)

    app.callback(
        Output("explain", "opened"),
        Output("explain", "size"),
        Output("explain-body", "children"),
        Input("drawer", "data"),
        prevent_initial_call=True,
    )(explain)

    def page_of_rows(wish: dict[str, Any] | None, asked: dict[str, Any] | None, columns: list[Any] | None) -> Any:
        wanted = drawer.Explained.of(asked or {})
        if not wish or wanted is None or asked is None or not wanted.has_rows:
            return (no_update,) * 3
        assert wanted.part in ("numerator", "denominator")
        seen(workspace, "rows", f"{wanted.metric} {wanted.part} {asked.get('search') or ''}")
        start, end = int(wish.get("startRow") or 0), int(wish.get("endRow") or drawer.PAGE_ROWS)
        try:
            with workspace.pinned() as pinned:
                view = view_of(pinned, asked)
                rows = pinned.rows(
                    wanted.query(view),
                    wanted.metric,
                    wanted.part,
                    limit=min(max(end - start, 1), 1000),
                    offset=start,
                    order_by=_sorting(wish),
                    containing=_containing(wish),
                )
        except FulfillmentError as error:
            return {"rowData": [], "rowCount": 0}, no_update, str(error)
        count = text(view.language, "explain.count", count=numbers.number(view.language, rows.count))
        heads = no_update if columns else drawer.column_definitions(view, rows.columns)
        return drawer.page_of_rows(view, rows), heads, count

    app.callback(
        Output({"type": "rows-grid", "of": MATCH}, "getRowsResponse"),
        Output({"type": "rows-grid", "of": MATCH}, "columnDefs"),
        Output({"type": "rows-count", "of": MATCH}, "children"),
        Input({"type": "rows-grid", "of": MATCH}, "getRowsRequest"),
        State("drawer", "data"),
        State({"type": "rows-grid", "of": MATCH}, "columnDefs"),
    )(page_of_rows)


def _containing(wish: Mapping[str, Any]) -> dict[str, str]:
    """What the table's filters ask for: column -> words."""
    model = wish.get("filterModel") or {}
    return {str(name): str(each.get("filter") or "")[:100] for name, each in model.items()}


def _sorting(wish: Mapping[str, Any]) -> str | None:
    model = wish.get("sortModel") or []
    if not model:
        return None
    return ("-" if model[0].get("sort") == "desc" else "") + str(model[0].get("colId"))
