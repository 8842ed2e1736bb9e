"""How an unknown file could be mapped: for each contract which header fills which column, and how sure that is.

Pure: a `FileView` in, a `Choice` out. People change the choice (`with_column`, `with_words` ...), `mapping_text` writes
it as a mapping file, `trial` tries it on the file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fulfillment_bi.errors import UsageError
from fulfillment_bi.ingest.carried import carried_headers
from fulfillment_bi.ingest.contracts import Column, Contract, contract_of, load_contracts
from fulfillment_bi.ingest.generic import SOURCES
from fulfillment_bi.ingest.profile import FileView, Profile
from fulfillment_bi.ingest.resemblance import is_titled, name_score, word_score

CONSTANTS = ("channel", "source", "carrier", "warehouse")
"""Required columns that a single system's export may lack, because they are the same for all of it."""
LEAST, SURE = 0.5, 0.75
_USUAL, _RARE = ("orders", "order_lines"), 0.85
_DATED = ("time", "promise", "date")
_TESTED = {"time": "time", "promise": "time", "date": "time", "quantity": "money", "money": "money"}


@dataclass(frozen=True, slots=True)
class Filled:
    """How one contract column is filled: from under `header`, or with the constant `value`.

    `confidence` is 0 to 1, 1 once a person has chosen. `words` are the meanings of what its cells say, "" for none.
    """

    column: str
    header: str = ""
    value: str = ""
    confidence: float = 1.0
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One contract that the file feeds; `confidence` says how sure it is that it does."""

    entity: str
    columns: tuple[Filled, ...]
    confidence: float = 1.0

    @property
    def contract(self) -> Contract:
        """The contract."""
        return contract_of(self.entity)

    @property
    def missing(self) -> tuple[str, ...]:
        """Required columns that nothing fills yet."""
        there = {filled.column for filled in self.columns}
        return tuple(column.name for column in self.contract.columns if column.required and column.name not in there)

    def filled(self, column: str) -> Filled | None:
        """How `column` is filled; None when it is not."""
        return next((filled for filled in self.columns if filled.column == column), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """A mapping in the making. `name` is that of the system; `order` is how day and month stand ("" when it is known
    or does not matter), `formats` those of dates with the names of months, `decimal_comma` whether 49,50 is 49.5.

    Blank cells under the headers `carried` take what stands above in the same order, if `carry`.
    """

    name: str
    source: str
    parts: tuple[Part, ...]
    order: str = ""
    undecided: bool = False
    formats: tuple[str, ...] = ()
    timezone: str = "business"
    decimal_comma: bool = False
    carried: tuple[str, ...] = ()
    carry: bool = True

    def part(self, entity: str) -> Part:
        """The part of a contract; UsageError when the file is not to feed it."""
        for part in self.parts:
            if part.entity == entity:
                return part
        chosen = ", ".join(part.entity for part in self.parts)
        raise UsageError(f"'{entity}' is not among the chosen contents.", where="contract", hint=f"Chosen: {chosen}.")


def propose(view: FileView, *, entities: Sequence[str] = (), name: str = "") -> Choice:
    """The likeliest mapping of a file, to the contracts `entities` or to those that fit it best.

    Raises UnknownNameError for a contract that does not exist.
    """
    chosen = safe_name(name or view.name)
    parts = [_part(view, contract_of(entity), chosen) for entity in entities] or _likeliest(view, chosen)
    orders = [set(profile.orders) for profile in _dated(view, parts) if profile.orders]
    common = set.intersection(*orders) if orders else set()
    order = next(iter(common)) if len(common) == 1 else ""
    formats = dict.fromkeys(one for profile in _dated(view, parts) for one in profile.formats)
    return Choice(
        name=chosen,
        source=SOURCES.get(parts[0].entity, "platform"),
        parts=tuple(parts),
        order=order,
        undecided=bool(orders) and not order,
        formats=tuple(formats),
        decimal_comma=any(profile.comma for profile in view.profiles),
        carried=carried_headers(view, parts),
    )


def ranked(view: FileView, name: str = "") -> list[Part]:
    """A part for every contract, the likeliest first."""
    parts = [_part(view, contract, safe_name(name or view.name)) for contract in load_contracts().values()]
    return sorted(parts, key=lambda part: -part.confidence)


def with_column(choice: Choice, entity: str, column: str, *, header: str = "", value: str = "") -> Choice:
    """The choice with a column filled by a header or a constant, or by nothing. Unknown names raise UsageError."""
    part = choice.part(entity)
    part.contract.column(column)
    others = tuple(filled for filled in part.columns if filled.column != column)
    mine = (Filled(column, header, value),) if header or value else ()
    order = part.contract.names.index
    columns = tuple(sorted((*others, *mine), key=lambda filled: order(filled.column)))
    return _with_part(choice, replace(part, columns=columns))


def with_words(choice: Choice, entity: str, column: str, words: Mapping[str, str]) -> Choice:
    """The choice with meanings for what cells of a word column say; "" means no value.

    Raises UsageError for a meaning that the contract does not have.
    """
    part = choice.part(entity)
    filled = part.filled(column)
    declared = part.contract.column(column)
    known = sorted(set(declared.words.values()))
    if filled is None:
        raise UsageError(f"Nothing fills {column}.", where=entity)
    for meaning in words.values():
        if meaning and meaning not in known and declared.type == "word":
            raise UsageError(f"'{meaning}' is not a word of {column}.", where=entity, hint=f"Use {', '.join(known)}.")
    mine = replace(filled, words={**filled.words, **words})
    columns = tuple(mine if one.column == column else one for one in part.columns)
    return _with_part(choice, replace(part, columns=columns))


def word_proposals(choice: Choice, entity: str, column: str, said: Sequence[str]) -> dict[str, tuple[str, float]]:
    """For each unknown word the meaning it most resembles and how much; ("", 0) where nothing resembles it."""
    declared = choice.part(entity).contract.column(column)
    found = {word: word_score(word, declared) for word in said}
    return {word: (meaning, score) if score >= LEAST else ("", 0.0) for word, (meaning, score) in found.items()}


def safe_name(text: str) -> str:
    """A name for the mapping: small Latin letters, digits and underscores, from any file name."""
    stem = re.sub(r"(\.\w{1,7}){1,2}$", "", text)
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z]+", "_", re.sub(r"\d+", "_", plain)).strip("_")[:30].strip("_")
    return found or "own"


def _with_part(choice: Choice, part: Part) -> Choice:
    return replace(choice, parts=tuple(part if one.entity == part.entity else one for one in choice.parts))


def _likeliest(view: FileView, name: str) -> list[Part]:
    """The best contract, and others that are complete and bring columns the first ones do not use."""
    first, *others = ranked(view, name)
    parts = [first]
    for part in others:
        used = {filled.header for one in parts for filled in one.columns}
        own = [filled for filled in part.columns if filled.header and filled.header not in used]
        sure = [filled for filled in own if filled.confidence >= SURE]
        shared = {
            column for column in first.contract.key if (one := part.filled(column)) and one == first.filled(column)
        }
        if not part.missing and len(sure) >= 2 and shared and part.confidence >= LEAST:
            parts.append(part)
    return sorted(parts, key=lambda part: part.entity != "orders")


def _part(view: FileView, contract: Contract, name: str) -> Part:
    """The best assignment of headers to the columns of one contract: the surest pair first, each header once."""
    pairs = sorted(
        (
            (_score(profile, contract, column), column.name, profile)
            for column in contract.columns
            for profile in view.profiles
        ),
        key=lambda pair: (-pair[0], contract.names.index(pair[1]), pair[2].position),
    )
    found: dict[str, Filled] = {}
    used: set[str] = set()
    for score, column, profile in pairs:
        if score < LEAST or column in found or profile.header in used:
            continue
        words = _words(profile, contract.column(column))
        found[column] = Filled(column, profile.header, confidence=round(score, 2), words=words)
        used.add(profile.header)
    for one in contract.columns:
        if one.required and one.name not in found and one.name in CONSTANTS and not one.default:
            found[one.name] = Filled(one.name, value=name, confidence=LEAST)
    columns = tuple(found[column] for column in contract.names if column in found)
    prior = 1.0 if contract.entity in _USUAL else _RARE
    prior = 1.0 if is_titled(_title(view), contract.entity) else prior
    return Part(contract.entity, columns, round(prior * _confidence(contract, columns, len(view.profiles)), 3))


def _title(view: FileView) -> str:
    """The name of a file and what stands above its header."""
    above = (cell for row in view.rows if row.line < view.header.line for cell in row.cells)
    return " ".join((view.name, *above))


def _score(profile: Profile, contract: Contract, column: Column) -> float:
    """How likely a header fills a column: by its name first, and never against what its cells hold."""
    name = name_score(profile.header, contract.entity, column.name)
    if not name:
        return 0.0
    if not profile.distinct:
        return name * 0.6
    tested = _TESTED.get(column.type, column.type)
    if column.personal == "presence" or tested in ("text", "word"):
        shape = 1.0 if profile.shares["time"] < LEAST else 0.4
    elif tested == "id":
        shape = 0.5 * profile.shares["id"] + 0.5 if profile.shares["time"] < LEAST else 0.0
    else:
        shape = profile.shares[tested]  # type: ignore[index]
        if shape < LEAST:
            return 0.0
    return name * (0.7 + 0.3 * shape)


def _words(profile: Profile, column: Column) -> dict[str, str]:
    """Meanings for words that the contract does not know but that resemble some of its own, and names of channels."""
    if column.type != "word" and column.name != "channel":
        return {}
    unknown = [said for said in profile.words if said.casefold() not in column.words]
    scored = {said: word_score(said, column) for said in unknown}
    return {said: meaning for said, (meaning, score) in scored.items() if score >= SURE}


def _confidence(contract: Contract, columns: Sequence[Filled], width: int) -> float:
    """How sure it is that a file feeds a contract: required columns there, and columns that it alone has."""
    required = [column.name for column in contract.columns if column.required]
    there = {filled.column: filled.confidence for filled in columns if filled.header}
    constant = {filled.column for filled in columns if filled.value}
    need = [name for name in required if name not in constant] or required
    met = sum(there.get(name, 0.0) for name in need) / len(need)
    extra = sum(score for name, score in there.items() if name not in contract.key)
    telling = min(extra / min(max(width, 3), 8), 1.0)
    return round(met * (0.5 + 0.5 * telling), 3)


def _dated(view: FileView, parts: Sequence[Part]) -> list[Profile]:
    headers = {
        filled.header
        for part in parts
        for filled in part.columns
        if filled.header and part.contract.column(filled.column).type in _DATED
    }
    return [profile for profile in view.profiles if profile.header in headers]
