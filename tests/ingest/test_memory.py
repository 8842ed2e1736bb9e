"""Loading takes no more memory for a larger file: what does not fit goes to temporary files in the home."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fulfillment_bi.ingest import finish as finish_module
from fulfillment_bi.ingest.finish import finish_load
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.engine import Limits, QueryLimitError, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine

MEBIBYTE = 1 << 20
_LOAD = """
import json, resource, sys
from pathlib import Path
from fulfillment_bi.ingest import finish, load
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.versions import Store

folder, memory = Path(sys.argv[1]), sys.argv[2]
load._STAGING_MEMORY, load._LARGE = (memory,), 0
finish.build_models = lambda *_, **__: None
settings = Settings(home=folder / "home")
report = load.load(Store(settings.home), settings, [folder / "order_lines.csv"])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([report.files[0].entities["order_lines"].new, peak]))
"""


def _peak(folder: Path, lines: int, memory: str) -> int:
    """Bytes that a process of its own took at most to load so many order lines with so much for the database."""
    folder.mkdir()
    with (folder / "order_lines.csv").open("w", encoding="utf-8") as file:
        file.write("channel,order_no,line_no,sku,product_name,qty_ordered,unit_price\n")
        for number in range(lines):
            sku = number % 5000
            file.write(f"jd,N{number * 7919 % 10**10:010d},1,S{sku:06d},name of product {sku},{number % 9 + 1},9.50\n")
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, str(folder), memory], capture_output=True, text=True, check=True
    )
    loaded, peak = json.loads(done.stdout.splitlines()[-1])
    assert loaded == lines
    return int(peak)


def test_five_times_the_lines_take_no_more_memory(tmp_path: Path) -> None:
    small = _peak(tmp_path / "small", 100_000, "60MB")
    large = _peak(tmp_path / "large", 500_000, "60MB")
    # Without a bound it grows by four times as much: the lines are some 250 MiB in the database's hands.
    assert large - small < 64 * MEBIBYTE


class _Builds:
    """Stands for the models; refuses as often as asked, and notes how it was called."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.calls: list[tuple[str, bool]] = []

    def __call__(self, session: Session, *, update: bool, **_: str) -> None:
        self.calls.append((session.rows("SELECT current_setting('memory_limit')")[0][0], update))
        if len(self.calls) <= self.refusals:
            session.execute("CREATE TEMP TABLE refreshed (x INTEGER)")
            raise QueryLimitError("This needs more memory than allowed.")


@pytest.fixture
def database(tmp_path: Path) -> Session:
    return DuckEngine().open_writer(tmp_path / "draft.duckdb", Limits(memory="4GiB"), tmp_path)


def test_tables_are_built_in_bounded_memory(database: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builds, ran = _Builds(0), []
    monkeypatch.setattr(finish_module, "build_models", builds)
    finish_load(database, Settings(home=tmp_path), [lambda _session: ran.append("rollups")])
    finish_load(database, Settings(home=tmp_path, load_memory="1GB"), [])
    finish_load(database, Settings(home=tmp_path, memory_limit="3GB"), [])
    assert builds.calls == [("1.8 GiB", True), ("953.6 MiB", True), ("4.0 GiB", True)]
    assert ran == ["rollups"]
    assert database.rows("SELECT current_setting('memory_limit')") == [("4.0 GiB",)]
    database.close()


def test_what_does_not_fit_is_built_whole_with_what_there_is(
    database: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = _Builds(1)
    monkeypatch.setattr(finish_module, "build_models", builds)
    finish_load(database, Settings(home=tmp_path), [])
    assert builds.calls == [("1.8 GiB", True), ("4.0 GiB", False)]
    assert not database.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'refreshed'")
    builds.calls.clear()
    with pytest.raises(QueryLimitError, match="more memory") as caught:
        finish_load(database, Settings(home=tmp_path, load_memory="500MB"), [])
    assert "load_memory" in caught.value.hint
    assert len(builds.calls) == 1
    database.close()
