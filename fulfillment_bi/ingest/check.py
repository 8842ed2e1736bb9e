"""The contract pass: one SQL statement that cleans, casts and judges every record of one entity of one file.

It is built in layers, each a SELECT over the one before: cells stripped, marks removed, nothing-words to NULL, words
mapped, wall-clock times read, typed values, and last the reasons. Values of mapping files are bound, never written in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fulfillment_bi.ingest import casts
from fulfillment_bi.ingest.adapter import Adapter, Rule, Target
from fulfillment_bi.ingest.casts import Reason, Sql
from fulfillment_bi.ingest.cells import BLANKS, ENCRYPTED, NULL_WORDS
from fulfillment_bi.ingest.contracts import Column, Contract, contract_of
from fulfillment_bi.ingest.durations import moved, split_layer

_TIMES = ("time", "promise", "date")
_LONGEST_NULL_WORD = 40


@dataclass(slots=True)
class Parts:
    """Named expressions of one SELECT and the values of their `?`, in order."""

    texts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def put(self, name: str, sql: Sql) -> None:
        """One more expression."""
        self.texts.append(f"{sql.text} AS {name}")
        self.values += sql.values

    @property
    def text(self) -> str:
        """The expressions, separated by commas."""
        return ", ".join(self.texts)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a pass needs besides the records: who wrote the file, and the clock it is judged by.

    `business` is the business time zone, `latest` the latest believable time of an event (UTC), `formats` those of
    times in this file besides the adapter's, `decimal_comma` what its numbers show of themselves.
    """

    adapter: Adapter
    business: str
    latest: datetime
    formats: tuple[str, ...] = ()
    decimal_comma: bool = False

    @property
    def timezone(self) -> str:
        """The zone of times without an offset."""
        return self.business if self.adapter.timezone == "business" else self.adapter.timezone


def check_sql(table: str, target: Target, present: Sequence[str], setup: Setup) -> Sql:
    """SELECT of every record in `table`: typed contract columns, `_source_line`, `_reasons`, and `_record`.

    `present` are the contract columns that `table` has. `_record` is JSON of the mapped cells where there are reasons.
    """
    contract = contract_of(target.entity)
    rules = {rule.column: rule for rule in target.rules}
    names = [name for name in contract.names if name in present or (name in rules and rules[name].kind == "value")]
    fills = [column for column in contract.columns if column.fallback or column.default]
    names += [column.name for column in fills if column.name not in names]
    columns = [contract.column(name) for name in names]
    layers = [
        _raw(table, columns, rules, present),
        _map("trimmed", names, _trimmed),
        _map("unmarked", names, lambda name: Sql(_unmarked(name), (BLANKS, BLANKS))),
        _map("cleaned", names, lambda name: _without_null_words(name, (*NULL_WORDS, *setup.adapter.null_words))),
        _map("filled", names, lambda name: _filled(contract, rules, name, set(names))),
        _worded(columns, rules),
        *_preferred(contract, names, rules),
        *split_layer(delayed := [name for name in names if name in rules and rules[name].delayed]),
        _timed(columns, setup),
        _typed(columns, setup, delayed, rules),
        *_divided(names, rules),
    ]
    body = ""
    values: list[Any] = []
    for layer in layers:
        body = layer.text.replace("{previous}", f"({body})") if body else layer.text
        values = [*layer.values, *values]
    return _judged(contract, columns, present, target, setup, Sql(body, tuple(values)))


def _raw(table: str, columns: Sequence[Column], rules: Mapping[str, Rule], present: Sequence[str]) -> Sql:
    parts, values = [], []
    for column in columns:
        if column.name in present:
            parts.append(f"{column.name}, {column.name} AS {column.name}__raw")
        else:
            constant = rules[column.name].value if column.name in rules else ""
            parts.append(f"CAST(? AS VARCHAR) AS {column.name}, NULL AS {column.name}__raw")
            values.append(constant)
    return Sql(f"SELECT _line, _fault, {', '.join(parts)} FROM {table}", tuple(values))  # noqa: S608


def _map(alias: str, names: Sequence[str], change: Any) -> Sql:
    changed = [change(name) for name in names]
    parts = ", ".join(f"{sql.text} AS {name}" for sql, name in zip(changed, names, strict=True))
    values = tuple(value for sql in changed for value in sql.values)
    return Sql(f"SELECT * REPLACE ({parts}) FROM {{previous}} AS {alias}", values)  # noqa: S608


def _trimmed(name: str) -> Sql:
    """Without blanks of any kind at the ends; most cells show by two characters that there are none."""
    clean = f"ord({name}) BETWEEN 33 AND 126 AND ord(right({name}, 1)) BETWEEN 33 AND 126"
    return Sql(f"CASE WHEN {clean} THEN {name} ELSE trim({name}, ?) END", (BLANKS,))


