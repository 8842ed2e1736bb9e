"""How much a header of an unknown file looks like a column of a contract, or a word like one of its words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from fulfillment_bi.ingest.cells import squash
from fulfillment_bi.ingest.contracts import Column, load_contracts

SYNONYM, HINT, NO = 1.0, 0.85, 0.0
_IN_BRACKETS = re.compile(r"[（(\[【].*?[)）\]】]")
_LEAST_RATIO = 0.72
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Hints:
    """Weak names by (entity, column), weak words by (column, meaning), words of personal columns; all squashed.

    `kinds` are the words by which the title of a file tells its entity.
    """

    names: Mapping[tuple[str, str], tuple[str, ...]]
    words: Mapping[tuple[str, str], tuple[str, ...]]
    personal: tuple[str, ...]
    kinds: Mapping[str, tuple[str, ...]]


@cache
def hints() -> Hints:
    """What `hints.toml` says."""
    text = (files("fulfillment_bi.ingest") / "hints.toml").read_text("utf-8")
    document: Mapping[str, Any] = tomllib.loads(text)
    names = {
        (entity, column): _squashed(given)
        for entity, columns in document["names"].items()
        for column, given in columns.items()
    }
    words = {
        (column, meaning): _squashed(given)
        for column, meanings in document["words"].items()
        for meaning, given in meanings.items()
    }
    personal = _squashed([*document["personal"]["words"], *_personal_synonyms()])
    return Hints(names, words, personal, {entity: tuple(given) for entity, given in document["kinds"].items()})


def _personal_synonyms() -> Iterable[str]:
    for contract in load_contracts().values():
        for column in contract.columns:
            if column.personal == "presence":
                yield from column.synonyms


def _squashed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(squash, names)))


@lru_cache(maxsize=1 << 16)
def name_score(header: str, entity: str, column: str) -> float:
    """0 to 1: the header is a name of the column (1), may well be (0.85), or resembles one."""
    known, weak = _known_names(entity, column)
    best = NO
    for key, share in ((squash(header), 1.0), (squash(_IN_BRACKETS.sub("", header)), 0.97)):
        if key in known:
            best = max(best, SYNONYM * share)
        elif key in weak:
            best = max(best, HINT * share)
        else:
            likest = max((_likeness(key, name) for name in (*known, *weak)), default=NO)
            best = max(best, 0.8 * likest * share)
    return best


@cache
def _known_names(entity: str, column: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    declared = load_contracts()[entity].column(column)
    return _squashed((declared.name, *declared.synonyms)), hints().names.get((entity, column), ())


def word_score(said: str, column: Column) -> tuple[str, float]:
    """The meaning that a status word most resembles, and how much; ("", 0) when it resembles none."""
    key = squash(said)
    best, score = "", NO
    for word, meaning in column.words.items():
        known = squash(word)
        found = SYNONYM if key == known else 0.9 * _likeness(key, known)
        best, score = (meaning, found) if found > score else (best, score)
    for (name, meaning), weak in hints().words.items():
        if name == column.name:
            found = HINT if key in weak else 0.8 * max(_likeness(key, word) for word in weak)
            best, score = (meaning, found) if found > score else (best, score)
    return best, score


def is_titled(title: str, entity: str) -> bool:
    """Whether a file's name or title speaks of what the entity is."""
    return any(word in title.casefold() for word in hints().kinds.get(entity, ()))


def is_personal(header: str) -> bool:
    """Whether a column so called holds names, phones, addresses: shown masked, and never kept as it is."""
    key = squash(header)
    return any(key == word or (len(word) > 1 and word in key) for word in hints().personal)


def _likeness(left: str, right: str) -> float:
    """0 to 1; containing the other counts by how much of the longer it is."""
    if not left or not right:
        return NO
    short, long = sorted((left, right), key=len)
    least = 2 if _CHINESE.search(short) else 4
    if len(short) >= least and (long.startswith(short) or long.endswith(short)):
        return 0.7 + 0.3 * len(short) / len(long)
    if len(short) < least or 2 * len(short) < _LEAST_RATIO * (len(short) + len(long)):
        return NO
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.quick_ratio() < _LEAST_RATIO:
        return NO
    ratio = matcher.ratio()
    return ratio if ratio >= _LEAST_RATIO else NO
