"""A small warehouse of sample data, and a way to run `fbi` in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.cli.application import run
from fulfillment_bi.sample.write import write_sample


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Fbi = Callable[..., Outcome]


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from datetime import date

    folder = tmp_path_factory.mktemp("exports")
    write_sample(folder, orders=600, days=30, seed=5, end=date(2026, 10, 31))
    return folder


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, exports: Path) -> Path:
    folder = tmp_path_factory.mktemp("loaded") / "warehouse"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FBI_HOME", str(folder))
        assert run(["load", str(exports), "--as-sample"]) == 3
    return folder


@pytest.fixture
def fbi(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fbi:
    """Runs a command line over an empty warehouse in a scratch directory, or over `home`."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, home: Path | None = None) -> Outcome:
        monkeypatch.setenv("FBI_HOME", str(home or tmp_path / "warehouse"))
        capfd.readouterr()
        code = run(list(arguments))
        out, err = capfd.readouterr()
        return Outcome(code, out, err)

    return call


def one_sentence(text: str, *words: Sequence[str]) -> None:
    """An error is one line, begins with the program's name, and shows no traceback."""
    assert text.startswith("fbi: ")
    assert len(text.strip().splitlines()) == 1
    assert "Traceback" not in text
    for word in words:
        assert word in text