def _unmarked(name: str) -> str:
    """Without `="..."` or a leading apostrophe, which spreadsheets need to leave digits alone."""
    return (
        f"CASE WHEN starts_with({name}, '=\"') AND ends_with({name}, '\"') AND strlen({name}) >= 3 "
        f"THEN trim({name}[3:-2], ?) WHEN starts_with({name}, '''') THEN trim({name}[2:], ?) ELSE {name} END"
    )


def _encrypted(name: str) -> str:
    return " OR ".join(f"starts_with({name}, '{sign}')" for sign in ENCRYPTED)


def _without_null_words(name: str, words: Sequence[str]) -> Sql:
    return Sql(
        f"CASE WHEN {name} = '' OR {_encrypted(name)} OR (strlen({name}) <= {_LONGEST_NULL_WORD} "
        f"AND list_contains(CAST(? AS VARCHAR[]), lower({name}))) THEN NULL ELSE {name} END",
        (list(words),),
    )


def _filled(contract: Contract, rules: Mapping[str, Rule], name: str, known: set[str]) -> Sql:
    column = contract.column(name)
    parts, values = [name], []
    if name in rules and rules[name].default:
        parts.append("CAST(? AS VARCHAR)")
        values.append(rules[name].default)
    if column.fallback and column.fallback in known:
        parts.append(column.fallback)
    if column.default:
        parts.append("CAST(? AS VARCHAR)")
        values.append(column.default)
    return Sql(f"coalesce({', '.join(parts)})" if len(parts) > 1 else name, tuple(values))


def _worded(columns: Sequence[Column], rules: Mapping[str, Rule]) -> Sql:
    """Words to the words of the contract. `x__said` keeps what the cell said, to tell an unknown word from none."""
    added, replaced = Parts(), Parts()
    for column in columns:
        rule = rules.get(column.name, Rule(column.name))
        own, name = dict(rule.words), column.name
        if column.type == "word":
            added.put(f"{name}__said", Sql("NULL" if rule.only else name))
            found = _looked_up(name, own if rule.only else {**column.words, **own}, rule.otherwise)
            added.put(f"{name}__word", found)
        elif own or rule.otherwise:
            found = _looked_up(name, own, rule.otherwise)
            kept = Sql(f"coalesce({found.text}, {name})", found.values)
            replaced.put(name, found if rule.only or rule.otherwise else kept)
    replace = f" REPLACE ({replaced.text})" if replaced.texts else ""
    extra = f", {added.text}" if added.texts else ""
    return Sql(f"SELECT *{replace}{extra} FROM {{previous}} AS filled", (*replaced.values, *added.values))  # noqa: S608


def _looked_up(name: str, words: Mapping[str, str], otherwise: str = "") -> Sql:
    text = f"(CAST(? AS VARCHAR[]))[list_position(CAST(? AS VARCHAR[]), lower({name}))]"
    if not otherwise:
        return Sql(text, (list(words.values()), list(words)))
    text = f"coalesce({text}, CASE WHEN {name} IS NOT NULL THEN CAST(? AS VARCHAR) END)"
    return Sql(text, (list(words.values()), list(words), otherwise))


def _preferred(contract: Contract, names: Sequence[str], rules: Mapping[str, Rule]) -> list[Sql]:
    """Of the words that the records of one key say, the one that the mapping puts first."""
    key = ", ".join(name for name in contract.key if name in names)
    parts = Parts()
    for name in names:
        ranking = list(rules[name].prefer) if name in rules else []
        if ranking:
            place = f"nullif(list_position(CAST(? AS VARCHAR[]), {name}__word), 0)"
            best = f"(CAST(? AS VARCHAR[]))[min({place}) OVER (PARTITION BY {key})]"
            parts.put(f"{name}__word", Sql(f"coalesce({best}, {name}__word)", (ranking, ranking)))
    if not parts.texts:
        return []
    return [Sql(f"SELECT * REPLACE ({parts.text}) FROM {{previous}} AS unranked", tuple(parts.values))]  # noqa: S608


def _divided(names: Sequence[str], rules: Mapping[str, Rule]) -> list[Sql]:
    """Totals divided by the quantity beside them."""
    parts = Parts()
    for name in names:
        per = rules[name].per if name in rules else ""
        if per and per in names:
            share = f"CAST({name}__value / nullif({per}__value, 0) AS DECIMAL(18,4))"
            parts.put(f"{name}__value", Sql(f"coalesce({share}, {name}__value)"))
    if not parts.texts:
        return []
    return [Sql(f"SELECT * REPLACE ({parts.text}) FROM {{previous}} AS totals")]  # noqa: S608


def _timed(columns: Sequence[Column], setup: Setup) -> Sql:
    parts = Parts()
    for column in columns:
        if column.type in _TIMES:
            parts.put(f"{column.name}__local", casts.local_time(column.name, (*setup.formats, *setup.adapter.formats)))
    extra = f", {parts.text}" if parts.texts else ""
    return Sql(f"SELECT *{extra} FROM {{previous}} AS worded", tuple(parts.values))  # noqa: S608


