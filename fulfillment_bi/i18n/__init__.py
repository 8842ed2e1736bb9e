"""Texts and numbers of the two languages: one catalogue file a language, looked up by a dotted key.

    text("zh", "wall.title")                       a sentence of ours; a key that does not exist is an error
    label("zh", "stage", "pickup")                 the name of a member or column; an unknown one is shown as it is
    numbers: see `i18n.numbers`

Where a text has places to fill, they are named: "{count} orders".
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.extensions import parts

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every text of one language by its dotted key; KeyError for a language that does not exist."""
    if language not in LANGUAGES:
        raise KeyError(f"no catalogue for language {language!r}; there are {', '.join(LANGUAGES)}")
    source = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    texts = dict(_flat(tomllib.loads(source), ""))
    for path in parts(f"{language}.toml"):
        try:
            texts = dict(_flat(tomllib.loads(path.read_text("utf-8")), "")) | texts
        except (OSError, ValueError) as error:
            raise SettingsError(f"These texts cannot be read: {error}.", where=str(path)) from error
    return texts


def _flat(table: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        path = f"{prefix}.{key}" if prefix else key
        found.extend(_flat(value, path) if isinstance(value, Mapping) else [(path, str(value))])
    return found


def text(language: str, key: str, **values: Any) -> str:
    """The text for `key`, its named places filled; KeyError when the catalogue lacks it (a test finds these)."""
    found = catalogue(language)[key]
    return found.format(**values) if values else found


def label(language: str, family: str, name: object) -> str:
    """The shown name of `name` in `family` (a stage, a column, a dimension ...); `name` itself when unknown."""
    return catalogue(language).get(f"{family}.{name}", str(name))


def known(family: str, name: object) -> bool:
    """Whether `family` has a name of its own for `name`."""
    return f"{family}.{name}" in catalogue(DEFAULT_LANGUAGE)


def choose(wanted: str | None, accept_language: str = "") -> str:
    """The language to speak: `wanted` (from the URL) if we have it, else the best of an Accept-Language header."""
    if wanted in LANGUAGES:
        return str(wanted)
    ranked = sorted(
        (_weight(part) for part in accept_language.lower().split(",") if part.strip()), key=lambda pair: -pair[0]
    )
    for _, tag in ranked:
        if tag[:2] in LANGUAGES:
            return tag[:2]
    return "en" if ranked and ranked[0][1] != "*" else DEFAULT_LANGUAGE


def _weight(part: str) -> tuple[float, str]:
    tag, _, quality = part.strip().partition(";q=")
    try:
        return (float(quality) if quality else 1.0), tag
    except ValueError:
        return 0.0, tag
