"""Which way to forecast each class of series: chosen by what would have been best at several past moments.

1. Origins: the last horizons of the history, one after the other. Everything a forecast uses is cut off at its origin,
   the seasonal factors included.
2. Candidates: smoothing fast to slow, with and without seasonal factors, chance and size apart; each with the bias it
   showed and the spread that suits it best. Newer origins count for more: what is sold now is nearer to what comes.
3. A class takes the candidate with the least mean pinball loss over `LEVELS`, judged in periods with full stock.
4. Unless that loses to the seasonal naive: then the class is forecast by the naive.
A class with many series is judged by a sample of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fulfillment_bi.forecast.counts import quantiles
from fulfillment_bi.forecast.level import Level, category_rates, naive, naive_spread, smooth
from fulfillment_bi.forecast.panel import CLASSES, Mask, Numbers, Panel, Whole, classify
from fulfillment_bi.forecast.scores import coverage, pinball, wape
from fulfillment_bi.forecast.season import factors

Kind = Literal["discounted", "tsb", "naive"]
LEVELS = (0.5, 0.75, 0.9, 0.95)
SHOWN = (0.5, 0.9)
DISCOUNTS = (0.8, 0.88, 0.94, 0.97)
SPREADS = (0.5, 0.7, 1.0, 1.4)
ORIGINS, SAMPLE = 6, 500
RECENT = 0.7
"""What an origin counts beside the next newer one."""
LEAST_HISTORY = {1: 42, 7: 12}
_NARROWEST, _WIDEST = 0.7, 1.4


@dataclass(frozen=True)
class Method:
    """A way to forecast. `bias` multiplies the mean, `spread` the dispersion.

    `shared` is the part of a period's dispersion that the periods of a horizon have in common: what is wrong with
    the level is wrong in all of them.
    """

    kind: Kind
    discount: float
    seasonal: bool
    bias: float = 1.0
    spread: float = 1.0
    shared: float = 0.5


@dataclass(frozen=True)
class Accuracy:
    """How a class was forecast at the origins, beside the naive: losses in units a period, coverage as shares."""

    kind: str
    series: int
    method: Method
    loss: tuple[float, ...]
    naive_loss: tuple[float, ...]
    wape: float | None
    naive_wape: float | None
    coverage: tuple[float, ...]
    periods: int

    @property
    def gain(self) -> float | None:
        """The share of the naive's loss that is saved, over the shown levels together."""
        whole = sum(self.naive_loss)
        return 1 - sum(self.loss) / whole if whole else None


@dataclass(frozen=True)
class Choice:
    """The accuracy of each class that occurs, its method within; classes without past are forecast like `spare`."""

    found: tuple[Accuracy, ...]
    spare: Method

    def method(self, kind: str) -> Method:
        """How a class is forecast."""
        return next((one.method for one in self.found if one.kind == kind), self.spare)


@dataclass(frozen=True)
class _Trial:
    """One origin: what came, where it could be seen, and each candidate's mean and dispersion; (S, horizon) each."""

    actual: Numbers
    weight: Numbers
    means: tuple[Numbers, ...]
    spreads: tuple[Numbers, ...]
    naive: Numbers
    naive_high: Numbers


SPARE = Method("discounted", 0.94, True)
CANDIDATES: tuple[Method, ...] = (
    *(Method("discounted", discount, seasonal) for seasonal in (True, False) for discount in DISCOUNTS),
    *(Method("tsb", discount, True) for discount in (0.9, 0.95)),
)


def origins(panel: Panel, horizon: int) -> tuple[int, ...]:
    """Periods at which past forecasts are made, the newest first; none where the history is too short."""
    least = LEAST_HISTORY[panel.step]
    return tuple(at for step in range(1, ORIGINS + 1) if (at := panel.periods - horizon * step) >= least)


