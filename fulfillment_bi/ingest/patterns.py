"""Regular expressions of mapping files: only those that end soon, whatever text they are given."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from typing import Any

LONGEST = 1_000
"""Characters of a text that a pattern is searched in: what a pattern means stands at the beginning."""
_MANY = 10


def check_pattern(text: str) -> str:
    """The pattern, if it can be used. Raises ValueError where it is none, or repeats what is repeated already.

    "(a+)+$" takes longer than the universe is old to find that it does not fit forty letters.
    """
    try:
        re.compile(text)
        # The library keeps its parser to itself, but the parsed form is the only thing that tells what is inside what.
        parsed: Any = importlib.import_module("re._parser").parse(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"'{text}' is not a regular expression: {error}") from error
    if _repeats(parsed, within=False):
        raise ValueError(f"'{text}' repeats what is repeated already, which can take for ever")
    return text


def _repeats(items: Iterable[Any], *, within: bool) -> bool:
    """Whether a repetition of varying length stands inside another one."""
    for kind, value in items:
        name = str(kind)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = value
            varies = most != least and int(most) >= _MANY
            if (varies and within) or _repeats(inner, within=within or int(most) >= _MANY):
                return True
        elif any(_repeats(part, within=within) for part in _inside(value)):
            return True
    return False


def _inside(value: Any) -> list[Any]:
    """The parsed parts among what belongs to an element, at any depth."""
    if type(value).__name__ == "SubPattern":
        return [value]
    if isinstance(value, list | tuple):
        return [found for each in value for found in _inside(each)]
    return []
