"""The bundled sample, loaded as a user would: rollup = fact = hand-written SQL for every metric and dimension."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.route import Prefer
from fulfillment_bi.metrics.run import run_query
from fulfillment_bi.start import load_files
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.workspace import open_workspace
from tests.cases.agreement import GRAINS, INFO, check_answers, check_rows_behind
from tests.metrics.hand_stock import PLAIN, answer

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
STOCK_TABLES = ("fct_stock_day", "fct_stock_item")
PREFERENCES: tuple[Prefer, ...] = ("rollup", "fact")


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


@pytest.mark.parametrize(("name", "level"), [grain for grain, made in PLAIN.items() if made.table in STOCK_TABLES])
def test_stock_by_warehouse_category_and_month(sample: Session, name: str, level: Any) -> None:
    made = PLAIN[name, level]
    for dimension in ("warehouse", "category", *(("month", "day") if made.day else ())):
        query = Query((name,), by=(dimension,), level=level)
        rolled, fact = (run_query(sample, INFO, query, prefer=prefer) for prefer in PREFERENCES)
        assert rolled.rows == fact.rows
        by_hand = answer(sample, made, dimension)
        assert {row[0] for row in fact.rows} == by_hand.keys()
        for member, value, n, d in fact.rows:
            assert (value, n, d) == pytest.approx(by_hand[member], rel=1e-9, nan_ok=True), member
