"""Publishing, pinning, rolling back, pruning and verifying versions."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from fulfillment_bi.errors import NoVersionError, UnknownNameError, WarehouseBusyError, WarehouseError
from fulfillment_bi.warehouse.draft import FAULT_POINTS
from fulfillment_bi.warehouse.engine import DamagedError, DiskFullError, Session
from fulfillment_bi.warehouse.versions import Store
from tests.warehouse.stores import new_store, publish, values


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture(scope="module")
def one_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("one")
    publish(new_store(home), 0)
    return home


def test_nothing_published_yet(store: Store, tmp_path: Path) -> None:
    assert store.current() is None
    assert store.list() == []
    assert [finding.ok for finding in store.verify()] == [True]
    with pytest.raises(NoVersionError, match="fbi load"):
        store.reader()
    assert list(tmp_path.iterdir()) == []


def test_versions_build_on_each_other_and_are_immutable(store: Store) -> None:
    infos = [publish(store, value) for value in range(3)]
    assert [info.id for info in infos] == ["v00000001", "v00000002", "v00000003"]
    assert store.list() == infos
    assert store.current() == infos[-1]
    assert values(store) == [0, 1, 2]
    assert {stat.S_IMODE(info.path.stat().st_mode) for info in infos} == {0o444}
    assert {info.path.stat().st_size == info.size for info in infos} == {True}
    assert all(finding.ok for finding in store.verify())


def test_reader_stays_on_its_version(store: Store) -> None:
    publish(store, 0)
    with store.reader() as old:
        publish(store, 1)
        assert old.info.number == 1
        assert old.session.rows("SELECT count(*) FROM numbers") == [(1,)]
        with old.lease() as other:
            assert other.info == old.info
    assert values(store) == [0, 1]
    with pytest.raises(RuntimeError):
        _ = old.session


def test_reader_cannot_write(store: Store) -> None:
    publish(store, 0)
    with store.reader() as reader, pytest.raises(Exception, match="read-only"):
        reader.session.execute("INSERT INTO numbers VALUES (9)")


def test_a_draft_left_without_publishing_leaves_nothing(store: Store) -> None:
    info = publish(store, 0)
    with store.draft() as draft:
        draft.session.append("numbers", pa.table({"value": [1]}))
    with pytest.raises(ZeroDivisionError):
        fail_in_a_draft(store)
    assert store.current() == info
    assert values(store) == [0]
    assert list((store.home / "versions").glob("build-*")) == []


def test_an_open_cursor_does_not_keep_the_draft_open(store: Store) -> None:
    with store.draft() as draft:
        cursor = draft.session.cursor()
        cursor.append("numbers", pa.table({"value": [7]}))
        draft.publish()
    assert values(store) == [7]


def test_failed_check_publishes_nothing_and_says_what(store: Store) -> None:
    publish(store, 0)

    def check(session: Session) -> list[str]:
        return [f"{session.rows('SELECT count(*) FROM numbers')[0][0]} rows are too many"]

    with store.draft() as draft:
        draft.session.append("numbers", pa.table({"value": [1]}))
        with pytest.raises(WarehouseError, match=r"2 rows are too many.*v00000001 stays current"):
            draft.publish([check])
    assert values(store) == [0]
    assert publish(store, 1).id == "v00000002"


@pytest.mark.parametrize(("read", "new", "lawful"), [(5, 5, True), (5, 4, False), (5, None, False)])
def test_law_of_records(store: Store, read: int, new: int | None, lawful: bool) -> None:
    columns = ["load_id", "entity", "read", "new", "updated", "unchanged", "superseded", "quarantined"]
    row = [1, "orders", read, new, 0, 0, 0, 0]
    types = [pa.int64(), pa.string(), *[pa.int64()] * 6]
    table = pa.table({name: pa.array([cell], kind) for name, cell, kind in zip(columns, row, types, strict=True)})
    with store.draft() as draft:
        draft.session.append("load_entities", table)
        if lawful:
            draft.publish()
        else:
            with pytest.raises(WarehouseError, match="load 1: orders: 5 records read"):
                draft.publish()
    assert (store.current() is not None) == lawful


def test_one_writer_at_a_time(store: Store, tmp_path: Path) -> None:
    with store.draft():
        with pytest.raises(WarehouseBusyError, match=str(os.getpid())), new_store(tmp_path).draft():
            pass
        with pytest.raises(WarehouseBusyError):
            store.prune()
    publish(store, 0)


def test_rollback_moves_the_pointer_and_no_number_comes_twice(store: Store) -> None:
    for value in range(3):
        publish(store, value)
    assert store.rollback("v1").number == 1
    assert values(store) == [0]
    for info in store.list()[1:]:
        info.path.unlink()  # even when the newer ones are gone
    info = publish(store, 9)
    assert info.number == 4
    assert values(store) == [0, 9]


@pytest.mark.parametrize("name", ["v00000007", "7", "", "latest", "../v1"])
def test_rollback_to_an_unknown_version(store: Store, name: str) -> None:
    publish(store, 0)
    with pytest.raises(UnknownNameError, match="version"):
        store.rollback(name)


def test_rollback_refuses_a_damaged_version(store: Store) -> None:
    info = publish(store, 0)
    publish(store, 1)
    flip_bit(info.path)
    with pytest.raises(DamagedError, match="SHA-256"):
        store.rollback(info.id)
    assert values(store) == [0, 1]


def test_verify_finds_a_flipped_bit(store: Store) -> None:
    infos = [publish(store, value) for value in range(2)]
    for offset in (0, 4_100, infos[0].size // 2, infos[0].size - 1):
        flip_bit(infos[0].path, offset)
        assert [finding.ok for finding in store.verify()] == [True, False, True]
        assert not store.verify("v00000001")[0].ok
        flip_bit(infos[0].path, offset)
    assert all(finding.ok for finding in store.verify())


def test_prune_keeps_the_newest_the_current_and_the_young(store: Store) -> None:
    for value in range(5):
        publish(store, value)
    store.rollback("v2")
    assert store.prune(keep=1) == []
    for info in store.list():
        os.utime(info.path, (0, 0))
    assert [info.number for info in store.prune(keep=2)] == [1, 3]
    assert [info.number for info in store.list()] == [2, 4, 5]
    assert not (store.home / "versions" / "v00000001.json").exists()


def test_a_reader_survives_the_pruning_of_its_version(tmp_path: Path) -> None:
    store = new_store(tmp_path, keep=1, minimum_age_seconds=0)
    old = publish(store, 0)
    with store.reader() as reader:
        publish(store, 1)
        assert not old.path.exists()
        assert reader.session.rows("SELECT value FROM numbers") == [(0,)]
    assert values(store) == [0, 1]


def test_the_look_at_current_stays_good_for_a_while(tmp_path: Path) -> None:
    writer, reader = new_store(tmp_path), Store(tmp_path, check_seconds=3600)
    publish(writer, 0)
    first = reader.current()
    second = publish(writer, 1)
    assert reader.current() == first
    assert reader.current(refresh=True) == second


@pytest.mark.parametrize("step", FAULT_POINTS)
def test_an_error_at_any_step_leaves_one_version_and_a_clean_rerun(
    one_version: Path, tmp_path: Path, step: str
) -> None:
    shutil.copytree(one_version, tmp_path, dirs_exist_ok=True)

    def fault(name: str) -> None:
        if name == step:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    failing = new_store(tmp_path, fault, keep=1, minimum_age_seconds=0)
    with pytest.raises((OSError, DiskFullError)):
        publish(failing, 1)
    done = FAULT_POINTS.index(step) >= FAULT_POINTS.index("published")
    for store in (failing, new_store(tmp_path)):
        assert values(store) == ([0, 1] if done else [0])
        assert store.problems() == []
    complete = done or step in {"renamed", "pointer", "pointer.replace"}
    assert publish(store, 2).number == (3 if complete else 2)  # a number whose file existed is not taken again
    assert values(store) == ([0, 1, 2] if done else [0, 2])
    assert len(store.list()) == (3 if step in {"published", "prune"} else 2)
    assert list((tmp_path / "versions").glob("build-*")) == []


def test_disk_full_is_said_so(tmp_path: Path) -> None:
    def fault(name: str) -> None:
        if name == "rename":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(DiskFullError, match="disk is full"):
        publish(new_store(tmp_path, fault), 0)


def test_home_that_is_a_file(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("")
    store = new_store(home)
    assert store.current() is None
    with pytest.raises(WarehouseError, match="file"), store.draft():
        pass


def test_a_version_of_a_newer_release_is_not_read(store: Store) -> None:
    publish(store, 0)
    record = json.loads((store.home / "CURRENT").read_text())
    (store.home / "CURRENT").write_text(json.dumps(record | {"schema": 99}))
    assert store.problems()[0].what.endswith("newer release of this program")


def fail_in_a_draft(store: Store) -> None:
    with store.draft() as draft:
        draft.session.append("numbers", pa.table({"value": [1]}))
        raise ZeroDivisionError


def flip_bit(path: Path, offset: int = 50_000) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
