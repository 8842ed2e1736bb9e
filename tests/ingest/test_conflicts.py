"""Several systems tell of the same records: who is believed column by column, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment_bi.ingest.contracts import Contract, contract_of, load_contracts, parse_contract
from fulfillment_bi.ingest.merge import Merged, merge, remerge
from fulfillment_bi.ingest.tables import clear_tables
from fulfillment_bi.warehouse.engine import Limits, Session
from fulfillment_bi.warehouse.engines.duckdb import DuckEngine

START = datetime(2026, 8, 1)
PARCELS = contract_of("parcels")
SYSTEMS = ("carrier", "platform", "warehouse", "service")
"""In the order in which the contract trusts them with a parcel; the last it does not name at all."""


@dataclass(frozen=True)
class File:
    """What one file says: per tracking number the minutes at which it was scanned, and its city of destination."""

    source: str
    hours: int
    rows: tuple[tuple[str, int | None, str | None], ...]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    made = DuckEngine().open_writer(Path(":memory:"), Limits(), tmp_path_factory.mktemp("conflicts"))
    yield made
    made.close()


def bring(
    session: Session, number: int, file: File, contract: Contract = PARCELS, coarse: Sequence[str] = ()
) -> Merged:
    """Merge one file as load `number`."""
    session.execute(
        "INSERT INTO loads BY NAME SELECT CAST(? AS INTEGER) AS load_id, ? AS source, CAST(? AS TIMESTAMP) AS "
        "exported_at, CAST(? AS TIMESTAMP) AS modified_at, ? AS sha256, 'a' AS adapter, 'loaded' AS status",
        (number, file.source, *[START + timedelta(hours=file.hours)] * 2, repr(file)),
    )
    columns = ", ".join(f'CAST(NULL AS {column.sql_type}) AS "{column.name}"' for column in contract.columns)
    session.execute(f"CREATE OR REPLACE TEMP TABLE accepted AS SELECT {columns}, 0::BIGINT AS _source_line LIMIT 0")
    for line, (tracking_no, minutes, destination) in enumerate(file.rows):
        session.execute(
            "INSERT INTO accepted BY NAME SELECT 'SF' AS carrier, ? AS tracking_no, CAST(? AS TIMESTAMP) AS "
            "first_scan_at, ? AS destination, CAST(? AS BIGINT) AS _source_line",
            (tracking_no, None if minutes is None else START + timedelta(minutes=minutes), destination, line),
        )
    return merge(session, contract, number, file.source, "accepted", coarse)


def held(session: Session, files: Sequence[File]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """What holds and what is contradicted after the files have come in this order."""
    clear_tables(session)
    for number, file in enumerate(files):
        bring(session, number, file)
    return found(session)


def found(session: Session) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    state = session.rows(
        "SELECT tracking_no, first_scan_at, destination, _by_platform, _by_warehouse, _by_carrier FROM state_parcels "
        "ORDER BY 1"
    )
    conflicts = session.rows(
        "SELECT entity, record_key, channel, order_no, column_name, winning_system, winning_value, other_system, "
        "other_value, seen_at FROM conflicts ORDER BY ALL"
    )
    return state, conflicts


def test_the_trusted_system_wins_and_the_others_are_on_record(session: Session) -> None:
    state, conflicts = held(
        session,
        [
            File("warehouse", 9, (("1", 0, "Ulm"), ("2", 0, "Ulm"), ("3", 5, "Ulm"))),
            File("carrier", 1, (("1", 30, None), ("2", 1, "Bonn"))),
            File("platform", 5, (("1", 10, "Bonn"),)),
        ],
    )
    at = [START + timedelta(minutes=minutes) for minutes in (30, 1, 5)]
    assert state == [
        ("1", at[0], "Bonn", True, True, True),
        ("2", at[1], "Bonn", False, True, True),
        ("3", at[2], "Ulm", False, True, False),
    ]
    seen = START + timedelta(hours=9)
    shared = ("parcels", "SF / 1", None, None)
    assert conflicts == [
        (*shared, "destination", "platform", "Bonn", "warehouse", "Ulm", seen),
        (*shared, "first_scan_at", "carrier", str(at[0]), "platform", "2026-08-01 00:10:00", seen),
        (*shared, "first_scan_at", "carrier", str(at[0]), "warehouse", "2026-08-01 00:00:00", seen),
        # A minute is no contradiction.
        ("parcels", "SF / 2", None, None, "destination", "carrier", "Bonn", "warehouse", "Ulm", seen),
    ]


def test_a_correction_settles_a_conflict_and_a_forgotten_file_does_too(session: Session) -> None:
    held(session, [File("warehouse", 1, (("1", 0, "Ulm"),)), File("carrier", 2, (("1", 0, "Bonn"),))])
    assert len(found(session)[1]) == 1
    bring(session, 2, File("warehouse", 3, (("1", None, "Bonn"),)))
    assert found(session)[1] == []
    remerge(session, PARCELS, 2, forget=True)
    assert [row[4:9] for row in found(session)[1]] == [("destination", "carrier", "Bonn", "warehouse", "Ulm")]
    remerge(session, PARCELS, 0, forget=True)
    state, conflicts = found(session)
    assert state == [("1", START, "Bonn", False, False, True)]
    assert conflicts == []


def test_two_files_of_one_system_never_contradict_each_other(session: Session) -> None:
    state, conflicts = held(
        session,
        [
            File("carrier", 2, (("1", 0, "Ulm"),)),
            File("carrier", 1, (("1", 90, "Bonn"),)),
            File("platform", 0, (("2", 0, "Ulm"),)),
        ],
    )
    assert [row[1] for row in state] == [START, START]
    assert conflicts == []


def test_a_day_gives_way_to_a_time_and_agrees_with_any_of_that_day(session: Session) -> None:
    day = 24 * 60
    rows = {"1": 8 * 60, "2": day - 1, "3": day, "4": -2}
    fine = File("warehouse", 1, tuple((number, minutes, None) for number, minutes in rows.items()))
    days = File("carrier", 2, tuple((number, 0, None) for number in rows))
    for order in ((fine, days), (days, fine)):
        clear_tables(session)
        for number, file in enumerate(order):
            bring(session, number, file, coarse=["first_scan_at"] if file is days else [])
        state, conflicts = found(session)
        # The carrier is trusted more, and its file is newer; but it tells only days.
        assert {row[0]: row[1] for row in state} == {
            number: START + timedelta(minutes=minutes) for number, minutes in rows.items()
        }
        assert [(row[1], row[5], row[7]) for row in conflicts] == [
            ("SF / 3", "warehouse", "carrier"),
            ("SF / 4", "warehouse", "carrier"),
        ]


def test_two_days_agree_only_when_they_are_the_same(session: Session) -> None:
    clear_tables(session)
    bring(session, 0, File("warehouse", 1, (("1", 0, None), ("2", 0, None))), coarse=["first_scan_at"])
    bring(session, 1, File("carrier", 2, (("1", 0, None), ("2", 24 * 60, None))), coarse=["first_scan_at"])
    state, conflicts = found(session)
    assert [row[1] for row in state] == [START, START + timedelta(days=1)]
    assert [row[1] for row in conflicts] == ["SF / 2"]


@pytest.mark.parametrize(
    ("summary", "list_says", "holds", "is_conflict"),
    [
        ("shipped", "delivered", "delivered", False),
        ("created", "cancelled", "cancelled", False),
        ("shipped", "paid", "paid", True),
        ("shipped", None, "shipped", False),
    ],
)
def test_a_status_that_stops_short_agrees_with_a_later_one(
    session: Session, summary: str, list_says: str | None, holds: str, is_conflict: bool
) -> None:
    clear_tables(session)
    orders = contract_of("orders")
    columns = ", ".join(f'CAST(NULL AS {column.sql_type}) AS "{column.name}"' for column in orders.columns)
    for number, (source, said, province) in enumerate(
        (("platform", summary, "上海市"), ("warehouse", list_says, "上海"))
    ):
        session.execute(
            "INSERT INTO loads BY NAME SELECT CAST(? AS INTEGER) AS load_id, ? AS source, "
            "CAST(? AS TIMESTAMP) AS exported_at",
            (number, source, START),
        )
        session.execute(f"CREATE OR REPLACE TEMP TABLE accepted AS SELECT {columns}, 0::BIGINT AS _source_line LIMIT 0")
        session.execute(
            "INSERT INTO accepted BY NAME SELECT 'tmall' AS channel, '1' AS order_no, CAST(? AS VARCHAR) AS status, "
            "? AS province, 1::BIGINT AS _source_line",
            (said, province),
        )
        merge(session, orders, number, source, "accepted", ["status"] if source == "platform" else [])
    assert session.rows("SELECT status, province FROM state_orders") == [(holds, "上海市")]
    expected = [("status", "warehouse", "platform")] if is_conflict else []
    assert session.rows("SELECT column_name, winning_system, other_system FROM conflicts") == expected


ROWS = st.tuples(st.sampled_from("12"), st.sampled_from([None, 0, 1, 30, 90]), st.sampled_from([None, "Ulm", "Bonn"]))
FILES = st.lists(
    st.builds(
        File,
        st.sampled_from(SYSTEMS),
        st.integers(0, 3),
        st.lists(ROWS, min_size=1, max_size=3, unique_by=lambda row: row[0]).map(tuple),
    ),
    min_size=2,
    max_size=4,
    unique_by=lambda file: (file.hours, file.source),
)


def _reference(files: Sequence[File]) -> tuple[dict[tuple[str, str], Any], set[tuple[Any, ...]]]:
    """The law in plain Python, for files of different times within a system."""
    said: dict[tuple[str, str], dict[str, tuple[int, Any]]] = {}
    for file in sorted(files, key=lambda file: (file.hours, repr(file))):
        for tracking_no, minutes, destination in file.rows:
            for column, value in (("first_scan_at", minutes), ("destination", destination)):
                if value is not None:
                    said.setdefault((tracking_no, column), {})[file.source] = (file.hours, value)
    state, conflicts = {}, set()
    for (tracking_no, column), systems in said.items():
        winner = min(systems, key=SYSTEMS.index)
        value = systems[winner][1]
        state[tracking_no, column] = value
        for system, (_, other) in systems.items():
            differs = abs(value - other) > 1 if column == "first_scan_at" else value != other
            if system != winner and differs:
                conflicts.add((tracking_no, column, winner, system))
    return state, conflicts


@settings(max_examples=25, deadline=None)
@given(files=FILES, dice=st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters_among_systems_either(
    session: Session, files: list[File], dice: Any
) -> None:
    first = held(session, files)
    shuffled = list(files)
    dice.shuffle(shuffled)
    assert held(session, shuffled) == first
    remerge(session, PARCELS, dice.randrange(len(files)))
    assert found(session) == first
    state, conflicts = _reference(files)
    values = {
        (row[0], column): value
        for row in first[0]
        for column, value in (("first_scan_at", row[1]), ("destination", row[2]))
        if value is not None
    }
    assert values == {
        key: START + timedelta(minutes=value) if key[1] == "first_scan_at" else value for key, value in state.items()
    }
    assert {(row[1].removeprefix("SF / "), row[4], row[5], row[7]) for row in first[1]} == conflicts


def test_what_concerns_a_person_is_never_compared() -> None:
    compared = {name: {column.name for column in contract.compared} for name, contract in load_contracts().items()}
    assert {"status", "paid_at", "order_value"} <= compared["orders"]
    for name, contract in load_contracts().items():
        assert not compared[name] & {column.name for column in contract.columns if column.personal}
        assert not compared[name] & set(contract.key)


def test_a_contract_says_once_whom_its_columns_believe() -> None:
    text = (
        'label = {}\nkey = ["a"]\nprecedence = ["x", "y"]\ntolerance = 5\n[columns]\na = { type = "id" }\n'
        'b = { type = "time" }\nc = { type = "id", precedence = ["y"] }\n'
    )
    contract = parse_contract("e", text)
    assert [column.precedence for column in contract.columns] == [("x", "y"), ("x", "y"), ("y",)]
    assert [column.tolerance for column in contract.compared] == [5, 5]
    many = ", ".join(f'"{letter}"' for letter in "abcdefgh")
    with pytest.raises(ValueError, match="more than 7"):
        parse_contract("e", text.replace('"x", "y"', many))


def test_precedences_name_kinds_of_system_in_one_order_each() -> None:
    known = {"platform", "platform summary", "warehouse", "carrier", "service", "purchasing"}
    for contract in load_contracts().values():
        for column in contract.columns:
            assert set(column.precedence) <= known, (contract.entity, column.name)
            assert len(set(column.precedence)) == len(column.precedence), (contract.entity, column.name)
