"""Every page with data, with none, filtered, in both languages and themes: pure functions, so no browser."""

from __future__ import annotations

import json

import plotly.io
import pytest
from dash import dcc

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.web.answering import PAGES, page_of, view_of
from fulfillment_bi.web.answering import shown as shown_on
from fulfillment_bi.web.tile import Page
from tests.web.fake_workspace import LONG, MEMBERS, FakeWorkspace

SEARCHES = (
    "",
    "preset=all",
    "preset=7d&compare=none",
    "compare=year&basis=order&level=line&event=platform&promise=current&causes=seller",
    "from=2026-11-01&to=2026-11-03&channel=jd&channel=tmall&warehouse=several",
    "sku=A1&category=x&break_stage=pick&promise_bucket=overdue&stage=pick&issue=no_lines&weekday=1",
    "by=carrier&nonsense=1&from=tomorrow&level=galaxy",
)


def draw(page: Page, search: str, *, language="zh", theme="light", workspace=None):
    workspace = workspace or FakeWorkspace()
    path = page.paths[-1] + ("jd/1" if page.paths[-1].endswith("/") else "")
    view = _view_of(workspace, {"path": path, "search": search, "lang": language, "theme": theme})
    return view, dict(zip([tile.name for tile in page.tiles], shown_on(workspace, view, page.tiles), strict=True))


def _view_of(workspace, asked):
    from flask import Flask

    with Flask("test").test_request_context():
        return view_of(workspace, asked)


def as_json(content) -> str:
    return json.dumps(content, ensure_ascii=False, default=lambda each: each.to_plotly_json())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_view_of_every_page_draws(page, search, language):
    _, shown = draw(page, search, language=language)
    for tile in page.tiles:
        assert as_json(shown[tile.name].body) not in ("", '""', "null"), tile.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_are_valid_plotly_without_webgl(page, theme):
    _, shown = draw(page, "", theme=theme)
    charts = [tile for tile in page.tiles if tile.kind == "chart"]
    for tile in charts:
        figure = plotly.io.from_json(as_json(shown[tile.name].body))
        assert figure.data, tile.name
        assert not any("gl" in trace.type for trace in figure.data)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_period_without_orders_says_so_instead_of_drawing_zeros(page):
    workspace = FakeWorkspace(due=0)
    _, shown = draw(page, "", workspace=workspace)
    for tile in page.tiles:
        if tile.kind == "chart":
            assert shown[tile.name].body["data"] == [], tile.name
            assert shown[tile.name].body["layout"]["annotations"][0]["text"]
        elif tile.metric and METRICS[tile.metric].unit not in ("count", "money") and not tile.titled:
            assert "–" in as_json(shown[tile.name].body), tile.name


def test_names_from_files_never_become_markup_in_a_figure():
    page = next(page for page in PAGES if page.name == "overview")
    _, shown = draw(page, "")
    for tile in page.tiles:
        if tile.kind == "chart":
            text = as_json(shown[tile.name].body)
            assert "<b>&amp;" not in text.replace(json.dumps(LONG)[1:-1], "<b>&amp;") or "&lt;b&gt;" in text


def test_filters_a_metric_does_not_have_are_left_out_and_marked():
    page = next(page for page in PAGES if page.name == "overview")
    view, shown = draw(page, "stage=pick")
    assert [each.dimension for each in view.base.where] == ["stage"]
    assert "*" in as_json(shown["overview-otif"].body)


def test_nonsense_in_the_url_is_named_and_the_rest_understood():
    page = next(page for page in PAGES if page.name == "overview")
    view, _ = draw(page, "nonsense=1&from=tomorrow&level=galaxy&channel=jd")
    assert {"nonsense=1", "from=tomorrow", "level=galaxy"} <= set(view.ignored)
    assert view.state.values("channel") == ("jd",)


def test_the_heat_map_leaves_out_orders_without_a_warehouse_and_ends_with_several():
    _, shown = draw(next(page for page in PAGES if page.name == "wall"), "")
    figure = shown["wall-crossing"].body
    assert figure["layout"]["xaxis"]["ticktext"] == ["杭州仓", "广州仓", "多个"]
    assert "warehouse=unknown" not in as_json(figure)


def test_without_any_warehouse_the_heat_map_still_compares_channels(monkeypatch):
    monkeypatch.setitem(MEMBERS, "warehouse", ["unknown"])
    _, shown = draw(next(page for page in PAGES if page.name == "wall"), "", language="en")
    assert shown["wall-crossing"].body["layout"]["xaxis"]["ticktext"] == ["Unknown"]


def test_open_orders_say_what_they_are_worth():
    _, shown = draw(next(page for page in PAGES if page.name == "wall"), "", language="en")
    words = shown["wall-waiting"].body["data"][0]["text"]
    assert any(" · " in each for each in words)
    assert shown["wall-waiting"].note.endswith("orders, value")


def test_one_answer_a_distinct_query():
    page = next(page for page in PAGES if page.name == "wall")
    workspace = FakeWorkspace()
    draw(page, "", workspace=workspace)
    asked = [query for query in workspace.asked if query.metrics != ("orders",)]
    assert len(asked) == len(set(asked))
    assert len(asked) < 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_layouts_hold_every_tile_once(page):
    layout = page.layout("en")
    identities = [each.id for each in layout._traverse() if getattr(each, "id", None)]
    assert len(identities) == len(set(map(str, identities)))
    for tile in page.tiles:
        assert f"{tile.name}-{'figure' if tile.kind == 'chart' else 'body'}" in identities
    assert all(graph.config["displaylogo"] is False for graph in layout._traverse() if isinstance(graph, dcc.Graph))


@pytest.mark.parametrize(
    ("path", "name"),
    [("/", "wall"), ("/wall", "wall"), ("/overview/", "overview"), ("/order/jd/1", "order"), ("/nope", None)],
)
def test_addresses(path, name):
    page = page_of(path)
    assert (page.name if page else None) == name
