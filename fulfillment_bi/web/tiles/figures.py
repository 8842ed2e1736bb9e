"""Number tiles: one metric, its change, target and course."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.web import parts, wording
from fulfillment_bi.web.state import View, is_timed, left_out
from fulfillment_bi.web.tile import Answers, Shown, Tile


def number(page: str, metric: str, *, hero: bool = False, course: bool = True) -> Tile:
    """A tile for one metric; `course` draws its line over the period."""
    timed = is_timed(METRICS[metric])

    def ask(view: View) -> Mapping[str, Query]:
        queries = {"now": view.query(metric)}
        if course and timed:
            queries["course"] = view.query(metric, by=(view.grain(),), compare="none")
        return queries

    def show(view: View, answers: Answers) -> Shown:
        value = wording.only(answers["now"], metric)
        line = [record[metric] for record in answers["course"].records()] if "course" in answers else []
        missing = left_out(view, METRICS[metric])
        label = view.short(metric) + (" *" if missing else "")
        return Shown(parts.number(view, value, label=label, spark=line, hero=hero))

    return Tile(f"{page}-{metric.replace('_', '-')}", "html", ask, show, metric, titled=False)


def cycle(page: str) -> Tile:
    """Median and P90 of the cycle time in one tile."""
    return quantiles(page, "cycle_time_p50", "cycle_time_p90", "tile.cycle")


def quantiles(page: str, half: str, most: str, label: str) -> Tile:
    """A median and its P90 in one tile; `label` is the key of its name."""

    def ask(view: View) -> Mapping[str, Query]:
        return {"p50": view.query(half), "p90": view.query(most)}

    def show(view: View, answers: Answers) -> Shown:
        median, slow = wording.only(answers["p50"], half), wording.only(answers["p90"], most)
        name = view.text(label) + (" *" if left_out(view, METRICS[half]) else "")
        return Shown(parts.number(view, median, label=name, second=f"P90 {wording.shown(view.language, slow)}"))

    return Tile(f"{page}-{half.replace('_', '-')}", "html", ask, show, half, titled=False)
