"""Inventory and Supply: what they show, what their files hold, and what they say when there is nothing to show."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from plotly.utils import PlotlyJSONEncoder

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.web import drawer, filterbar, wording
from fulfillment_bi.web.answering import shown
from fulfillment_bi.web.app import create_app
from fulfillment_bi.web.pages import inventory, overview, supply
from fulfillment_bi.web.state import View, explaining, read_view, takes, within
from tests.web.fake_workspace import AS_OF, MEMBERS, ZONE, FakeWorkspace

PAGES = (inventory.PAGE, supply.PAGE)
SAVED = [(page, tile) for page in PAGES for tile in page.tiles if tile.titled]


def view(search: str = "", language: str = "en") -> View:
    return read_view(
        "/", search, language=language, theme_name="light", scale=1, as_of=AS_OF, timezone=ZONE, version="v1"
    )


def text(component: object) -> str:
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


def tile_of(page, name: str, search: str = "", *, language="en", workspace=None):
    tile = next(tile for tile in page.tiles if tile.name == f"{page.name}-{name}")
    return shown(workspace or FakeWorkspace(), view(search, language), [tile])[0]


@pytest.fixture(scope="module")
def client():
    return create_app(FakeWorkspace()).server.test_client()


def file_of(client, name: str, search: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/files/{name}.csv?lang=en&{search}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize(("page", "tile"), SAVED, ids=lambda each: each.name)
def test_the_file_of_every_card_holds_at_least_what_it_shows(client, page, tile):
    body = text(tile_of(page, tile.name.removeprefix(f"{page.name}-")).body)
    rows = file_of(client, tile.name)
    cells = {cell for row in rows for cell in row.values()}
    shown_members = {found for kind in ("sku", "supplier") for found in MEMBERS[kind] if f'"{found}"' in body}
    assert rows
    assert shown_members <= cells
    for clicked in re.findall(r"(?:cover|age)_bucket=([\d-]+)", body):
        assert clicked in cells


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_titles_ask_and_no_text_is_left_unfilled(page, language):
    for tile in page.tiles:
        found = tile_of(page, tile.name.removeprefix(f"{page.name}-"), language=language)
        assert not re.search(r"(?<!%)\{[a-z]+\}", text([found.body, found.title, found.note])), tile.name
        if tile.titled and "compared" not in tile.name:
            assert found.title.endswith(("?", "？", "ABC × XYZ")), tile.name


@pytest.mark.parametrize(("language", "words"), [("en", "Load"), ("zh", "加载")])
@pytest.mark.parametrize(("page", "table"), [(inventory.PAGE, "stock_levels.csv"), (supply.PAGE, "purchase_lines.csv")])
def test_without_its_data_a_page_says_what_to_load(page, table, language, words):
    shut = text(tile_of(page, "gate", language=language, workspace=FakeWorkspace(due=0)).body)
    assert "is-shut" in shut
    assert words in shut
    assert table in shut
    workspace = FakeWorkspace()
    assert "is-shut" not in text(tile_of(page, "gate", "warehouse=nowhere&preset=7d", workspace=workspace).body)
    assert workspace.asked[-1].where == ()  # a filter that leaves nothing is not a page without data


def test_stock_takes_no_filter_of_orders_and_orders_none_of_suppliers():
    assert takes(METRICS["otif"], "sku")
    assert takes(METRICS["stockout_rate"], "warehouse")
    assert not takes(METRICS["stockout_rate"], "channel")
    assert not takes(METRICS["supplier_on_time_rate"], "region")
    assert not takes(METRICS["stockout_rate"], "hour")
    assert takes(METRICS["stockout_rate"], "weekday")


def test_a_filter_that_does_not_apply_keeps_its_chip_and_says_so():
    here = view("channel=jd&warehouse=several")
    on_stock = text(filterbar.chips(here, inventory.PAGE.idle))
    assert on_stock.count("does not apply here") == 1
    assert on_stock.index("is-idle") < on_stock.index("Warehouse")
    assert "does not apply" not in text(filterbar.chips(here, overview.PAGE.idle))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_filter_bar_offers_what_applies(page):
    offered = text(filterbar.bar("en", page.dimensions))
    for name in ("channel", "region", "carrier"):
        assert f'"name": "{name}"' not in offered
    assert all(f'"name": "{name}"' in offered for name in page.dimensions)
    assert not any(page.idle(name) for name in page.dimensions)


def only(metric: str, value: float, n: float, d: float) -> tuple[Query, wording.Value]:
    query = Query((metric,))
    found = Result(query, (metric, f"{metric}_n", f"{metric}_d"), ((value, n, d),), AS_OF, ZONE, "v1")
    return query, wording.only(found, metric)


def test_a_mean_over_days_is_the_sum_by_the_days():
    words = text(drawer._formula(view(), *only("stock_value_average", 500.0, 15000, 15000)))
    assert "15,000" in words
    assert "30 days" in words


def test_turnover_divides_by_the_mean_stock_not_by_its_sum():
    words = text(drawer._formula(view(), *only("stock_turnover", 3.0, 1500, 15000)))
    assert "1,500" in words
    assert "15,000 / 30 days" in words
    assert "3.00" in words


def test_a_standard_deviation_is_no_fraction():
    words = text(drawer._formula(view(), *only("purchase_lead_time_sd", 2.5, 247, 247)))
    assert "fraction" not in words
    assert "standard deviation of 247 rows" in words


def test_the_hero_lists_every_kind_of_stock_out_with_its_own_drawer():
    body = text(tile_of(inventory.PAGE, "stockout-rate").body)
    for name in ("stockout_rate", "stockout_rate_sku_day", "stockout_rate_demand", "stockout_rate_units"):
        assert f"explain={name}&" in body


def test_lost_sales_show_the_first_skus_and_their_file_has_all(client):
    workspace = FakeWorkspace()
    found = tile_of(inventory.PAGE, "lost", workspace=workspace)
    first = next(query for query in workspace.asked if query.limit)
    assert first.order_by == "-lost_sales_value"
    beside = [query for query in workspace.asked if query.metrics == ("lost_sales",)]
    assert beside[0].where[0].values == tuple(MEMBERS["sku"])
    assert text(found.body).count("explain=lost_sales_value") == len(MEMBERS["sku"])
    rows = file_of(client, "inventory-lost")
    assert {METRICS[name].label.en for name in ("lost_sales_value", "lost_sales", "stockout_rate_sku_day")} <= set(
        rows[0]
    )


def test_a_class_of_the_matrix_filters_by_both_its_letters(client):
    figure = tile_of(inventory.PAGE, "health").body
    trace = figure["data"][0]
    assert trace["customdata"][0][2] == "abc=A&xyz=Z"
    assert "items" in trace["text"][0][0]
    assert len(file_of(client, "inventory-health")) == 9


def test_less_is_better_turns_the_colours_round():
    rising = tile_of(inventory.PAGE, "health").body["data"][0]["colorscale"]
    falling = tile_of(inventory.PAGE, "matrix").body["data"][0]["colorscale"]
    assert [colour for _, colour in falling] == [colour for _, colour in reversed(rising)]


def test_classes_of_cover_stand_in_their_own_order():
    trace = tile_of(inventory.PAGE, "cover").body["data"][0]
    assert trace["customdata"][0] == "cover_bucket=0"
    assert trace["customdata"][-1] == "cover_bucket=none"


class Suppliers(FakeWorkspace):
    """Two suppliers that cannot be told apart, one that is worse beyond doubt, and one with three lines."""

    def run(self, query: Query) -> Result:
        if query.by != ("supplier",) or query.metrics != ("supplier_on_time_rate",):
            return super().run(query)
        name = query.metrics[0]
        counts = {"good": (95, 100), "alike": (90, 100), "bad": (100, 400), "few": (3, 3)}
        rows = tuple((member, n / d, n, d) for member, (n, d) in counts.items())
        return Result(query, ("supplier", name, f"{name}_n", f"{name}_d"), rows, AS_OF, ZONE, "v1")


def test_suppliers_that_chance_could_explain_share_a_place():
    body = text(tile_of(supply.PAGE, "scorecard", workspace=Suppliers()).body)
    places = re.findall(r'"children": (\d+|"\d+ =")', body)
    assert [place.strip('"') for place in places[:4]] == ["1 =", "1 =", "1 =", "4"]
    assert body.index('"good"') < body.index('"alike"') < body.index('"few"') < body.index('"bad"')
    assert body.count('"tag"') == 1  # three lines are few
    assert "95 of 100 lines" in body


def test_the_scorecard_sorts_by_any_of_its_columns():
    workspace = FakeWorkspace()
    slow = workspace.run(Query(("purchase_lead_time",), by=("supplier",))).records()
    by_time = sorted(slow, key=lambda record: -record["purchase_lead_time"])
    body = text(tile_of(supply.PAGE, "scorecard", "sort=-purchase_lead_time").body)
    places = [body.index(json.dumps(record["supplier"], ensure_ascii=False)[1:12]) for record in by_time]
    assert places == sorted(places)


def test_a_rank_opens_the_lines_it_was_counted_by():
    go = explaining("supplier_on_time_rate", level="line", supplier="x")
    assert "level%3Dline" in go
    query = within(Query(("supplier_on_time_rate",)), "level=line&supplier=x")
    assert query.level == "line"
    assert query.where[0].values == ("x",)
    assert within(Query(("supplier_concentration",)), "level=line").level is None


def test_late_lines_are_overdue_ones_or_those_that_came_late(client):
    here = tile_of(supply.PAGE, "late")
    assert "not here, 21 days overdue" in text(here.body) or "days late" in text(here.body)
    assert here.note == "first 8 of 25 rows"
    assert "arrival%3D" in text(here.body)
    assert "tab=late" in text(here.body)
    assert len(file_of(client, "supply-late", "tab=late")) == 25


@pytest.mark.parametrize("name", ["trend", "lost", "compared"])
def test_a_period_without_snapshots_does_not_speak_of_orders(name):
    said = text(tile_of(inventory.PAGE, name, workspace=FakeWorkspace(due=0)).body)
    assert "longer period" in said
    assert "rder" not in said.replace("border", "")


def test_growth_of_many_times_is_a_factor():
    value = wording.Value(METRICS["lost_sales_value"], 5600.0, 5600.0, 5600.0, before=100.0)
    assert wording.change_words("en", value) == "▲ ×56"
    slower = wording.Value(METRICS["lost_sales_value"], 120.0, 120.0, 120.0, before=100.0)
    assert wording.change_words("en", slower) == "▲ +20%"
