"""The metrics of parcels, tickets, cases, customers and penalties by hand: see `hand`."""

from __future__ import annotations

ATTRIBUTES = {
    "fct_parcel": ("delivery_state", "ship_state", "origin", "destination", "lane", "exception", "parcel_state"),
    "fct_ticket": (
        "delivery_state",
        "ship_state",
        "contact_channel",
        "ticket_category",
        "responsible",
        "owner",
        "direction",
    ),
    "fct_after_sale": ("delivery_state", "ship_state", "after_sales_kind", "after_sales_reason", "after_sales_time"),
    "fct_customer": ("delivery_state", "ship_state", "first_order_state"),
    "fct_order_risk": ("delivery_state", "ship_state", "risk_rule"),
    "fct_penalty": ("delivery_state", "ship_state", "penalty_kind"),
    "fct_penalty_risk": ("delivery_state", "ship_state", "penalty_kind", "penalty_state"),
}
WITHOUT_ORDER_DAY = ("fct_ticket", "fct_customer")
OF_SKUS = ("fct_after_sale",)


def both(*flags: str) -> str:
    """How many rows have every one of the flags."""
    return f"sum({' * '.join(flags)})"


def times(table: str, day: str, column: str, quantile: float | None, unit: int) -> tuple[str, ...]:
    """A duration's quantile, or mean, of the rows in a possible sequence."""
    known = f"CASE WHEN sequence_possible = 1 THEN {column} END"
    value = f"avg({known})" if quantile is None else f"quantile_cont({known}, {quantile})"
    return (table, day, f"count({known})", f"count({known})", f"{value} / {unit}")


def sums(table: str, day: str, value: str) -> tuple[str, ...]:
    """One amount."""
    return (table, day, value, value, f"coalesce({value}, 0)")


NET = "CASE WHEN is_signed = 1 AND sequence_possible = 1 THEN net_cycle_seconds END"
SENT = ("is_sent", "cases_known")


def of_shipped(flag: str, noun: str) -> dict[str, tuple[str, ...]]:
    """One sort of after-sales at each level."""
    sent = "is_sent = 1 AND cases_known = 1"
    found = {
        level: (table, "shipped", both(*SENT, flag), both(*SENT))
        for level, table in (("order", "fct_order"), ("line", "fct_order_line"))
    }
    found["unit"] = (
        "fct_order_line",
        "shipped",
        f"sum(CASE WHEN {sent} THEN qty_{noun} END)",
        f"sum(CASE WHEN {sent} THEN qty_sent END)",
    )
    found["value"] = (
        "fct_order_line",
        "shipped",
        f"sum(CASE WHEN {sent} THEN amount_{noun} END)",
        f"sum(CASE WHEN {sent} THEN qty_sent * unit_price END)",
    )
    return found


