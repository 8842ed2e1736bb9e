"""Laws of parcels, tickets, cases, customers and penalties that hold in every world, tried on random ones."""

from __future__ import annotations

import random
from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fulfillment_bi.warehouse.engine import Session
from tests.warehouse.test_model_laws import START, populate
from tests.warehouse.world import World


def serve(world: World, dice: random.Random, orders: int = 25) -> None:
    """What follows the orders of `populate`, likely or not: cases, tickets, stock, rules and penalties."""

    def some(hours: float, chance: float = 0.8) -> object:
        return START + timedelta(hours=dice.uniform(-2, hours)) if dice.random() < chance else None

    for number in range(30):
        order_no = dice.choice([f"o{dice.randrange(orders)}", "elsewhere"])
        opened = START + timedelta(hours=dice.uniform(0, 400))
        world.insert(
            "after_sales", channel="shop", case_no=str(number), order_no=order_no, opened_at=opened,
            closed_at=some(500), line_no=dice.choice([None, "0", "1", "9"]), sku=dice.choice([None, "A", "B", "Z"]),
            kind=dice.choice(["refund", "return", "exchange", "reship"]), qty=dice.choice([None, 0, 1, 3, 50]),
            reason=dice.choice([None, "missing", "damaged", "late"]), amount=dice.choice([None, 0, 1, "33.3333", 700]),
            before_shipping=dice.choice([None, None, True, False]), status=dice.choice([None, "rejected", "accepted"]),
        )  # fmt: skip
        world.insert(
            "tickets", source=dice.choice(["desk", "chat"]), ticket_no=str(number), channel=dice.choice(["shop", None]),
            order_no=dice.choice([order_no, None]), opened_at=opened, first_human_reply_at=some(400),
            solved_at=some(500), complaint=dice.choice([None, True, False]), category=dice.choice([None, "late"]),
            satisfaction=dice.choice([None, 1, 4, 5]), compensation=dice.choice([None, 0, "12.5"]),
            direction=dice.choice([None, "inbound", "outbound"]), reopened=dice.choice([None, 0, 2]),
        )  # fmt: skip
    for place, sku in enumerate("AB"):
        world.insert("stock_levels", date=date(2026, 3, 1), sku=sku, warehouse="W", on_hand=place * dice.randint(-1, 3))
    rule = {"channel": "shop", "kind": "late_ship", "region": "", "effective_from": date(2026, 1, 1)}
    world.insert("penalty_rules", **rule, fixed_amount=3)
    for number in range(4):
        key = {"channel": "shop", "order_no": f"o{number}", "kind": "late_ship", "booked_at": START}
        world.insert("penalties", **key, amount=dice.randint(1, 5))


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],  # a seed has no simpler form
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_laws_of_what_follows(session: Session, seed: int) -> None:
    dice = random.Random(seed)
    world = World(session, start=START)
    populate(world, dice)
    world.session.execute("UPDATE state_orders SET customer_key = 'c' || (hash(order_no) % 9)")
    serve(world, dice)
    world.build()
    broken = {name: session.rows(sql) for name, sql in LAWS.items()}
    assert {name: rows for name, rows in broken.items() if rows} == {}


RETURNS = "has_return > has_refund OR has_refund > has_after_sales"
UNITS = "qty_returned > qty_refunded OR qty_refunded > qty_after_sales OR qty_after_sales > qty_sent"
AMOUNTS = "amount_returned > amount_refunded OR amount_refunded > amount_after_sales OR amount_returned < 0"
SHARED = """
    SELECT sum(amount) FROM state_after_sales AS c JOIN state_orders USING (channel, order_no)
    WHERE (c.status IS NULL OR c.status = 'accepted')
    AND EXISTS (SELECT 1 FROM state_order_lines AS l WHERE l.channel = c.channel AND l.order_no = c.order_no)
    AND EXISTS (SELECT 1 FROM fct_after_sale AS f WHERE f.case_no = c.case_no AND f.is_before_shipping = 0)"""