def choose(panel: Panel, horizon: int, events: Whole | None = None) -> Choice:
    """The method of each class. `events` as in `factors`."""
    kind = classify(panel)
    sample = _sample(kind)
    ahead = max(min(horizon, panel.periods // 3), 1)  # a short history is tried on a shorter one
    trials = [
        _trial(panel, sample, origin, ahead, events, RECENT**age) for age, origin in enumerate(origins(panel, ahead))
    ]
    if not trials:
        return Choice((), SPARE)
    found = []
    for place, name in enumerate(CLASSES):
        member = kind[sample] == place
        if member.any():
            judged = _judged(name, int((kind == place).sum()), _cut(trials, member))
            if judged is not None:
                found.append(judged)
    return Choice(tuple(found), SPARE)


def _sample(kind: Whole) -> Whole:
    """Some series of each class, the same ones every time."""
    rng = np.random.default_rng(8)
    parts = [np.flatnonzero(kind == place) for place in range(len(CLASSES))]
    return np.sort(np.concatenate([rng.permutation(part)[:SAMPLE] for part in parts]))


def _trial(panel: Panel, sample: Whole, origin: int, horizon: int, events: Whole | None, share: float) -> _Trial:
    past = panel.until(origin)
    season = factors(past, horizon, None if events is None else events[: origin + horizon])
    flat = np.ones_like(season)
    prior = category_rates(past)[sample]
    small = past.take(sample)
    ahead = slice(origin, origin + horizon)
    means, spreads = [], []
    for method in CANDIDATES:
        factor = season if method.seasonal else flat
        level = level_of(small, factor, method, prior)
        means.append(level.rate[:, None] * factor[small.group, ahead])
        spreads.append(level.dispersion[:, None])
    seen = (panel.exposure[sample, ahead] >= 1) & ~panel.least[sample, ahead]
    last = naive(small, horizon)
    return _Trial(
        panel.units[sample, ahead],
        np.asarray(seen * share, dtype=float),
        tuple(means),
        tuple(spreads),
        last,
        np.maximum(last + naive_spread(small, SHOWN[-1])[:, None], 0.0),
    )


def level_of(panel: Panel, factor: Numbers, method: Method, prior: Numbers) -> Level:
    """The level after the last period by a method."""
    return smooth(panel, factor, method.discount, prior, apart=method.kind == "tsb")


def _cut(trials: Sequence[_Trial], member: Mask) -> list[_Trial]:
    return [
        _Trial(
            one.actual[member],
            one.weight[member],
            tuple(each[member] for each in one.means),
            tuple(each[member] for each in one.spreads),
            one.naive[member],
            one.naive_high[member],
        )
        for one in trials
    ]


def _judged(name: str, series: int, trials: list[_Trial]) -> Accuracy | None:
    """The best method of one class and its accuracy; None where nothing could be seen."""
    actual, weight = (np.concatenate([getattr(one, part) for one in trials]) for part in ("actual", "weight"))
    if not weight.sum():
        return None
    last, high = (np.concatenate([getattr(one, part) for one in trials]) for part in ("naive", "naive_high"))
    naive_loss = tuple(pinball(actual, at, level, weight) for level, at in zip(SHOWN, (last, high), strict=True))
    best: tuple[float, Accuracy] | None = None
    for method, mean, spread in _fitted(trials, actual, weight):
        found = quantiles(mean, spread, LEVELS)
        losses = {level: pinball(actual, at, level, weight) for level, at in zip(LEVELS, found, strict=True)}
        if best is None or sum(losses.values()) < best[0]:
            shown = tuple(losses[level] for level in SHOWN)
            judged = Accuracy(
                name, series, method, shown, naive_loss, wape(actual, mean, weight), wape(actual, last, weight),
                coverage(actual, mean, spread, SHOWN, weight), int((weight > 0).sum()),
            )  # fmt: skip
            best = (sum(losses.values()), judged)
    if best is None:
        return None
    chosen = best[1]
    if sum(chosen.loss) >= sum(naive_loss):
        chosen = replace(
            chosen, method=replace(chosen.method, kind="naive", bias=1.0), loss=naive_loss, wape=chosen.naive_wape
        )
    return chosen


def _fitted(trials: list[_Trial], actual: Numbers, weight: Numbers) -> Iterator[tuple[Method, Numbers, Numbers]]:
    """Each candidate with the bias it showed, under each spread: (method, means, dispersions)."""
    for at, method in enumerate(CANDIDATES):
        mean = np.concatenate([one.means[at] for one in trials])
        spread = np.broadcast_to(np.concatenate([one.spreads[at] for one in trials]), mean.shape)
        bias = _bias([(one.actual, one.means[at], one.weight) for one in trials])
        shared = _shared(actual, mean * bias, weight, trials[0].actual.shape[1])
        for width in SPREADS:
            yield replace(method, bias=bias, spread=width, shared=shared), mean * bias, spread * width


def _bias(origins: list[tuple[Numbers, Numbers, Numbers]]) -> float:
    """What came over what was expected: the geometric mean of the origins' ratios, by their weights."""
    logs, total = 0.0, 0.0
    for actual, mean, weight in origins:
        came, expected = float((actual * weight).sum()), float((mean * weight).sum())
        if came > 0 and expected > 0:
            share = float(weight.max())
            logs, total = logs + share * float(np.log(came / expected)), total + share
    return float(np.clip(np.exp(logs / total), _NARROWEST, _WIDEST)) if total else 1.0


def _shared(actual: Numbers, mean: Numbers, weight: Numbers, horizon: int) -> float:
    """By moments: dispersion of whole horizons over that of single periods, where every period could be seen."""
    whole = weight.min(axis=1) > 0
    if horizon < 2 or not whole.any():
        return 0.5
    a, m = actual[whole], mean[whole]
    one = float(((a - m) ** 2 - m).sum()) / max(float((m**2).sum()), 1e-9)
    total, expected = a.sum(axis=1), m.sum(axis=1)
    many = float(((total - expected) ** 2 - expected).sum()) / max(float((expected**2).sum()), 1e-9)
    if one <= 0:
        return 0.5
    return float(np.clip((max(many, 0.0) / one - 1 / horizon) / (1 - 1 / horizon), 0.0, 1.0))
