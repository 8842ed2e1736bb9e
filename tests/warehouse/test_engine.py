"""The session protocol on DuckDB, and what its readers are kept from."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from fulfillment_bi.errors import WarehouseBusyError
from fulfillment_bi.warehouse.engine import DamagedError, Limits, QueryLimitError, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine, DuckSession
from fulfillment_bi.warehouse.versions import Store

ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c WHERE a.range * b.range < c.range"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "it's a file.duckdb"
    session = DuckEngine().open_writer(path, Limits(), tmp_path / "scratch")
    session.append("numbers", pa.table({"value": range(100_000)}))
    session.close()
    return path


def reader(path: Path, **limits: object) -> DuckSession:
    return DuckEngine().open_reader(path, Limits(**limits), path.parent / "scratch")  # type: ignore[arg-type]


def test_rows_columns_and_arrow(path: Path) -> None:
    session = reader(path)
    query = "SELECT value, value * 2 AS twice FROM numbers WHERE value < ? ORDER BY 1"
    assert session.rows(query, (2,)) == [(0, 0), (1, 2)]
    assert session.columns(query, [1]) == (["value", "twice"], [(0, 0)])
    assert session.arrow(query, (2,)).to_pydict() == {"value": [0, 1], "twice": [0, 2]}
    session.close()
    session.close()


def test_append_matches_columns_by_name_and_takes_streams(session: Session) -> None:
    schema = pa.schema([("a", pa.int64()), ("b c", pa.string())])
    batches = [pa.record_batch({"a": [number], "b c": ["x"]}, schema) for number in range(3)]
    session.append('odd "name"', pa.RecordBatchReader.from_batches(schema, batches))
    session.append('odd "name"', pa.table({"b c": ["y"], "a": [9]}))
    session.append('odd "name"', pa.table({"a": [10]}))
    assert session.rows('SELECT * FROM "odd ""name""" ORDER BY a') == [
        (0, "x"), (1, "x"), (2, "x"), (9, "y"), (10, None),
    ]  # fmt: skip


def test_times_are_utc_whatever_the_machine_says(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        cursor = reader(path).cursor()
        assert cursor.rows(
            "SELECT current_setting('TimeZone'), CAST(TIMESTAMPTZ '2026-01-01 00:00:00+00' AS TIMESTAMP)"
        ) == [("UTC", datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None))]
    finally:
        monkeypatch.undo()
        time.tzset()


def forbidden(directory: Path) -> list[str]:
    return [
        "SELECT * FROM read_text('/etc/passwd')",
        f"SELECT * FROM read_text('{directory}/secret.txt')",
        f"SELECT * FROM read_csv('{directory}/secret.txt')",
        f"SELECT * FROM sniff_csv('{directory}/secret.txt')",
        f"SELECT * FROM '{directory}/secret.csv'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('https://localhost/x')",
        f"COPY numbers TO '{directory}/out.csv'",
        f"EXPORT DATABASE '{directory}/out'",
        f"ATTACH '{directory}/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET TimeZone = 'Asia/Shanghai'",
        "RESET temp_directory",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM a_python_variable",
        "INSERT INTO numbers VALUES (1)",
        "CREATE TABLE more AS SELECT 1",
        "DROP TABLE numbers",
    ]


def test_a_reader_reaches_nothing_but_its_version(path: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "secret.csv").write_text("secret\n1\n")
    a_python_variable = pa.table({"secret": [1]})
    before = sorted(tmp_path.iterdir())
    session = reader(path).cursor()
    for statement in forbidden(tmp_path):
        with pytest.raises(Exception, match=r"(?i)error"):
            session.rows(statement)
    assert a_python_variable.num_rows == 1
    assert sorted(tmp_path.iterdir()) == before
    assert session.rows("SELECT count(*) FROM numbers") == [(100_000,)]


