"""What a cell says once the marks of spreadsheets and exports are taken off it.

The same cleaning exists twice: here for cells that must not leave the adapter (personal data), and as SQL in `check`
for all others. A test holds the two together.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b"
"""Characters stripped from both ends of a cell."""

NULL_WORDS = (
    "-", "--", "—", "null", "(null)", "<null>", "none", "nan", "nat", "nil", "n/a", "#n/a", "\\n", "0000-00-00",
    "0000-00-00 00:00:00", "无退款申请",
)  # fmt: skip
"""Casefolded words that mean "no value"."""

ENCRYPTED = ("##", "$$")
"""Prefixes of fields a platform hands out encrypted: there is a value, but not for us."""

WIDE = "０１２３４５６７８９．－：／，＋"
NARROW = "0123456789.-:/,+"

_SQUASH = re.compile(r"[\W_]+")


@lru_cache(maxsize=1 << 16)
def squash(name: str) -> str:
    """A header name without case, width, blanks and punctuation: "Order No." and "order_no" are the same column."""
    folded = _SQUASH.sub("", unicodedata.normalize("NFKC", name).casefold())
    return folded or name.strip()


def clean_cell(text: str | None, null_words: Sequence[str] = NULL_WORDS) -> str | None:
    """The value of a cell, or None when it says that there is none."""
    if text is None:
        return None
    bare = text.strip(BLANKS)
    if len(bare) >= 3 and bare.startswith('="') and bare.endswith('"'):
        bare = bare[2:-1].strip(BLANKS)
    elif bare.startswith("'"):
        bare = bare[1:].strip(BLANKS)
    if not bare or bare.startswith(ENCRYPTED) or bare.lower() in null_words:
        return None
    return bare


def presence(text: str | None, null_words: Sequence[str] = NULL_WORDS) -> str | None:
    """Whether a personal cell was filled in: "true", "false", or None when the platform hides it."""
    if text is not None and text.strip(BLANKS).startswith(ENCRYPTED):
        return None
    return "false" if clean_cell(text, null_words) is None else "true"


def keyed_hash(text: str | None, key: bytes, null_words: Sequence[str] = NULL_WORDS) -> str | None:
    """24 hexadecimal digits that stand for a personal value: equal for equal values, and worthless without the key."""
    value = clean_cell(text, null_words)
    if value is None:
        return None
    return hmac.digest(key, value.encode("utf-8"), "sha256").hex()[:24]
