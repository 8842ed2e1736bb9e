"""Metrics and dimensions as the documents that `--json` prints and the reference pages list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fulfillment_bi.metrics.describe import describe_dimensions, describe_metrics

if TYPE_CHECKING:
    from fulfillment_bi.ingest.adapter import Adapter


def metric_documents() -> list[dict[str, Any]]:
    """Every metric in the order of the catalogue, its words also by language under `labels` and `definition`."""
    return [_with_words(one) for one in describe_metrics()]


def dimension_documents() -> list[dict[str, Any]]:
    """Every dimension in the order of declaration, its words also by language."""
    return [_with_words(one) for one in describe_dimensions()]


def _with_words(one: dict[str, Any]) -> dict[str, Any]:
    words = {
        "labels": {"en": one["label_en"], "zh": one["label_zh"]},
        "definition": {"en": one["definition_en"], "zh": one["definition_zh"]},
    }
    return {"name": one["name"], **words, **one}


def adapter_documents() -> list[dict[str, Any]]:
    """Every kind of export that is recognised: those of mapping files, then plain tables named as the contracts."""
    from fulfillment_bi.ingest.detect import all_adapters

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
        }
        for one in all_adapters().values()
    ]


def _entities(adapter: Adapter) -> list[str]:
    return list(dict.fromkeys(target.entity for target in adapter.targets))


def _requirements(adapter: Adapter) -> list[str]:
    from fulfillment_bi.ingest.detect import describe_requirements

    return describe_requirements(adapter).split(", ")
