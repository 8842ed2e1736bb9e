"""Which adapter fits a file, by its header.

A mapping file that has all it requires comes first. Failing that, the contracts compete: the one whose columns the
header resembles most is meant, even if it lacks a required column, which is then said. Columns that only few contracts
have say most, and a header that has nothing but a contract's key says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from fulfillment_bi.errors import ContractError, FileUnknownError, UnknownNameError
from fulfillment_bi.extensions import parts
from fulfillment_bi.ingest.adapter import GROUP, Adapter, group_pattern, header_key, header_positions
from fulfillment_bi.ingest.cells import squash
from fulfillment_bi.ingest.contracts import contract_of
from fulfillment_bi.ingest.generic import generic_adapters
from fulfillment_bi.ingest.mapping import built_in_adapters
from fulfillment_bi.ingest.own import own_mappings
from fulfillment_bi.ingest.readers.source import PreviewRow

_TRIED_SHOWN = 3
_NAMES_SHOWN, _NAME_SHOWN = 40, 60
_TELLING = ("time", "date", "word")


@dataclass(frozen=True, slots=True)
class Detected:
    """The adapter of a file, its header row, and the headers the adapter makes no use of."""

    adapter: Adapter
    header: PreviewRow
    unknown_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One of the first rows, with what every adapter wants to know of it; a row may have thousands of cells."""

    row: PreviewRow
    positions: Mapping[str, int]
    keys: frozenset[str]


def _row(row: PreviewRow) -> _Row:
    return _Row(row, header_positions(row.cells), frozenset(squash(cell) for cell in row.cells if cell.strip()))


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well an adapter fits a row.

    `missing`: required headers it lacks; `found`: required ones it has; `common`: cells of the row it uses; `weight`:
    what those say about a contract (generic adapters only).
    """

    adapter: Adapter
    row: PreviewRow
    missing: tuple[str, ...]
    found: int
    common: int
    weight: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether it can be loaded: nothing required is missing, and there is more than a key."""
        return not self.missing and (self.weight > 0 or not self.adapter.generic)

    @property
    def likely(self) -> bool:
        """Whether the row is meant for the adapter, although something is missing."""
        return self.found > max(1, len(self.missing)) and (self.weight > 0 or not self.adapter.generic)


def all_adapters(own: Path | None = None) -> Mapping[str, Adapter]:
    """Name -> adapter: of the user's folder `own`, of extensions, of our mapping files, then those made from contracts.

    The first of a name is the one. Raises SettingsError for a file in `own` that is wrong.
    """
    mine = dict(own_mappings(own).adapters)
    for folder in parts("mappings"):
        mine = {**own_mappings(folder).adapters, **mine}
    return {**mine, **{name: one for name, one in _delivered().items() if name not in mine}}


def _delivered() -> Mapping[str, Adapter]:
    return {**built_in_adapters(), **generic_adapters()}


def find_adapter(name: str, own: Path | None = None) -> Adapter:
    """The adapter called `name`, or with one of its date orders or decimal signs behind it ("orders_day_first").

    Raises UnknownNameError for a name that does not exist.
    """
    known = all_adapters(own)
    if name in known:
        return known[name]
    for adapter in known.values():
        for order, formats in adapter.date_orders.items():
            if name == f"{adapter.name}_{order}":
                return replace(adapter, name=name, formats=(*formats, *adapter.formats), date_orders={})
        if adapter.decimal_by_file and name in (f"{adapter.name}_decimal_comma", f"{adapter.name}_decimal_point"):
            return replace(adapter, name=name, decimal_comma=name.endswith("comma"), decimal_by_file=False)
    raise UnknownNameError("adapter", name, known)


def detect(
    preview: Sequence[PreviewRow], where: str, *, adapter: str | None = None, own: Path | None = None
) -> Detected:
    """The best fitting adapter, or the one asked for; a mapping of the user's folder `own` that fits comes first.

    Raises FileUnknownError when the header resembles nothing, ContractError naming the missing column when it almost
    fits, UnknownNameError for an `adapter` that does not exist.
    """
    if adapter is not None:
        asked = find_adapter(adapter, own)
        chosen = _first((_fit(asked, row) for row in map(_row, preview)), key=lambda fit: (fit.found, fit.common))
        if chosen is None:
            raise _unknown([], preview, where)
        if chosen.missing:
            raise _lacking(chosen, where)
        return _detected(chosen, where)
    rows = [_row(one) for one in preview]
    fits = [_fit(one, row) for one in all_adapters(own).values() for row in rows]
    mapped = [fit for fit in fits if not fit.adapter.generic]
    mine = own_mappings(own).adapters
    best = _first((fit for fit in mapped if fit.complete and fit.adapter.name in mine), key=_rank)
    best = best or _first((fit for fit in mapped if fit.complete), key=_rank)
    generic = _first((fit for fit in fits if fit.adapter.generic and (fit.complete or fit.likely)), key=_generic_rank)
    almost = _first((fit for fit in mapped if fit.likely), key=lambda fit: (fit.common, *_rank(fit)))
    if best is None and generic is not None and generic.complete:
        best = generic if almost is None or almost.common <= generic.common else None
    if best is not None:
        return _detected(best, where)
    if almost is None or (generic is not None and generic.common > almost.common):
        almost = generic
    raise _lacking(almost, where) if almost else _unknown(fits, preview, where)


def _first(fits: Iterable[_Fit], key: object) -> _Fit | None:
    return max(fits, key=key, default=None)  # type: ignore[call-overload, no-any-return]


