"""Which files of an inbox are whole, which are refused, and where they go."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from fulfillment_bi.ingest.inbox import archive, is_same, put_aside, scan

NOW = 1_800_000_000.0
DAY = datetime(2026, 5, 1, 12)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def put(path: Path, age: float = 100.0, text: str = "a,b\n1,2\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (NOW - age, NOW - age))
    return path


def found(inbox: Path, settle: float = 30.0):
    return {one.path.relative_to(inbox).as_posix(): one for one in scan(inbox, settle, NOW)}


def test_a_file_is_whole_when_unchanged_for_long_enough(inbox):
    put(inbox / "old.csv", 31)
    put(inbox / "new.csv", 29)
    put(inbox / "future.csv", -500)
    put(inbox / "shop" / "deep.csv", 31)
    assert {name: one.whole for name, one in found(inbox).items()} == {
        "old.csv": True,
        "new.csv": False,
        "future.csv": False,
        "shop/deep.csv": True,
    }
    assert found(inbox, 5)["new.csv"].whole


def test_a_marker_says_so_at_once_and_goes_with_the_file(inbox):
    put(inbox / "new.csv", 0)
    put(inbox / "new.csv.done", 0, "")
    (one,) = scan(inbox, 30, NOW)
    assert one.whole
    moved = archive(inbox, one, DAY)
    assert moved == inbox / "archive" / "2026-05-01" / "new.csv"
    assert [path.name for path in inbox.iterdir()] == ["archive"]


def test_names_in_the_making_and_side_folders_are_left_alone(inbox):
    for name in ("a.csv.part", "b.csv.TMP", ".c.csv", "~$d.xlsx", "e.crdownload", "archive/x.csv", "failed/y.csv"):
        put(inbox / name)
    put(inbox / "shop" / "archive" / "z.csv")
    assert list(found(inbox)) == ["shop/archive/z.csv"]


def test_what_is_no_plain_file_is_refused(inbox, tmp_path):
    outside = put(tmp_path / "secret.csv")
    (inbox / "link.csv").symlink_to(outside)
    (inbox / "folder").symlink_to(tmp_path)
    (inbox / "dangling.csv").symlink_to(tmp_path / "nothing")
    os.mkfifo(inbox / "pipe.csv")
    os.link(outside, inbox / "hard.csv")
    problems = {name: one.problem for name, one in found(inbox).items()}
    assert set(problems) == {"link.csv", "folder", "dangling.csv", "pipe.csv", "hard.csv"}
    assert all(problems.values())
    for one in scan(inbox, 30, NOW):
        put_aside(inbox, one, DAY, "no")
    assert found(inbox) == {}
    assert outside.read_text() == "a,b\n1,2\n"


@pytest.mark.parametrize(
    "name", ["export[1].csv", "报表 (2).csv", "a'b\"c.csv", "line\nbreak.csv", "x" * 251 + ".csv", "a.b.csv.gz"]
)
def test_odd_names_are_moved_and_explained(inbox, name):
    for expected in (1, 2):
        put(inbox / name)
        (one,) = scan(inbox, 30, NOW)
        assert "\n" not in one.name
        target = put_aside(inbox, one, DAY, f"reason {expected}")
        assert target.parent == inbox / "failed" / "2026-05-01"
        assert Path(f"{target}.reason.txt").read_text() == f"reason {expected}"
        put(inbox / name)
        (one,) = scan(inbox, 30, NOW)
        assert archive(inbox, one, DAY).exists()
    assert len(list((inbox / "archive" / "2026-05-01").iterdir())) == 2
    assert len(list((inbox / "failed" / "2026-05-01").iterdir())) == 4


def test_a_changed_file_is_not_the_same(inbox):
    path = put(inbox / "a.csv")
    (one,) = scan(inbox, 30, NOW)
    assert is_same(one)
    put(path, 99)
    assert not is_same(one)
    path.unlink()
    assert not is_same(one)