def _typed(columns: Sequence[Column], setup: Setup, delayed: Sequence[str], rules: Mapping[str, Rule]) -> Sql:
    parts = Parts()
    for column in columns:
        value = _in_unit(_value(column, setup), rules.get(column.name, Rule(column.name)).times)
        parts.put(f"{column.name}__value", moved(value, column.name) if column.name in delayed else value)
    return Sql(f"SELECT *, {parts.text} FROM {{previous}} AS timed", tuple(parts.values))  # noqa: S608


def _in_unit(value: Sql, times: str) -> Sql:
    """The number in the unit of the contract; None where it is too large for any."""
    if not times:
        return value
    factor = "CAST(? AS DECIMAL(18,9))"
    return Sql(f"TRY_CAST(CAST(({value.text}) AS DECIMAL(19,4)) * {factor} AS DECIMAL(18,4))", (*value.values, times))


def _value(column: Column, setup: Setup) -> Sql:
    name = column.name
    if column.type in _TIMES:
        local = f"{name}__local"
        if column.type == "date":
            exact = Sql(f"CAST({local} AS DATE)")
        else:
            promise = setup.business if column.type == "promise" else ""
            exact = casts.utc_time(name, local, setup.timezone, as_promise=promise)
        return Sql(f"CASE WHEN {casts.is_sentinel(local)} THEN NULL ELSE {exact.text} END", exact.values)
    if column.type in ("quantity", "money"):
        return Sql(casts.number(name, decimal_comma=setup.decimal_comma or setup.adapter.decimal_comma))
    if column.type == "integer":
        return Sql(casts.integer(name))
    if column.type == "boolean":
        return Sql(casts.boolean(name))
    return Sql(casts.narrow(name) if column.type == "id" else name)


def _judged(
    contract: Contract, columns: Sequence[Column], present: Sequence[str], target: Target, setup: Setup, typed: Sql
) -> Sql:
    known = {column.name: column for column in columns}
    reasons = [Reason("", Sql("_fault IS NOT NULL"))]
    for column in contract.columns:
        must = column.required and (column.name in contract.key or not target.partial)
        if column.name in known:
            reasons += _reasons(column, setup, must=must)
        elif must:
            reasons.append(Reason(f"missing:{column.name}", Sql("_fault IS NULL")))
    codes = ", ".join(f"CASE WHEN {reason.condition.text} THEN {_code(reason.code)} END" for reason in reasons)
    outputs = ", ".join(_output(column, known) for column in contract.columns)
    record = ", ".join(f"'{name}', {name}__raw" for name in contract.names if name in present)
    values = tuple(value for reason in reasons for value in reason.condition.values)
    return Sql(
        f"SELECT {outputs}, _line AS _source_line, list_filter([{codes}], lambda code: code IS NOT NULL) AS _reasons, "  # noqa: S608
        f"CASE WHEN len(_reasons) > 0 THEN CAST(json_object({record}) AS VARCHAR) END AS _record "
        f"FROM ({typed.text}) AS typed",
        (*values, *typed.values),
    )


def _code(code: str) -> str:
    """A reason code as SQL; the empty one stands for what the reader found."""
    return f"'{code}'" if code else "_fault"


def _output(column: Column, known: Mapping[str, Column]) -> str:
    if column.name not in known:
        return f"CAST(NULL AS {column.sql_type}) AS {column.name}"
    value = f"{column.name}__word" if column.type == "word" else f"{column.name}__value"
    return f"CAST({value} AS {column.sql_type}) AS {column.name}"


def _reasons(column: Column, setup: Setup, *, must: bool) -> list[Reason]:
    name, value = column.name, f"{column.name}__value"
    found: list[Reason] = []
    if column.type == "word":
        found.append(Reason(f"unknown_word:{name}", Sql(f"{name}__said IS NOT NULL AND {name}__word IS NULL")))
    elif column.type == "id":
        found.append(Reason(f"id_scientific:{name}", Sql(casts.is_scientific(name))))
    elif column.type in _TIMES:
        zero = casts.is_zero_date(name)
        found.append(Reason(f"not_a_time:{name}", Sql(f"{name} IS NOT NULL AND {name}__local IS NULL AND NOT {zero}")))
    elif column.type != "text":
        found.append(Reason(f"not_a_{_KIND[column.type]}:{name}", Sql(f"{name} IS NOT NULL AND {value} IS NULL")))
    found += casts.range_reasons(column, value, setup.latest)
    if must:
        # A sentinel is as good as nothing where something is needed.
        is_time = column.type in _TIMES
        empty = f"{value} IS NULL AND NOT ({found[0].condition.text})" if is_time else f"{name} IS NULL"
        found.append(Reason(f"missing:{name}", Sql(f"_fault IS NULL AND {empty}")))
    return found


_KIND = {"quantity": "number", "money": "number", "integer": "whole_number", "boolean": "yes_or_no"}
