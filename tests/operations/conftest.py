"""The small sample warehouse of the command-line tests, and a copy of it to write to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import exports, home

__all__ = ["exports", "home"]


@pytest.fixture
def own_home(home: Path, tmp_path: Path) -> Path:
    """A copy of the loaded home, so that its journal and archive are this test's own."""
    return Path(shutil.copytree(home, tmp_path / "warehouse"))
