"""CSV: what is read is what was written, wherever the blocks are cut and however broken the file is."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fulfillment_bi.errors import FileUnreadableError
from fulfillment_bi.ingest.readers import text
from fulfillment_bi.ingest.readers.opening import open_source
from fulfillment_bi.ingest.readers.records import Dialect, parse_block, split_lines
from tests.ingest.reading import cells, read

HEADER = "订单号,城市\n"
ROWS = [["1001", "北京"], ["1002", "𠮷林㐀"]]
TEXT = HEADER + "1001,北京\n1002,𠮷林㐀\n"


def _file(folder: Path, content: str | bytes) -> Path:
    path = folder / "export.csv"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_gives_the_same_text(tmp_path: Path, encoding: str) -> None:
    many = TEXT + "".join(f"{number},上海市浦东新区\n" for number in range(500))
    path = _file(tmp_path, many.encode(encoding))
    assert cells(path)[:2] == ROWS
    assert len(cells(path)) == 502


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_is_found(tmp_path: Path, separator: str) -> None:
    content = f"a{separator}b{separator}c\n" + f'1{separator}"x, y; z"{separator}3\n' * 3
    if separator == "|":
        content = content.replace("x, y; z", "xyz")
    assert len(cells(_file(tmp_path, content))[0]) == 3


def test_decimal_commas_do_not_make_a_semicolon_file_a_comma_file(tmp_path: Path) -> None:
    path = _file(tmp_path, "nr;preis;menge\n1;1,50;2,00\n2;3,75;1,00\n")
    assert cells(path) == [["1", "1,50", "2,00"], ["2", "3,75", "1,00"]]


def test_gzip_is_read_as_its_content(tmp_path: Path) -> None:
    path = _file(tmp_path, gzip.compress(TEXT.encode("gb18030")))
    assert cells(path) == ROWS


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    content = 'a,b\r\n1,"two\r\nlines"\r\n\r\n2,x\r\n3,"three\r\n\r\nlines"\r\n4,y'
    assert [(line, row) for line, _, row in read(_file(tmp_path, content))] == [
        (2, ["1", "two\r\nlines"]),
        (5, ["2", "x"]),
        (6, ["3", "three\r\n\r\nlines"]),
        (9, ["4", "y"]),
    ]


def test_old_mac_line_ends(tmp_path: Path) -> None:
    assert [(line, row) for line, _, row in read(_file(tmp_path, "a,b\r1,x\r2,y\r"))] == [
        (2, ["1", "x"]),
        (3, ["2", "y"]),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1,x\n2\n3,z\n", [(2, None), (3, "field_count"), (4, None)]),
        ("1,x\n2,y,z\n3,z\n", [(2, None), (3, "field_count"), (4, None)]),
        ("1,x,,\n2,y\n", [(2, None), (3, None)]),
        ("1,x\n2,a\0b\n3,z\n", [(2, None), (3, "nul_byte"), (4, None)]),
        ('1,"x\n2,y\n3,z\n4,w\n', [(2, "runaway_quote"), (3, None), (4, None), (5, None)]),
        ('1,"x\n2,y\n3,"z"\n4,w\n', [(2, "runaway_quote"), (3, None), (4, None), (5, None)]),
        ("1,x\n2", [(2, None), (3, "truncated_tail")]),
        ("1,x\n2,y\rz\n3,w\n", [(2, None), (3, "stray_newline"), (4, None)]),
        ("1,x\n,\n  , \n2,y\n", [(2, None), (5, None)]),
        ("1,x\na,b\n2,y\n", [(2, None), (4, None)]),
        ('1,5" pipe\n2,y\n', [(2, None), (3, None)]),
        ('1,"say "hi" now"\n2,y\n', [(2, None), (3, None)]),
    ],
    ids=[
        "short", "long", "blank-surplus", "nul", "quote-to-the-end", "quote-to-the-next", "cut-off", "lone-return",
        "blank-rows", "repeated-header", "inch", "inner-quotes",
    ],
)  # fmt: skip
def test_broken_records_are_marked_and_the_others_kept(
    tmp_path: Path, body: str, expected: list[tuple[int, str | None]]
) -> None:
    assert [(line, fault) for line, fault, _ in read(_file(tmp_path, "a,b\n" + body))] == expected


def test_a_cell_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, f"a,b\n1,{'x' * 2000}\n2,y\n")
    assert [fault for _, fault, _ in read(path, max_cell=1000)] == ["field_too_long", None]


def test_a_quote_that_never_closes_costs_one_line_of_a_large_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "BLOCK", 4096)
    body = "".join(f"{number},ordinary\n" for number in range(20_000))
    path = _file(tmp_path, f'a,b\n0,"open\n{body}')
    faults = [fault for _, fault, _ in read(path)]
    assert len(faults) == 20_001
    assert [fault for fault in faults if fault] == ["runaway_quote"]


def test_quotes_can_be_ordinary_characters(tmp_path: Path) -> None:
    path = _file(tmp_path, 'a\tb\tc\n1\t"open\tx\n2\ty"\tz\n')
    assert [row for _, _, row in read(path, quotes=False)] == [["1", '"open', "x"], ["2", 'y"', "z"]]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=6)
SPECIAL = st.sampled_from(["", " ", '"', '""', ",", "\n", "\r\n", 'a"b', '","', "\n\n", "x\ny,z\nw"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELL | SPECIAL, min_size=3, max_size=3), max_size=12),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    terminator=st.sampled_from(["\n", "\r\n"]),
    block=st.sampled_from([7, 64, 1 << 20]),
)
@example(rows=[["", "", "x\ny,z,u\nw"]], quoting=csv.QUOTE_ALL, terminator="\n", block=7)
def test_what_python_writes_is_what_is_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[list[str]],
    quoting: int,
    terminator: str,
    block: int,
) -> None:
    monkeypatch.setattr(text, "BLOCK", block)
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=quoting, lineterminator=terminator)  # type: ignore[arg-type]
    writer.writerows([["k", "l", "m"], *rows])
    path = _file(tmp_path, written.getvalue())
    expected = []
    reader = csv.reader(io.StringIO(written.getvalue(), newline=""))
    header, before = next(reader), reader.line_num
    for row in reader:
        if any(cell.strip() for cell in row) and row != header:
            expected.append((before + 1, row))
        before = reader.line_num
    found = [(line, row) for line, fault, row in read(path) if fault is None]
    if not any(_looks_like_records(row) for row in rows):
        assert found == expected


def _looks_like_records(row: Sequence[str]) -> bool:
    """A cell whose inner lines would each be a record is taken for a forgotten quote: rightly refused."""
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="").writerow(row)
    inner = written.getvalue().split("\n")[1:-1]
    return any(line.count(",") >= 2 and line.count('"') % 2 == 0 for line in inner)


@settings(max_examples=200, deadline=None)
@given(body=st.text(st.sampled_from('ab,"\n\r\0'), max_size=60), cut=st.integers(1, 40))
def test_no_line_of_a_hostile_file_is_lost_or_read_twice(body: str, cut: int) -> None:
    lines = [f"{line}\n" for line in body.split("\n")]
    dialect = Dialect(",", True, 2)
    taken = [number for first, count, _, _ in split_lines(lines, dialect) for number in range(first, first + count)]
    assert taken == list(range(len(lines)))
    whole = _records(body.encode(), [])
    pieces = _records(body.encode(), [cut])
    assert [line for line, _ in pieces] == sorted({line for line, _ in pieces})
    assert {line for line, _ in whole} <= set(range(1, len(lines) + 1))


def _records(data: bytes, cuts: list[int]) -> list[tuple[int, str | None]]:
    """All records of `data` when it arrives in pieces."""
    found: list[tuple[int, str | None]] = []
    pending, line, rest = b"", 1, data
    for cut in [*cuts, len(data)]:
        pending, rest = pending + rest[:cut], rest[cut:]
        final = not rest
        while pending:
            parsed = parse_block(pending, line, Dialect(",", True, 2), [0, 1], final=final)
            if parsed is None:
                break
            found += [(row["_line"], row["_fault"]) for row in parsed.batch.to_pylist()]
            pending, line = pending[parsed.used :], line + parsed.lines
    assert not pending
    return found


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"a,b\n1,\xff\xfe\xfa\n", "encoding is broken"),
        (b"a,b\n1,x\n" + bytes(range(32)) * 100, "binary"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x7fELF\x02\x01\x01\x00" + b"\0" * 100, "program"),
        (gzip.compress(TEXT.encode())[:-12], "truncated"),
        (gzip.compress(TEXT.encode())[:-8] + b"\0" * 8, "damaged"),
        (b"PK\x03\x04 no archive", "damaged or truncated"),
        (b"PAR1 no parquet", "damaged or truncated"),
    ],
    ids=["empty", "blank", "encoding", "binary", "pdf", "elf", "gzip-cut", "gzip-damaged", "zip", "parquet"],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    path = _file(tmp_path, content)
    with pytest.raises(FileUnreadableError, match=says) as caught:
        open_source(path)
    assert "export.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_pipe(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.csv")
    for name, says in (("missing.csv", "no such file"), ("pipe.csv", "not a regular file"), ("", "not a regular file")):
        with pytest.raises(FileUnreadableError, match=says):
            open_source(tmp_path / name)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path, TEXT)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileUnreadableError, match="no permission"):
        open_source(path)


def test_a_few_bytes_that_are_no_text_are_called_binary(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"\x00\x01\x02PK")
    with pytest.raises(FileUnreadableError, match="binary"):
        open_source(path)
