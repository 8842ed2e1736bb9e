"""The file beside a version that answers faster: published with it, checked with it, gone with it, and not for all."""

from __future__ import annotations

from pathlib import Path

from fulfillment_bi.warehouse.engine import Session
from fulfillment_bi.warehouse.scope import make_scope
from tests.warehouse.stores import new_store, publish


def beside(session: Session, path: Path, base: Path | None) -> None:
    """As many bytes as there are rows, and those of the base before them."""
    before = base.read_bytes() if base else b""
    path.write_bytes(before + bytes(session.rows("SELECT count(*) FROM numbers")[0][0]))


def test_it_is_published_with_its_version_and_goes_on_from_the_last(tmp_path: Path) -> None:
    store = new_store(tmp_path, beside=beside)
    one, two = publish(store, 1), publish(store, 2)
    assert one.cubes is not None
    assert two.cubes is not None
    assert (one.cubes.name, two.cubes.name) == ("v00000001.cubes", "v00000002.cubes")
    assert (one.cubes.read_bytes(), two.cubes.read_bytes()) == (bytes(1), bytes(3))
    assert new_store(tmp_path).list() == [one, two]
    assert sorted(path.name for path in tmp_path.joinpath("versions").glob("build-*")) == []


def test_a_version_without_it_has_none(tmp_path: Path) -> None:
    info = publish(new_store(tmp_path), 1)
    assert info.cubes is None
    assert not list(tmp_path.joinpath("versions").glob("*.cubes"))
    assert publish(new_store(tmp_path, beside=beside), 2).cubes is not None


def test_an_altered_or_missing_one_is_found(tmp_path: Path) -> None:
    store = new_store(tmp_path, beside=beside)
    info = publish(store, 1)
    assert info.cubes is not None
    assert [finding.ok for finding in store.verify()] == [True, True]
    info.cubes.chmod(0o644)
    info.cubes.write_bytes(b"\1")
    assert [finding.ok for finding in store.verify()] == [True, False]
    info.cubes.unlink()
    assert [finding.ok for finding in store.verify()] == [True, False]


def test_it_is_removed_with_its_version(tmp_path: Path) -> None:
    store = new_store(tmp_path, beside=beside, keep=1, minimum_age_seconds=0)
    publish(store, 1)
    publish(store, 2)
    assert [path.name for path in tmp_path.joinpath("versions").glob("*.cubes")] == ["v00000002.cubes"]


def test_a_reader_with_a_scope_does_not_get_it(tmp_path: Path) -> None:
    store = new_store(tmp_path, beside=beside)
    publish(store, 1)
    with store.reader() as whole, whole.lease(make_scope({"channel": ["jd"]})) as narrow:
        assert whole.info.cubes is not None
        assert narrow.info.cubes is None
