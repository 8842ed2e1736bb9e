"""The dictionary of metrics: one module per area, declarations only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fulfillment_bi.metrics.catalog import delay, fill, orders, quality, service, time
from fulfillment_bi.metrics.types import Metric

METRICS: Mapping[str, Metric] = MappingProxyType(
    {metric.name: metric for area in (fill, delay, time, orders, service, quality) for metric in area.METRICS}
)
