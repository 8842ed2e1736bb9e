"""Mapping files: which column of a platform's export fills which column of a contract.

A mapping file describes one platform and holds one `[[file]]` per kind of export:

    platform = "example"
    source = "platform"                  # platform, warehouse, carrier ...: what precedence goes by
    label = { en = "Example", zh = "示例" }
    timezone = "business"                # of times without an offset: an IANA name, or the business time zone
    null_words = ["n. a."]               # besides the usual ones

    [[file]]
    kind = "orders"                      # the adapter is called example_orders
    requires = ["Order ID", "Date"]      # headers that must be there: how the file is recognised
    formats = ["%d/%m/%Y %H:%M"]         # of times that are not ISO-like
    decimal_comma = true                 # 1.234,56
    quotes = false                       # " is an ordinary character
    file_date = { pattern = "_(\\d{8})", format = "%Y%m%d" }   # when it was exported, else the file's own time

    [[file.target]]
    entity = "orders"
    partial = true                       # only the key is required: another export brings the rest
    when = { present = ["Shipped"], equals = { Type = ["sale"] } }
    [file.target.columns]
    order_no = "Order ID"                # a header, or a list of headers of which the first found is used
    channel = { value = "example" }
    status = { from = "Status", words = { "done" = "delivered" } }
    cancelled_by = { from = "Status", words = { "void" = "seller" }, only = true }     # other words: no value
    customer_no = { hash = "Customer" }
    name_ok = { present = "Ship to name" }
    city = { from = "Town", default = "unknown" }

A `[[file]]` with `unused = "why"` and no target recognises an export that carries nothing for us.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from fulfillment_bi.errors import SettingsError, UnknownNameError
from fulfillment_bi.ingest.cells import squash
from fulfillment_bi.ingest.contracts import contract_of

Kind = Literal["copy", "hash", "present", "value"]

_FILE_KEYS = {
    "kind", "label", "requires", "formats", "decimal_comma", "quotes", "file_date", "target", "unused", "timezone",
}  # fmt: skip
_RULE_KEYS = {"from", "hash", "present", "value", "words", "only", "default"}


@dataclass(frozen=True, slots=True)
class Rule:
    """How one contract column is filled. `headers` are alternatives; `value` is the constant of kind "value"."""

    column: str
    kind: Kind = "copy"
    headers: tuple[str, ...] = ()
    value: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    only: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Which rows give a record: any of `present` is filled, and each of `equals` has one of its words."""

    present: tuple[str, ...] = ()
    equals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers it looks at."""
        return (*self.present, *self.equals)


@dataclass(frozen=True, slots=True)
class Target:
    """One contract that a file feeds."""

    entity: str
    rules: tuple[Rule, ...]
    when: Condition | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class FileDate:
    """Where the name of a file says when it was exported: a regular expression whose group 1 is read with `format`."""

    pattern: str
    format: str


@dataclass(frozen=True, slots=True)
class Adapter:
    """One kind of export. `unused` says why nothing of it is loaded; `generic` ones are made from contracts."""

    name: str
    label: Mapping[str, str]
    source: str
    requires: tuple[str, ...]
    targets: tuple[Target, ...]
    timezone: str = "business"
    null_words: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    decimal_comma: bool = False
    quotes: bool = True
    file_date: FileDate | None = None
    unused: str = ""
    generic: bool = False

    @property
    def fingerprint(self) -> str:
        """Changes when the mapping does."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header the adapter looks at, without repetition."""
        used = dict.fromkeys(self.requires)
        for target in self.targets:
            used |= dict.fromkeys(target.when.headers if target.when else ())
            used |= dict.fromkeys(header for rule in target.rules for header in rule.headers)
        return tuple(used)


def to_document(adapter: Adapter) -> dict[str, Any]:
    """The adapter as plain data, for the archive."""
    return asdict(adapter)


def from_document(document: Mapping[str, Any]) -> Adapter:
    """The adapter that `to_document` wrote."""
    targets = tuple(
        Target(
            entity=target["entity"],
            rules=tuple(Rule(**{**rule, "headers": tuple(rule["headers"])}) for rule in target["rules"]),
            when=_condition(target["when"]) if target["when"] else None,
            partial=target["partial"],
        )
        for target in document["targets"]
    )
    lists = {name: tuple(document[name]) for name in ("requires", "null_words", "formats")}
    date = FileDate(**document["file_date"]) if document["file_date"] else None
    return Adapter(**{**document, **lists, "targets": targets, "file_date": date})


