"""Adding up the truth while blocks go by: what truth.json says."""

from __future__ import annotations

from typing import Any

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import Whole
from fulfillment_bi.sample.columns import BUSINESS_ZONE
from fulfillment_bi.sample.demand import Calendar
from fulfillment_bi.sample.exportfile import ExportWriter
from fulfillment_bi.sample.identity import missing_field
from fulfillment_bi.sample.incidents import Incident, clock_text
from fulfillment_bi.sample.judge import Blame
from fulfillment_bi.sample.orderfiles import is_global
from fulfillment_bi.sample.record import STATUSES, Block, Record, cancellations
from fulfillment_bi.sample.world import World


class Tally:
    """Running sums over the blocks of one sample."""

    def __init__(self, calendar: Calendar, incidents: tuple[Incident, ...]) -> None:
        self.calendar = calendar
        self.incidents = incidents
        self.orders = 0
        self._sums: dict[str, int] = {}
        self._by_channel = np.zeros(len(tables.CHANNELS), dtype=np.int64)
        self._statuses = np.zeros(len(STATUSES), dtype=np.int64)
        self._cancelled: dict[str, int] = {}
        self._defects: dict[str, int] = {}
        self._blame = {measure: np.zeros(len(incidents) + 1, dtype=np.int64) for measure in ("otif", "ship")}
        self._touched = np.zeros(len(incidents), dtype=np.int64)

    def add(self, block: Block, found: Record, blame: Blame) -> None:
        """Count one block."""
        orders, outcome, verdict = block.orders, block.outcome, block.verdict
        self.orders += orders.count
        self._by_channel += np.bincount(orders.channel, minlength=len(tables.CHANNELS))
        self._statuses += np.bincount(found.status, minlength=len(STATUSES))
        _merge(self._cancelled, cancellations(found))
        _merge(self._defects, found.defects)
        nameless = (missing_field(block.draws.u_order[14]) > 0) & ~is_global(block)
        _merge(self._defects, {"personal_field_missing": int(nameless.sum())})
        _merge(
            self._sums,
            {
                "lines": len(orders.sku),
                "units_ordered": int(orders.quantity.sum()),
                "units_due": int(outcome.line_due.sum()),
                "otif_due": int(verdict.due_sign.sum()),
                "otif_failed": int(verdict.failed_otif.sum()),
                "ship_due": int(verdict.due_ship.sum()),
                "ship_late": int(verdict.late_ship.sum()),
                "orders_short": int((verdict.units_short > 0).sum()),
                "units_short": int(verdict.units_short.sum()),
            },
        )
        self._blame["otif"] += _counts(blame.otif, len(self.incidents))
        self._blame["ship"] += _counts(blame.ship, len(self.incidents))
        self._touched += blame.touched.sum(axis=1)

    def truth(self, world: World, seed: int, files: list[ExportWriter]) -> dict[str, Any]:
        """The content of truth.json."""
        calendar, sums = self.calendar, self._sums
        return {
            "made_by": {
                "orders": self.orders,
                "days": calendar.days,
                "seed": seed,
                "end": calendar.end.isoformat(),
                "as_of_hour": calendar.as_of_hour,
            },
            "start": calendar.start.isoformat(),
            "as_of": clock_text(calendar.as_of),
            "timezone": BUSINESS_ZONE,
            "promotion": calendar.promotion
            and {
                "day": calendar.promotion.isoformat(),
                "zh": calendar.promotion_name[0],
                "en": calendar.promotion_name[1],
            },
            "orders": {
                "total": self.orders,
                "by_channel": {c.name: int(n) for c, n in zip(tables.CHANNELS, self._by_channel, strict=True)},
                "by_status": {name: int(n) for name, n in zip(STATUSES, self._statuses, strict=True)},
                "cancelled_by": self._cancelled,
            },
            "lines": {key: sums.get(key, 0) for key in ("lines", "units_ordered", "units_due")},
            "otif": {
                "due": sums.get("otif_due", 0),
                "failed": sums.get("otif_failed", 0),
                "failed_by_cause": self._causes("otif"),
            },
            "ship_delay": {
                "due": sums.get("ship_due", 0),
                "late": sums.get("ship_late", 0),
                "late_by_cause": self._causes("ship"),
            },
            "short": {"orders": sums.get("orders_short", 0), "units": sums.get("units_short", 0)},
            "incidents": [self._incident(world, place) for place in range(len(self.incidents))],
            "defects": self._defects,
            "files": {
                file.export.name: {
                    "entity": file.export.entity,
                    "encoding": file.export.encoding,
                    "rows": file.rows,
                    "bad_rows": file.bad,
                }
                for file in files
            },
        }

    def _causes(self, measure: str) -> dict[str, int]:
        names = ["background", *(incident.name for incident in self.incidents)]
        return dict(zip(names, self._blame[measure].tolist(), strict=True))

    def _incident(self, world: World, place: int) -> dict[str, Any]:
        incident = self.incidents[place]
        return {
            "name": incident.name,
            "zh": incident.zh,
            "en": incident.en,
            "station": incident.kind,
            "start": clock_text(incident.start),
            "end": clock_text(incident.end),
            "scope": incident.scope(world),
            "orders_touched": int(self._touched[place]),
            "orders_failed_otif": int(self._blame["otif"][place + 1]),
            "orders_late_to_ship": int(self._blame["ship"][place + 1]),
        }


def _counts(cause: Whole, incidents: int) -> Whole:
    """Failed orders per cause: the background first, then each incident."""
    return np.bincount(cause[cause >= -1] + 1, minlength=incidents + 1)


def _merge(into: dict[str, int], more: dict[str, int]) -> None:
    for key, value in more.items():
        into[key] = into.get(key, 0) + value
