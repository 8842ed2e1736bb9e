"""Which adapter fits a file, by its header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fulfillment_bi.errors import ContractError, FileUnknownError, UnknownNameError
from fulfillment_bi.ingest.adapter import Adapter, Rule, built_in_adapters, header_positions
from fulfillment_bi.ingest.cells import squash
from fulfillment_bi.ingest.contracts import contract_of
from fulfillment_bi.ingest.generic import generic_adapters
from fulfillment_bi.ingest.readers.source import PreviewRow

_TRIED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Detected:
    """The adapter of a file, its header row, and the headers the adapter makes no use of."""

    adapter: Adapter
    header: PreviewRow
    unknown_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well an adapter fits a row: what it lacks, how many required headers and headers at all it finds."""

    adapter: Adapter
    row: PreviewRow
    missing: tuple[str, ...]
    required: int
    matched: int

    @property
    def rank(self) -> tuple[bool, float, bool, int, int]:
        """Larger is better: complete, then specific, then more columns, then the earlier row."""
        share = self.required / max(self.required + len(self.missing), 1)
        return (not self.missing, share, not self.adapter.generic, self.matched, -self.row.line)


def all_adapters() -> Mapping[str, Adapter]:
    """Name -> adapter: those of mapping files, then the ones made from contracts."""
    return {**built_in_adapters(), **generic_adapters()}


def detect(preview: Sequence[PreviewRow], where: str, *, adapter: str | None = None) -> Detected:
    """The best fitting adapter, or the one asked for.

    Raises FileUnknownError when the header resembles nothing, ContractError naming the missing column when it almost
    fits, UnknownNameError for an `adapter` that does not exist.
    """
    known = all_adapters()
    if adapter is not None and adapter not in known:
        raise UnknownNameError("adapter", adapter, known)
    candidates = [known[adapter]] if adapter is not None else list(known.values())
    fits = sorted((_fit(one, row) for one in candidates for row in preview), key=lambda fit: fit.rank, reverse=True)
    if fits and not fits[0].missing:
        return _detected(fits[0], where)
    resembles = bool(fits) and (adapter is not None or fits[0].required > max(1, len(fits[0].missing)))
    if not resembles:
        raise _unknown(fits, preview, where)
    best = fits[0]
    raise ContractError(
        f"The required column {_quoted(best.missing)} is missing for adapter '{best.adapter.name}'. "
        f"The header found in line {best.row.line} is: {_quoted(best.row.cells)}.",
        where=where,
        hint="Add the column to the export, or choose another adapter.",
    )


def _fit(adapter: Adapter, row: PreviewRow) -> _Fit:
    positions = header_positions(row.cells)
    missing = tuple(name for name in adapter.requires if not _has(adapter, name, positions))
    matched = sum(
        any(squash(header) in positions for header in rule.headers)
        for target in adapter.targets
        for rule in target.rules
        if rule.headers
    )
    return _Fit(adapter, row, missing, len(adapter.requires) - len(missing), matched or len(adapter.requires))


def _has(adapter: Adapter, name: str, positions: Mapping[str, int]) -> bool:
    if not adapter.generic:
        return squash(name) in positions
    # A generic adapter requires contract columns, each of which any of its synonyms provides.
    rules: Sequence[Rule] = adapter.targets[0].rules
    return any(squash(header) in positions for rule in rules if rule.column == name for header in rule.headers)


def _detected(fit: _Fit, where: str) -> Detected:
    used = {squash(header) for header in fit.adapter.headers}
    names = [squash(cell) for cell in fit.row.cells if cell.strip()]
    twice = sorted({name for name in names if name in used and names.count(name) > 1})
    if twice:
        cells = [cell for cell in fit.row.cells if squash(cell) in twice]
        raise ContractError(
            f"The header names a column twice: {_quoted(cells)}.", where=where, hint="Rename or remove one of them."
        )
    unknown = tuple(cell.strip() for cell in fit.row.cells if cell.strip() and squash(cell) not in used)
    return Detected(fit.adapter, fit.row, unknown if fit.adapter.targets else ())


def _unknown(fits: Sequence[_Fit], preview: Sequence[PreviewRow], where: str) -> FileUnknownError:
    best: dict[str, _Fit] = {}
    for fit in fits:
        best.setdefault(fit.adapter.name, fit)
    tried = list(best.values())
    lacking = "; ".join(f"{fit.adapter.name} lacks {', '.join(fit.missing)}" for fit in tried[:_TRIED_SHOWN])
    more = f"; {len(tried) - _TRIED_SHOWN} more fit less" if len(tried) > _TRIED_SHOWN else ""
    header = _quoted(preview[0].cells) if preview else "none"
    return FileUnknownError(
        f"No adapter recognises the header {header}. Tried: {lacking or 'nothing to try on'}{more}.",
        where=where,
        hint="Name the columns as in one of these, or write a mapping file.",
    )


def describe_requirements(adapter: Adapter) -> str:
    """What a file needs to be recognised, for people."""
    if not adapter.generic:
        return ", ".join(adapter.requires)
    contract = contract_of(adapter.targets[0].entity)
    return ", ".join(column.name for column in contract.columns if column.required)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name.strip()}'" for name in names if name.strip())
