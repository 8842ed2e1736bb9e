"""Adapters as the documents that `--json` prints and the reference pages list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fulfillment_bi.ingest.adapter import Adapter


def adapter_documents(own: Path | None = None) -> list[dict[str, Any]]:
    """Every kind of export that is recognised: by mapping files, then plain tables named as the contracts.

    Those in the folder `own` come first and say in which file they are.
    """
    from fulfillment_bi.ingest.detect import all_adapters
    from fulfillment_bi.ingest.own import own_mappings

    files = own_mappings(own).files
    return [
        {
            "name": one.name,
            "labels": dict(one.label),
            "definition": one.unused or f"feeds {', '.join(_entities(one))}",
            "source": one.source,
            "timezone": one.timezone,
            "requires": list(_requirements(one)),
            "entities": _entities(one),
            "generic": one.generic,
            "evidence": list(one.evidence),
            "unproven": _unproven(one),
            "file": str(files[one.name]) if one.name in files else None,
        }
        for one in all_adapters(own).values()
    ]


def _entities(adapter: Adapter) -> list[str]:
    return list(dict.fromkeys(target.entity for target in adapter.targets))


def _unproven(adapter: Adapter) -> list[str]:
    """What of the mapping rests on no evidence: headers nobody has seen in an export, and what else is assumed."""
    headers = [f"the header {header}" for header in adapter.unproven_headers]
    return [*headers, *([adapter.unproven] if adapter.unproven else [])]


def _requirements(adapter: Adapter) -> list[str]:
    from fulfillment_bi.ingest.detect import describe_requirements

    return describe_requirements(adapter).split(", ")
