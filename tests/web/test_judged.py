"""What stands beside a number in the drawer, and the young part of the line of an order-date view."""

from __future__ import annotations

import json

import pytest
from plotly.utils import PlotlyJSONEncoder

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.web import drawer, judged
from fulfillment_bi.web.answering import shown
from fulfillment_bi.web.pages import overview
from fulfillment_bi.web.state import View, read_view
from tests.web.fake_workspace import AS_OF, ZONE, FakeWorkspace


def view(search: str = "", language: str = "en") -> View:
    return read_view(
        "/", search, language=language, theme_name="light", scale=1, as_of=AS_OF, timezone=ZONE, version="v1"
    )


def text(component: object) -> str:
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


@pytest.mark.parametrize(("language", "words"), [("en", "Worst to best case"), ("zh", "可信度")])
def test_the_drawer_says_how_far_a_number_can_be_trusted(language: str, words: str):
    workspace, asked = FakeWorkspace(), drawer.Explained("otif", "", "")
    here = view(language=language)
    query = asked.query(here)
    content = text(drawer.content(here, asked, workspace.run(query), workspace.trust(query)))
    assert words in content
    assert "orders" in content
    assert judged.bands(here, METRICS["backlog"]) == []
    assert "https://" in content  # the source of the figure beside it
    assert "is-on" not in content.split("part-spread")[1][:200]


def test_the_other_definitions_are_shown_when_asked_for():
    workspace, here = FakeWorkspace(), view("?explain=otif&part=spread")
    asked = drawer.Explained.of({"explain": "otif", "part": "spread"})
    assert asked is not None
    assert not asked.has_rows
    query = asked.query(here)
    found = workspace.spread(query, "channel")
    section = judged.definitions(here, METRICS["otif"], found)
    content = text(drawer.content(here, asked, workspace.run(query), workspace.trust(query), found))
    assert text(section) in content
    assert "rows-grid" not in content
    assert content.count("level=unit") == sum(row.definition.level == "unit" for row in found.rows)


def test_the_young_part_of_an_order_date_view_says_where_it_will_land():
    workspace = FakeWorkspace()
    tile = next(tile for tile in overview.PAGE.tiles if tile.name.endswith("-trend"))
    (by_order,) = shown(workspace, view("?basis=order"), [tile])
    (by_promise,) = shown(workspace, view(), [tile])
    hovers = [words for trace in by_order.body["data"] for words in trace.get("hovertext", [])]
    assert sum("will land at 90.0%" in words for words in hovers) >= 29
    drawn = [trace["y"] for trace in by_order.body["data"]]
    assert [0.9] * 29 in drawn
    assert [0.85] * 29 + [0.95] * 29 in drawn
    assert "will land" not in text(by_promise.body)


@pytest.mark.parametrize("compare", ["calendar", "cohort", "target"])
def test_every_comparison_reaches_the_page(compare: str):
    here = view(f"?compare={compare}&basis=order")
    assert here.query("otif").compare == compare
    assert here.query("orders").compare == {"cohort": "previous"}.get(compare, compare)
    assert here.query("backlog").compare == ("target" if compare == "target" else "none")
    assert view("?compare=cohort").query("otif").compare == "previous"
    assert shown(FakeWorkspace(), here, overview.PAGE.tiles)
    assert view("?compare=target&preset=all").query("otif").compare == "target"
