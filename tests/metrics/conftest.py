from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine
from tests.metrics.star import fill_star, random_orders


@dataclass(frozen=True)
class Version:
    id: str = "v00000007"
    cubes: Path | None = None


@pytest.fixture(scope="session")
def info() -> Version:
    return Version()


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("metrics")


@pytest.fixture
def empty(scratch: Path) -> Iterator[Session]:
    session = DuckEngine().open_writer(Path(":memory:"), Limits(), scratch)
    yield session
    session.close()


@pytest.fixture(scope="session")
def star(scratch: Path) -> Iterator[Session]:
    """600 random orders with rollups; nobody changes it."""
    session = DuckEngine().open_writer(Path(":memory:"), Limits(), scratch)
    fill_star(session, random_orders(seed=20260301, count=600))
    build_rollups(session, least_rows=0)
    yield session
    session.close()
