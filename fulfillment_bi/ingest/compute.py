"""What a rule makes of the cells of its columns, for a whole batch at once; every distinct text is changed once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.ingest.adapter import Rule, header_key
from fulfillment_bi.ingest.cells import BLANKS, ENCRYPTED, clean_cell, keyed_hash, presence
from fulfillment_bi.ingest.durations import joined
from fulfillment_bi.ingest.patterns import LONGEST
from fulfillment_bi.ingest.readers.source import column_name

_UNIT = "\x1f"


@dataclass(frozen=True, slots=True)
class Cells:
    """A batch of rows whose columns are found by header. `nulls` are the words for "no value"."""

    batch: pa.RecordBatch
    positions: Mapping[str, int]
    nulls: Sequence[str]

    def column(self, headers: Sequence[str]) -> pa.Array | None:
        """The column of the first header that the file has."""
        found = first_header(headers, self.positions)
        return None if found is None else self.batch.column(column_name(self.positions[header_key(found)]))

    def cleaned(self, header: str) -> pa.Array | None:
        """The column under one header without blanks, marks and words for nothing."""
        column = self.column((header,))
        return None if column is None else each(column, lambda text: clean_cell(text, self.nulls))

    def repeat(self, text: str | None) -> pa.Array:
        """A column of one text."""
        return pa.array([text], pa.string()).take(pa.array([0] * self.batch.num_rows, pa.int64()))


def first_header(headers: Sequence[str], positions: Mapping[str, int]) -> str | None:
    """The first of some headers that a file has."""
    return next((header for header in headers if header_key(header) in positions), None)


def is_bound(rule: Rule, positions: Mapping[str, int]) -> bool:
    """Whether the file has what the rule needs. A plain constant needs nothing of the file and is filled in later."""
    if rule.kind == "first":
        return any(is_bound(choice, positions) or choice.kind == "value" for choice in rule.choices)
    if rule.kind == "value":
        return first_header(tuple(rule.conditions), positions) is not None
    return first_header(rule.headers, positions) is not None


def fill(rule: Rule, kind: str, cells: Cells, key: bytes) -> pa.Array:
    """The text of one contract column for every row; personal cells leave as a hash or a flag."""
    if rule.computed:
        return _computed(rule, cells, key, within=False)
    column = cells.column(rule.headers)
    assert column is not None, rule.column
    if kind == "hash":
        return each(column, lambda text: keyed_hash(text, key, cells.nulls))
    return filled_in(column, cells.nulls) if kind == "present" else column


def _computed(rule: Rule, cells: Cells, key: bytes, *, within: bool) -> pa.Array:
    """As `fill`; `within` a choice words are looked up here, since only the chosen text gets to the check."""
    if rule.kind == "first":
        return pc.coalesce(*(_computed(choice, cells, key, within=True) for choice in rule.choices))
    if rule.kind == "value":
        column = cells.repeat(rule.value)
    elif rule.kind == "join" or rule.together:
        column = _joined(rule, cells, key)
    else:
        source = cells.column(rule.headers)
        column = cells.repeat(None) if source is None else each(source, _change(rule, cells.nulls, within=within))
        if rule.kind == "hash":
            column = each(column, lambda text: keyed_hash(text, key, cells.nulls))
        elif rule.kind == "present":
            column = filled_in(column, cells.nulls)
    if rule.plus:
        column = joined(column, cells.cleaned(rule.plus) or cells.repeat(None), rule.unit)
    for header, words in rule.conditions.items():
        keep = has_word(cells, header, words)
        column = pc.if_else(keep, column, pa.scalar(None, pa.string()))
    return column


def _change(rule: Rule, nulls: Sequence[str], *, within: bool) -> Callable[[str | None], str | None]:
    pattern = re.compile(rule.pattern) if rule.pattern else None

    def change(text: str | None) -> str | None:
        value = clean_cell(text, nulls)
        if value is not None and pattern is not None:
            found = pattern.search(value[:LONGEST])
            value = (found.group(1) or None) if found else None
        if value is not None and within and rule.words:
            unmapped = None if rule.only else rule.otherwise or value
            value = rule.words.get(value.lower(), unmapped) or None
        return rule.filled if rule.filled and value is not None else value

    return change


def _joined(rule: Rule, cells: Cells, key: bytes) -> pa.Array:
    """The cells of several columns behind each other; of a hash, only where all are filled."""
    columns = [cells.cleaned(header) for header in rule.headers]
    if rule.together and any(column is None for column in columns):
        return cells.repeat(None)
    rows = zip(*(column.to_pylist() for column in columns if column is not None), strict=True)
    if rule.together:
        return pa.array([keyed_hash(_UNIT.join(row), key, ()) if all(row) else None for row in rows], pa.string())
    return pa.array([rule.value.join(part for part in row if part) or None for row in rows], pa.string())


def has_word(cells: Cells, header: str, words: Sequence[str]) -> pa.Array:
    """Whether the cell under a header is one of some words; the word "" is a blank cell."""
    column = cells.cleaned(header)
    if column is None:
        return pc.equal(cells.repeat(""), "" if "" in words else "x")
    return pc.is_in(pc.fill_null(column, ""), pa.array(list(words), pa.string()))


def filled_in(column: pa.Array, nulls: Sequence[str]) -> pa.Array:
    """`cells.presence` of a whole column at once, unless it has marks of spreadsheets."""
    bare = pc.utf8_trim(column, BLANKS)
    marked = pc.or_(pc.starts_with(bare, '="'), pc.starts_with(bare, "'"))
    if bool(pc.any(marked).as_py()):
        return each(column, lambda text: presence(text, nulls))
    empty = pc.is_in(pc.utf8_lower(bare), pa.array(["", *nulls]))
    answer = pc.if_else(empty, "false", "true")
    hidden = pc.fill_null(pc.starts_with(bare, ENCRYPTED[0]), True)
    for sign in ENCRYPTED[1:]:
        hidden = pc.or_(hidden, pc.fill_null(pc.starts_with(bare, sign), True))
    return pc.if_else(hidden, pa.scalar(None, pa.string()), answer)


def each(column: pa.Array, change: Callable[[str | None], str | None]) -> pa.Array:
    """Apply `change` once per distinct text."""
    encoded = column.dictionary_encode()
    changed = pa.array([change(text) for text in encoded.dictionary.to_pylist()], pa.string())
    # What is missing (a broken row) has no index and stays missing.
    return changed.take(encoded.indices)
