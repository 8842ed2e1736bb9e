"""Every metric once more, written by hand: plain SQL over the facts, sharing nothing with the catalogue or compiler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fulfillment_bi.warehouse.engine import Session
from tests.metrics import hand_service, hand_systems

TABLES = {"order": "fct_order", "line": "fct_order_line", "unit": "fct_order_line", "value": "fct_order_line"}
SPLITS = {
    "channel": ("JOIN dim_channel USING (channel_id)", "channel"),
    "shop": ("JOIN dim_shop USING (shop_id)", "shop"),
    "region": ("JOIN dim_region USING (region_id)", "region"),
    "country": ("JOIN dim_region USING (region_id)", "country"),
    "warehouse": ("JOIN dim_warehouse USING (warehouse_id)", "warehouse"),
    "carrier": ("JOIN dim_carrier USING (carrier_id)", "carrier"),
    "sku": ("JOIN dim_sku USING (sku_id)", "dim_sku.sku"),
    "category": ("JOIN dim_category USING (category_id)", "category"),
    "brand": ("JOIN dim_sku USING (sku_id)", "dim_sku.brand"),
    "abc": ("JOIN dim_sku_class USING (sku_id)", "coalesce(abc, 'unknown')"),
    "xyz": ("JOIN dim_sku_class USING (sku_id)", "coalesce(xyz, 'unknown')"),
    "day": ("", "{day}"),
    "week": ("", "{day} - CAST((dayofweek({day}) + 6) % 7 AS INTEGER)"),
    "month": ("", "left(CAST({day} AS VARCHAR), 7)"),
    "quarter": ("", "CAST(year({day}) AS VARCHAR) || '-Q' || CAST((month({day}) + 2) // 3 AS VARCHAR)"),
    "weekday": ("", "CASE dayofweek({day}) WHEN 0 THEN 7 ELSE dayofweek({day}) END"),
    "hour": ("", "{hour}"),
}
JOINED = {"supplier": ("JOIN dim_supplier USING (supplier_id)", "supplier")}
"""Dimensions of single tables that stand in one of their own."""
OF_SKUS = ("sku", "category", "brand", "abc", "xyz")
ATTRIBUTES = {
    "fct_order": (
        "delivery_state",
        "ship_state",
        "status",
        "cancelled_by",
        "current_stage",
        "promise_bucket",
        "break_stage",
        "operator",
    ),
    "fct_order_line": ("delivery_state", "ship_state"),
    "fct_order_stage": ("delivery_state", "ship_state", "stage"),
    "fct_order_issue": ("delivery_state", "ship_state", "status", "issue"),
    "fct_order_cause": ("delivery_state", "ship_state", "cause", "accountable", "supplier"),
    "fct_order_budget": ("delivery_state", "ship_state", "stage"),
    "fct_short_line": ("delivery_state", "ship_state", "short_origin", "po_no", "supplier"),
    "fct_order_open": ("delivery_state", "ship_state", "current_stage", "burn_state"),
    "fct_review": ("delivery_state", "ship_state"),
    **hand_service.ATTRIBUTES,
    **hand_systems.ATTRIBUTES,
}


@dataclass(frozen=True)
class Hand:
    """Numerator and denominator as SQL aggregates; `value` where it is not their ratio. `day` is empty for now.

    `pending` counts promises not yet due, which keep a member in an answer by order day.
    """

    table: str
    day: str
    numerator: str
    denominator: str
    value: str = ""
    pending: str = ""

    def dimensions(self) -> list[str]:
        attributes = ATTRIBUTES[self.table]
        names = [
            name for name in SPLITS if self.day or name not in ("day", "week", "month", "quarter", "weekday", "hour")
        ]
        if self.table not in ("fct_order_line", "fct_short_line", *hand_service.OF_SKUS):
            names = [name for name in names if name not in OF_SKUS]
        return [*names, *attributes]


def hand(
    metric: str, level: str, event: str, promise: str = "original", seller: bool = False, basis: str = "due"
) -> Hand:
    """The metric under one definition."""
    if metric in ("otif", "perfect_order_rate", "ship_delay_rate", "delivery_delay_rate"):
        day = f"{'sign' if event == 'sign' else 'ship'}_due_{promise}"
        made = _promise(metric, level, event, promise, seller, day)
        worth = "cases_known" if metric == "perfect_order_rate" else ""
        return _by_order(made, level, f"{event}_{promise}", seller, worth=worth) if basis == "order" else made
    if metric.endswith("_fill_rate"):
        made = _fill(level, event, promise, seller, f"sign_due_{promise}")
        return _by_order(made, level, f"{event}_{promise}", seller, "fill_pending") if basis == "order" else made
    by_level = hand_service.BY_LEVEL.get(metric)
    made = Hand(*by_level[level]) if by_level else PLAIN[metric]
    if basis == "order" and made.table not in ("fct_review", *hand_service.WITHOUT_ORDER_DAY) and made.day:
        return Hand(made.table, "created", made.numerator, made.denominator, made.value)
    return made


def _by_order(made: Hand, level: str, key: str, seller: bool, flag: str = "pending", worth: str = "") -> Hand:
    assert not seller
    amount = worth or {"unit": "qty_due", "value": "qty_due * unit_price"}.get(level, "1")
    pending = f"sum(CASE WHEN {flag}_{key} = 1 THEN {amount} ELSE 0 END)"
    return Hand(made.table, "created", made.numerator, made.denominator, pending=pending)


def _promise(metric: str, level: str, event: str, promise: str, seller: bool, day: str) -> Hand:
    key = f"{event}_{promise}"
    if metric == "perfect_order_rate":
        known, fine = f"due_{key} * cases_known", "is_undamaged * is_right"
        excused = f" * (1 - excused_{key})" if seller else ""
        return Hand("fct_order", day, f"sum({known} * otif_{key} * {fine})", f"sum({known}{excused})")
    if metric == "otif":
        return _kept(level, f"due_{key}", f"otif_{key}", f"units_{key}", f"excused_{key}", seller, day)
    answered_for = f"due_{key} = 1" + (f" AND excused_{key} = 0" if seller else "")
    if level in ("order", "line"):
        late = f"sum(CASE WHEN {answered_for} AND late_{key} = 1 THEN 1 ELSE 0 END)"
        return Hand(TABLES[level], day, late, f"sum(CASE WHEN {answered_for} THEN 1 ELSE 0 END)")
    price = "unit_price" if level == "value" else "1"
    missed = f"sum(CASE WHEN {answered_for} THEN (qty_due - units_{key}) * {price} ELSE 0 END)"
    kept = f"sum(CASE WHEN due_{key} = 1 THEN units_{key} * {price} ELSE 0 END)"
    return Hand(TABLES[level], day, missed, f"{missed} + {kept}")


def _fill(level: str, event: str, promise: str, seller: bool, day: str) -> Hand:
    key = f"{event}_{promise}"
    return _kept(level, f"fill_due_{key}", f"filled_{key}", f"fill_units_{key}", f"excused_{key}", seller, day)


def _kept(level: str, due: str, good: str, units: str, excused: str, seller: bool, day: str) -> Hand:
    """What was kept over what was due. Without what others caused, only failures and missed units leave the latter."""
    fails = f"{excused} = 1" if seller else "FALSE"
    if level in ("order", "line"):
        kept = f"sum(CASE WHEN {due} = 1 AND {good} = 1 THEN 1 ELSE 0 END)"
        counted = f"sum(CASE WHEN {due} = 1 AND NOT ({fails} AND {good} = 0) THEN 1 ELSE 0 END)"
        return Hand(TABLES[level], day, kept, counted)
    price = "unit_price" if level == "value" else "1"
    kept = f"sum(CASE WHEN {due} = 1 THEN {units} * {price} ELSE 0 END)"
    counted = f"sum(CASE WHEN {due} = 1 THEN (CASE WHEN {fails} THEN {units} ELSE qty_due END) * {price} ELSE 0 END)"
    return Hand(TABLES[level], day, kept, counted)


_CYCLE = "CASE WHEN is_signed = 1 AND sequence_possible = 1 THEN cycle_seconds END"
_OPEN_VALUE = "sum(CASE WHEN is_open = 1 THEN order_value END)"
_STAGE = "CASE WHEN sequence_possible = 1 THEN seconds END"
PLAIN = {
    **{name: Hand(*parts) for name, parts in hand_service.PLAIN.items()},
    **{name: Hand(*parts) for name, parts in hand_systems.PLAIN.items()},
    "otif_failures": Hand("fct_order", "sign_due_original", "sum(is_failed)", "sum(is_failed)", "sum(is_failed)"),
    "failure_causes": Hand("fct_order_cause", "sign_due_original", *("sum(cause_share)",) * 3),
    "cause_orders": Hand("fct_order_cause", "sign_due_original", *("count(DISTINCT order_key)",) * 3),
    "budget_overrun": Hand(
        "fct_order_budget", "sign_due_original", "count(*)", "count(*)", "avg(over_seconds) / 86400"
    ),
    "first_breaks": Hand("fct_order_budget", "sign_due_original", *("sum(is_first)",) * 3),
    "short_units": Hand("fct_short_line", "sign_due_original", *("sum(qty_unfilled)",) * 3),
    "short_orders": Hand("fct_short_line", "sign_due_original", *("count(DISTINCT order_key)",) * 3),
    "burning_orders": Hand("fct_order_open", "", *("sum(is_burning)",) * 3),
    "savable_value": Hand("fct_order_open", "", *("sum(CASE WHEN is_savable = 1 THEN order_value END)",) * 3),
    "orders": Hand("fct_order", "created", "count(*)", "count(*)", "count(*)"),
    "order_value": Hand("fct_order", "created", "sum(order_value)", "sum(order_value)", "sum(order_value)"),
    "cancellation_rate": Hand("fct_order", "created", "sum(is_cancelled)", "sum(is_created)"),
    "backlog": Hand("fct_order", "", "sum(is_open)", "sum(is_open)", "sum(is_open)"),
    "backlog_value": Hand("fct_order", "", _OPEN_VALUE, _OPEN_VALUE, _OPEN_VALUE),
    "order_completeness": Hand(
        "fct_order",
        "created",
        "sum(CASE WHEN completeness_known = 1 THEN is_complete ELSE 0 END)",
        "sum(completeness_known)",
    ),
    "data_issues": Hand("fct_order_issue", "created", "count(*)", "count(*)", "count(*)"),
    "review_score": Hand("fct_review", "created", "sum(score)", "count(score)"),
    "cycle_time_p50": Hand(
        "fct_order", "signed", f"count({_CYCLE})", f"count({_CYCLE})", f"quantile_cont({_CYCLE}, 0.5) / 86400"
    ),
    "cycle_time_p90": Hand(
        "fct_order", "signed", f"count({_CYCLE})", f"count({_CYCLE})", f"quantile_cont({_CYCLE}, 0.9) / 86400"
    ),
    "cycle_time_mean": Hand("fct_order", "signed", f"count({_CYCLE})", f"count({_CYCLE})", f"avg({_CYCLE}) / 86400"),
    "stage_time": Hand(
        "fct_order_stage", "ended", f"count({_STAGE})", f"count({_STAGE})", f"quantile_cont({_STAGE}, 0.5) / 86400"
    ),
    "stage_time_p90": Hand(
        "fct_order_stage", "ended", f"count({_STAGE})", f"count({_STAGE})", f"quantile_cont({_STAGE}, 0.9) / 86400"
    ),
    "stage_time_mean": Hand(
        "fct_order_stage", "ended", f"count({_STAGE})", f"count({_STAGE})", f"avg({_STAGE}) / 86400"
    ),
}


def answer(session: Session, made: Hand, dimension: str = "", condition: str = "") -> dict[Any, tuple[Any, ...]]:
    """Member -> (value, numerator, denominator, pending), without members for which nothing was counted."""
    join, member = (
        (SPLITS | JOINED).get(dimension, ("", f"coalesce({dimension}, 'none')")) if dimension else ("", "'all'")
    )
    day, hour = (f"{made.day}_day", f"{made.day}_hour") if made.day else ("NULL", "NULL")
    where = [f"{day} IS NOT NULL"] if made.day else []
    where += [condition] if condition else []
    sql = f"""
        SELECT {member.format(day=day, hour=hour)} AS member, {made.value or "NULL"},
               {made.numerator}, {made.denominator}, {made.pending or "0"}
        FROM {made.table} {join}
        {"WHERE " + " AND ".join(where) if where else ""}
        GROUP BY 1
    """
    found = {}
    for name, value, *parts in session.rows(sql):
        n, d, pending = (float(part or 0) for part in parts)
        if n or d or pending:
            ratio = n / d if d else None
            found[name] = (ratio if not made.value else None if value is None else float(value), n, d, pending)
    return found
