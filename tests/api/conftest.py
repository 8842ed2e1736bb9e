"""A small loaded warehouse, and a client of its server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fulfillment_bi.sample.write import write_sample
from fulfillment_bi.start import load_files
from fulfillment_bi.web.app import create_app
from fulfillment_bi.workspace import Workspace, open_workspace


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder: Path = tmp_path_factory.mktemp("api")
    write_sample(folder / "exports", orders=500, days=30, seed=11, end=date(2026, 10, 31))
    with open_workspace(folder / "home") as opened:
        load_files(opened, [folder / "exports"], sample=True)
        yield opened


@pytest.fixture(scope="session")
def server(workspace: Workspace):
    return create_app(workspace).server


@pytest.fixture
def client(server) -> FlaskClient:
    return server.test_client()
