"""Loading from a real PostgreSQL: in batches, only what is new, undone by a rollback, and without telling secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from fulfillment_bi.errors import FulfillmentError, IngestError, SettingsError, UnknownNameError, UsageError
from fulfillment_bi.ingest import database
from fulfillment_bi.ingest.database import DatabaseSource, checked_query, read_sources, write_rows
from fulfillment_bi.start import load_database
from fulfillment_bi.workspace import Workspace, open_workspace
from tests.postgres import server

SECRET = "S3cret-word"
TABLE = """CREATE TABLE sales (order_id text, platform text, created timestamptz, receiver_name text, status text,
order_amount numeric(12, 2), updated_at timestamp)"""
INSERT = """INSERT INTO sales SELECT 'A' || n, 'erp', timestamptz '2026-05-01 08:00+08' + n * interval '1 minute',
'王小明', 'shipped', 12.50, timestamp '2026-05-01' + n * interval '1 second'
FROM generate_series({first}, {last}) AS n"""
QUERY = "SELECT order_id, platform, created AS created_at, receiver_name, status, order_amount, updated_at FROM sales;"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as found:
        yield found


@pytest.fixture
def run(address) -> Iterator[Any]:
    engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.pool.NullPool)

    def execute(*statements: str) -> None:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(sqlalchemy.text(statement))

    execute("DROP TABLE IF EXISTS sales", TABLE, INSERT.format(first=1, last=50))
    yield execute
    engine.dispose()


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return open_workspace(tmp_path / "home")


def source(address: str, **changes: Any) -> DatabaseSource:
    return DatabaseSource(
        **{
            "name": "erp",
            "url": address,
            "query": checked_query(QUERY, ""),
            "adapter": "orders",
            "cursor": "updated_at",
            **changes,
        }
    )


def counts(workspace: Workspace, one: DatabaseSource, **options: Any) -> tuple[int, int, int]:
    report = load_database(workspace, one, **options)
    workspace.refresh()
    (file,) = report.files
    found = file.entities["orders"]
    return found.read, found.new, found.updated


def test_only_what_is_new_is_read_and_a_rollback_takes_the_cursor_back(run, address, workspace, monkeypatch):
    monkeypatch.setattr(database, "BATCH", 20)
    assert counts(workspace, source(address)) == (50, 50, 0)
    assert workspace.cursor("erp").value == "2026-05-01T00:00:50"
    run(
        INSERT.format(first=51, last=55),
        "UPDATE sales SET status = 'delivered', updated_at = '2026-05-02' WHERE order_id = 'A7'",
    )
    assert counts(workspace, source(address)) == (7, 5, 1)
    assert workspace.cursor("erp").value == "2026-05-02T00:00:00"
    last = workspace.info.id
    run("INSERT INTO sales SELECT 'late', 'erp', now(), NULL, 'paid', 1, '2026-05-01 23:59:55'")
    assert counts(workspace, source(address))[1:] == (0, 0)
    assert counts(workspace, source(address, overlap_seconds=10)) == (2, 1, 0)
    workspace.store.rollback("v00000001")
    workspace.refresh()
    assert workspace.cursor("erp").value == "2026-05-01T00:00:50"
    assert counts(workspace, source(address)) == (8, 6, 1)
    assert workspace.info.id > last
    reader = workspace.store.reader()
    assert reader.session.rows(
        "SELECT order_no, status, created_at::VARCHAR, order_value::VARCHAR, name_ok FROM state_orders "
        "WHERE order_no = 'A7'"
    ) == [("A7", "delivered", "2026-05-01 00:07:00", "12.5000", True)]
    assert reader.session.rows("SELECT count(*) FROM state_orders") == [(56,)]
    reader.close()


def test_no_secret_and_no_name_is_kept_or_said(run, address, workspace, tmp_path, capfd):
    run(INSERT.format(first=51, last=52))
    load_database(workspace, source(address))
    found = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert SECRET.encode() not in found
    assert "王小明".encode() not in found
    wrong = [
        source(address, query="SELECT * FROM nothing"),
        source(address.replace("/postgres?", "/nobase?")),
        source(address.replace("?host=", "?host=/nowhere")),
        source("nonsense://fbi:S3cret-word@x/y"),
        source("S3cret-word"),
    ]
    for one in wrong:
        with pytest.raises(IngestError) as caught:
            load_database(workspace, one)
        assert SECRET not in str(caught.value)
        assert SECRET not in repr(one)
        assert len(str(caught.value).splitlines()) == 1
    assert SECRET not in "".join(capfd.readouterr())


def test_the_database_is_only_read(run, address, workspace):
    run("CREATE SEQUENCE IF NOT EXISTS counter")
    with pytest.raises(IngestError, match="read-only"):
        load_database(workspace, source(address, query="SELECT nextval('counter')", cursor=""))


def test_a_cursor_the_query_lacks_is_said(run, address, workspace):
    with pytest.raises(UnknownNameError, match="Did you mean updated_at"):
        load_database(workspace, source(address, cursor="update_at"))


@pytest.mark.parametrize("text", ["DELETE FROM x", "", "UPDATE x SET y = 1", "selection"])
def test_only_a_query_is_asked(text):
    with pytest.raises(UsageError, match="SELECT or WITH"):
        checked_query(text, "x")


SOURCES = """
[erp_orders]
url_env = "ERP_URL"
query = "SELECT * FROM orders"
contract = "orders"
cursor = "updated_at"
"""


def test_a_sources_file_names_variables_not_addresses(tmp_path: Path):
    path = tmp_path / "sources.toml"
    path.write_text(SOURCES, "utf-8")
    (one,) = read_sources(path, [], {"ERP_URL": "sqlite://"})
    assert (one.name, one.url, one.adapter, one.cursor) == ("erp_orders", "sqlite://", "orders", "updated_at")
    wrong = {
        SOURCES: "ERP_URL is not set",
        SOURCES.replace("url_env", "url"): "belongs into an environment variable",
        SOURCES.replace("SELECT", "DROP"): "SELECT or WITH",
        SOURCES.replace("[erp_orders]", "['../x']"): "cannot be the name",
        "[x": "cannot be read as TOML",
    }
    for text, said in wrong.items():
        path.write_text(text, "utf-8")
        environ = {} if "not set" in said else {"ERP_URL": "sqlite://"}
        with pytest.raises(FulfillmentError, match=said):
            read_sources(path, [], environ)
    path.write_text(SOURCES, "utf-8")
    with pytest.raises(UnknownNameError, match="Did you mean erp_orders"):
        read_sources(path, ["erp_order"], {})
    with pytest.raises(SettingsError, match="no such file"):
        read_sources(tmp_path / "none.toml", [], {})


def test_values_of_every_kind_become_text(run, address, tmp_path):
    import pyarrow.parquet as pq

    query = (
        "SELECT 12345678901234567890::numeric AS id, true AS yes, date '2026-05-01' AS day, 1.50::numeric AS price, "
        "'{\"a\": 1}'::jsonb AS more, 'x'::bytea AS bytes, NULL AS nothing, 7 AS number"
    )
    count, cursor = write_rows(source(address, query=query, cursor="number"), None, tmp_path / "x.parquet")
    assert count == 1
    assert (cursor.kind, cursor.value) == ("integer", "7")
    (row,) = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert row == {
        "id": "12345678901234567890", "yes": "true", "day": "2026-05-01", "price": "1.50", "more": '{"a": 1}',
        "bytes": "x", "nothing": None, "number": "7",
    }  # fmt: skip


def test_the_command_loads_a_query_and_a_named_source(run, address, tmp_path, monkeypatch, capfd):
    from fulfillment_bi.cli.application import run as fbi

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FBI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ERP_URL", address)
    monkeypatch.setenv("FBI_SQL_URL", address)
    (tmp_path / "sources.toml").write_text(SOURCES.replace("SELECT * FROM orders", QUERY), "utf-8")
    assert fbi(["load", "--source", "erp_orders", "--sql", QUERY, "--contract", "orders", "--again"]) == 0
    said = capfd.readouterr().out
    assert "erp_orders (50 rows)" in said
    assert "sql-" in said
    assert fbi(["load"]) == 2
    assert "nothing to load" in capfd.readouterr().err
    monkeypatch.delenv("FBI_SQL_URL")
    assert fbi(["load", "--sql", QUERY]) == 2
    assert "FBI_SQL_URL" in capfd.readouterr().err
