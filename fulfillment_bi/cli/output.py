"""What commands print: JSON for scripts, aligned tables and stamp lines for people."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

import typer

from fulfillment_bi.documents.plain import plain_cell
from fulfillment_bi.reports.table import Stamp


def print_json(value: object) -> None:
    """Print one JSON document: dates in ISO, decimals as numbers, undefined as null, Chinese as it is."""
    typer.echo(json.dumps(value, default=plain_cell, ensure_ascii=False, indent=2, allow_nan=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, percent: Iterable[str] = ()) -> None:
    """Print rows under headers, numbers to the right; `percent` names the columns of fractions."""
    rates = set(percent)
    kinds = [column in rates for column in columns]
    cells = [[_cell(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in rows]
    widths = [max(map(_width, column)) for column in zip(columns, *cells, strict=True)]
    right = [_is_numeric(column) for column in zip(*cells, strict=True)] if cells else [False] * len(widths)
    for line in [list(columns), *cells]:
        padded = [_pad(text, width, side) for text, width, side in zip(line, widths, right, strict=True)]
        typer.echo("  ".join(padded).rstrip())


def print_stamp(stamp: Stamp, *, rows: int | None = None) -> None:
    """Print the line that says as of when, in which zone, of which version and with which filters."""
    counted = f" · {rows:,} rows" if rows is not None else ""
    typer.echo(f"as of {stamp.local_as_of()} {stamp.timezone} · {stamp.version} · {stamp.filters}{counted}")


def _cell(value: object, is_rate: bool) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float | Decimal):
        return f"{value:.2%}" if is_rate else f"{value:,.0f}" if value == int(value) else f"{value:,.3f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def _is_numeric(texts: Iterable[str]) -> bool:
    return all(
        text == "–" or text.removesuffix("%").replace(",", "").lstrip("-").replace(".", "").isdigit() for text in texts
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
