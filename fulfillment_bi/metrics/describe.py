"""The dictionary as plain data: what `fbi metrics`, the definition cards and the docs print."""

from __future__ import annotations

from typing import Any

from fulfillment_bi.errors import NotApplicableError
from fulfillment_bi.metrics.bands import Band, bands_of
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import Resolved, check_split, get_metric, metrics_for, resolve
from fulfillment_bi.metrics.types import Metric


def describe_metrics() -> list[dict[str, Any]]:
    """Every metric: names, definitions in both languages, formula, fact, time basis, levels, dimensions, target."""
    return [describe_metric(name) for name in METRICS]


def describe_metric(name: str, query: Query | None = None) -> dict[str, Any]:
    """One metric, its formula under the query's definition switch (its own defaults without one)."""
    metric = get_metric(name)
    resolved = resolve(metric, (query or Query((name,))).but(metrics=(name,)))
    measure = next(measure for measure in metric.measures.values() if measure.fact is resolved.fact)
    return {
        "name": name,
        "area": metric.area,
        "label_zh": metric.label.zh,
        "label_en": metric.label.en,
        "definition_zh": metric.definition.zh,
        "definition_en": metric.definition.en,
        "formula": formula(resolved),
        "numerator": str(resolved.numerator),
        "denominator": str(resolved.denominator or ""),
        "fact": resolved.fact.name,
        "grain_zh": resolved.fact.grain.zh,
        "grain_en": resolved.fact.grain.en,
        "basis": measure.basis.name,
        "basis_zh": measure.basis.label.zh,
        "basis_en": measure.basis.label.en,
        "unit": metric.unit,
        "direction": metric.direction,
        "levels": list(metric.measures),
        "event": metric.event,
        "dimensions": dimensions_for(metric),
        "target": metric.target,
        "warning": metric.warning,
        "critical": metric.critical,
        "minimum_sample": metric.minimum_sample,
        "bands": [_describe_band(band) for band in bands_of(name)],
        "rows": list(resolved.drill),
    }


def _describe_band(band: Band) -> dict[str, Any]:
    return {
        "level": band.level,
        "value": band.value,
        "source": band.source,
        "url": band.url,
        "year": band.year,
        "note_zh": band.note.zh,
        "note_en": band.note.en,
    }


def describe_dimensions() -> list[dict[str, Any]]:
    """Every dimension: names, definitions, its parent in a hierarchy, and the metrics it splits."""
    return [
        {
            "name": dimension.name,
            "label_zh": dimension.label.zh,
            "label_en": dimension.label.en,
            "definition_zh": dimension.definition.zh,
            "definition_en": dimension.definition.en,
            "parent": dimension.parent,
            "members": list(dimension.members),
            "metrics": metrics_for(dimension),
        }
        for dimension in DIMENSIONS.values()
    ]


def dimensions_for(metric: Metric) -> list[str]:
    """Names of the dimensions that split the metric at one level or another."""
    return [name for name, dimension in DIMENSIONS.items() if metric.name in metrics_for(dimension)]


def splits(resolved: Resolved) -> list[str]:
    """Names of the dimensions that split the metric at this very level."""
    names = []
    for name, dimension in DIMENSIONS.items():
        try:
            check_split(dimension, resolved)
        except NotApplicableError:
            continue
        names.append(name)
    return names


_OVER = {"sum": "", "last": ", newest snapshot", "average": " per day with a snapshot"}


def formula(resolved: Resolved) -> str:
    """How the value is made, e.g. count(due_sign_original and otif_sign_original) / count(due_sign_original)."""
    if resolved.quantile:
        column, share = resolved.quantile
        return f"quantile {share:g} of {column} over {resolved.numerator}"
    if resolved.squares:
        return f"standard deviation, from {resolved.squares}, {resolved.mean} and {resolved.numerator}"
    if resolved.denominator is None:
        return str(resolved.numerator) + _OVER[resolved.over]
    return f"{resolved.mean or resolved.numerator} / {resolved.denominator}{_OVER[resolved.over]}"
