"""The HTTP API answers what the workspace answers, in every format, a page at a time, and says what is wrong."""

from __future__ import annotations

import io
from datetime import date

import pandas as pd
import pyarrow as pa
import pytest
from openpyxl import load_workbook

from fulfillment_bi.api.routes import create_server
from fulfillment_bi.documents.answers import query_document
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Filter, Query

ASKED = "/api/v1/query?metrics=otif,ship_delay_rate&by=channel&from=2026-10-01&to=2026-10-31"
QUERY = Query(("otif", "ship_delay_rate"), by=("channel",), start=date(2026, 10, 1), end=date(2026, 10, 31))


def error_of(answer) -> dict[str, str]:
    document = answer.get_json()
    assert set(document) == {"error"}
    assert set(document["error"]) == {"what", "where", "hint"}
    return document["error"]


def test_a_query_answers_what_the_workspace_answers(client, workspace):
    answer = client.get(ASKED)
    assert answer.status_code == 200
    assert answer.get_json() == query_document(workspace.run(QUERY))


def test_lists_are_repeated_or_divided_by_commas_and_filters_add_up(client, workspace):
    one = client.get("/api/v1/query?metrics=otif&metrics=ship_delay_rate&where=channel=jd&where=channel=tmall")
    two = client.get("/api/v1/query?metrics=otif,ship_delay_rate&where=channel%3Djd&where=channel%3Dtmall")
    expected = workspace.run(Query(("otif", "ship_delay_rate"), where=(Filter("channel", ("jd", "tmall")),)))
    assert one.get_json() == two.get_json() == query_document(expected)


def test_files_hold_the_same_numbers(client, workspace):
    expected = workspace.run(QUERY)
    otif = [row[1] for row in expected.rows]
    csv = pd.read_csv(io.BytesIO(client.get(f"{ASKED}&format=csv").data))
    assert csv["otif"].tolist() == pytest.approx(otif, nan_ok=True)
    sheet = load_workbook(io.BytesIO(client.get(f"{ASKED}&format=xlsx").data)).worksheets[0]
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == pytest.approx(otif)
    arrow = pa.ipc.open_stream(client.get(f"{ASKED}&format=arrow").data).read_all()
    assert arrow.column("otif").to_pylist() == pytest.approx(otif)
    assert arrow.schema.metadata[b"version"].decode() == expected.version


def test_rows_come_a_page_at_a_time_and_are_those_that_were_counted(client, workspace):
    address, found = "/api/v1/rows?metric=otif&part=denominator&limit=100&from=2026-10-01&to=2026-10-31", []
    while address:
        answer = client.get(address)
        document = answer.get_json()
        found += [row["order_no"] for row in document["rows"]]
        address = document["next"]
        assert ('rel="next"' in answer.headers.get("Link", "")) == bool(address)
    total = workspace.run(Query(("otif",), start=QUERY.start, end=QUERY.end)).records()[0]["otif_d"]
    assert len(found) == len(set(found)) == document["count"] == total


def test_nothing_is_computed_again_for_who_has_it(client, workspace, monkeypatch):
    first = client.get(ASKED)
    monkeypatch.setattr("fulfillment_bi.api.routes.query_document", lambda _: pytest.fail("was computed again"))
    again = client.get(ASKED, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"{ASKED}&format=csv").headers["ETag"] != first.headers["ETag"]


def test_why_adds_up(client):
    document = client.get("/api/v1/why?metric=otif&from=2026-10-16&to=2026-10-31").get_json()
    assert document["sentence"]["zh"]
    parts = sum(part["effect"] for part in document["parts"])
    assert parts == pytest.approx(document["change"])


def test_an_order_tells_its_story(client, workspace):
    row = workspace.rows(Query(("otif",)), "otif", "denominator", limit=1).records()[0]
    document = client.get(f"/api/v1/orders/{row['channel']}/{row['order_no']}").get_json()
    assert document["order_no"] == row["order_no"]
    assert document["events"]
    assert document["stages"]


def test_what_can_be_asked_is_listed(client):
    names = [one["name"] for one in client.get("/api/v1/metrics").get_json()["items"]]
    assert names == list(METRICS)
    members = client.get("/api/v1/dimensions/channel/members?search=tm").get_json()["items"]
    assert [one["value"] for one in members] == ["tmall"]


def test_versions_and_alerts(client, workspace):
    versions = client.get("/api/v1/versions").get_json()["items"]
    assert [(one["version"], one["current"]) for one in versions] == [(workspace.info.id, True)]
    assert client.get("/api/v1/alerts").get_json() == {"items": []}


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("query?metrics=otix", 422, "Did you mean otif?"),
        ("query?metrics=otif&by=chanel", 422, "Did you mean channel"),
        ("query?metrics=otif&wher=channel=jd", 400, "no parameter 'wher'"),
        ("query?metrics=otif&where=channel", 422, "not a filter"),
        ("query?metrics=otif&from=yesterday", 400, "valid date"),
        ("query?metrics=otif&from=2026-02-01&to=2026-01-01", 422, "ends (2026-01-01) before"),
        ("query?metrics=otif&limit=0", 400, "greater than or equal to 1"),
        ("query?metrics=otif&format=pdf", 400, "'json', 'csv', 'xlsx'"),
        ("query", 400, "required"),
        ("query?metrics=otif&by=sku", 422, "level"),
        ("rows?metric=otif&part=numerator&order_by=nothing", 422, "nothing"),
        ("why?metric=otif&against=sometimes", 422, "nothing to compare with"),
        ("orders/tmall/none", 404, "no order 'none'"),
        ("orders/nowhere/none", 404, "no channel 'nowhere'"),
        ("dimensions/nothing/members", 404, "no dimension 'nothing'"),
        ("nothing/at/all", 404, "nothing at this address"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_do(client, address, status, words):
    answer = client.get(f"/api/v1/{address}")
    error = error_of(answer)
    assert answer.status_code == status
    assert words in f"{error['what']} {error['hint']}"
    assert error["hint"]


def test_before_the_first_load_it_says_so(tmp_path):
    from fulfillment_bi.web.app import create_app
    from fulfillment_bi.workspace import open_workspace

    with open_workspace(tmp_path) as empty:
        answer = create_app(empty).server.test_client().get("/api/v1/query?metrics=otif")
    assert answer.status_code == 503
    assert error_of(answer)["hint"]


def test_only_the_api_is_described(client):
    document = client.get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    assert {path.split("/")[1] for path in document["paths"]} == {"api"}
    assert all(set(item) == {"get"} for item in document["paths"].values())


def test_two_servers_do_not_meet():
    assert create_server("one").paths is not create_server("two").paths
