"""A writable in-process database for one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    opened = DuckEngine().open_writer(tmp_path / "models.duckdb", Limits(), tmp_path)
    yield opened
    opened.close()
