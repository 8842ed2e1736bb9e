"""Planning: what it shows, what the choices in its address change, and that files hold what is on the screen."""

from __future__ import annotations

import csv
import io
import json

import pytest
from plotly.utils import PlotlyJSONEncoder

from fulfillment_bi.web.answering import shown
from fulfillment_bi.web.app import create_app
from fulfillment_bi.web.pages.planning import PAGE
from fulfillment_bi.web.state import read_view
from tests.web.fake_workspace import AS_OF, ZONE, FakeWorkspace

FILES = [tile.name for tile in PAGE.tiles if tile.table]


def tile_of(name: str, search: str = "", *, language: str = "en", due: int = 1000):
    view = read_view(
        "/planning", search, language=language, theme_name="light", scale=1, as_of=AS_OF, timezone=ZONE, version="v1"
    )
    return shown(FakeWorkspace(due=due), view, [next(tile for tile in PAGE.tiles if tile.name == f"planning-{name}")])[
        0
    ]


def text(component: object) -> str:
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


@pytest.fixture(scope="module")
def client():
    return create_app(FakeWorkspace()).server.test_client()


def file_of(client, name: str, search: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/files/{name}.csv?lang=en&{search}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("name", FILES)
def test_every_card_has_a_file_with_rows(client, name):
    assert file_of(client, name)


def test_the_forecast_goes_on_from_what_was_and_follows_the_filters(client):
    whole, north = tile_of("forecast").body, tile_of("forecast", "warehouse=North").body
    band, past, _, ahead = whole["data"]
    assert past["x"][-1] < ahead["x"][0]
    assert all(low <= mean <= high for low, mean, high in zip(band["y"][::-1], ahead["y"], band["y"], strict=False))
    assert sum(north["data"][3]["y"]) < sum(ahead["y"])
    assert {row["warehouse"] for row in file_of(client, "planning-forecast", "warehouse=North")} == {"North"}
    assert tile_of("forecast", "warehouse=Nowhere").body["data"] == []


def test_every_line_of_the_request_says_why_and_a_higher_target_asks_for_more(client):
    body = text(tile_of("buys").body)
    assert "South has" in body
    assert "raise it to" in body
    assert "供应商交期" in text(tile_of("buys", language="zh").body)
    plain, more = (file_of(client, "planning-buys", search) for search in ("", "target=0.99"))
    assert all(row["reason"] for row in plain)
    assert sum(float(row["units"]) for row in more) > sum(float(row["units"]) for row in plain)
    assert file_of(client, "planning-buys", "target=nonsense") == plain


def test_lists_keep_to_the_filters(client):
    for name in ("burn", "surplus", "awaited", "buys"):
        rows = [row for row in file_of(client, f"planning-{name}", "warehouse=South") if row.get("warehouse")]
        assert {row["warehouse"] for row in rows} <= {"South"}
    assert {row["order_no"] for row in file_of(client, "planning-late", "warehouse=South")} == {"261122-2"}


def test_late_orders_lead_to_their_timeline():
    body = text(tile_of("late").body)
    assert "/order/pinduoduo/261122-1" in body
    assert body.index("261122-1") < body.index("261122-2")
    assert "83" in body


def test_the_error_of_the_unchanged_replay_stands_beside_the_effect():
    plain, more = (text(tile_of("whatif", search).body) for search in ("", "safety=1.5&lead=99"))
    assert "−0.5" in plain
    assert "+1.0" in more
    assert more.count("pill is-on") == 6  # each choice has one, and one that is not offered changes nothing
    assert plain.count("pill is-on") == 6
    assert "North \u2192 South" in plain or "North → South" in plain
    other = tile_of("whatif", "carrier_to=ZTO&cutoff=2&split=0.25").body
    assert [text(each).count("is-on") for each in (other, tile_of("whatif", "carrier_to=Nobody").body)] == [6, 6]
    assert text(other) != plain


def test_a_peak_is_set_against_capacity_and_its_size_is_chosen_above():
    plain, more = (text(tile_of("peak", search).body) for search in ("", "uplift=8"))
    assert "11 Nov" in plain
    assert "648" in plain  # 5.4 times 120 orders
    assert "960" in more
    assert more.count("pill is-on") == 1
    assert "more than" not in text(tile_of("peak", "uplift=7").body)
    assert "North" not in text(tile_of("peak", "warehouse=South").body)
    assert "所需产能" in text(tile_of("peak", language="zh").body)


def test_the_naive_stands_beside_every_loss():
    rows = tile_of("accuracy").body
    assert "Naive" in text(rows)
    assert "/" in text(rows)


@pytest.mark.parametrize("name", [tile.name.removeprefix("planning-") for tile in PAGE.tiles if tile.titled])
def test_without_data_each_card_says_what_is_missing(name):
    assert text(tile_of(name, due=0).body) not in ('""', "null", "[]")
