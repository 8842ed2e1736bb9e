"""The dictionary of metrics: one module per area, declarations only."""

from __future__ import annotations

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


def _all() -> dict[str, Metric]:
    found = {metric.name: metric for area in AREAS for metric in area.METRICS}
    for metric in collect("metrics", "METRICS"):
        if metric.name in found:
            raise SettingsError(f"An extension declares the metric '{metric.name}', which exists.", where="metrics.py")
        found[metric.name] = metric
    return found


METRICS: Mapping[str, Metric] = MappingProxyType(_all())
