"""Seeded worlds of one number a day, with and without an incident, and what the ready rules say of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from fulfillment_bi.insight.alert_check import check_rules
from fulfillment_bi.insight.alert_rules import Rule, ready_rules
from fulfillment_bi.insight.alert_state import AlertState, advance
from fulfillment_bi.metrics.query import Query, Result

TODAY = date(2026, 9, 10)
END_OF_DAY = datetime(2026, 9, 10, 23)
Loss = Callable[[int], float]
"""Days before today -> how much lower the rate is on that day."""


def none(_: int) -> float:
    """Nothing happened."""
    return 0.0


def drop(days: int, size: float = 0.06) -> Loss:
    """Six points lost since so many days."""
    return lambda back: size if back <= days else 0.0


def slide(days: int, step: float = 0.012) -> Loss:
    """More lost every day since so many days."""
    return lambda back: step * max(days - back, 0)


def ready(name: str) -> Rule:
    """The ready rule of that name."""
    return next(one for one in ready_rules() if one.name == name)


class World:
    """Daily rates of one seeded world: 800 orders a day kept with a chance that wavers from day to day."""

    def __init__(self, seed: int, days: int, loss: Loss = none, per: str = "") -> None:
        rng = random.Random(seed)
        self.per = per
        self.values: dict[date, tuple[int, int]] = {}
        for back in range(days):
            due = rng.randint(600, 1_000)
            chance = min(max(rng.gauss(0.94, 0.006) - loss(back), 0), 1)
            self.values[TODAY - timedelta(days=back)] = sum(rng.random() < chance for _ in range(due)), due

    def run_all(self, queries: Sequence[Query]) -> list[Result]:
        """Every query is answered with the days it asks for."""
        return [self._answer(query) for query in queries]

    def _answer(self, query: Query) -> Result:
        assert query.start
        assert query.end
        metric, split = query.metrics[0], query.by[:-1]
        rows = tuple(
            (*("all" for _ in split), day, n / d, n, d)
            for day, (n, d) in self.values.items()
            if query.start <= day <= query.end
        )
        return Result(query, (*split, "day", metric, f"{metric}_n", f"{metric}_d"), rows, "", "", "")

    def alerts(self, rule: Rule, days: int) -> list[date]:
        """The days on which people are told, checked once a day at its end."""
        state, told = AlertState(), []
        for back in reversed(range(days)):
            day = TODAY - timedelta(days=back)
            (finding,) = check_rules(self, [rule], day, {}, {})
            for hours in (0, 13):  # twice a day, so that what must last half a day can
                at = END_OF_DAY + (day - TODAY) + timedelta(hours=hours - 13)
                state, change = advance(state, finding.verdict, at, rule.patience)
                if change == "fired":
                    told.append(day)
        return told


CASES: tuple[tuple[str, Loss, int], ...] = (
    ("order_fulfilment_swing", drop(1), 2),
    ("fulfilment_below_forecast", drop(1), 2),
    ("fulfilment_ahead", slide(5), 6),
)
"""(rule, incident, days in which it must be told): a drop within a day of its first; a slide a day after it
passes 90 % at the latest, which from 94 % it does on the fifth day."""


def false_alerts(rule: Rule, seeds: Sequence[int]) -> int:
    """Alerts in 30 quiet days of each world."""
    return sum(len(World(seed, 95).alerts(rule, 30)) for seed in seeds)


def detected(rule: Rule, loss: Loss, days: int, seeds: Sequence[int]) -> int:
    """Worlds in which the incident was told in its days."""
    return sum(bool(World(seed, 70, loss).alerts(rule, days)) for seed in seeds)
