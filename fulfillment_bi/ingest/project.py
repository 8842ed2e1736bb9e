"""From the columns of a file to the columns of contracts, still as text. Personal data ends here.

What leaves this module is what may be stored: names, phones and streets have become a keyed hash or a flag, and columns
that no mapping asks for are gone.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fulfillment_bi.errors import WarehouseError
from fulfillment_bi.ingest.adapter import Adapter, Condition, Rule, Target, header_positions
from fulfillment_bi.ingest.cells import BLANKS, ENCRYPTED, NULL_WORDS, keyed_hash, presence, squash
from fulfillment_bi.ingest.readers.source import FAULT, LINE, column_name

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Binding:
    """A rule and the position of the column it reads."""

    rule: Rule
    position: int
    kind: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of one file become records of one entity. `primary`: it also takes the broken rows."""

    target: Target
    bindings: tuple[Binding, ...]
    present: tuple[int, ...]
    equals: tuple[tuple[int, tuple[str, ...]], ...]
    primary: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Contract columns that come from the file (constants do not)."""
        return tuple(binding.rule.column for binding in self.bindings)


def make_plans(adapter: Adapter, header: Sequence[str]) -> tuple[Plan, ...]:
    """One plan per target, for a file with that header."""
    positions = header_positions(header)
    return tuple(
        Plan(
            target=target,
            bindings=tuple(_bind(target.rules, positions)),
            present=_positions(target.when.present if target.when else (), positions),
            equals=_equals(target.when, positions),
            primary=place == 0,
        )
        for place, target in enumerate(adapter.targets)
    )


def _bind(rules: Sequence[Rule], positions: dict[str, int]) -> Iterator[Binding]:
    for rule in rules:
        found = next((header for header in rule.headers if squash(header) in positions), None)
        if found is not None:
            # A column called like the flag itself holds the flag, not the personal data it stands for.
            flag = rule.kind == "present" and squash(found) == squash(rule.column)
            yield Binding(rule, positions[squash(found)], "copy" if flag else rule.kind)


def _positions(headers: Sequence[str], positions: dict[str, int]) -> tuple[int, ...]:
    return tuple(positions[squash(header)] for header in headers if squash(header) in positions)


def _equals(when: Condition | None, positions: dict[str, int]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    if when is None:
        return ()
    return tuple(
        (positions[squash(header)], words) for header, words in when.equals.items() if squash(header) in positions
    )


def wanted_positions(plans: Sequence[Plan]) -> tuple[int, ...]:
    """The columns of the file that any plan looks at."""
    used = {binding.position for plan in plans for binding in plan.bindings}
    used |= {position for plan in plans for position in plan.present}
    used |= {position for plan in plans for position, _ in plan.equals}
    return tuple(sorted(used))


def project(batch: pa.RecordBatch, plan: Plan, key: bytes, null_words: Sequence[str] = ()) -> pa.RecordBatch:
    """The records of one entity in a batch of rows: `_line`, `_fault` and the contract columns, all text."""
    nulls = (*NULL_WORDS, *null_words)
    keep = _selection(batch, plan, nulls)
    if keep is not None:
        batch = batch.filter(keep)
    arrays = [batch.column(LINE), batch.column(FAULT)]
    for binding in plan.bindings:
        column = batch.column(column_name(binding.position))
        if binding.kind == "hash":
            column = _each(column, lambda text: keyed_hash(text, key, nulls))
        elif binding.kind == "present":
            column = filled_in(column, nulls)
        arrays.append(column)
    return pa.RecordBatch.from_arrays(arrays, [LINE, FAULT, *plan.columns])


def _selection(batch: pa.RecordBatch, plan: Plan, nulls: Sequence[str]) -> pa.Array | None:
    """Which rows give a record; None for all of them. Broken rows are accounted for by the primary plan alone."""
    faulty = pc.is_valid(batch.column(FAULT))
    if plan.target.when is None:
        return None if plan.primary else pc.invert(faulty)
    keep = pa.array([True]).take(pa.array([0] * batch.num_rows, pa.int64()))
    if plan.target.when.present:
        keep = pa.array([False]).take(pa.array([0] * batch.num_rows, pa.int64()))
        for position in plan.present:
            filled = filled_in(batch.column(column_name(position)), nulls)
            keep = pc.or_(keep, pc.fill_null(pc.equal(filled, "true"), False))
    for position, words in plan.equals:
        bare = pc.utf8_trim_whitespace(batch.column(column_name(position)))
        keep = pc.and_(keep, pc.fill_null(pc.is_in(bare, pa.array(words)), False))
    return pc.or_(keep, faulty) if plan.primary else pc.and_(keep, pc.invert(faulty))


def filled_in(column: pa.Array, nulls: Sequence[str]) -> pa.Array:
    """`cells.presence` of a whole column at once, unless it has marks of spreadsheets."""
    bare = pc.utf8_trim(column, BLANKS)
    marked = pc.or_(pc.starts_with(bare, '="'), pc.starts_with(bare, "'"))
    if bool(pc.any(marked).as_py()):
        return _each(column, lambda text: presence(text, nulls))
    empty = pc.is_in(pc.utf8_lower(bare), pa.array(["", *nulls]))
    answer = pc.if_else(empty, "false", "true")
    hidden = pc.starts_with(bare, ENCRYPTED)
    return pc.if_else(pc.fill_null(hidden, True), pa.scalar(None, pa.string()), answer)


def _each(column: pa.Array, change: Callable[[str | None], str | None]) -> pa.Array:
    """Apply `change` once per distinct text."""
    encoded = column.dictionary_encode()
    changed = pa.array([change(text) for text in encoded.dictionary.to_pylist()], pa.string())
    # What is missing (a broken row) has no index and stays missing.
    return changed.take(encoded.indices)


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
