"""What the calendar does to demand: factors per category and period, from the history of all series of the category.

1. The week of the year, from a year and a half of history on, smoothed over five weeks; for days also the weekday.
2. Named days (festivals, promotions, holidays): what was sold in them over what the other factors expected. They
   have no part in the factors of the weekday and the week, where enough ordinary days are left.
Each factor is drawn to the one of all categories, and that one to 1, as if some units had been sold just as usual:
small categories say little about a week of the year by themselves.
"""

from __future__ import annotations

import numpy as np

from fulfillment_bi.forecast.panel import DAYS_A_WEEK, Numbers, Panel, Whole

USUAL_UNITS = 3000.0
"""Units as usual that each factor of a category starts with; that of all categories starts with a tenth."""
LEAST_WEEKS = 78
WEEKS = 52
LEAST_ORDINARY = 28
_SMOOTHING = (0.1, 0.2, 0.4, 0.2, 0.1)


def factors(panel: Panel, horizon: int, events: Whole | None = None) -> Numbers:
    """(groups, T + horizon): the factor of each period, around 1.

    `events` (T + horizon,) names each period: 0 is an ordinary one.
    """
    total = panel.periods + horizon
    groups = int(panel.group.max()) + 1 if panel.series else 1
    found = np.ones((groups, total))
    sold, usual = _by_group(panel, groups)
    ordinary = sold, usual
    if events is not None and (events[: panel.periods] == 0).sum() >= LEAST_ORDINARY:
        plain = events[: panel.periods] == 0
        ordinary = sold * plain, usual * plain
    day = np.arange(total) * panel.step + panel.start.toordinal()
    if panel.step == 1:
        found *= _factor(*ordinary, (day + 6) % DAYS_A_WEEK, DAYS_A_WEEK, found)
    if panel.periods * panel.step >= LEAST_WEEKS * DAYS_A_WEEK:
        week = day // DAYS_A_WEEK % WEEKS
        found *= _factor(*ordinary, week, WEEKS, found, smooth=True)
    if events is not None and events.max(initial=0) > 0:
        found *= _factor(sold, usual, events, int(events.max()) + 1, found, ordinary=True)
    return found


def _by_group(panel: Panel, groups: int) -> tuple[Numbers, Numbers]:
    """Units sold with stock, and what each series' own mean would have sold: (groups, T) each."""
    with_stock = np.where(panel.exposure > 0, panel.units, 0.0)
    rate = with_stock.sum(axis=1) / np.maximum(panel.exposure.sum(axis=1), 1.0)
    sold, usual = np.zeros((groups, panel.periods)), np.zeros((groups, panel.periods))
    for group in range(groups):
        member = panel.group == group
        sold[group] = with_stock[member].sum(axis=0)
        usual[group] = rate[member] @ panel.exposure[member]
    return sold, usual


def _factor(
    sold: Numbers,
    usual: Numbers,
    place: Whole,
    places: int,
    known: Numbers,
    *,
    smooth: bool = False,
    ordinary: bool = False,
) -> Numbers:
    """(groups, T + horizon): sold over usual of all periods of the same place, the `known` factors taken out."""
    periods = sold.shape[1]
    expected = usual * known[:, :periods]
    tops, bottoms = np.zeros((len(sold), places)), np.zeros((len(sold), places))
    for period in range(periods):
        tops[:, place[period]] += sold[:, period]
        bottoms[:, place[period]] += expected[:, period]
    if smooth:
        tops, bottoms = _smoothed(tops), _smoothed(bottoms)
    pull = USUAL_UNITS / 10
    everyone = (tops.sum(axis=0) + pull) / (bottoms.sum(axis=0) + pull)
    factor = (tops + USUAL_UNITS * everyone) / (bottoms + USUAL_UNITS)
    if ordinary:
        factor[:, 0] = 1.0
    else:
        factor = factor / factor.mean(axis=1, keepdims=True)
    return np.asarray(factor[:, place])


def _smoothed(values: Numbers) -> Numbers:
    """Around the year, without ends."""
    return np.asarray(
        sum(share * np.roll(values, at - len(_SMOOTHING) // 2, axis=1) for at, share in enumerate(_SMOOTHING))
    )
