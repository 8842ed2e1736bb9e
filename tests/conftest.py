"""A writable in-process database for one test, and a loaded home for those that read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    opened = DuckEngine().open_writer(tmp_path / "models.duckdb", Limits(), tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home loaded with sample data of every system; copy it before changing anything in it."""
    from fulfillment_bi.sample.write import write_sample
    from fulfillment_bi.start import load_files
    from fulfillment_bi.workspace import open_workspace

    folder = tmp_path_factory.mktemp("company")
    write_sample(folder / "exports", orders=500, days=30, seed=11, end=date(2026, 10, 31))
    with open_workspace(folder / "home") as opened:
        load_files(opened, [folder / "exports"], sample=True)
    return folder / "home"
