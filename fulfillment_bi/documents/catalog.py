"""Metrics and dimensions: what can be asked."""

from __future__ import annotations

from typing import Any

from fulfillment_bi.metrics.describe import describe_dimensions, describe_metrics


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
