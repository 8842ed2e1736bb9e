"""Plans, forecasts and replays as rows and sentences: what pages, commands and files show alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fulfillment_bi.i18n import label, numbers, text

if TYPE_CHECKING:
    from fulfillment_bi.forecast.outlook import Outlook
    from fulfillment_bi.forecast.planning import Buy, Plan, Surplus

BUY_COLUMNS = (
    "sku", "product", "warehouse", "from", "supplier", "units", "packs", "cost", "available", "on_order", "daily",
    "lead_days", "out_days", "level", "urgency", "order_by", "arrives", "reason",
)  # fmt: skip
SURPLUS_COLUMNS = (
    "sku", "product", "warehouse", "units", "value", "available", "on_order", "daily", "cover_days", "action", "reason",
)  # fmt: skip
FORECAST_COLUMNS = (
    "sku", "product", "category", "warehouse", "first_day", "days", "mean", "p50", "p75", "p90", "p95", "class",
)  # fmt: skip
COUNT_COLUMNS = (
    "sku", "product", "warehouse", "location", "on_hand", "value", "short_lines", "lines", "open_orders", "days_since",
    "chance", "protected",
)  # fmt: skip
LEVELS = (0.5, 0.75, 0.9, 0.95)


def buy_reason(language: str, buy: Buy) -> str:
    """The sentence that says why this much, now."""
    words = {
        "available": numbers.number(language, buy.available),
        "on_order": numbers.number(language, buy.on_order),
        "daily": numbers.number(language, buy.daily, 2),
        "lead": numbers.number(language, buy.lead_days, 1),
        "spread": numbers.number(language, buy.lead_spread, 1),
        "chance": numbers.percent(language, buy.out_chance, digits=0),
        "level": numbers.number(language, buy.level),
        "target": numbers.percent(language, buy.target, digits=1),
        "units": numbers.number(language, buy.units),
        "packs": numbers.number(language, buy.packs),
        "source": buy.source,
        "urgency": numbers.number(language, buy.urgency),
    }
    return text(language, "planning.reason_move" if buy.is_transfer else "planning.reason_buy", **words)


def surplus_reason(language: str, surplus: Surplus) -> str:
    """The sentence that says why this is too much, and what to do about it."""
    if surplus.cover_days is None:
        return text(language, "planning.reason_dead", available=numbers.number(language, surplus.available))
    return text(
        language,
        f"planning.reason_{surplus.action}",
        available=numbers.number(language, surplus.available),
        days=numbers.number(language, surplus.cover_days),
        units=numbers.number(language, surplus.units),
    )


def buy_rows(language: str, plan: Plan) -> list[tuple[object, ...]]:
    """Rows of `BUY_COLUMNS`, the most urgent first."""
    return [
        (
            b.sku, b.product, b.warehouse, b.source, b.supplier, b.units, b.packs, round(b.cost, 2), b.available,
            b.on_order, round(b.daily, 3), round(b.lead_days, 1), b.out_days, b.level, round(b.urgency, 2), b.order_by,
            b.arrives, buy_reason(language, b),
        )
        for b in plan.buys
    ]  # fmt: skip


def surplus_rows(language: str, plan: Plan) -> list[tuple[object, ...]]:
    """Rows of `SURPLUS_COLUMNS`, the most money first."""
    return [
        (
            s.sku, s.product, s.warehouse, s.units, round(s.value, 2), s.available, s.on_order, round(s.daily, 3),
            None if s.cover_days is None else round(s.cover_days), label(language, "surplus", s.action),
            surplus_reason(language, s),
        )
        for s in plan.surplus
    ]  # fmt: skip


def forecast_rows(language: str, outlook: Outlook, step: int, sku: str = "") -> list[tuple[object, ...]]:
    """Rows of `FORECAST_COLUMNS`: each period of the forecast for one SKU, else the whole horizon of every series."""
    import numpy as np

    from fulfillment_bi.forecast.counts import quantiles
    from fulfillment_bi.forecast.panel import CLASSES

    demand, series = outlook.of(step), outlook.series
    chosen = [at for at in range(len(series)) if not sku or series.sku[at] == sku]
    kinds = [label(language, "demand_class", name) for name in CLASSES]
    periods = demand.mean.shape[1]
    found: list[tuple[object, ...]] = []
    if sku:
        high = demand.quantiles(LEVELS)
        for at in chosen:
            for period in range(periods):
                day = outlook.start + timedelta(days=period * step)
                spread = [int(each) for each in high[:, at, period]]
                found.append((*_names(outlook, at), day, step, round(float(demand.mean[at, period]), 3), *spread,
                              kinds[int(demand.kind[at])]))  # fmt: skip
        return found
    mean, dispersion = demand.over(np.full(len(series), float(periods)))
    high = quantiles(mean, dispersion, LEVELS)
    return [
        (*_names(outlook, at), outlook.start, periods * step, round(float(mean[at]), 2),
         *(int(each) for each in high[:, at]), kinds[int(demand.kind[at])])
        for at in chosen
    ]  # fmt: skip


def _names(outlook: Outlook, at: int) -> tuple[str, str, str, str]:
    series = outlook.series
    return series.sku[at], series.product[at], series.category[at], series.warehouse[at]
