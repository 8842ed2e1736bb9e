"""Orders as three systems know them, and where these contradict each other, thrown by the orders' numbers."""

from __future__ import annotations

from typing import Any

from tests.metrics.star_service import OWN, STATES, clock, flag

PAIRS = "(VALUES (1, 'platform', 'warehouse'), (2, 'platform', 'carrier'), (3, 'warehouse', 'carrier'))"
KEY = "o.order_key * 10 + pair.no"
ORDER_SYSTEM = (
    OWN,
    STATES,
    "CASE WHEN order_key % 9 = 0 THEN 'T' || order_key ELSE '' END AS tracking_no",
    "pair.one || '-' || pair.other AS system_pair",
    flag("is_due", 0.9),
    flag("is_matched", 0.8),
    "CAST(1 - is_matched AS TINYINT) AS is_unmatched",
    "CASE WHEN is_matched = 1 THEN 'none' WHEN order_key % 2 = 0 THEN pair.one ELSE pair.other END AS missing_in",
    "CASE order_key % 4 WHEN 0 THEN 'ambiguous' WHEN 1 THEN 'unknown_order' ELSE 'order' END AS match_state",
    "'sent' AS first_state",
    "'open' AS second_state",
    flag("is_compared", 0.7),
    flag("is_disagreeing", 0.3, "is_compared"),
    "CASE WHEN is_disagreeing = 1 THEN 'sent-open' ELSE 'none' END AS state_pair",
    "created_at",
    "created_day",
    "created_hour",
    "shipped_at AS sent_at",
    clock("sent", 30),
)
CONFLICT = (
    OWN,
    STATES,
    "'orders' AS entity",
    "order_no AS record_key",
    "CASE order_key % 3 WHEN 0 THEN 'paid_at' ELSE 'city' END AS conflict_column",
    "pair.one AS winning_system",
    "'a' AS winning_value",
    "pair.other AS other_system",
    "'b' AS other_value",
    "pair.one || '-' || pair.other AS system_pair",
    "created_at AS seen_at",
    "created_day",
    "created_hour",
)


def fill_systems(session: Any) -> None:
    """Write the facts of three systems about the orders that are there."""
    for name, columns, kept in (("fct_order_system", ORDER_SYSTEM, 5), ("fct_conflict", CONFLICT, 2)):
        listed = ", ".join(columns).replace("{key}", KEY)
        session.execute(
            f"CREATE TABLE {name} AS SELECT {listed} FROM fct_order AS o CROSS JOIN {PAIRS} AS pair(no, one, other) "
            f"WHERE hash(o.order_key, pair.no) % 6 < {kept}"
        )
