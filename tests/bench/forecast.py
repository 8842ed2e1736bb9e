"""Is the demand forecast good, and quick? `python -m tests.bench.forecast` prints what it is held to.

python -m tests.bench.forecast --vn2                599 real store-products, the last 8 weeks held out
python -m tests.bench.forecast --series 20000       that many made-up series, a year of days and two of weeks: seconds
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from fulfillment_bi.forecast.choice import SHOWN
from fulfillment_bi.forecast.demand import Demand, forecast
from fulfillment_bi.forecast.level import naive, naive_spread
from fulfillment_bi.forecast.panel import Numbers, Panel
from fulfillment_bi.forecast.scores import coverage, pinball

HELD_OUT = 8
PREFIX = "Week 0 - "


@dataclass(frozen=True)
class Held:
    """A forecast of held-out weeks: losses at `SHOWN`, coverage of these quantiles, and over the naive's losses."""

    name: str
    loss: tuple[float, ...]
    covered: tuple[float, ...]


def read_vn2(folder: Path) -> Panel:
    """The weekly sales with their in-stock flags; the category is the department."""
    with (folder / f"{PREFIX}2024-04-08 - Sales.csv").open(encoding="utf-8") as file:
        head, *sales = csv.reader(file)
    with (folder / f"{PREFIX}In Stock.csv").open(encoding="utf-8") as file:
        flag_head, *flags = csv.reader(file)
    with (folder / f"{PREFIX}Master.csv").open(encoding="utf-8") as file:
        master = {(row["Store"], row["Product"]): row["Department"] for row in csv.DictReader(file)}
    weeks = head[2:]
    places = [flag_head.index(week) for week in weeks]
    stocked = {tuple(row[:2]): [row[at] == "True" for at in places] for row in flags}
    departments = sorted(set(master.values()))
    keys = [(row[0], row[1]) for row in sales]
    units = np.array([[float(cell) for cell in row[2:]] for row in sales])
    return Panel(
        units,
        np.array([stocked[key] for key in keys], dtype=float),
        np.zeros(units.shape, dtype=bool),
        np.array([departments.index(master[key]) for key in keys]),
        date.fromisoformat(weeks[0]),
        7,
    )


def hold_out(panel: Panel, weeks: int = HELD_OUT) -> tuple[list[Held], Panel]:
    """The last weeks forecast from those before: by the naive, blind to stock-outs, and aware of them."""
    origin = panel.periods - weeks
    past = panel.until(origin)
    actual, seen = panel.units[:, origin:], panel.exposure[:, origin:]
    last = naive(past, weeks)
    high = np.maximum(last + naive_spread(past, SHOWN[-1])[:, None], 0.0)
    found = [Held("seasonal naive", _losses(actual, (last, high), seen), ())]
    for name, history in (("censoring-blind", past.blind()), ("censoring-aware", past)):
        demand, _ = forecast(history, weeks)
        found.append(_held(name, demand, actual, seen))
    return found, past


def _losses(actual: Numbers, quantiles: tuple[Numbers, ...] | Numbers, seen: Numbers) -> tuple[float, ...]:
    return tuple(pinball(actual, at, level, seen) for level, at in zip(SHOWN, quantiles, strict=True))


def _held(name: str, demand: Demand, actual: Numbers, seen: Numbers) -> Held:
    loss = _losses(actual, demand.quantiles(SHOWN), seen)
    return Held(name, loss, coverage(actual, demand.mean, demand.dispersion[:, None], SHOWN, seen))


def made_up(series: int, periods: int = 104, seed: int = 1, step: int = 7) -> Panel:
    """Series of every kind: rates over three orders of magnitude, a season, stock-outs, items that start late."""
    rng = np.random.default_rng(seed)
    rate = np.exp(rng.normal(0.5, 1.5, series)) * step / 7
    period = np.arange(periods)
    season = 1 + 0.3 * np.sin(2 * np.pi * period * step / 364)
    scatter = rng.gamma(2.0, 0.5, (series, periods))
    units = rng.poisson(rate[:, None] * season * scatter).astype(float)
    exposure = (rng.random((series, periods)) > 0.08).astype(float)
    exposure[period < rng.integers(-periods, periods - 4, series)[:, None]] = 0.0
    least = np.zeros(units.shape, dtype=bool)
    return Panel(units * exposure, exposure, least, rng.integers(0, 20, series), date(2024, 1, 1), step)


def _print_vn2(folder: Path) -> None:
    panel = read_vn2(folder)
    started = time.perf_counter()
    found, past = hold_out(panel)
    plain = found[0].loss
    print(
        f"{panel.series} series, {past.periods} weeks known, {HELD_OUT} held out; {time.perf_counter() - started:.1f} s"
    )
    print(f"{'':16}  pinball .5   .9    against the naive   covered .5   .9")
    for one in found:
        gains = "  ".join(f"{1 - mine / other:7.1%}" for mine, other in zip(one.loss, plain, strict=True))
        covered = "  ".join(f"{share:6.1%}" for share in one.covered)
        print(f"{one.name:16}  {one.loss[0]:8.4f} {one.loss[1]:8.4f}   {gains}      {covered}")
    _, choice = forecast(past, HELD_OUT)
    for each in choice.found:
        print(f"  {each.kind:12} {each.series:4} series, back-test gain {each.gain:.1%}: {each.method}")


def _print_speed(series: int) -> None:
    for step, periods, horizon in ((1, 365, 28), (7, 104, 13)):
        panel = made_up(series, periods, step=step)
        started = time.perf_counter()
        demand, choice = forecast(panel, horizon, tick=lambda done, of: print(f"  {done:,} of {of:,}", flush=True))
        first = time.perf_counter() - started
        forecast(panel, horizon, choice=choice)
        again = time.perf_counter() - started - first
        what = f"{len(demand.mean):,} series x {panel.periods} periods of {step} days"
        print(f"{what}: {first:.1f} s, with methods chosen before {again:.1f} s", flush=True)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description="Forecast quality and speed")
    parser.add_argument("--vn2", action="store_true")
    parser.add_argument("--series", type=int, default=0)
    asked = parser.parse_args()
    if asked.vn2:
        _print_vn2(Path(os.environ.get("FBI_REAL_DATA", "../shared/data")) / "vn2")
    if asked.series:
        _print_speed(asked.series)


if __name__ == "__main__":
    main()
