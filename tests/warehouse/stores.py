"""Small versions for the tests of the warehouse, and ways to look into them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from fulfillment_bi.warehouse.engine import Limits
from fulfillment_bi.warehouse.pointer import VersionInfo
from fulfillment_bi.warehouse.versions import Store


def child_environment() -> dict[str, str]:
    """The environment for another interpreter that imports what this one does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])}


def new_store(home: Path, fault: Callable[[str], None] | None = None, **options: Any) -> Store:
    """A store that looks at CURRENT every time, on one thread."""
    return Store(home, limits=Limits(threads=1), check_seconds=0, fault=fault, **options)


def publish(store: Store, value: int) -> VersionInfo:
    """A version with one more row."""
    with store.draft() as draft:
        draft.session.append("numbers", pa.table({"value": [value]}))
        return draft.publish()


def values(store: Store) -> list[int]:
    """The rows of the current version."""
    with store.reader() as reader:
        return [row[0] for row in reader.session.rows("SELECT value FROM numbers ORDER BY value")]