def _rank(fit: _Fit) -> tuple[float, int, int, int]:
    share = fit.found / max(fit.found + len(fit.missing), 1)
    return (share, fit.found, fit.common, -fit.row.line)


def _generic_rank(fit: _Fit) -> tuple[float, bool, int, int, int]:
    share = fit.found / max(fit.found + len(fit.missing), 1)
    return (round(fit.weight * share, 6), fit.complete, fit.found, fit.common, -fit.row.line)


def _fit(adapter: Adapter, look: _Row) -> _Fit:
    row, positions = look.row, look.positions
    if adapter.generic:
        return _generic_fit(adapter, row, positions)
    missing = tuple(name for name in adapter.requires if squash(name) not in positions)
    common = len(_used(adapter, look.keys))
    return _Fit(adapter, row, missing, len(adapter.requires) - len(missing), common or len(adapter.requires))


def _generic_fit(adapter: Adapter, row: PreviewRow, positions: Mapping[str, int]) -> _Fit:
    """A generic adapter requires contract columns, each of which any of its synonyms provides."""
    contract = contract_of(adapter.targets[0].entity)
    there = {
        rule.column: key
        for rule in adapter.targets[0].rules
        for key in [next((key for key in map(squash, rule.headers) if key in positions), "")]
        if key
    }
    weight = 0.0
    for column, key in there.items():
        # A key of names alone says nothing; the time and the kind of an event do.
        if column not in contract.key or contract.column(column).type in _TELLING:
            share = 1 / _owners()[key]
            weight += max(share, 1.0) if contract.column(column).required else share
    missing = tuple(name for name in adapter.requires if name not in there)
    return _Fit(adapter, row, missing, len(adapter.requires) - len(missing), len(there), weight)


@cache
def _owners() -> Counter[str]:
    """How many contracts know a header."""
    return Counter(
        key
        for contract in map(contract_of, generic_adapters())
        for key in {squash(name) for column in contract.columns for name in (column.name, *column.synonyms)}
    )


def _used(adapter: Adapter, keys: Set[str]) -> set[str]:
    """Which keys of header cells the adapter looks at."""
    names = {header_key(header) for header in adapter.headers if GROUP not in header}
    patterns = [group_pattern(header) for header in adapter.headers if GROUP in header]
    return {key for key in keys if key in names or any(pattern.fullmatch(key) for pattern in patterns)}


def _detected(fit: _Fit, where: str) -> Detected:
    names = Counter(squash(cell) for cell in fit.row.cells if cell.strip())
    used = _used(fit.adapter, names.keys())
    twice = {name for name in used if names[name] > 1}
    if twice:
        cells = [cell for cell in fit.row.cells if squash(cell) in twice]
        raise ContractError(
            f"The header names a column twice: {_quoted(cells)}.", where=where, hint="Rename or remove one of them."
        )
    unknown = tuple(cell.strip() for cell in fit.row.cells if cell.strip() and squash(cell) not in used)
    return Detected(fit.adapter, fit.row, unknown if fit.adapter.targets else ())


def _lacking(fit: _Fit, where: str) -> ContractError:
    missing = _quoted(fit.missing)
    if fit.adapter.generic:
        contract = contract_of(fit.adapter.targets[0].entity)
        missing = "; ".join(f"'{name}' (or: {', '.join(contract.column(name).synonyms)})" for name in fit.missing)
    return ContractError(
        f"The required column {missing} is missing for adapter '{fit.adapter.name}'. "
        f"The header found in line {fit.row.line} is: {_quoted(fit.row.cells)}.",
        where=where,
        hint="Add the column to the export, or choose another adapter.",
    )


def _unknown(fits: Sequence[_Fit], preview: Sequence[PreviewRow], where: str) -> FileUnknownError:
    ranked = sorted(fits, key=lambda fit: (fit.common if fit.found or fit.weight else 0, *_rank(fit)), reverse=True)
    nearest: dict[str, _Fit] = {}
    for fit in ranked:
        if fit.found or fit.weight:
            nearest.setdefault(fit.adapter.name, fit)
    shown = list(nearest.values())[:_TRIED_SHOWN]
    lacking = "; ".join(f"{fit.adapter.name} lacks {_lacked(fit)}" for fit in shown)
    tried = f"Nearest: {lacking}." if lacking else "It has no column in common with any."
    header = _quoted(preview[0].cells) if preview else "none"
    return FileUnknownError(
        f"No adapter recognises the header {header}. {tried}",
        where=where,
        hint="Name the columns as in one of these, or map the file: `fbi map FILE`, or on the Data page.",
    )


def _lacked(fit: _Fit) -> str:
    return ", ".join(fit.missing) or "everything but a key"


def describe_requirements(adapter: Adapter) -> str:
    """What a file needs to be recognised, for people."""
    if not adapter.generic:
        return ", ".join(adapter.requires)
    contract = contract_of(adapter.targets[0].entity)
    return ", ".join(column.name for column in contract.columns if column.required)


def _quoted(names: Sequence[str]) -> str:
    """The names, each on one line and none very long; of very many the first."""
    bare = [" ".join(name.split()) for name in names if name.strip()]
    shown = [f"'{name if len(name) <= _NAME_SHOWN else name[:_NAME_SHOWN] + '…'}'" for name in bare[:_NAMES_SHOWN]]
    return ", ".join([*shown, *([f"and {len(bare) - _NAMES_SHOWN} more"] if len(bare) > _NAMES_SHOWN else [])])
