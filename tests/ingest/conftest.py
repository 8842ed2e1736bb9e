"""A warehouse of its own for each test, and files to put into it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.ingest import finish as finish_module
from fulfillment_bi.ingest import load as load_module
from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.ingest.report import Counts, LoadReport
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.versions import Store

EXPORTED = datetime(2025, 6, 1, 12, tzinfo=UTC)


class Bench:
    """A warehouse in a temporary directory. Loads skip the star schema, which has tests of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "warehouse"
        self.settings = Settings(home=self.home)
        self.store = Store(self.home, check_seconds=0)

    def write(self, name: str, content: str | bytes, *, hours: float = 0) -> Path:
        """A file whose time is `hours` after the standard one."""
        path = self.folder / "exports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        moment = EXPORTED.timestamp() + hours * 3600
        os.utime(path, (moment, moment))
        return path

    def load(self, *paths: Path, **options: Any) -> LoadReport:
        """Load files; their report."""
        return load_module.load(self.store, self.settings, paths, **options)

    def load_text(self, name: str, content: str | bytes, *, hours: float = 0) -> LoadReport:
        """Write and load one file."""
        return self.load(self.write(name, content, hours=hours))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the current version."""
        reader = self.store.reader()
        try:
            return reader.session.rows(sql)
        finally:
            reader.close()

    def ask(self, question: Callable[[Session], Any]) -> Any:
        """Ask the current version through a function of its session."""
        reader = self.store.reader()
        try:
            return question(reader.session)
        finally:
            reader.close()

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that holds, without the numbers of loads, which depend on their order."""
        found = {}
        for entity, contract in load_contracts().items():
            names = ", ".join(f'"{name}"' for name in contract.names)
            rows = self.rows(f"SELECT {names}, _source_line FROM state_{entity} ORDER BY ALL")
            if rows:
                found[entity] = rows
        return found


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(finish_module, "build_models", lambda *_, **__: None)
    made = Bench(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def counts() -> Callable[[LoadReport], dict[str, Counts]]:
    """The counts of the only file of a report."""

    def of_only_file(report: LoadReport) -> dict[str, Counts]:
        (file,) = report.files
        return dict(file.entities)

    return of_only_file
