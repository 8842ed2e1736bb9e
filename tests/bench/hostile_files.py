"""Files that somebody could send by mistake or on purpose: each kind writes one into a folder, from a seeded chance.

`KINDS`: name -> (write, which outcomes are right). Writers start from well-formed exports, so that most of what they
make gets past the first look and reaches the parts behind it.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

ROOT = Path(__file__).parents[2]
ROWS = 8
NASTY = (
    "=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "<script>alert(1)</script>", "'; DROP TABLE loads; --",
    "1e400", "nan", "-inf", "0x10", "1_000", "２０２５", "9" * 400, "2025-02-30 10:00:00", "0000-00-00", "9999-12-31",
    "10000-01-01", "-1", "1.23457E+17", "\x1b[2J\x1b[31m", "\u202eevil", "\ufeff", "%s%n", "../../etc/passwd", "{}",
    "٣", "\u0000", "😀", "e\u0301" * 50, '"', '""', "'", "\\", "\r", "\n", "1,5", "NULL", "N/A", " ", "\u3000",
)  # fmt: skip
Write = Callable[[Random, Path], Path]


@dataclass(frozen=True, slots=True)
class Kind:
    """How files of a kind are made, and which outcomes are right: any, unless it must be refused."""

    write: Write
    refused: bool = False
    weight: int = 10


@cache
def exports() -> tuple[bytes, ...]:
    """The head of every kind of sample export, as bytes."""
    found = []
    for path in sorted((ROOT / "data" / "sample").glob("*.*")):
        if path.suffix in {".csv", ".txt"}:
            found.append(b"".join(path.read_bytes().splitlines(keepends=True)[:ROWS]))
    return tuple(found)


@cache
def mappings() -> tuple[str, ...]:
    """The mapping files of the package."""
    folder = files("fulfillment_bi.ingest") / "adapters"
    return tuple(sorted(one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".toml")))


def _table(chance: Random) -> list[list[str]]:
    text = chance.choice(exports()).decode("utf-8-sig", "replace")
    return [line.split(",") for line in text.splitlines() if line]


def _saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _joined(rows: list[list[str]], separator: str = ",") -> bytes:
    return "\n".join(separator.join(row) for row in rows).encode("utf-8", "surrogatepass") + b"\n"


def _broken(chance: Random, data: bytes, most: int = 8) -> bytes:
    """Some bytes changed, cut out, doubled or put in."""
    found = bytearray(data)
    for _ in range(chance.randint(1, most)):
        place, what = chance.randrange(len(found) + 1), chance.randrange(5)
        if what == 0 and place < len(found):
            found[place] = chance.randrange(256)
        elif what == 1:
            del found[place : place + chance.choice((1, 2, 40, 400))]
        elif what == 2:
            found[place:place] = found[place : place + chance.choice((1, 10, 300))]
        elif what == 3:
            found[place:place] = chance.choice((b"\0", b'"', b"\r", b"\n", b"\xff", b"\xed\xa0\x80", b",", b"\xc0\xaf"))
        else:
            found[place:place] = chance.randbytes(chance.choice((1, 4, 64)))
    return bytes(found)


def csv_bytes(chance: Random, folder: Path) -> Path:
    return _saved(folder, "orders.csv", _broken(chance, chance.choice(exports())))


def csv_cells(chance: Random, folder: Path) -> Path:
    rows = _table(chance)
    for _ in range(chance.randint(1, 30)):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice(NASTY)
    return _saved(folder, "cells.csv", _joined(rows, chance.choice((",", ",", ",", ";", "\t", "|"))))


def csv_encoding(chance: Random, folder: Path) -> Path:
    text = chance.choice(exports()).decode("utf-8-sig", "replace")
    name = chance.choice(
        ("gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "big5", "shift_jis", "cp037")
    )
    data = text.encode(name, "replace")
    if chance.random() < 0.5:  # two encodings in one file
        other = chance.choice(exports()).decode("utf-8-sig", "replace").encode(chance.choice(("gb18030", "utf-8")))
        data = chance.choice((data + other, other + data, other[:40] + data[3:]))
    return _saved(folder, "encoded.csv", chance.choice((b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) + data)


def csv_surrogates(chance: Random, folder: Path) -> Path:
    rows = _table(chance)
    for _ in range(4):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = "a" + chr(chance.randrange(0xD800, 0xE000)) + "b"
    text = "\n".join(",".join(row) for row in rows)
    data = text.encode(chance.choice(("utf-8", "utf-16-le", "utf-16-be")), "surrogatepass")
    return _saved(folder, "surrogates.csv", chance.choice((b"", b"\xff\xfe", b"\xfe\xff")) + data)


def csv_shape(chance: Random, folder: Path) -> Path:
    """Headers without rows, rows without header, blank lines, widths at odds, one header after another."""
    rows = _table(chance)
    what = chance.randrange(8)
    if what == 0:
        rows = rows[:1] * chance.randint(1, 50)
    elif what == 1:
        rows = rows[1:]
    elif what == 2:
        rows = [[""] * chance.randint(0, 300) for _ in range(chance.randint(1, 300))]
    elif what == 3:
        rows = [row * chance.randint(0, 4) for row in rows]
    elif what == 4:
        rows = [[*row[: chance.randrange(len(row) + 1)]] for row in rows]
    elif what == 5:
        rows[0] = [chance.choice(rows[0]) for _ in rows[0]]
    elif what == 6:
        rows = [*[["title"]] * chance.randint(0, 40), *rows, ["合计", "1"], ["total"]]
    else:
        rows = [[chance.choice(NASTY) for _ in range(chance.randint(1, 60))] for _ in range(chance.randint(1, 40))]
    return _saved(folder, "shape.csv", _joined(rows))


def csv_wide(chance: Random, folder: Path) -> Path:
    rows, count = _table(chance), chance.choice((300, 5_000, 17_000, 60_000, 1_000_000))
    more = [f"c{place}" for place in range(count)] if chance.random() < 0.5 else [""] * count
    width = len(rows[0])
    if chance.random() < 0.5:
        rows = [[*rows[0], *more], *([*row, *[""] * (width + count - len(row))] for row in rows[1:2])]
    else:
        rows = [[*more, *rows[0]], rows[1]]
    return _saved(folder, "wide.csv", _joined(rows))


def csv_long(chance: Random, folder: Path) -> Path:
    rows, size = _table(chance), chance.choice((1 << 16, 1 << 20, 9 << 20, 30 << 20))
    row = chance.choice(rows)
    cell = chance.choice(("x", "中", '"', "a,b", "\n", "a\r")) * size
    row[chance.randrange(len(row))] = chance.choice((cell, f'"{cell}"', f'"{cell}'))[: size + 2]
    return _saved(folder, "long.csv", _joined(rows))


def csv_longest(chance: Random, folder: Path) -> Path:
    """A cell of 100 MB."""
    rows = _table(chance)
    path = folder / "longest.csv"
    with path.open("wb") as handle:
        handle.write(_joined(rows[:2])[:-1] + chance.choice((b',"', b",", b'\n"')))
        for _ in range(100):
            handle.write(chance.choice((b"x", b"a ")) * (1 << 19 if chance.random() < 0.1 else 1 << 20))
        handle.write(b"\n" + _joined(rows[2:]))
    return path


def gz_broken(chance: Random, folder: Path) -> Path:
    data = gzip.compress(chance.choice(exports()) * chance.choice((1, 40)), 6)
    what = chance.randrange(6)
    if what == 0:
        data = data[: chance.randrange(len(data))]
    elif what == 1:
        data = data[:10] + _broken(chance, data[10:], 3)
    elif what == 2:
        data = gzip.compress(data)
    elif what == 3:
        data += gzip.compress(b"\n1,2,3\n")
    elif what == 4:
        data += chance.randbytes(30)
    else:
        data = gzip.compress(chance.choice((b"", b"PAR1aaaa", b"PK\x03\x04aaaa", b"\0" * 5000, b"%PDF-1.4")))
    return _saved(folder, "orders.csv.gz", data)


def gz_bomb(chance: Random, folder: Path) -> Path:
    path = folder / "bomb.csv.gz"
    piece = chance.choice((b"x", b"\n", b"a,", b"0", b'"')) * (1 << 20)
    piece = gzip.compress(piece[: 1 << 20], 1)
    with path.open("wb") as handle:
        handle.write(gzip.compress(chance.choice(exports())))
        for _ in range(chance.choice((40, 200, 1_500))):
            handle.write(piece)
    return path


@cache
def _workbook(number: int) -> bytes:
    """A well-formed workbook of an export, in the shape most programs write."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        text = exports()[number % len(exports())].decode("utf-8-sig", "replace")
        for place, line in enumerate(text.splitlines()):
            for column, cell in enumerate(line.split(",")):
                sheet.write(place, column, cell)
    return buffer.getvalue()


