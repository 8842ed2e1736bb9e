"""The SQL of this package, one SELECT a file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def load_query(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (files("fulfillment_bi.forecast") / "sql" / f"{name}.sql").read_text("utf-8")
