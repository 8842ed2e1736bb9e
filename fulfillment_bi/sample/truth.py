"""Adding up the truth while blocks go by: what truth.json says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.calendar import Calendar
from fulfillment_bi.sample.clock import Whole
from fulfillment_bi.sample.exportfile import ExportWriter
from fulfillment_bi.sample.felt import MEASURES, Felt
from fulfillment_bi.sample.identity import missing_field
from fulfillment_bi.sample.incidents import Incident, clock_text
from fulfillment_bi.sample.judge import Ballot
from fulfillment_bi.sample.orderfiles import ABROAD
from fulfillment_bi.sample.record import STATUSES, Record, cancellations
from fulfillment_bi.sample.simulate import Block
from fulfillment_bi.sample.text import BUSINESS_ZONE
from fulfillment_bi.sample.world import World


class Tally:
    """Running sums over the blocks of one sample."""

    def __init__(self, world: World, calendar: Calendar, incidents: tuple[Incident, ...]) -> None:
        self.world = world
        self.calendar = calendar
        self.incidents = incidents
        self.orders = 0
        self._sums: dict[str, int] = {}
        self._by_channel = np.zeros(len(tables.CHANNELS), dtype=np.int64)
        self._statuses = np.zeros(len(STATUSES), dtype=np.int64)
        self._cancelled: dict[str, int] = {}
        self._defects: dict[str, int] = {}

    def add(self, block: Block, found: Record) -> None:
        """Count one block."""
        orders, journey, verdict = block.orders, block.journey, block.verdict
        self.orders += orders.count
        self._by_channel += np.bincount(orders.channel, minlength=len(tables.CHANNELS))
        self._statuses += np.bincount(found.status, minlength=len(STATUSES))
        _merge(self._cancelled, cancellations(found))
        _merge(self._defects, found.defects)
        nameless = missing_field(self.world, orders.number, ABROAD[orders.channel]) > 0
        _merge(self._defects, {"personal_field_missing": int(nameless.sum())})
        _merge(
            self._sums,
            {
                "lines": int(journey.exists.sum()),
                "units_ordered": int(orders.quantity[journey.exists].sum()),
                "otif_due": int(verdict.due_sign.sum()),
                "otif_failed": int(verdict.failed_otif.sum()),
                "units_due": int(verdict.units_due.sum()),
                "units_failed": int(verdict.units_failed.sum()),
                "ship_due": int(verdict.due_ship.sum()),
                "ship_late": int(verdict.late_ship.sum()),
            },
        )

    def truth(
        self, seed: int, ballot: Ballot, felt: Felt, lost: tuple[int, int], files: list[ExportWriter]
    ) -> dict[str, Any]:
        """The content of truth.json; `lost`: lines and units that were wanted and sold out."""
        calendar, sums = self.calendar, self._sums
        promotion = calendar.promotion
        otif, ship = (ballot.causes(bits, len(self.incidents)) for bits in (ballot.otif, ballot.ship))
        orders_failed, ship_late = self._counts(otif), self._counts(ship)
        units_failed = self._counts(otif, ballot.units.astype(np.int64))
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
            "promotion": promotion and {"day": promotion.day.isoformat(), "zh": promotion.zh, "en": promotion.en},
            "orders": {
                "total": self.orders,
                "by_channel": {c.name: int(n) for c, n in zip(tables.CHANNELS, self._by_channel, strict=True)},
                "by_status": {name: int(n) for name, n in zip(STATUSES, self._statuses, strict=True)},
                "cancelled_by": self._cancelled,
            },
            "lines": {key: sums.get(key, 0) for key in ("lines", "units_ordered")},
            "otif": {
                "due": sums.get("otif_due", 0),
                "failed": sums.get("otif_failed", 0),
                "failed_by_cause": orders_failed,
            },
            "units": {
                "due": sums.get("units_due", 0),
                "failed": sums.get("units_failed", 0),
                "failed_by_cause": units_failed,
            },
            "ship_delay": {
                "due": sums.get("ship_due", 0),
                "late": sums.get("ship_late", 0),
                "late_by_cause": ship_late,
            },
            "lost_sales": {"lines": lost[0], "units": lost[1]},
            "incidents": [self._incident(step, incident, felt) for step, incident in enumerate(self.incidents)],
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

    def _counts(self, cause: Whole, weights: Whole | None = None) -> dict[str, int]:
        """Failures per cause: the background first, then each incident."""
        failed = cause >= 0
        chosen = None if weights is None else weights[failed]
        counts = np.bincount(cause[failed], weights=chosen, minlength=len(self.incidents) + 1).astype(int)
        names = ["background", *(incident.name for incident in self.incidents)]
        return dict(zip(names, counts.tolist(), strict=True))

    def _incident(self, step: int, incident: Incident, felt: Felt) -> dict[str, Any]:
        """What it hit, and its net effect over the days on which it was felt; no days where nothing came of it."""
        effect = felt.effect(step)
        days = None if effect is None else (effect.first, effect.last)
        return {
            "name": incident.name,
            "zh": incident.zh,
            "en": incident.en,
            "metric": incident.metric,
            "start": clock_text(incident.start),
            "end": clock_text(incident.end),
            "scope": incident.scope(self.world),
            "felt": days and [(self.calendar.start + timedelta(days=day)).isoformat() for day in days],
            **(dict.fromkeys(MEASURES, 0) if effect is None else effect.net),
        }


def _merge(into: dict[str, int], more: dict[str, int]) -> None:
    for key, value in more.items():
        into[key] = into.get(key, 0) + value
