"""What several systems say of the same order, by hand: see `hand`."""

from __future__ import annotations

ATTRIBUTES = {
    "fct_order_system": ("delivery_state", "ship_state", "system_pair", "missing_in", "match_state", "state_pair"),
    "fct_conflict": ("delivery_state", "ship_state", "system_pair", "conflict_column"),
}
UNMATCHED = "sum(CASE WHEN is_due = 1 AND is_matched = 0 THEN 1 ELSE 0 END)"
PLAIN = {
    "system_match_rate": ("fct_order_system", "sent", "sum(is_due * is_matched)", "sum(is_due)"),
    "unmatched_orders": ("fct_order_system", "sent", UNMATCHED, UNMATCHED, UNMATCHED),
    "status_disagreement_rate": ("fct_order_system", "sent", "sum(is_disagreeing)", "sum(is_compared)"),
    "source_conflicts": ("fct_conflict", "created", "count(*)", "count(*)", "count(*)"),
}
