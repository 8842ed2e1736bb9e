"""The forecast of a whole version, by day and by week, made once after a load and kept beside the version it is of.

    <home>/forecasts/<version>/series.parquet     one row per series and grain: means, dispersion, class
    <home>/forecasts/<version>/choice.json        the method of each class and what the back-test found

A later version reuses the methods of the newest kept forecast for four weeks, so that only the levels are computed
again. What is kept is written aside and renamed: a forecast is there whole, or not at all.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fulfillment_bi.forecast.choice import SPARE, Accuracy, Choice, Method
from fulfillment_bi.forecast.demand import Demand, Tick, forecast
from fulfillment_bi.forecast.history import Series, lend, read_events, read_history
from fulfillment_bi.forecast.panel import Panel
from fulfillment_bi.warehouse.engine import Session

HORIZON = {1: 28, 7: 13}
"""Periods to come, by days a period."""
CHOICE_DAYS = 28
GRAINS = {1: "day", 7: "week"}


@dataclass(frozen=True)
class Outlook:
    """What a version's demand will be: its history, its series, and a forecast by day and by week from `start` on.

    `lent`: days of sales to come that history has not seen, and which are taken to be like the sales it has.
    """

    panel: Panel
    series: Series
    daily: Demand
    weekly: Demand
    choices: dict[int, Choice]
    start: date
    chosen_on: date
    lent: tuple[date, ...] = ()

    def of(self, step: int) -> Demand:
        """The forecast by day (1) or week (7)."""
        return self.daily if step == 1 else self.weekly


def make_outlook(
    session: Session, today: date, home: Path | None = None, tick: Tick | None = None, channel: str | None = None
) -> Outlook | None:
    """Forecast the series of a version from `today` on; None where it has no stock snapshots.

    `home` is where forecasts are kept: the newest one lends its methods. `tick` is told the series done, of both
    grains together.
    """
    found = read_history(session, today, channel)
    if found is None:
        return None
    panel, series = found
    borrowed = newest_choice(home, today) if home is not None else None
    choices: dict[int, Choice] = {}
    demands = []
    lent: tuple[date, ...] = ()
    for place, step in enumerate(HORIZON):
        part = panel if step == 1 else panel.weekly()
        events = None
        if step == 1:
            events, places = lend(read_events(session, panel.start, part.periods + HORIZON[1]), part.periods)
            lent = tuple(panel.day_of(at) for at in places)
        done = _offset(tick, place * panel.series, len(HORIZON) * panel.series)
        known = borrowed[1].get(step) if borrowed else None
        demand, choices[step] = forecast(part, HORIZON[step], events, known, done)
        demands.append(demand)
    chosen = borrowed[0] if borrowed else today
    return Outlook(panel, series, demands[0], demands[1], choices, today, chosen, lent)


def _offset(tick: Tick | None, before: int, total: int) -> Tick | None:
    return None if tick is None else lambda done, _: tick(before + done, total)


def keep(outlook: Outlook, home: Path, version: str, present: set[str]) -> Path:
    """Write a forecast beside its version; those of versions that are not `present` any more are removed."""
    folder = home / "forecasts"
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f"{version}.new"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    pq.write_table(_table(outlook, version), aside / "series.parquet")
    document = {
        "version": version,
        "chosen_on": outlook.chosen_on.isoformat(),
        "start": outlook.start.isoformat(),
        "lent": [day.isoformat() for day in outlook.lent],
        "choices": {str(step): asdict(choice) for step, choice in outlook.choices.items()},
    }
    (aside / "choice.json").write_text(json.dumps(document, indent=1), "utf-8")
    for old in folder.iterdir():
        if old.is_dir() and old != aside and (old.name == version or old.name not in present):
            shutil.rmtree(old, ignore_errors=True)
    return aside.rename(folder / version)


def _table(outlook: Outlook, version: str) -> pa.Table:
    series = outlook.series
    parts = []
    for step, grain in GRAINS.items():
        demand = outlook.of(step)
        rows = len(series)
        parts.append(
            pa.table(
                {
                    "sku": pa.array(series.sku),
                    "warehouse": pa.array(series.warehouse),
                    "grain": pa.array([grain] * rows),
                    "first_day": pa.array([outlook.start] * rows, pa.date32()),
                    "class": pa.array(demand.kind),
                    "mean": pa.array(list(demand.mean), pa.list_(pa.float64())),
                    "dispersion": pa.array(demand.dispersion),
                    "shared": pa.array(demand.shared),
                }
            )
        )
    return pa.concat_tables(parts).replace_schema_metadata({"version": version})


def is_kept(home: Path, version: str) -> bool:
    """Whether a forecast of the version is kept."""
    return (home / "forecasts" / version / "choice.json").exists()


def read_kept(session: Session, home: Path, version: str) -> Outlook | None:
    """The kept forecast of a version; None where there is none, or it was made from other series."""
    folder = home / "forecasts" / version
    if not is_kept(home, version):
        return None
    document = json.loads((folder / "choice.json").read_text("utf-8"))
    start = date.fromisoformat(document["start"])
    found = read_history(session, start)
    if found is None:
        return None
    panel, series = found
    table = pq.read_table(folder / "series.parquet")
    if table.num_rows != len(GRAINS) * len(series):
        return None
    demands = [_demand(table.slice(at * len(series), len(series))) for at in range(len(GRAINS))]
    choices = {int(step): _choice(each) for step, each in document["choices"].items()}
    chosen = date.fromisoformat(document["chosen_on"])
    lent = tuple(date.fromisoformat(day) for day in document.get("lent", ()))
    return Outlook(panel, series, demands[0], demands[1], choices, start, chosen, lent)


def _demand(rows: pa.Table) -> Demand:
    mean = np.array(rows["mean"].to_pylist(), dtype=float)
    column = {name: rows[name].to_numpy() for name in ("class", "dispersion", "shared")}
    return Demand(mean, column["dispersion"], column["shared"], column["class"])


def newest_choice(home: Path, today: date) -> tuple[date, dict[int, Choice]] | None:
    """When the methods of the newest kept forecast were chosen, and these; None where it is too long ago."""
    kept = sorted((home / "forecasts").glob("*/choice.json"), key=lambda path: path.stat().st_mtime)
    if not kept:
        return None
    document = json.loads(kept[-1].read_text("utf-8"))
    chosen = date.fromisoformat(document["chosen_on"])
    if not timedelta() <= today - chosen < timedelta(days=CHOICE_DAYS):
        return None
    return chosen, {int(step): _choice(each) for step, each in document["choices"].items()}


def _choice(document: dict[str, Any]) -> Choice:
    found = [
        Accuracy(**{
            **each,
            "method": Method(**each["method"]),
            **{name: tuple(each[name]) for name in ("loss", "naive_loss", "coverage")},
        })
        for each in document["found"]
    ]  # fmt: skip
    return Choice(tuple(found), Method(**document["spare"]) if document["spare"] else SPARE)