def _repacked(data: bytes, change: Mapping[str, bytes | None], more: Mapping[str, bytes] = {}) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            kept = change.get(entry.filename, old.read(entry.filename))
            if kept is not None:
                new.writestr(entry.filename, kept)
        for name, content in more.items():
            new.writestr(name, content)
    return buffer.getvalue()


def _part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def xlsx_broken(chance: Random, folder: Path) -> Path:
    data = _workbook(chance.randrange(99))
    what = chance.randrange(4)
    if what == 0:
        data = data[: chance.randrange(4, len(data))]
    elif what == 1:
        data = data[:4] + _broken(chance, data[4:])
    elif what == 2:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        data = _repacked(data, {chance.choice(names): None})
    else:
        name = chance.choice((SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"))
        data = _repacked(data, {name: _broken(chance, _part(data, name))})
    return _saved(folder, "orders.xlsx", data)


def xlsx_odd(chance: Random, folder: Path) -> Path:
    """A far cell, a wide row, formulas, impossible dates, wrong references, names that lead out of the archive."""
    data = _workbook(chance.randrange(99))
    sheet = _part(data, SHEET)
    cell = chance.choice((
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', b'<row r="99999"><c r="XFD99999"><v>1</v></c></row>',
        b'<row r="40"><c r="A40"><f>WEBSERVICE("http://x")</f><v>1</v></c></row>',
        b'<row r="40"><c r="A40" t="s"><v>4000000000</v></c></row>', b'<row r="40"><c r="A40" t="d"><v>x</v></c></row>',
        b'<row r="40"><c r="A40" s="99999"><v>-1e308</v></c></row>', b'<row r="40"><c r="ZZZZZ40"><v>1</v></c></row>',
        b'<row r="0"><c r="A0"><v>1</v></c></row>', b'<row r="-5"><c><v>1</v></c></row>',
        b'<row><c t="e"><v>#N/A</v></c>',
        b'<row r="40">' + b"<c><v>1</v></c>" * 20_000 + b"</row>",
        b'<row r="40"><c t="inlineStr"><is><t>\xed\xa0\x80</t></is></c></row>',
        b'<row r="40"><c t="inlineStr"><is><t>&#0;&#xD800;</t></is></c></row>',
    ))  # fmt: skip
    changed = sheet.replace(b"</sheetData>", cell + b"</sheetData>")
    return _saved(folder, "odd.xlsx", _repacked(data, {SHEET: changed}, {"../../evil.csv": b"x", "/abs": b"y"}))


def xlsx_entities(chance: Random, folder: Path) -> Path:
    data = _workbook(chance.randrange(99))
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = chance.choice((
        f'<!DOCTYPE x [<!ENTITY l0 "lol">{levels}]>', '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">]>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>', '<!DOCTYPE x SYSTEM "file:///dev/zero">',
    ))  # fmt: skip
    name = chance.choice((SHEET, STRINGS))
    text = _part(data, name).decode()
    text = text.replace("?>", f"?>{doctype}", 1)
    text = text.replace("<t>", "<t>&l9;", 1).replace("<v>", "<v>&l9;", 1)
    return _saved(folder, "entities.xlsx", _repacked(data, {name: text.encode()}))


def xlsx_bomb(chance: Random, folder: Path) -> Path:
    data = _workbook(chance.randrange(99))
    size = chance.choice((20, 60, 200)) << 20
    filler = chance.choice((b" ", b"<row/>", b"<c/>", b"0", b"<row><c><v>1</v></c></row>"))
    name = chance.choice((SHEET, STRINGS))
    end = b"</sheetData>" if name == SHEET else b"</sst>"
    data = _repacked(data, {name: _part(data, name).replace(end, filler * (size // len(filler)) + end)})
    if chance.random() < 0.5:  # the directory says that everything is small
        place = data.find(b"PK\x01\x02")
        while place >= 0:
            data = data[: place + 24] + (1000).to_bytes(4, "little") + data[place + 28 :]
            place = data.find(b"PK\x01\x02", place + 4)
    return _saved(folder, "bomb.xlsx", data)


def zip_other(chance: Random, folder: Path) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for place in range(chance.choice((1, 3, 12_000) if chance.random() < 0.1 else (1, 3))):
            archive.writestr(f"{'../' * chance.randrange(3)}{place}.csv", b"a,b\n1,2\n")
    data = buffer.getvalue()
    cut = chance.choice((len(data), len(data) // 2, 30))
    return _saved(folder, chance.choice(("orders.zip.xlsx", "orders.csv")), data[:cut])


def wrong_ending(chance: Random, folder: Path) -> Path:
    data = chance.choice((
        _workbook(1), chance.choice(exports()), b"%PDF-1.4 ...", b"\x89PNG\r\n\x1a\n" + chance.randbytes(300),
        b"\x7fELF",
        b"PAR1" + chance.randbytes(100), b"\xd0\xcf\x11\xe0" + chance.randbytes(600), chance.randbytes(3000),
        b"", b"\n",
        b"\0" * 3000, b"SQLite format 3\0", b"<html><table><tr><td>1</td></tr></table></html>", b"{", b"[]", b"BZh91AY",
    ))  # fmt: skip
    return _saved(
        folder, "orders" + chance.choice((".csv", ".xlsx", ".jsonl", ".parquet", ".txt", ".gz", ".tsv")), data
    )


def jsonl_odd(chance: Random, folder: Path) -> Path:
    rows = _table(chance)
    header = rows[0]
    lines = [json.dumps(dict(zip(header, row, strict=False))) for row in rows[1:]]
    odd = chance.choice((
        '{"a": "\\ud800"}', '{"\\udfff": 1}', "[" * 3000, '{"a":' * 3000, '{"a": NaN, "b": 1e999}', "null",
        "{}", "[1]", '"x"',
        '{"a": 1, "a": 2}', '{"a": ' + "9" * 5000 + "}", '{"a": {"b": [1, {"c": "\\u0000"}]}}', "\ufeff{}", "{'a': 1}",
        json.dumps({f"k{place}": place for place in range(chance.choice((100, 30_000)))}), "", "}", '{"": ""}',
        json.dumps(dict.fromkeys(header, "\ud800")), json.dumps({header[0]: "x" * (2 << 20)}),
        json.dumps({name: [name] for name in header}), json.dumps(dict.fromkeys(header, True)),
    ))  # fmt: skip
    lines.insert(chance.randrange(len(lines) + 1), odd)
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    return _saved(folder, "orders.jsonl", _broken(chance, data) if chance.random() < 0.3 else data)


def parquet_odd(chance: Random, folder: Path) -> Path:
    rows = _table(chance)
    width = len(rows[0])
    names = [f"{name}{'' if rows[0].index(name) == place else place}" for place, name in enumerate(rows[0])]
    columns = [pa.array([(row + [""] * width)[place] for row in rows[1:]]) for place in range(width)]
    odd = chance.choice((
        pa.array([b"\xff\xfe"] * len(columns[0])), pa.array([{"a": [1]}] * len(columns[0])), pa.nulls(len(columns[0])),
        pa.array([float("nan")] * len(columns[0])), pa.array([2**62] * len(columns[0])),
        pa.array([-(2**62)] * len(columns[0]), pa.timestamp("us")),
        pa.array([253402300800 * 10] * len(columns[0]), pa.timestamp("s")),
        pa.array([b"\xed\xa0\x80"] * len(columns[0]), pa.binary()),
    ))  # fmt: skip
    columns[chance.randrange(width)] = odd
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, names), buffer)
    data = buffer.getvalue()
    if chance.random() < 0.7:
        data = (
            data[:4] + _broken(chance, data[4:], 4) if chance.random() < 0.7 else data[: chance.randrange(4, len(data))]
        )
    return _saved(folder, "orders.parquet", data)


NAMES = (
    "..csv", "a\nb.csv", "\x1b[31mred.csv", "'; DROP TABLE loads;--.csv", "export[1].csv", "*.csv", "?.csv",
    "{a,b}.csv",
    "-rf.csv", "$(reboot).csv", "<b>.csv", "%2e%2e%2f.csv", "..\\..\\x.csv", "a" * 251 + ".csv",
    "\u202egpj.csv", "CON.csv",
    "=1+1.csv", '"quoted".csv', "\u0085.csv", "文件 (1).csv", os.fsdecode(b"\xff\xfe.csv"), "orders_99999999999999.csv",
)  # fmt: skip


def odd_name(chance: Random, folder: Path) -> Path:
    return _saved(folder, chance.choice(NAMES), chance.choice(exports()))


def no_file(chance: Random, folder: Path) -> Path:
    """Links, pipes, folders and nothing at all where a file is expected."""
    path, what = folder / "orders.csv", chance.randrange(8)
    if what == 0:
        path.symlink_to("/etc/passwd")
    elif what == 1:
        path.symlink_to("/dev/zero")
    elif what == 2:
        path.symlink_to(path)
    elif what == 3:
        os.mkfifo(path)
    elif what == 4:
        (path / "orders.csv").mkdir(parents=True)
    elif what == 5:
        return folder / ".." / "nothing" / "orders.csv"
    elif what == 6:
        path.symlink_to("../../../../../../etc/hostname")
    else:
        path.symlink_to("/proc/self/mem")
    return path


def mapping_text(chance: Random, folder: Path) -> Path:
    """A mapping file with letters changed, lines doubled or left out."""
    lines = chance.choice(mappings()).splitlines()
    for _ in range(chance.randint(1, 6)):
        place, what = chance.randrange(len(lines)), chance.randrange(4)
        if what == 0:
            lines[place] = _broken(chance, lines[place].encode(), 2).decode("utf-8", "surrogateescape")
        elif what == 1:
            lines.insert(place, lines[chance.randrange(len(lines))])
        elif what == 2:
            del lines[place : place + chance.randint(1, 5)]
            lines = lines or [""]
        else:
            lines.insert(place, chance.choice(ENTRIES))
    return _mapped(chance, folder, "\n".join(lines))


ENTRIES = (
    "trailers = ['(a+)+$']", "trailers = ['(']", "trailers = [5]", "requires = [5]", "requires = [[['x']]]",
    "requires = []",
    "file_date = { pattern = '(x+x+)+y', format = '%s' }", "file_date = { pattern = 'orders', format = '' }",
    "kind = 5",
    "formats = ['%Q%%%', '%']", "formats = [[]]", "quotes = 'maybe'", "timezone = 'Mars/Olympus'", "timezone = 7",
    "null_words = [1]", "columns = 5", "order_no = { from = 5 }", "order_no = { from = [] }",
    "order_no = { hash = 1.5 }",
    "order_no = { from = 'x', pattern = '(.*)*(.*)*$' }", "order_no = { first = [{ first = [] }] }",
    "status = { words = 5 }",
    "status = { words = { a = 5 } }", "order_no = { join = ['a', 5], separator = 7 }", "entity = 'nothing'",
    "entity = 5",
    "split = { separator = '', columns = [] }", "block = { by = 5 }", "x = " + "[" * 2000, "decimal_comma = 'x'",
    "date_orders = { a = 5 }", "date_orders = 5", "when = { equals = { a = 5 } }", "'\u0000' = 1",
    "a = 1e999999", "a.b.c = 1",
    "evidence = 5", "source = []", "label = {}", "order_no = { from = 'x', default = 1979-05-27 }", "[[file]]",
    "[[file.target]]",
    "order_no = { from = 'x{n}{n}' }", "order_no = { value = { a = 1 } }", "file = 5", "platform = 5",
    "platform = '../../x'",
)  # fmt: skip


def mapping_entries(chance: Random, folder: Path) -> Path:
    """A small mapping that is right but for an entry."""
    head = ["platform = 'hostile'", "label = 'Hostile'", "source = 'hostile'"]
    body = ["[[file]]", "kind = 'orders'", "requires = ['订单号', '时间', '状态']"]
    target = ["[[file.target]]", "entity = 'orders'", "[file.target.columns]", "channel = { value = 'x' }"]
    rules = ["order_no = '订单号'", "created_at = '时间'", "status = { from = '状态', words = { a = 'paid' } }"]
    parts = [head, body, target, rules]
    for _ in range(chance.randint(1, 2)):
        part, entry = chance.choice(parts), chance.choice(ENTRIES)
        same = [place for place, line in enumerate(part) if line.split(" ")[0] == entry.split(" ")[0]]
        if same:
            part[same[0]] = entry
        else:
            part.append(entry)
    text = "\n".join(line for part in parts for line in part)
    rows = "订单号,时间,状态\n" + "".join(f"{'a' * 40}{n},2025-01-0{n},a\n" for n in range(1, 9))
    (folder / "mappings").mkdir()
    (folder / "mappings" / "own.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    return _saved(folder, "own.csv", rows.encode())


def _mapped(chance: Random, folder: Path, text: str) -> Path:
    (folder / "mappings").mkdir()
    data = text.encode("utf-8", "surrogateescape")
    (folder / "mappings" / "own.toml").write_bytes(_broken(chance, data) if chance.random() < 0.2 else data)
    return _saved(folder, "own.csv", chance.choice(exports()))


KINDS: Mapping[str, Kind] = {
    "csv: bytes changed": Kind(csv_bytes, weight=20),
    "csv: hostile cells": Kind(csv_cells, weight=20),
    "csv: encodings mixed": Kind(csv_encoding),
    "csv: lone surrogates": Kind(csv_surrogates),
    "csv: odd shapes": Kind(csv_shape),
    "csv: up to a million columns": Kind(csv_wide, weight=2),
    "csv: cells up to 30 MB": Kind(csv_long, weight=2),
    "csv: a cell of 100 MB": Kind(csv_longest, weight=0),
    "gzip: cut, damaged, nested": Kind(gz_broken),
    "gzip: bombs": Kind(gz_bomb, weight=0),
    "xlsx: damaged": Kind(xlsx_broken),
    "xlsx: odd cells, far cells": Kind(xlsx_odd, weight=6),
    "xlsx: entity bombs": Kind(xlsx_entities, weight=5),
    "xlsx: zip bombs": Kind(xlsx_bomb, weight=0),
    "zip: other archives": Kind(zip_other, refused=True, weight=3),
    "wrong endings": Kind(wrong_ending),
    "jsonl": Kind(jsonl_odd),
    "parquet": Kind(parquet_odd),
    "names": Kind(odd_name, weight=5),
    "links, pipes, folders": Kind(no_file, weight=3),
    "mappings: text changed": Kind(mapping_text),
    "mappings: wrong entries": Kind(mapping_entries),
}
RARE = ("csv: a cell of 100 MB", "gzip: bombs", "xlsx: zip bombs")
"""Kinds that take seconds each: one in `EVERY` inputs."""
EVERY = 150
NAMES_OF_KINDS = [name for name, kind in KINDS.items() if kind.weight]
WEIGHTS = [KINDS[name].weight for name in NAMES_OF_KINDS]


def kind_of(number: int, chance: Random) -> str:
    """The kind of input number `number`."""
    if number % EVERY == EVERY - 1:
        return RARE[number // EVERY % len(RARE)]
    return chance.choices(NAMES_OF_KINDS, WEIGHTS)[0]
