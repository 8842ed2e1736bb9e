"""The dictionary of metrics: one module per area, declarations only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.extensions import collect
from fulfillment_bi.metrics.catalog import (
    after_sales,
    causes,
    customers,
    delay,
    fill,
    handling,
    logistics,
    money,
    orders,
    quality,
    service,
    stock,
    stock_health,
    suppliers,
    supply,
    time,
)
from fulfillment_bi.metrics.types import Metric

AREAS = (
    fill,
    delay,
    causes,
    time,
    orders,
    handling,
    after_sales,
    stock,
    stock_health,
    supply,
    suppliers,
    logistics,
    service,
    customers,
    money,
    quality,
)


FLAG = re.compile(r"[a-z0-9_{}]+")


def _all() -> dict[str, Metric]:
    found = {metric.name: metric for area in AREAS for metric in area.METRICS}
    for metric in collect("metrics", "METRICS"):
        where = f"metrics.py of an extension, metric {metric.name}"
        if metric.name in found:
            raise SettingsError(f"An extension declares the metric '{metric.name}', which exists.", where=where)
        for flag in _flags(metric):
            if not FLAG.fullmatch(flag):
                hint = "Name columns of 0 and 1 of the fact; see docs/how-to/extend.md."
                raise SettingsError(f"'{flag}' is no flag.", where=where, hint=hint)
        found[metric.name] = metric
    return found


def _flags(metric: Metric) -> list[str]:
    """Every flag that some part of a metric names."""
    measures = metric.measures.values()
    parts = [part for one in measures for part in (one.numerator, one.denominator, one.pending, one.mean)]
    return [flag for part in parts if part is not None for flag in part.where]


METRICS: Mapping[str, Metric] = MappingProxyType(_all())
