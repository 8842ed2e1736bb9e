"""Values as JSON knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path


def plain(value: object, naive: str = "") -> object:
    """A value as JSON knows it, through dataclasses, mappings and lists.

    `naive` is put after a time without a zone: "Z" where such times are UTC.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value), naive)
    if isinstance(value, Mapping):
        return {str(key): plain(item, naive) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, naive) for item in value]
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.isoformat() + naive
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return plain_cell(value)


def plain_cell(value: object) -> object:
    """One value that JSON does not know: dates in ISO, decimals as numbers, anything else as its text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)
