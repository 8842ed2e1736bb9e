"""The dictionary of metrics: one module per area, declarations only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for area in AREAS for metric in area.METRICS})
