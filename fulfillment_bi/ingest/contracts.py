"""The contracts: which columns each entity has, what their values may be, and which words mean them.

A contract is a TOML file in `contracts/`; adapters map files to it, `check` compiles it to one SQL pass.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from fulfillment_bi.errors import UnknownNameError

ColumnType = Literal["text", "id", "time", "promise", "date", "quantity", "money", "integer", "boolean", "word"]
Personal = Literal["", "hash", "presence"]

MOST_SYSTEMS = 7
"""Kinds of system that a precedence can tell apart: a rank has three bits for them."""
_SHARED = ("precedence", "tolerance")
"""Entries of a contract that hold for each of its columns without an entry of its own."""

SQL_TYPES: Mapping[str, str] = {
    "text": "VARCHAR",
    "id": "VARCHAR",
    "word": "VARCHAR",
    "time": "TIMESTAMP",
    "promise": "TIMESTAMP",
    "date": "DATE",
    "quantity": "DECIMAL(18,4)",
    "money": "DECIMAL(18,4)",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract.

    `fallback` names the column that fills a blank, `default` the text that does so last. `precedence` lists the kinds
    of source from the most to the least trusted; without it the newest export wins. `personal` says what is kept of a
    column that names a person: a keyed hash, or whether it was filled in. `words` maps every accepted word
    (casefolded) to the word that is stored. Two systems agree on a time that is `tolerance` seconds apart, and with
    `alike` on a name of which one is the beginning of the other.
    """

    name: str
    type: ColumnType
    required: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    future: bool = False
    fallback: str = ""
    default: str = ""
    personal: Personal = ""
    precedence: tuple[str, ...] = ()
    tolerance: int = 0
    alike: bool = False
    synonyms: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def sql_type(self) -> str:
        """The type of the column in `state_*` and `staged_*`."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Contract:
    """One entity: its columns in storage order and the ones that identify a row."""

    entity: str
    label: Mapping[str, str]
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All column names."""
        return tuple(column.name for column in self.columns)

    @property
    def values(self) -> tuple[str, ...]:
        """The columns outside the key."""
        return tuple(name for name in self.names if name not in self.key)

    @property
    def compared(self) -> tuple[Column, ...]:
        """The columns in which two systems can contradict each other: declared to be shared, and about no person."""
        return tuple(
            column
            for column in self.columns
            if column.precedence and not column.personal and column.name not in self.key
        )

    def column(self, name: str) -> Column:
        """The column called `name`; UnknownNameError otherwise."""
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownNameError("column", name, self.names, where=self.entity)


@cache
def load_contracts() -> Mapping[str, Contract]:
    """Entity -> contract, in alphabetical order."""
    folder = files("fulfillment_bi.ingest") / "contracts"
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".toml"))
    return {
        name.removesuffix(".toml"): parse_contract(name.removesuffix(".toml"), (folder / name).read_text("utf-8"))
        for name in names
    }


def contract_of(entity: str) -> Contract:
    """The contract of `entity`; UnknownNameError otherwise."""
    contracts = load_contracts()
    if entity not in contracts:
        raise UnknownNameError("entity", entity, contracts)
    return contracts[entity]


def parse_contract(entity: str, text: str) -> Contract:
    """Read one contract; ValueError when it contradicts itself (a mistake in this package, not in a user's file)."""
    document = tomllib.loads(text)
    words: Mapping[str, Mapping[str, list[str]]] = document.get("words", {})
    shared = {name: document[name] for name in _SHARED if name in document}
    columns = tuple(
        _parse_column(entity, name, {**shared, **entry}, words.get(name, {}))
        for name, entry in document["columns"].items()
    )
    known = {column.name for column in columns}
    key = tuple(document["key"])
    mentioned = {*key, *words, *(column.fallback for column in columns if column.fallback)}
    if not mentioned <= known:
        raise ValueError(f"{entity}: no such column: {sorted(mentioned - known)}")
    return Contract(entity=entity, label=document["label"], key=key, columns=columns)


def _parse_column(entity: str, name: str, entry: Mapping[str, Any], words: Mapping[str, list[str]]) -> Column:
    if entry["type"] not in get_args(ColumnType) or not name.replace("_", "").isalnum():
        raise ValueError(f"{entity}.{name}: bad name or type {entry['type']!r}")
    if (entry["type"] == "word") != bool(words):
        raise ValueError(f"{entity}.{name}: a word column, and only that, needs words")
    if len(entry.get("precedence", ())) > MOST_SYSTEMS:
        raise ValueError(f"{entity}.{name}: more than {MOST_SYSTEMS} kinds of system")
    accepted = {word.casefold(): word for word in words}
    accepted |= {synonym.casefold(): word for word, synonyms in words.items() for synonym in synonyms}
    return Column(
        name=name,
        type=entry["type"],
        required=entry.get("required", False),
        minimum=Decimal(str(entry["min"])) if "min" in entry else None,
        maximum=Decimal(str(entry["max"])) if "max" in entry else None,
        future=entry.get("future", entry["type"] == "promise"),
        fallback=entry.get("fallback", ""),
        default=entry.get("default", ""),
        personal=entry.get("personal", ""),
        precedence=tuple(entry.get("precedence", ())),
        tolerance=entry.get("tolerance", 0),
        alike=entry.get("alike", False),
        synonyms=tuple(entry.get("synonyms", ())),
        words=accepted,
    )
