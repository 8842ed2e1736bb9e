"""Explore: what a URL asks, what is refused and why, its rows, charts and file; what palette and notes answer."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.charts.panels import apart, ticks
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.settings import Settings
from fulfillment_bi.web import shell
from fulfillment_bi.web.answering import view_of
from fulfillment_bi.web.app import create_app
from fulfillment_bi.web.pages import explore
from fulfillment_bi.web.tiles.asked import MOST_DIMENSIONS, MOST_METRICS, asked, explored
from fulfillment_bi.web.tiles.explore_related import matrix
from tests.web.fake_workspace import FakeWorkspace


def view(search: str, *, language: str = "en", path: str = "/explore", workspace: FakeWorkspace | None = None):
    with Flask("test").test_request_context():
        return view_of(workspace or FakeWorkspace(), {"path": path, "search": search, "lang": language})


def drawn(search: str, **options):
    workspace = options.pop("workspace", None) or FakeWorkspace()
    seen = view(search, workspace=workspace, **options)
    return explore.CHART.tell(seen, workspace), explore.TABLE.tell(seen, workspace)


def as_json(content) -> str:
    return json.dumps(content, ensure_ascii=False, default=lambda each: each.to_plotly_json())


def test_without_a_word_it_shows_otif_by_channel():
    found = asked(view(""))
    assert (found.metrics, found.by, found.chart) == (("otif",), ("channel",), "bar")


def test_the_whole_state_is_in_the_url():
    found = asked(view("metrics=otif,orders&by=day,warehouse&chart=heat"))
    assert (found.metrics, found.by, found.chart) == (("otif", "orders"), ("day", "warehouse"), "heat")
    assert asked(view("metrics=otif&by=day")).chart == "line"
    assert asked(view("metrics=otif&by=")).by == ()


def test_unknown_names_and_those_beyond_the_most_are_named():
    names = list(METRICS)[: MOST_METRICS + 1]
    dimensions = list(DIMENSIONS)[: MOST_DIMENSIONS + 1]
    found = asked(view(f"metrics={','.join(names)}&by=galaxy,{','.join(dimensions)}"))
    assert found.metrics == tuple(names[:MOST_METRICS])
    assert found.by == tuple(dimensions[:MOST_DIMENSIONS])
    assert set(found.left) == {names[-1], "galaxy", dimensions[-1]}


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("metrics=stockout_rate,otif&by=channel", ("Channel", "fct_stock_day", "Warehouse")),
        ("metrics=backlog,otif&by=day", ("as of now", "Day")),
        ("metrics=stockout_rate,otif&by=hour", ("whole days", "Hour")),
    ],
)
def test_a_refusal_says_which_dimension_and_why_and_the_rest_still_stands(search, words):
    workspace = FakeWorkspace()
    found = explored(view(search), workspace)
    (said,) = found.refused
    assert all(each in said for each in words)
    assert list(found.results) == ["otif"]
    chart, table = drawn(search)
    assert chart.body["data"]
    assert said in as_json(table.body)


def test_a_metric_takes_the_level_that_has_the_dimension_and_says_so():
    found = explored(view("metrics=otif&by=sku"), FakeWorkspace())
    assert found.results["otif"].query.level == "line"
    assert any("Line" in note for note in found.notes)


def test_a_filter_that_a_metric_does_not_have_is_said():
    found = explored(view("metrics=stockout_rate&by=warehouse&channel=jd"), FakeWorkspace())
    assert any("Channel" in note for note in found.notes)


def test_rows_stand_in_time_by_vocabulary_by_size_or_as_sorted():
    workspace = FakeWorkspace()
    days = [members[0] for members in explored(view("metrics=orders&by=day"), workspace).members]
    assert days == sorted(days)
    stages = [members[0] for members in explored(view("metrics=stage_time&by=stage"), workspace).members]
    assert stages == [name for name in DIMENSIONS["stage"].members if name in stages]
    found = explored(view("metrics=orders&by=channel"), workspace)
    sizes = [found.values["orders"][members].d for members in found.members]
    assert sizes == sorted(sizes, reverse=True)
    found = explored(view("metrics=orders,otif&by=channel&sort=otif"), workspace)
    rates = [found.values["otif"][members].value for members in found.members]
    assert rates == sorted(rates)


@pytest.mark.parametrize("chart", ["line", "bar", "heat", "scatter", "related"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_chart_draws_what_suits_it_and_says_what_it_needs(chart, language):
    enough, _ = drawn(f"metrics=otif,ship_delay_rate,orders&by=day,channel&chart={chart}", language=language)
    assert enough.body["data"]
    if chart != "bar":
        wanting, _ = drawn(f"metrics=otif&by=channel&chart={chart}", language=language)
        assert wanting.body["data"] == []
        assert wanting.body["layout"]["annotations"][0]["text"]


def test_a_point_filters_to_its_row():
    chart, _ = drawn("metrics=orders&by=channel&chart=bar")
    assert "channel=tmall" in chart.body["data"][0]["customdata"]


def test_a_pivot_counts_its_totals_and_does_not_add_rates():
    workspace = FakeWorkspace()
    _, table = drawn("metrics=otif&by=warehouse,channel&chart=pivot", workspace=workspace)
    asked_by = {query.by for query in workspace.asked}
    assert {("warehouse",), ("channel",), ()} <= asked_by
    assert "Total" in as_json(table.body)


def test_correlations_carry_their_rows_interval_and_warnings():
    workspace = FakeWorkspace()
    seen = view("metrics=orders,otif,otif_failures&by=day&chart=related")
    pairs = matrix(seen, explored(seen, workspace))
    pair = pairs["orders", "otif"]
    assert pair is pairs["otif", "orders"]
    assert pair.found.n > 20
    assert pair.found.low < pair.found.r < pair.found.high
    _, table = drawn("metrics=orders,otif&by=channel&chart=related")
    assert "Correlation is not cause" in as_json(table.body)


def test_a_file_holds_every_row_in_the_order_shown():
    client = create_app(FakeWorkspace()).server.test_client()
    answer = client.get("/files/explore-table.csv?metrics=orders,otif&by=channel&sort=-otif&lang=en")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    head = next(at for at, row in enumerate(rows) if row[:2] == ["Channel", "Orders"])
    found = explored(view("metrics=orders,otif&by=channel&sort=-otif"), FakeWorkspace())
    assert [row[0] for row in rows[head + 1 : head + 1 + len(found.members)]] == [each[0] for each in found.members]
    pairs = client.get("/files/explore-table.csv?metrics=orders,otif&by=day&chart=related&lang=en")
    assert b"r_of_changes" in pairs.get_data()


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_lie_inside_and_are_few(low, size):
    found = ticks(low, low + size)
    assert len(found) <= 7
    assert all(low - size * 1e-6 <= each <= low + size * (1 + 1e-6) for each in found)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_names_at_line_ends_keep_apart_and_in_order(places):
    moved = apart(places, 0.09)
    ranked = sorted(moved)
    assert all(above - below >= 0.09 - 1e-9 for below, above in pairwise(ranked))
    assert max(moved) <= 1 + 1e-9
    assert sorted(range(len(places)), key=lambda at: (places[at], moved[at])) == sorted(
        range(len(places)), key=lambda at: moved[at]
    )


def test_the_path_leads_back_to_each_step():
    found = shell.crumbs(view("warehouse=several&channel=jd", path="/orders"), "warehouse=several&channel=jd")
    steps = [part for part in found if getattr(part, "data-drop", None)]
    assert [getattr(step, "data-drop") for step in steps] == ["warehouse=several&channel=jd", "channel=jd"]
    assert shell.crumbs(view("", path="/orders"), "") == []


# ---- the palette, saved views, annotations ----


@pytest.fixture
def desk(tmp_path: Path):
    workspace = FakeWorkspace()
    workspace.settings = Settings(home=tmp_path)
    return create_app(workspace).server.test_client()


def test_the_palette_lists_pages_metrics_and_views(desk):
    found = desk.get("/desk/palette?lang=en").json
    assert {"label": "Explore", "path": "/explore"} in found["pages"]
    assert len(found["metrics"]) == len(METRICS)
    assert found["views"] == []
    assert all(found["texts"].values())


def test_a_view_is_saved_renamed_listed_and_deleted(desk):
    kept = desk.post("/keep/view", json={"name": "A", "page": "/explore", "state": "metrics=otif", "by": "Li"}).json
    assert kept == {"name": "A", "page": "/explore", "address": "/explore?metrics=otif", "by": "Li"}
    assert desk.post("/keep/view/rename", json={"name": "A", "new": "B"}).json["name"] == "B"
    assert [one["name"] for one in desk.get("/desk/palette").json["views"]] == ["B"]
    assert desk.post("/keep/view/delete", json={"name": "B"}).status_code == 200
    assert desk.get("/desk/palette").json["views"] == []


def test_what_cannot_be_kept_is_refused_with_words(desk):
    for path, said in (
        ("/keep/view", {"name": "", "page": "/explore"}),
        ("/keep/view", ["no", "object"]),
        ("/keep/view/delete", {"name": "none"}),
        ("/keep/annotation", {"day": "yesterday", "words": "x"}),
        ("/keep/annotation/delete", {"id": "one"}),
    ):
        answer = desk.post(path, json=said)
        assert answer.status_code == 400
        assert len(answer.json["error"]) > 10


def test_another_sites_page_keeps_nothing(desk):
    said = {"name": "A", "page": "/explore"}
    answer = desk.post("/keep/view", json=said, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert desk.get("/desk/palette").json["views"] == []


def test_annotations_are_drawn_on_their_day_where_they_concern_what_is_shown(desk, tmp_path):
    said = {"day": "2026-11-12", "words": "JD <b>strike", "state": "channel=jd&from=2026-11-01", "by": "Li"}
    number = desk.post("/keep/annotation", json=said).json["id"]
    (listed,) = desk.get("/desk/annotations?lang=en").json
    assert (listed["day"], listed["words"], listed["by"], listed["scope"]) == ("2026-11-12", "JD <b>strike", "Li", "JD")
    assert desk.get("/desk/annotations?channel=tmall").json == []
    assert desk.get("/desk/annotations?from=2026-11-13").json == []

    from fulfillment_bi.web.tiles.marks import marks

    workspace = FakeWorkspace()
    workspace.settings = Settings(home=tmp_path)
    days = date(2026, 11, 1), date(2026, 11, 20)
    (mark,) = [one for one in marks(view(""), workspace, *days) if one.sentence]
    assert mark.day == date(2026, 11, 12)
    assert "<b>strike" not in mark.name
    assert not [one for one in marks(view("channel=tmall"), workspace, *days) if one.sentence]

    desk.post("/keep/annotation", json={**said, "id": number, "words": "over", "day": "2026-11-13"})
    assert desk.get("/desk/annotations").json[0]["words"] == "over"
    desk.post("/keep/annotation/delete", json={"id": number})
    assert desk.get("/desk/annotations").json == []


def test_the_search_finds_products_and_needs_two_letters(desk):
    assert desk.get("/desk/find?q=a").json == []
    found = desk.get("/desk/find?q=A1").json
    assert {"kind": "products", "label": "A1", "hint": "A1", "sku": "A1"} in found
