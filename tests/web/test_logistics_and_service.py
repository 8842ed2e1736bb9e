"""What the Logistics and Service pages say about given answers."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from fulfillment_bi.metrics.query import Result
from fulfillment_bi.settings import Settings
from fulfillment_bi.web.answering import PAGES
from fulfillment_bi.web.state import read_view
from fulfillment_bi.web.tile import Tile
from fulfillment_bi.web.tiles.course import course
from fulfillment_bi.web.tiles.lanes import lanes
from fulfillment_bi.web.tiles.regions import regions
from fulfillment_bi.web.tiles.standings import standings
from fulfillment_bi.web.tiles.voices import failures, reasons, repurchase
from tests.web.fake_workspace import AS_OF, ZONE

ON_TIME = "carrier_on_time_rate"


def view(language="en", search=""):
    return read_view(
        "/logistics",
        search,
        language=language,
        theme_name="light",
        scale=1,
        as_of=AS_OF,
        timezone=ZONE,
        version="v00000001",
    )


class Given:
    """A workspace that counts what it is told: by (metric, dimensions), a mapping of members to (n, d)."""

    settings = Settings(home=Path("no such home"))

    def __init__(self, counts) -> None:
        self.counts = counts

    def run(self, query):
        name = query.metrics[0]
        found = self.counts.get((name, query.by), {})
        rows = tuple((*members, n / d if d else None, n, d) for members, (n, d) in found.items())
        return Result(query, (*query.by, name, f"{name}_n", f"{name}_d"), rows, AS_OF, ZONE, "v00000001")

    def run_all(self, queries):
        return [self.run(query) for query in queries]

    def happenings(self, start, end, where=()):
        return ()


def draw(tile: Tile, counts, seen=None):
    seen = seen or view()
    workspace = Given(counts)
    answers = {name: workspace.run(query) for name, query in tile.ask(seen).items()}
    return tile.show_with(seen, answers, workspace) if tile.show_with else tile.show(seen, answers)


def carriers(**pairs):
    by_region = {(name, "near"): pair for name, pair in pairs.items()}
    alone = {(name,): pair for name, pair in pairs.items()}
    return {(ON_TIME, ("carrier",)): alone, (ON_TIME, ("carrier", "region")): by_region}


CARRIERS = standings("logistics", "carriers", ON_TIME, "carrier", "region")


def test_carriers_that_chance_could_order_share_a_place_and_no_title_names_a_winner():
    shown = draw(CARRIERS, carriers(SF=(95, 100), ZTO=(93, 100), unknown=(1, 100)))
    assert shown.title == "Carrier: the differences may be chance"
    names = shown.body["layout"]["yaxis"]["ticktext"]
    assert names == ["1 =  SF", "1 =  ZTO"]


def test_a_carrier_that_stands_apart_is_named():
    shown = draw(CARRIERS, carriers(SF=(9900, 10000), ZTO=(9000, 10000)))
    assert shown.title == "SF leads, ZTO comes last"
    assert shown.body["layout"]["yaxis"]["ticktext"] == ["1  SF", "2  ZTO"]
    assert [parse_qs(click) for click in shown.body["data"][-1]["customdata"]] == [
        {"carrier": ["SF"]},
        {"carrier": ["ZTO"]},
    ]
    behind = draw(CARRIERS, carriers(SF=(9900, 10000), JD=(9898, 10000), ZTO=(9000, 10000)))
    assert behind.title == "ZTO falls behind the rest"


def test_serving_the_far_regions_does_not_make_a_carrier_worse():
    counts = {
        (ON_TIME, ("carrier",)): {("near",): (950, 1000), ("far",): (820, 1000)},
        (ON_TIME, ("carrier", "region")): {
            ("near", "city"): (950, 1000),
            ("far", "city"): (95, 100),
            ("far", "desert"): (725, 900),
        },
    }
    shown = draw(CARRIERS, counts)
    first, last = shown.body["data"][-1]["x"]
    assert first - last < 0.02  # 13 points apart as counted
    table = CARRIERS.table(view(), Given(counts))
    rows = {row[1]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert rows["far"]["rate"] == pytest.approx(0.82)
    assert (rows["far"]["n"], rows["far"]["d"]) == (820, 1000)
    assert sorted(row["adjusted"] for row in rows.values()) == pytest.approx(sorted((first, last)))


def test_a_lane_with_few_parcels_is_not_coloured():
    counts = {(ON_TIME, ("origin", "destination")): {("A", "X"): (60, 100), ("A", "Y"): (0, 2), ("B", "none"): (0, 50)}}
    shown = draw(lanes("logistics"), counts)
    heat = shown.body["data"][0]
    assert heat["text"] == [["60.0", "(0)"]]
    assert heat["z"] == [[0.6, 0.95]]  # the middle of the scale
    assert parse_qs(heat["customdata"][0][1]) == {"origin": ["A"], "destination": ["Y"]}
    assert shown.title == "Most late parcels: A → X, 40"


def test_spellings_of_a_province_are_one_tile_and_one_click():
    by_region = {
        ("广东省",): (80, 100),
        ("广东",): (10, 10),
        ("浙江省",): (9, 10),
        ("北京市",): (1, 2),
        ("Texas",): (3, 4),
    }
    shown = draw(regions("logistics"), {(ON_TIME, ("region",)): by_region})
    heat = shown.body["data"][0]
    cells = {
        heat["text"][row][column].split("<br>")[0]: (heat["text"][row][column], heat["customdata"][row][column])
        for row in range(len(heat["text"]))
        for column in range(len(heat["text"][0]))
    }
    words, click = cells["<b>GD</b>"]
    assert words == "<b>GD</b><br>81.8"
    assert parse_qs(click) == {"region": ["广东省", "广东"]}
    assert cells["<b>BJ</b>"][0].endswith("(50)")
    assert shown.note.startswith("1 other regions 75%")


def test_a_country_without_provinces_gets_bars_by_what_came_late():
    shown = draw(regions("logistics"), {(ON_TIME, ("region",)): {("SP",): (900, 1000), ("RJ",): (10, 20)}})
    assert shown.body["data"][0]["type"] == "bar"
    assert shown.body["data"][0]["x"] == [100, 10]


def test_the_share_of_complaints_that_follow_a_broken_promise():
    counts = {
        ("complaint_rate", ("break_stage",)): {
            ("deliver",): (60, 400),
            ("pick",): (1, 1),
            ("none",): (39, 10000),
            ("short",): (0, 50),
        }
    }
    shown = draw(failures("service"), counts)
    assert shown.title == "61% of complaints follow a broken promise"
    assert shown.note.startswith("39× as likely")
    bar = shown.body["data"][0]
    assert bar["x"] == [60, 1, 39]
    assert list(bar["text"]) == ["60 · 150.0‰", "1", "39 · 3.9‰"]  # no rate of a single order
    assert parse_qs(bar["customdata"][0]) == {"break_stage": ["deliver"]}


def test_complaints_by_reason_say_how_many_were_made_again():
    counts = {("repeated_complaint_share", ("ticket_category",)): {("催发货",): (2, 30), ("质量问题",): (0, 10)}}
    bar = draw(reasons("service"), counts).body["data"][0]
    assert list(bar["text"]) == ["30 · 75%", "10 · 25%"]
    assert "2 of them repeated" in bar["hovertext"][0]


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        ((100, 2000), "A broken first order costs repeat purchases"),
        ((19, 100), "Broken or kept first order: no clear difference"),
        ((800, 2000), "Broken or kept first order: no clear difference"),
    ],
)
def test_repurchase_claims_a_loss_only_where_chance_cannot_explain_it(broken, title):
    counts = {("repurchase_rate", ("first_order_state",)): {("broken",): broken, ("kept",): (4000, 20000)}}
    shown = draw(repurchase("service"), counts)
    assert shown.title == title
    click = parse_qs(shown.body["data"][-1]["customdata"][1])
    assert click["preset"] == ["all"]  # the rows behind it are those of all days
    assert click["at"] == ["first_order_state=broken"]


def test_repurchase_looks_at_every_first_order_whatever_the_period():
    (query,) = repurchase("service").ask(view(search="preset=7d&channel=jd")).values()
    assert (query.start, query.end) == (None, None)
    assert [each.dimension for each in query.where] == ["channel"]


def test_a_rate_per_mille_is_drawn_in_its_own_unit_and_its_newest_days_are_not_final():
    seen = view(search="from=2026-11-03&to=2026-11-22&compare=none")
    tile = course("service", "complaint_rate", settles=7)
    days = {(f"2026-11-{day:02}",): (3, 1000) for day in range(3, 23)}
    shown = draw(tile, {("complaint_rate", ("day",)): days}, seen)
    axis = shown.body["layout"]["yaxis"]
    assert axis["ticksuffix"] == "‰"
    assert axis["range"][0] <= 3 <= axis["range"][1]
    hatch = next(trace for trace in shown.body["data"] if "fillpattern" in trace)
    assert hatch["x"][0] == "2026-11-16"
    notes = [note["text"] for note in shown.body["layout"]["annotations"]]
    assert {"target 3‰", "<b>3.00‰</b>"} <= set(notes)


@pytest.mark.parametrize("name", ["logistics", "service"])
def test_every_filter_on_the_bar_reaches_something(name):
    page = next(page for page in PAGES if page.name == name)
    assert [each for each in page.dimensions if page.idle(each)] == []
    assert json.dumps(page.paths) == json.dumps([f"/{name}"])
