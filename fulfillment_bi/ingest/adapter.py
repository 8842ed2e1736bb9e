"""Adapters: which column of a platform's export fills which column of a contract, as data.

They come from mapping files (`mapping` reads them, docs/adapters.md describes them) or from the contracts themselves
(`generic`). `project` carries them out on the cells of a file, `check` on what is left of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from fulfillment_bi.ingest.cells import squash

Kind = Literal["copy", "hash", "present", "value", "join", "first"]

MADE_HEADERS = ("@line", "@row", "@item", "@file_date")
"""Columns that we make: the name of a line in its block, the number of the row there, the number of an item group or
piece, and the day of export."""
_DESCRIBES = ("label", "evidence", "unproven", "unproven_headers")
GROUP = "{}"
"""Stands for the number of an item group in a header: "Product Item {} SKU"."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one contract column is filled. `headers` are alternatives (of "join" and `together`: all of them).

    `value` is the constant of kind "value" and the separator of "join". `pattern` keeps group 1 of what it finds,
    `filled` replaces every value, `conditions` leave out rows whose cells have none of the words. `words` maps
    casefolded cells; others stay, vanish (`only`) or become `otherwise`. `per` names the contract column by which a
    total is divided, `times` a factor to the contract's unit, `prefer` ranks the words among all records of a key.
    `plus` is the header of a duration in `unit` that is added to a time. `precision` says that the file tells less
    than others may: of a time the "day", of a word what holds "at_least". `choices` belong to kind "first".
    """

    column: str
    kind: Kind = "copy"
    headers: Words = ()
    value: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    only: bool = False
    otherwise: str = ""
    default: str = ""
    pattern: str = ""
    filled: str = ""
    together: bool = False
    conditions: Mapping[str, Words] = field(default_factory=dict)
    per: str = ""
    times: str = ""
    prefer: Words = ()
    plus: str = ""
    unit: str = ""
    precision: str = ""
    choices: tuple[Rule, ...] = ()

    @property
    def computed(self) -> bool:
        """Whether more is done to the cells than copying, hashing or flagging them."""
        extra = self.pattern or self.filled or self.conditions or self.together or self.plus
        return bool(extra) or self.kind in ("join", "first")

    @property
    def delayed(self) -> bool:
        """Whether a duration is added to some of its cells."""
        return bool(self.plus) or any(choice.delayed for choice in self.choices)

    @property
    def all_headers(self) -> Words:
        """Every header it looks at."""
        inner = [header for choice in self.choices for header in choice.all_headers]
        return (*self.headers, *self.conditions, *((self.plus,) if self.plus else ()), *inner)


@dataclass(frozen=True, slots=True)
class Condition:
    """Which rows give a record.

    Any of `present` is filled and all of `absent` are blank, each of `equals` has one of its words, and each of
    `differs` is filled with none of its words.
    """

    present: Words = ()
    absent: Words = ()
    equals: Mapping[str, Words] = field(default_factory=dict)
    differs: Mapping[str, Words] = field(default_factory=dict)

    @property
    def headers(self) -> Words:
        """The headers it looks at."""
        return (*self.present, *self.absent, *self.equals, *self.differs)


@dataclass(frozen=True, slots=True)
class Split:
    """Cells that hold several values: `headers` are cut at `separator` in parallel, a record for each piece.

    With `count`, a row whose cell there is not the number of pieces gives no record.
    """

    separator: str
    headers: Words
    count: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One contract that a file feeds. `source` says whose word its records are, where that is not the file's."""

    entity: str
    rules: tuple[Rule, ...]
    when: Condition | None = None
    partial: bool = False
    split: Split | None = None
    source: str = ""

    @property
    def headers(self) -> Words:
        """Every header it looks at."""
        extra = (*self.split.headers, self.split.count) if self.split else ()
        inner = (header for rule in self.rules for header in rule.all_headers)
        return tuple(dict.fromkeys(header for header in (*(self.when.headers if self.when else ()), *extra, *inner)))

    @property
    def coarse(self) -> Words:
        """The contract columns of which the file tells less than others may."""
        return tuple(rule.column for rule in self.rules if rule.precision)


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together: adjacent ones with the same cell under one of `by`.

    Blank cells of `carry` take the value of the row above in the block; a row without `by` is in the block above if
    `by` is carried too. The line of a row is called after the first filled cell of `line`; the second of that name in a
    block gets "#2" behind it.
    """

    by: Words
    carry: Words = ()
    line: Words = ()

    @property
    def headers(self) -> Words:
        """The headers it looks at."""
        return (*self.by, *self.carry, *self.line)


@dataclass(frozen=True, slots=True)
class FileDate:
    """Where the name of a file says when it was exported: a regular expression whose group 1 is read with `format`.

    The format "%s" is seconds since 1970; a blank one is a day, or a day and a time, in digits.
    """

    pattern: str
    format: str


@dataclass(frozen=True, slots=True)
class Adapter:
    """One kind of export. `unused` says why nothing of it is loaded; `generic` ones are made from contracts.

    `date_orders` are alternatives of which one fits a whole file; `trailers` are patterns of lines that are no records;
    `decimal_by_file`: the numbers of each file show whether they have a decimal comma. `evidence` says where headers
    can be seen in public, `unproven_headers` which cannot, `unproven` what else of the mapping rests on no evidence.
    """

    name: str
    label: Mapping[str, str]
    source: str
    requires: Words
    targets: tuple[Target, ...]
    timezone: str = "business"
    null_words: Words = ()
    formats: Words = ()
    date_orders: Mapping[str, Words] = field(default_factory=dict)
    decimal_comma: bool = False
    decimal_by_file: bool = False
    quotes: bool = True
    file_date: FileDate | None = None
    trailers: Words = ()
    block: Block | None = None
    unused: str = ""
    unproven: str = ""
    unproven_headers: Words = ()
    evidence: Words = ()
    generic: bool = False

    @property
    def fingerprint(self) -> str:
        """Changes when the mapping does, however it is described."""
        meaning = {name: value for name, value in asdict(self).items() if name not in _DESCRIBES}
        text = json.dumps(meaning, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]

    @property
    def headers(self) -> Words:
        """Every header the adapter looks at, without repetition."""
        used = dict.fromkeys(self.requires)
        used |= dict.fromkeys(self.block.headers if self.block else ())
        for target in self.targets:
            used |= dict.fromkeys(target.headers)
        return tuple(used)


def header_key(name: str) -> str:
    """What two spellings of a header have in common; headers we make keep their sign."""
    return name if name in MADE_HEADERS else squash(name)


def group_pattern(header: str) -> re.Pattern[str]:
    """What the keys of a header with an item number look like; group 1 is the number."""
    before, after = (squash(part) if part.strip() else "" for part in header.split(GROUP, 1))
    return re.compile(rf"{re.escape(before)}(\d{{1,4}}){re.escape(after)}")


def header_positions(header: Sequence[str]) -> dict[str, int]:
    """Key of a header -> position of its first occurrence; the headers we make come behind the last."""
    positions: dict[str, int] = {}
    for position, name in enumerate(header):
        if name.strip():
            positions.setdefault(squash(name), position)
    return positions | {name: len(header) + place for place, name in enumerate(MADE_HEADERS)}


def to_document(adapter: Adapter) -> dict[str, Any]:
    """The adapter as plain data, for the archive."""
    return asdict(adapter)


def from_document(document: Mapping[str, Any]) -> Adapter:
    """The adapter that `to_document` wrote."""
    parts = {
        **_frozen(document),
        "targets": tuple(_target(target) for target in document["targets"]),
        "file_date": FileDate(**document["file_date"]) if document["file_date"] else None,
        "block": Block(**_frozen(document["block"])) if document.get("block") else None,
    }
    return Adapter(**parts)


def _target(document: Mapping[str, Any]) -> Target:
    parts = {
        **_frozen(document),
        "rules": tuple(_rule(rule) for rule in document["rules"]),
        "when": Condition(**_frozen(document["when"])) if document["when"] else None,
        "split": Split(**_frozen(document["split"])) if document.get("split") else None,
    }
    return Target(**parts)


def _rule(document: Mapping[str, Any]) -> Rule:
    return Rule(**{**_frozen(document), "choices": tuple(_rule(choice) for choice in document.get("choices", ()))})


def _frozen(document: Mapping[str, Any]) -> dict[str, Any]:
    """With tuples for lists, also in mappings from headers to words."""

    def freeze(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return tuple(value)
        if isinstance(value, Mapping):
            return {name: freeze(inner) for name, inner in value.items()}
        return value

    return {name: freeze(value) for name, value in document.items()}
