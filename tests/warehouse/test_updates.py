"""After any sequence of loads a warehouse brought up to date holds what one built anew holds, rollups included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fulfillment_bi.metrics import cube_build, rollup_build
from fulfillment_bi.metrics.cube_build import write_cubes
from fulfillment_bi.metrics.cube_file import read_cubes
from fulfillment_bi.metrics.cubes import plan_cubes
from fulfillment_bi.metrics.rollup_build import build_rollups
from fulfillment_bi.metrics.rollups import plan_rollups, stored_rollups
from fulfillment_bi.warehouse import build as build_module
from fulfillment_bi.warehouse import update as update_module
from fulfillment_bi.warehouse.apply import replace_part
from fulfillment_bi.warehouse.build import build_order
from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.refresh import LATE, RULES, rule_of, undeclared
from tests.warehouse.updates import Life, build, fill, open_warehouse, published, put, rows_of

MADE_WHOLE = {
    "dim_sku_class", "dim_snapshot", "dim_supplier", "fct_conflict", "fct_order_system", "fct_purchase_line",
    "fct_short_line", "fct_sku_supply", "fct_stock_batch", "fct_stock_count", "fct_stock_item", "fct_supplier",
    "int_purchase_line", "int_stock_item",
}  # fmt: skip
"""Models that every load makes anew as a whole. A new one is right here; one that grows with orders is dear."""


SOME_ROLLUPS = plan_rollups()[::11]
"""Of every family and kind, the histograms among them."""
SOME_CUBES = plan_cubes()[::7]


def test_models_that_are_made_whole_are_known() -> None:
    assert set(undeclared(tuple(build_order()))) == MADE_WHOLE
    assert RULES.keys() <= set(build_order())


def test_models_of_orders_read_nothing_undeclared() -> None:
    reads = build_module.dependencies(build_module.load_models())
    parted = [name for name in build_order() if rule_of(name) in ("order", "evidence", "counted", "settled", "number")]
    assert {name: sorted(reads[name] & MADE_WHOLE) for name in parted if reads[name] & MADE_WHOLE} == {}


@pytest.mark.parametrize("seed", [2])
def test_updates_give_what_building_everything_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(build_module, "LEAST_ORDERS", 0)
    monkeypatch.setattr(rollup_build, "plan_rollups", lambda: SOME_ROLLUPS)
    monkeypatch.setattr(cube_build, "plan_cubes", lambda: SOME_CUBES)
    in_part = parts_replaced(monkeypatch)
    life = Life(seed)
    updated, anew = open_warehouse(tmp_path), open_warehouse(tmp_path)
    base = life.base()
    for session in (updated, anew):
        fill(session, base)
    assert build(updated, update=True)
    build_rollups(updated, least_rows=0)
    cubes = tmp_path / "0.cubes"
    write_cubes(updated, cubes, least_rows=0)
    reasons = []
    for records in life.loads(3):
        put(updated, records, note=True)
        put(anew, records, note=False)
        reasons.append(build(updated, update=True))
        build_rollups(updated, least_rows=0)
        base, cubes = cubes, tmp_path / f"{len(reasons)}.cubes"
        write_cubes(updated, cubes, base, least_rows=0)
    build(anew, update=False)
    assert reasons.count("") >= 2, reasons
    assert in_part >= {name for name in RULES if name.startswith("fct_") and rule_of(name) in LATE[1:]}
    for table in published():
        assert rows_of(updated, table) == rows_of(anew, table), table
    assert rollups_that_differ(updated) == []
    write_cubes(updated, tmp_path / "anew.cubes", least_rows=0)
    assert sums_in(cubes) == sums_in(tmp_path / "anew.cubes")


def parts_replaced(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The models of which an update replaces only a part, as they come."""
    names: set[str] = set()

    def replace(session: Session, main: str, name: str, condition: str) -> None:
        names.add(name)
        replace_part(session, main, name, condition)

    monkeypatch.setattr(update_module, "replace_part", replace)
    return names


def sums_in(path: Path) -> dict[str, Any]:
    """Every running total of a file of cubes that is not zero throughout, by cube, members and part."""
    cubes = read_cubes(path)
    assert cubes is not None
    found = {}
    for name, cube in cubes.cubes.items():
        for cell in range(cube.cells):
            codes = cube.codes[:, cell].tolist()
            known = [cubes.values[key] + [None] if key != "bucket" else None for key in cube.columns]
            members = tuple(code if values is None else values[code] for values, code in zip(known, codes, strict=True))
            for part, totals in cube.totals.items():
                if totals[-1, cell]:
                    found[f"{name} {members} {part}"] = (cube.first, totals[:, cell].tolist())
    return found


def rollups_that_differ(session: Session) -> list[str]:
    """Rollups that are not what their fact says, with the number of cells on record."""
    stored = stored_rollups(session.rows("SELECT rollups FROM build_info")[0][0])
    assert stored.cells.keys() == {rollup.name for rollup in SOME_ROLLUPS}
    differing = []
    for rollup in SOME_ROLLUPS:
        names = ", ".join([*rollup.keys, *(part.column for part in rollup.parts)])
        kept, fresh = f"SELECT {names} FROM {rollup.name}", f"SELECT {names} FROM ({rollup.select()})"
        both = f"({kept} EXCEPT ALL {fresh}) UNION ALL ({fresh} EXCEPT ALL {kept})"
        wrong = session.rows(f"SELECT count(*) FROM ({both})")
        cells = session.rows(f"SELECT count(*) FROM {rollup.name}")
        differing += [rollup.name] if wrong != [(0,)] or cells != [(stored.cells[rollup.name],)] else []
    return differing