LAWS = {
    "a return is a refund, a refund is after-sales, of orders": f"SELECT order_key FROM fct_order WHERE {RETURNS}",
    "a return is a refund, a refund is after-sales, of lines": f"SELECT order_key FROM fct_order_line WHERE {RETURNS}",
    "units of cases nest, and never exceed what was sent": f"SELECT order_key FROM fct_order_line WHERE {UNITS}",
    "amounts of cases nest": f"SELECT order_key FROM fct_order_line WHERE {AMOUNTS}",
    "the lines of orders have the amounts of their cases, to the last cent": f"""
        SELECT 1 WHERE (SELECT coalesce(sum(amount_after_sales), 0) FROM fct_order_line) <> coalesce(({SHARED}), 0)""",
    "a line has cases only where its order has": """
        SELECT l.order_key FROM fct_order_line AS l JOIN fct_order AS o USING (order_key)
        WHERE l.has_after_sales > o.has_after_sales OR l.has_return > o.has_return OR l.has_refund > o.has_refund""",
    "what is flagged can be judged": """
        SELECT order_key FROM fct_order WHERE is_picked_up_24h > pickup_due_24h OR is_picked_up_48h > pickup_due_48h
        OR is_fake_shipment > is_marked OR is_oversold > stock_known OR is_automatic > automation_known
        OR has_after_sales > cases_known OR is_misorder > reasons_known OR has_complaint > complaints_known""",
    "picked up in a day is picked up in two": """
        SELECT order_key FROM fct_order WHERE is_picked_up_24h > is_picked_up_48h AND pickup_due_48h = 1""",
    "a mis-order is an after-sales case": "SELECT order_key FROM fct_order WHERE is_misorder > has_after_sales",
    "a net cycle is no longer than the cycle, nor negative where that is not": """
        SELECT order_key FROM fct_order WHERE net_cycle_seconds > cycle_seconds
        OR (net_cycle_seconds < 0 AND cycle_seconds >= 0)""",
    "every case, ticket and penalty has one fact": """
        SELECT 1 WHERE (SELECT count(*) FROM fct_after_sale) <> (SELECT count(*) FROM state_after_sales)
        OR (SELECT count(*) FROM fct_ticket) <> (SELECT count(*) FROM state_tickets)
        OR (SELECT count(*) FROM fct_penalty) <> (SELECT count(*) FROM state_penalties)""",
    "every parcel that is known has one fact, and no order has a number twice": """
        SELECT order_key, tracking_no FROM fct_parcel WHERE order_key > 0 GROUP BY ALL HAVING count(*) > 1
        UNION ALL
        SELECT 0, tracking_no FROM state_parcels WHERE tracking_no NOT IN (SELECT tracking_no FROM fct_parcel)""",
    "what is judged of a parcel is within what can be": """
        SELECT parcel_key FROM fct_parcel WHERE is_on_time > is_due OR is_stalled > is_in_transit
        OR is_due * is_pending = 1 OR (is_in_transit = 1 AND delivered_at IS NOT NULL)""",
    "what is judged of a ticket is within what can be": """
        SELECT ticket_no FROM fct_ticket WHERE is_satisfied > is_rated OR is_rated > rating_known
        OR is_reopened > reopening_known OR is_repeated_complaint > is_complaint""",
    "orders have the complaints and the compensation of their tickets": """
        SELECT 1 WHERE (SELECT sum(complaint_count) FROM fct_order) <>
            (SELECT count(*) FROM fct_ticket WHERE is_complaint = 1 AND order_key > 0)
        OR (SELECT sum(compensation) FROM fct_order) <>
            (SELECT coalesce(sum(compensation), 0) FROM fct_ticket WHERE order_key > 0)""",
    "every customer who ordered has one fact, and as many orders": """
        SELECT 1 WHERE (SELECT count(*) FROM fct_customer) <>
            (SELECT count(DISTINCT customer_key) FROM state_orders WHERE created_at IS NOT NULL)
        OR (SELECT sum(order_count) FROM fct_customer) <>
            (SELECT count(*) FROM fct_order WHERE is_cancelled = 0 AND created_at IS NOT NULL)""",
    "an order is risky when a rule flags it": """
        SELECT order_key FROM fct_order
        WHERE (is_risky = 1) <> (order_key IN (SELECT order_key FROM fct_order_risk))""",
    "only open orders are at risk, at most once for each kind": """
        SELECT order_key FROM fct_penalty_risk GROUP BY order_key, penalty_kind HAVING count(*) > 1
        UNION ALL
        SELECT order_key FROM fct_penalty_risk JOIN fct_order USING (order_key) WHERE is_open = 0""",
    "no key is null": """
        SELECT 1 FROM (SELECT channel_id, shop_id, region_id, warehouse_id, carrier_id, order_key FROM fct_parcel
        UNION ALL SELECT channel_id, shop_id, region_id, warehouse_id, carrier_id, order_key FROM fct_ticket
        UNION ALL SELECT channel_id, shop_id, region_id, warehouse_id, carrier_id, order_key FROM fct_after_sale
        UNION ALL SELECT channel_id, shop_id, region_id, warehouse_id, carrier_id, order_key FROM fct_penalty) AS row
        WHERE channel_id + shop_id + region_id + warehouse_id + carrier_id + order_key IS NULL""",
}
