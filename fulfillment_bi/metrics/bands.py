"""What others reach: ordinary, good, best in class, each with its public source (bands.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from fulfillment_bi.metrics.types import Text


@dataclass(frozen=True, slots=True)
class Band:
    """One public figure, in the metric's own unit. `note` says what differs from how the metric is counted here.

    `year` is that of the figure, or where its page bears none, the year it was read.
    """

    metric: str
    level: Literal["ordinary", "good", "best"]
    value: float
    source: str
    url: str
    year: int
    note: Text


@cache
def _all() -> tuple[Band, ...]:
    text = (files("fulfillment_bi.metrics") / "bands.toml").read_text("utf-8")
    return tuple(_band(entry) for entry in tomllib.loads(text)["band"])


def _band(entry: Mapping[str, str]) -> Band:
    notes = Text(entry["note_zh"], entry["note_en"])
    own = {name: value for name, value in entry.items() if not name.startswith("note_")}
    return Band(**own, note=notes)  # type: ignore[arg-type]


def bands_of(metric: str) -> list[Band]:
    """The figures known for a metric, from ordinary to best; none for most."""
    return [band for band in _all() if band.metric == metric]
