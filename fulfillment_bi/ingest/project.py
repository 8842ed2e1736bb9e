"""From the columns of a file to the columns of contracts, still as text. Personal data ends here.

What leaves this module is what may be stored: names, phones and streets have become a keyed hash or a flag, and columns
that no mapping asks for are gone.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.errors import WarehouseError
from fulfillment_bi.ingest.adapter import (
    GROUP,
    Adapter,
    Condition,
    Rule,
    Split,
    Target,
    group_pattern,
    header_key,
    header_positions,
)
from fulfillment_bi.ingest.cells import NULL_WORDS, clean_cell, squash
from fulfillment_bi.ingest.compute import Cells, fill, filled_in, first_header, has_word, is_bound
from fulfillment_bi.ingest.readers.source import FAULT, LINE, column_name
from fulfillment_bi.ingest.reshape import is_made

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Shape:
    """One way in which a row becomes a record: a target with item groups has one for each group (`number` > 0)."""

    number: int
    bindings: tuple[tuple[Rule, str], ...]
    when: Condition | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of one file become records of one entity. `primary`: it also takes the broken rows.

    `columns` are the contract columns that come from the file (constants do not), `reads` the positions looked at.
    """

    target: Target
    shapes: tuple[Shape, ...]
    positions: Mapping[str, int]
    columns: tuple[str, ...]
    reads: tuple[int, ...]
    primary: bool


def make_plans(adapter: Adapter, header: Sequence[str]) -> tuple[Plan, ...]:
    """One plan per target, for a file with that header."""
    positions = header_positions(header)
    block = adapter.block.headers if adapter.block else ()
    return tuple(
        _plan(target, positions, len(header), block, primary=place == 0) for place, target in enumerate(adapter.targets)
    )


def _plan(target: Target, positions: dict[str, int], width: int, block: Sequence[str], *, primary: bool) -> Plan:
    numbers = _group_numbers(target, positions)
    shapes = tuple(_shape(target, positions, number) for number in numbers)
    bound = {rule.column for shape in shapes for rule, _ in shape.bindings}
    headers = [*block, *(_numbered(header, number) for header in target.headers for number in numbers)]
    found = {positions[header_key(header)] for header in headers if header_key(header) in positions}
    return Plan(
        target=target,
        shapes=shapes,
        positions=positions,
        columns=tuple(rule.column for rule in target.rules if rule.column in bound),
        reads=tuple(sorted(position for position in found if not is_made(position, width))),
        primary=primary,
    )


def _group_numbers(target: Target, positions: Mapping[str, int]) -> tuple[int, ...]:
    """The item numbers in the header; (0,) for a target without groups."""
    patterns = [group_pattern(header) for header in target.headers if GROUP in header]
    if not patterns:
        return (0,)
    found = (pattern.fullmatch(key) for pattern in patterns for key in positions)
    return tuple(sorted({int(match.group(1)) for match in found if match})) or (1,)


def _shape(target: Target, positions: Mapping[str, int], number: int) -> Shape:
    rules = [_numbered_rule(rule, number) for rule in target.rules] if number else target.rules
    when = _numbered_condition(target.when, number) if target.when and number else target.when
    return Shape(number, tuple((rule, _kind(rule, positions)) for rule in rules if is_bound(rule, positions)), when)


def _kind(rule: Rule, positions: Mapping[str, int]) -> str:
    # A column called like the flag itself holds the flag, not the personal data it stands for.
    found = first_header(rule.headers, positions)
    flag = rule.kind == "present" and found is not None and squash(found) == squash(rule.column)
    return "copy" if flag else rule.kind


def _numbered(header: str, number: int) -> str:
    return header.replace(GROUP, str(number))


def _numbered_rule(rule: Rule, number: int) -> Rule:
    return replace(
        rule,
        headers=tuple(_numbered(header, number) for header in rule.headers),
        conditions={_numbered(header, number): words for header, words in rule.conditions.items()},
        choices=tuple(_numbered_rule(choice, number) for choice in rule.choices),
    )


def _numbered_condition(when: Condition, number: int) -> Condition:
    return Condition(
        present=tuple(_numbered(header, number) for header in when.present),
        absent=tuple(_numbered(header, number) for header in when.absent),
        equals={_numbered(header, number): words for header, words in when.equals.items()},
        differs={_numbered(header, number): words for header, words in when.differs.items()},
    )


def wanted_positions(plans: Sequence[Plan]) -> tuple[int, ...]:
    """The columns of the file that any plan looks at."""
    return tuple(sorted({position for plan in plans for position in plan.reads}))


def project(batch: pa.RecordBatch, plan: Plan, key: bytes, null_words: Sequence[str] = ()) -> pa.RecordBatch:
    """The records of one entity in a batch of rows: `_line`, `_fault` and the contract columns, all text."""
    nulls = (*NULL_WORDS, *null_words)
    parts = [_records(batch, plan, shape, key, nulls, first=not place) for place, shape in enumerate(plan.shapes)]
    if len(parts) == 1:
        return parts[0]
    return pa.Table.from_batches(parts).combine_chunks().to_batches()[0] if any(map(len, parts)) else parts[0]


