"""Lost pointers and damaged files: an older version answers and says so, or nothing does; never a wrong number."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fulfillment_bi.errors import WarehouseError
from fulfillment_bi.warehouse.engine import DamagedError
from fulfillment_bi.warehouse.versions import Store
from tests.warehouse.stores import new_store, publish, values


@pytest.fixture(scope="module")
def three_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("three")
    for value in range(3):
        publish(new_store(home), value)
    return home


@pytest.fixture
def home(three_versions: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(three_versions, tmp_path / "home"))


def changed(**changes: object) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps(json.loads(content) | changes).encode()


POINTERS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "garbage": lambda content: b"\x00\xff" * 50,
    "list": lambda content: b"[]",
    "null": lambda content: b"null",
    "deep": lambda content: b"[" * 100_000,
    "no id": changed(id=None),
    "other id": changed(id="v3"),
    "path as id": changed(id="../../etc/passwd"),
    "number zero": changed(id="v00000000"),
    "size as text": changed(size="12"),
    "hash too short": changed(sha256="ab"),
    "no last": changed(last=None),
    "last before id": changed(last=1),
    "points nowhere": changed(id="v00000009", last=9),
    "wrong size": changed(size=1),
}


@pytest.mark.parametrize("damage", POINTERS)
def test_a_bad_pointer_falls_back_to_the_newest_version_and_says_so(home: Path, damage: str) -> None:
    current = home / "CURRENT"
    current.write_bytes(POINTERS[damage](current.read_bytes()))
    store = new_store(home)
    assert values(store) == [0, 1, 2]
    assert len(store.problems()) == 1
    assert not store.verify()[0].ok
    if damage in {"points nowhere", "wrong size"}:
        with pytest.raises(DamagedError, match="rollback"):
            publish(store, 3)
        store.rollback("v3")
    assert publish(store, 3).number == (10 if damage == "points nowhere" else 4)
    assert values(store) == [0, 1, 2, 3]
    assert store.problems() == []


def test_a_missing_pointer(home: Path) -> None:
    (home / "CURRENT").unlink()
    store = new_store(home)
    assert values(store) == [0, 1, 2]
    assert publish(store, 3).number == 4


def test_a_running_reader_notices_damage_to_the_pointer(home: Path) -> None:
    store = new_store(home)
    assert store.problems() == []
    (home / "CURRENT").write_text("{")
    assert values(store) == [0, 1, 2]
    assert len(store.problems()) == 1


FILES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "last byte gone": lambda content: content[:-1],
    "garbage of the same size": lambda content: b"x" * len(content),
    "header": lambda content: b"\x00" * 12_288 + content[12_288:],
}


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [*FILES, "missing"])
def test_a_damaged_current_file_falls_back(home: Path, damage: str) -> None:
    path = home / "versions" / "v00000003.duckdb"
    if damage == "missing":
        path.unlink()
    else:
        overwrite(path, FILES[damage](path.read_bytes()))
    store = new_store(home)
    assert values(store) == [0, 1]
    assert "v00000002 answers instead" in store.problems()[0].hint
    with pytest.raises(DamagedError, match="rollback"):
        publish(store, 9)
    store.rollback("v2")
    assert publish(store, 9).number == 4
    assert values(store) == [0, 1, 9]


def test_flipped_bits_give_an_error_or_the_right_answer(home: Path) -> None:
    path = home / "versions" / "v00000003.duckdb"
    good = path.read_bytes()
    chance = random.Random(5)
    answers = []
    for _ in range(40):
        content = bytearray(good)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        overwrite(path, bytes(content))
        store = new_store(home)
        assert not store.verify("v3")[0].ok
        try:
            answers.append(values(store))
        except DamagedError:
            assert store.condemn("v00000003")
            answers.append(values(store))
        store.close()
    assert {tuple(answer) for answer in answers} <= {(0, 1, 2), (0, 1)}
    assert (0, 1) in {tuple(answer) for answer in answers}


def test_a_writer_never_goes_on_from_altered_bytes(home: Path) -> None:
    path = home / "versions" / "v00000003.duckdb"
    good = path.read_bytes()
    for offset in range(0, len(good), len(good) // 12):
        overwrite(path, good[:offset] + bytes([good[offset] ^ 1]) + good[offset + 1 :])
        with pytest.raises(DamagedError, match="altered"):
            publish(new_store(home), 9)
    overwrite(path, good)
    assert publish(new_store(home), 9).number == 4


def test_after_a_rollback_the_version_left_on_purpose_is_the_last_resort(home: Path) -> None:
    new_store(home).rollback("v2")
    overwrite(home / "versions" / "v00000002.duckdb", b"")
    assert values(new_store(home)) == [0]


def test_a_lost_pointer_and_a_damaged_newest_file_stop_the_writer(home: Path) -> None:
    (home / "CURRENT").unlink()
    overwrite(home / "versions" / "v00000003.duckdb", b"")
    store = new_store(home)
    assert values(store) == [0, 1]
    with pytest.raises(DamagedError, match="rollback v00000002"):
        publish(store, 9)
    store.rollback("v2")
    assert publish(store, 9).number == 4


def test_a_lost_description_does_not_lose_the_version(home: Path) -> None:
    (home / "versions" / "v00000003.json").write_text("{")
    (home / "CURRENT").unlink()
    assert values(new_store(home)) == [0, 1, 2]


def test_nothing_readable_is_an_error(home: Path) -> None:
    for path in (home / "versions").glob("*.duckdb"):
        overwrite(path, b"")
    store = new_store(home)
    for use in (store.current, store.reader, lambda: publish(store, 9)):
        with pytest.raises(WarehouseError):
            use()
    assert not store.verify()[0].ok


def test_leftovers_of_dead_processes_are_removed(home: Path) -> None:
    left = [home / "versions" / name for name in ("build-1.duckdb", "build-1.duckdb.wal")]
    for path in left:
        path.write_bytes(b"half")
    (home / "versions" / "build-1.duckdb.tmp").mkdir()
    scratch = home / "tmp" / "4194999"
    scratch.mkdir(parents=True)
    (home / "CURRENT.tmp").write_text("half")
    store: Store = new_store(home)
    publish(store, 3)
    assert not any(path.exists() for path in [*left, scratch])
    assert values(store) == [0, 1, 2, 3]
