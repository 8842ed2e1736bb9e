"""The bundled sample, loaded as a user would: rollup = fact = hand-written SQL for every metric and dimension."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.start import load_files
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.workspace import open_workspace
from tests.cases.agreement import GRAINS, check_answers, check_rows_behind

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with open_workspace(tmp_path_factory.mktemp("home")) as workspace:
        load_files(workspace, [SAMPLE], sample=True)
        reader = workspace.store.reader()
        yield reader.session
        reader.close()


@pytest.mark.parametrize(("name", "level"), GRAINS)
def test_every_metric_by_every_dimension(sample: Session, name: str, level: Any) -> None:
    check_answers(sample, name, level)


@pytest.mark.parametrize(("name", "level"), GRAINS)
def test_the_rows_behind_are_as_many_as_printed(sample: Session, name: str, level: Any) -> None:
    check_rows_behind(sample, name, level)