BY_LEVEL = {
    "after_sales_rate": of_shipped("has_after_sales", "after_sales"),
    "return_rate": of_shipped("has_return", "returned"),
    "refund_rate": of_shipped("has_refund", "refunded"),
}
PLAIN: dict[str, tuple[str, ...]] = {
    **{name: levels["order"] for name, levels in BY_LEVEL.items()},
    "cycle_time_net_p50": (
        "fct_order",
        "signed",
        f"count({NET})",
        f"count({NET})",
        f"quantile_cont({NET}, 0.5) / 86400",
    ),
    "cycle_time_net_p90": (
        "fct_order",
        "signed",
        f"count({NET})",
        f"count({NET})",
        f"quantile_cont({NET}, 0.9) / 86400",
    ),
    "cycle_time_net_mean": ("fct_order", "signed", f"count({NET})", f"count({NET})", f"avg({NET}) / 86400"),
    "pickup_in_time_rate": (
        "fct_order",
        "pickup_due_24h",
        both("pickup_due_24h", "is_picked_up_24h"),
        both("pickup_due_24h"),
    ),
    "pickup_in_time_rate_48h": (
        "fct_order",
        "pickup_due_48h",
        both("pickup_due_48h", "is_picked_up_48h"),
        both("pickup_due_48h"),
    ),
    "fake_shipment_rate": ("fct_order", "marked", both("is_marked", "is_fake_shipment"), both("is_marked")),
    "backorder_rate": (
        "fct_order_line",
        "first_sent",
        both("backorder_known", "is_backordered"),
        both("backorder_known"),
    ),
    "oversell_rate": ("fct_order", "created", both("stock_known", "is_oversold"), both("stock_known")),
    "risk_order_rate": ("fct_order", "created", both("risk_known", "is_risky"), both("risk_known")),
    "risk_flags": ("fct_order_risk", "created", "count(*)", "count(*)", "count(*)"),
    "automation_rate": ("fct_order", "created", both("automation_known", "is_automatic"), both("automation_known")),
    "scan_check_rate": (
        "fct_order",
        "shipped",
        both("is_sent", "scan_check_known", "is_scan_checked"),
        both("is_sent", "scan_check_known"),
    ),
    "misorder_rate": (
        "fct_order",
        "shipped",
        both("is_sent", "reasons_known", "is_misorder"),
        both("is_sent", "reasons_known"),
    ),
    "refund_before_shipping_rate": (
        "fct_order",
        "created",
        both("cases_known", "has_refund_before_shipping"),
        both("cases_known"),
    ),
    "after_sales_cases": ("fct_after_sale", "opened", "count(*)", "count(*)", "count(*)"),
    "refund_amount": sums("fct_after_sale", "opened", "sum(amount * is_accepted)"),
    "time_to_reship": times("fct_after_sale", "closed", "reship_seconds", 0.5, 3600),
    "parcels": ("fct_parcel", "sent", "count(sent_at)", "count(sent_at)", "count(sent_at)"),
    "carrier_on_time_rate": ("fct_parcel", "due", both("is_due", "is_on_time"), both("is_due")),
    "transit_time": times("fct_parcel", "signed", "transit_seconds", 0.5, 86400),
    "transit_time_p90": times("fct_parcel", "signed", "transit_seconds", 0.9, 86400),
    "transit_time_mean": times("fct_parcel", "signed", "transit_seconds", None, 86400),
    "stalled_parcel_rate": ("fct_parcel", "", both("is_in_transit", "is_stalled"), both("is_in_transit")),
    "lost_parcel_rate": ("fct_parcel", "sent", both("exceptions_known", "is_lost"), both("exceptions_known")),
    "damaged_parcel_rate": ("fct_parcel", "sent", both("exceptions_known", "is_damaged"), both("exceptions_known")),
    "returned_parcel_rate": ("fct_parcel", "sent", both("exceptions_known", "is_returned"), both("exceptions_known")),
    "claimed_parcel_rate": ("fct_parcel", "sent", both("claims_known", "is_claimed"), both("claims_known")),
    "valid_tracking_rate": ("fct_parcel", "sent", both("tracking_due", "has_scan"), both("tracking_due")),
    "tickets": ("fct_ticket", "opened", "count(*)", "count(*)", "count(*)"),
    "first_response_time": times("fct_ticket", "opened", "response_seconds", 0.5, 3600),
    "first_response_time_p90": times("fct_ticket", "opened", "response_seconds", 0.9, 3600),
    "three_minute_response_rate": ("fct_ticket", "opened", both("reply_due", "is_answered_fast"), both("reply_due")),
    "resolution_time": times("fct_ticket", "solved", "resolution_seconds", 0.5, 3600),
    "resolution_time_p90": times("fct_ticket", "solved", "resolution_seconds", 0.9, 3600),
    "reopen_rate": (
        "fct_ticket",
        "solved",
        both("is_solved", "reopening_known", "is_reopened"),
        both("is_solved", "reopening_known"),
    ),
    "satisfaction_rate": (
        "fct_ticket",
        "solved",
        both("is_solved", "is_rated", "is_satisfied"),
        both("is_solved", "is_rated"),
    ),
    "rating_response_rate": (
        "fct_ticket",
        "solved",
        both("is_solved", "rating_known", "is_rated"),
        both("is_solved", "rating_known"),
    ),
    "complaint_rate": ("fct_order", "created", both("complaints_known", "complaint_count"), both("complaints_known")),
    "repeated_complaint_share": (
        "fct_ticket",
        "opened",
        both("is_complaint", "is_repeated_complaint"),
        both("is_complaint"),
    ),
    "compensation_cost": sums("fct_ticket", "opened", "sum(compensation)"),
    "compensation_per_failed_order": (
        "fct_order",
        "sign_due_original",
        "sum(CASE WHEN is_failed = 1 AND compensation_known = 1 THEN compensation END)",
        both("is_failed", "compensation_known"),
    ),
    "proactive_contact_rate": (
        "fct_order",
        "sign_due_original",
        both("is_failed", "proactive_known", "is_contacted_first"),
        both("is_failed", "proactive_known"),
    ),
    "call_back_rate": (
        "fct_ticket",
        "solved",
        both("is_solved", "is_complaint", "call_back_known", "is_called_back"),
        both("is_solved", "is_complaint", "call_back_known"),
    ),
    "call_back_satisfaction_rate": (
        "fct_ticket",
        "solved",
        both("is_solved", "is_call_back_rated", "is_call_back_satisfied"),
        both("is_solved", "is_call_back_rated"),
    ),
    "repurchase_rate": ("fct_customer", "first_order", both("is_matured", "has_repurchased"), both("is_matured")),
    "stockout_loss_rate": (
        "fct_customer",
        "stocked_out",
        both("is_stockout_matured", "is_lost"),
        both("is_stockout_matured"),
    ),
    "penalty_at_risk": sums("fct_penalty_risk", "", "sum(amount)"),
    "penalty_booked": sums("fct_penalty", "booked", "sum(amount)"),
    "penalty_overcharge": sums("fct_penalty", "booked", "sum(overcharge)"),
}
