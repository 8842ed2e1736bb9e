"""A sample of the hostile inputs, in a process of its own (it forks). By hand: `python -m tests.bench.hostile`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fulfillment_bi.errors import FileUnreadableError, IngestError, SettingsError
from fulfillment_bi.ingest.mapping import parse_mapping
from fulfillment_bi.ingest.patterns import check_pattern
from fulfillment_bi.ingest.readers.opening import open_source
from fulfillment_bi.ingest.readers.source import Layout, ReadLimits
from tests.warehouse.stores import child_environment

INPUTS = 100


def test_hostile_files_are_loaded_quarantined_or_refused_in_words() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.hostile", "--count", str(INPUTS), "--seed", "3"],
        capture_output=True,
        text=True,
        timeout=600,
        env=child_environment(),
        cwd=Path(__file__).parents[2],
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"inputs {INPUTS}," in ended.stdout
    (total,) = re.findall(r"^all +(\d+) +(\d+) +(\d+)", ended.stdout, re.MULTILINE)
    assert all(int(count) > 0 for count in total), ended.stdout  # some are taken, some kept aside, most refused


@pytest.mark.parametrize("text", ["(a+)+$", "(.*)*x", "(?:x{1,50}y?){20,}", "((a|b)*c)*", "(?=(a+)+)"])
def test_patterns_that_could_take_for_ever_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="repeats what is repeated"):
        check_pattern(text)


@pytest.mark.parametrize("text", ["^(\\d{10})_", "(?:ab)+c+", "^-{5,}$", "(?<!\\d)(20\\d\\d)(?!\\d)", "(a{3})+"])
def test_plain_patterns_are_taken(text: str) -> None:
    assert check_pattern(text) == text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("requires = [5]", "not text"),
        ("requires = ['a']\ntimezone = 'Mars/Olympus'", "no time zone"),
        ("requires = ['a']\nfile_date = { pattern = 'orders', format = '' }", "no group"),
        ("x = " + "[" * 5000, "nested too deeply"),
    ],
)
def test_wrong_mappings_are_refused_in_words(change: str, says: str) -> None:
    target = "unused = 'nothing in it'"
    text = f"platform = 'x'\nlabel = 'x'\nsource = 'x'\n[[file]]\nkind = 'orders'\n{target}\n{change}\n"
    with pytest.raises(SettingsError, match=says):
        parse_mapping(text, "x.toml")


def test_a_table_wider_than_allowed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{place}" for place in range(50)) + "\n")
    assert open_source(path, ReadLimits(columns=50)).preview
    with pytest.raises(FileUnreadableError, match="50 columns, more than the 49 allowed"):
        open_source(path, ReadLimits(columns=49))


def test_a_header_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("a," * 100_000)
    with pytest.raises(FileUnreadableError, match="first line is longer than 64 KiB"):
        open_source(path)


def test_a_record_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("a,b\n1," + "x" * (24 << 20) + "\n2,3\n")
    source = open_source(path)
    with pytest.raises(FileUnreadableError, match="record in line 2 has no end"):
        list(source.chunks(Layout(source.preview[0]), (0, 1)))


def test_half_a_character_in_json_costs_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "1"}\n{"a": "\\ud800"}\n{"a": "\\ud83d\\ude00"}\n')
    source = open_source(path)
    (chunk,) = source.chunks(Layout(source.preview[0]), (0,))
    assert chunk.batch.column("c0").to_pylist() == ["1", None, "😀"]
    assert chunk.batch.column("_fault").to_pylist() == [None, "bad_json", None]


def test_what_errors_say_is_safe_to_show() -> None:
    error = IngestError("The header is '\x1b[2J\u202e\ud800\0'.", where="a\tb.csv")
    assert str(error) == "a\\tb.csv: The header is '\\x1b[2J\\u202e\\ud800\\x00'."