@cache
def built_in_adapters() -> Mapping[str, Adapter]:
    """Name -> adapter, for the mapping files of this package."""
    folder = files("fulfillment_bi.ingest") / "adapters"
    found: dict[str, Adapter] = {}
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name.endswith(".toml"):
            found |= {adapter.name: adapter for adapter in parse_mapping(item.read_text("utf-8"), item.name)}
    return found


def read_mapping(path: Path) -> tuple[Adapter, ...]:
    """The adapters of a user's mapping file; SettingsError when it cannot be read."""
    try:
        return parse_mapping(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The mapping file cannot be read: {error}", where=path.name) from error


def parse_mapping(text: str, where: str) -> tuple[Adapter, ...]:
    """The adapters of one mapping file; SettingsError names what is wrong with it."""
    try:
        document = tomllib.loads(text)
        return tuple(_parse_file(document, entry) for entry in document["file"])
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"This is not a mapping file: {error}", where=where) from error
    except UnknownNameError as error:
        raise SettingsError(str(error), where=where) from error
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"The mapping is incomplete or wrong: {error}", where=where) from error


def _parse_file(document: Mapping[str, Any], entry: Mapping[str, Any]) -> Adapter:
    _refuse_unknown(entry, _FILE_KEYS)
    targets = tuple(_parse_target(target) for target in entry.get("target", ()))
    if bool(targets) == bool(entry.get("unused")):
        raise ValueError(f"{entry['kind']}: give targets, or say why the file is unused")
    date = entry.get("file_date")
    return Adapter(
        name=f"{document['platform']}_{entry['kind']}",
        label=entry.get("label", document["label"]),
        source=document["source"],
        requires=tuple(entry["requires"]),
        targets=targets,
        timezone=entry.get("timezone", document.get("timezone", "business")),
        null_words=tuple(word.lower() for word in document.get("null_words", ())),
        formats=tuple(entry.get("formats", ())),
        decimal_comma=entry.get("decimal_comma", False),
        quotes=entry.get("quotes", True),
        file_date=FileDate(date["pattern"], date["format"]) if date else None,
        unused=entry.get("unused", ""),
    )


def _parse_target(entry: Mapping[str, Any]) -> Target:
    contract = contract_of(entry["entity"])
    rules = tuple(_parse_rule(contract.column(name).name, rule) for name, rule in entry["columns"].items())
    filled = {rule.column for rule in rules}
    partial = entry.get("partial", False)
    missing = [
        column.name
        for column in contract.columns
        if column.required and column.name not in filled and (column.name in contract.key or not partial)
    ]
    if missing:
        raise ValueError(f"{contract.entity}: nothing fills {', '.join(missing)}")
    hashed = {column.name for column in contract.columns if column.personal == "hash"}
    personal = [rule.column for rule in rules if rule.column in hashed and rule.kind != "hash"]
    if personal:
        raise ValueError(f"{contract.entity}: {', '.join(personal)} must be hashed")
    when = _condition(entry["when"]) if "when" in entry else None
    return Target(entity=contract.entity, rules=rules, when=when, partial=partial)


def _condition(entry: Mapping[str, Any]) -> Condition:
    equals = {header: tuple(words) for header, words in entry.get("equals", {}).items()}
    return Condition(present=tuple(entry.get("present", ())), equals=equals)


def _parse_rule(column: str, entry: str | Sequence[str] | Mapping[str, Any]) -> Rule:
    if not isinstance(entry, Mapping):
        return Rule(column=column, headers=_headers(entry))
    _refuse_unknown(entry, _RULE_KEYS)
    kinds: list[tuple[str, Kind]] = [("from", "copy"), ("hash", "hash"), ("present", "present"), ("value", "value")]
    given = [(key, kind) for key, kind in kinds if key in entry]
    if len(given) != 1:
        raise ValueError(f"{column}: give exactly one of from, hash, present, value")
    key, kind = given[0]
    return Rule(
        column=column,
        kind=kind,
        headers=() if kind == "value" else _headers(entry[key]),
        value=str(entry[key]) if kind == "value" else "",
        words={word.casefold(): meaning for word, meaning in entry.get("words", {}).items()},
        only=entry.get("only", False),
        default=str(entry.get("default", "")),
    )


def _headers(entry: str | Sequence[str]) -> tuple[str, ...]:
    return (entry,) if isinstance(entry, str) else tuple(entry)


def _refuse_unknown(entry: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(entry) - known)
    if unknown:
        raise ValueError(f"unknown entry {', '.join(unknown)}")


def header_positions(header: Sequence[str]) -> dict[str, int]:
    """Squashed header name -> position of its first occurrence."""
    positions: dict[str, int] = {}
    for position, name in enumerate(header):
        if name.strip():
            positions.setdefault(squash(name), position)
    return positions
