"""How long stock lasts, with what is on order: the chance to be out by each day, and what will be asked for in vain.

1. Demand of the first days is the forecast's distribution; beyond its horizon the mean day goes on.
2. What is on order comes on its current promise, later by what the supplier is usually late; overdue lines as if
   promised today.
3. P(out by day t) = P(demand of t days > stock + what has come by then), never falling: once out, out.
4. Units short by t days are what that stock leaves short (the loss function), less what it left short before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment_bi.forecast.counts import expected_short, reached
from fulfillment_bi.forecast.demand import Demand
from fulfillment_bi.forecast.panel import Numbers

DAYS = 28
CHANCES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Burn:
    """(S, days) each: `out` is the chance to be out by the end of a day, `short` units asked for in vain by then."""

    out: Numbers
    short: Numbers

    def days_until(self, chance: float) -> Numbers:
        """(S,): the first day by which stock is out with that chance; infinite where not within the days."""
        is_out = self.out >= chance
        return np.where(is_out.any(axis=1), is_out.argmax(axis=1) + 1.0, np.inf)


def burn(demand: Demand, available: Numbers, arriving: Numbers) -> Burn:
    """`available` (S,) units at the start; `arriving` (S, days) units that come on each day, in time to be sold."""
    days = arriving.shape[1]
    supply = np.maximum(available, 0.0)[:, None] + np.cumsum(arriving, axis=1)
    out, short = np.zeros(arriving.shape), np.zeros(arriving.shape)
    for day in range(days):
        mean, dispersion = demand.over(np.full(len(available), day + 1.0))
        _, upto = reached(mean, dispersion, np.floor(supply[:, day]))
        out[:, day] = 1 - upto
        short[:, day] = expected_short(mean, dispersion, supply[:, day])
    # Units that come after demand went away do not bring it back: neither chance nor loss ever falls.
    return Burn(np.maximum.accumulate(out, axis=1), np.maximum.accumulate(short, axis=1))