def test_a_question_that_takes_too_long_is_stopped_and_the_next_one_answered(path: Path) -> None:
    session = reader(path, query_seconds=0.2).cursor()
    started = time.monotonic()
    with pytest.raises(QueryLimitError, match="query_seconds"):
        session.rows(ENDLESS)
    assert time.monotonic() - started < 5
    assert session.rows("SELECT 1") == [(1,)]


def test_interrupt_from_another_thread(path: Path) -> None:
    session = reader(path)
    clock = threading.Timer(0.1, session.interrupt)
    clock.start()
    with pytest.raises(QueryLimitError):
        session.rows(ENDLESS)
    clock.join()


def test_too_little_memory_is_said_so(path: Path) -> None:
    session = reader(path, memory="20MB", threads=1)
    with pytest.raises(QueryLimitError, match="memory_limit"):
        session.rows("SELECT len(list(hash(a.range)::VARCHAR)) FROM range(5000000) a")
    assert session.rows("SELECT 1") == [(1,)]


def test_large_sorts_spill_into_the_scratch_directory_and_clean_up(path: Path, tmp_path: Path) -> None:
    session = reader(path, memory="60MB", threads=1)
    query = "SELECT hash(range) h, range FROM range(3000000) ORDER BY h LIMIT 1 OFFSET 2900000"
    assert len(session.rows(query)) == 1
    session.close()
    assert [left for left in (tmp_path / "scratch").glob("*") if left.is_file()] == []


def test_files_that_are_no_database(tmp_path: Path) -> None:
    (tmp_path / "text.duckdb").write_text("no database" * 2_000)
    for name in ("text.duckdb", "missing.duckdb"):
        with pytest.raises(DamagedError, match=name):
            reader(tmp_path / name)


def test_a_file_open_for_writing_elsewhere_is_busy(path: Path) -> None:
    import subprocess
    import sys

    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(WarehouseBusyError):
            reader(path)
        other.communicate("")


def test_files_are_in_the_format_of_the_oldest_supported_release(path: Path) -> None:
    tags = reader(path).rows("SELECT tags['storage_version'] FROM duckdb_databases() WHERE path IS NOT NULL")
    assert "v1.5.0" in str(tags[0][0])


def test_a_draft_can_be_told_to_use_less_memory_for_a_while(tmp_path: Path) -> None:
    with Store(tmp_path / "home").draft() as draft:
        limit = "SELECT current_setting('memory_limit')"
        before = draft.session.rows(limit)[0][0]
        threads = draft.session.rows("SELECT current_setting('threads')")
        with draft.session.within("50MB", 1):
            assert draft.session.rows(limit) == [("47.6 MiB",)]
            assert draft.session.rows("SELECT current_setting('threads')") == [(1,)]
            # More than that: the rest goes to temporary files, in a directory that nobody has made before.
            numbers = "SELECT range AS n, hash(range)::VARCHAR AS text FROM range(2000000)"
            draft.session.execute(f"CREATE TEMP TABLE many AS {numbers}")
            assert draft.session.rows("SELECT count(*), max(n) FROM many") == [(2_000_000, 1_999_999)]
        assert draft.session.rows(limit)[0][0].split(".")[0] == before.split(".")[0]
        assert draft.session.rows("SELECT current_setting('threads')") == threads
        with pytest.raises(Exception, match="locked"):
            draft.session.execute("SET GLOBAL preserve_insertion_order = false")


def test_checks_before_publishing_take_little_memory_unless_that_is_too_little(tmp_path: Path) -> None:
    seen: list[str] = []

    def check(session: Session) -> list[str]:
        seen.append(session.rows("SELECT current_setting('memory_limit')")[0][0])
        if len(seen) == 1:
            raise QueryLimitError("too little")
        return []

    with Store(tmp_path / "home").draft() as draft:
        draft.publish([check])
    assert seen[0] == "333.7 MiB"
    assert seen[1] != seen[0]


def test_a_reader_keeps_its_limit(path: Path) -> None:
    session = reader(path, memory="300MB")
    with pytest.raises(Exception, match="locked"):
        session.execute("SET GLOBAL memory_limit = '8GB'")
    session.close()