def _records(
    batch: pa.RecordBatch, plan: Plan, shape: Shape, key: bytes, nulls: Sequence[str], *, first: bool
) -> pa.RecordBatch:
    keep = _selection(Cells(batch, plan.positions, nulls), shape.when, broken=plan.primary and first)
    if keep is not None:
        batch = batch.filter(keep)
    cells = Cells(batch, plan.positions, nulls)
    if plan.target.split:
        cells = replace(cells, batch=_split(cells, plan.target.split))
    elif shape.number:
        cells = replace(cells, batch=_with(batch, plan.positions["@item"], cells.repeat(str(shape.number))))
    filled = {rule.column: fill(rule, kind, cells, key) for rule, kind in shape.bindings}
    columns = [filled[name] if name in filled else cells.repeat(None) for name in plan.columns]
    arrays = [cells.batch.column(LINE), cells.batch.column(FAULT), *columns]
    return pa.RecordBatch.from_arrays(arrays, [LINE, FAULT, *plan.columns])


def _selection(cells: Cells, when: Condition | None, *, broken: bool) -> pa.Array | None:
    """Which rows give a record; None for all. Broken rows are accounted for once, by the primary plan."""
    faulty = pc.is_valid(cells.batch.column(FAULT))
    if when is None:
        return None if broken else pc.invert(faulty)
    keep = pc.is_valid(cells.repeat(""))
    if when.present:
        keep = pc.invert(keep)
        for header in when.present:
            keep = pc.or_(keep, _is_filled(cells, header))
    for header in when.absent:
        keep = pc.and_(keep, pc.invert(_is_filled(cells, header)))
    for header, words in when.equals.items():
        if cells.column((header,)) is not None:
            keep = pc.and_(keep, has_word(cells, header, words))
    for header, words in when.differs.items():
        keep = pc.and_(keep, pc.and_(_is_filled(cells, header), pc.invert(has_word(cells, header, words))))
    return pc.or_(keep, faulty) if broken else pc.and_(keep, pc.invert(faulty))


def _is_filled(cells: Cells, header: str) -> pa.Array:
    column = cells.column((header,))
    if column is None:
        return pc.is_null(cells.repeat(""))
    return pc.fill_null(pc.equal(filled_in(column, cells.nulls), "true"), False)


def _split(cells: Cells, split: Split) -> pa.RecordBatch:
    """A record for each piece of the cells that hold several; broken where the numbers of pieces differ."""
    batch = cells.batch
    found = [header for header in split.headers if header_key(header) in cells.positions]
    columns = {header: (cells.cleaned(header) or cells.repeat(None)).to_pylist() for header in found}
    counts = (cells.cleaned(split.count) or cells.repeat(None)).to_pylist() if split.count else []
    rows: list[int] = []
    items: list[str] = []
    faults: list[str | None] = []
    pieces: dict[str, list[str | None]] = {header: [] for header in found}
    for row, fault in enumerate(batch.column(FAULT).to_pylist()):
        cut = {header: _pieces(texts[row], split.separator) for header, texts in columns.items()}
        number = max(len(cut[found[0]]), 1) if found else 1
        if counts and counts[row] is not None and counts[row] != str(number):
            continue
        uneven = any(parts and len(parts) != number for parts in cut.values())
        for place in range(1 if uneven else number):
            rows.append(row)
            items.append(str(place + 1))
            faults.append(fault or ("pieces_differ" if uneven else None))
            for header, parts in cut.items():
                pieces[header].append(clean_cell(parts[place], cells.nulls) if parts and not uneven else None)
    exploded = batch.take(pa.array(rows, pa.int64()))
    exploded = _with(exploded, cells.positions["@item"], pa.array(items, pa.string()))
    for header, texts in pieces.items():
        exploded = _with(exploded, cells.positions[header_key(header)], pa.array(texts, pa.string()))
    place = exploded.schema.get_field_index(FAULT)
    return exploded.set_column(place, FAULT, pa.array(faults, pa.string()))


def _pieces(text: str | None, separator: str) -> list[str]:
    if text is None:
        return []
    parts = text.split(separator)
    return parts[:-1] if len(parts) > 1 and not parts[-1].strip() else parts


def _with(batch: pa.RecordBatch, position: int, column: pa.Array) -> pa.RecordBatch:
    """The batch with a column at a position of the file."""
    name = column_name(position)
    place = batch.schema.get_field_index(name)
    return batch.set_column(place, name, column) if place >= 0 else batch.append_column(name, column)


def hash_key(home: Path) -> bytes:
    """The key of the hashes of this warehouse, made at the first need; only its owner may read it.

    Without the key no export of the same people could be joined with what is there, so it is never replaced.
    """
    path = home / "hash.key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        draft = home / f"hash.key.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(secrets.token_bytes(_KEY_BYTES))
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(draft, path)  # fails if another process was faster: its key is the one
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        what = "The key of the hashed columns is damaged."
        raise WarehouseError(what, where=str(path), hint="Restore it from a backup.")
    return key
