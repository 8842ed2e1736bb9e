"""Laws that hold in every world, tried on random ones."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulfillment_bi.warehouse.build import EVENTS, PROMISES
from fulfillment_bi.warehouse.engine import Session
from tests.warehouse.world import World

START = datetime(2026, 3, 2, 1, 0)


def populate(world: World, dice: random.Random, orders: int = 25) -> None:
    """Orders in every state a record can be in, likely or not."""

    def maybe(hours: float, chance: float = 0.8) -> datetime | None:
        return START + timedelta(hours=dice.uniform(-2, hours)) if dice.random() < chance else None

    for number in range(orders):
        order_no = f"o{number}"
        world.order(
            order_no,
            paid_at=maybe(3),
            status=dice.choice(["paid", "shipped", "delivered", "cancelled", None]),
            cancelled_by=dice.choice([None, None, None, "customer", "seller", "platform", "unknown"]),
            promised_ship_at_original=maybe(60),
            promised_ship_at_current=maybe(80, 0.3),
            promised_delivery_at_original=maybe(120),
            promised_delivery_at_current=maybe(160, 0.3),
        )
        for line in range(dice.randint(0, 3)):
            world.line(
                order_no,
                str(line),
                sku=dice.choice("AB"),
                qty_ordered=dice.randint(1, 4),
                qty_cancelled=dice.choice([None, 0, 1]),
                promised_ship_at_original=maybe(60, 0.3),
            )
        for parcel in range(dice.randint(0, 3)):
            tracking_no = f"{order_no}-{parcel}"
            world.fulfilment(
                order_no,
                tracking_no,
                line_no=dice.choice(["", "0", "1"]),
                sku=dice.choice([None, "A", "B"]),
                qty_shipped=dice.choice([None, 1, 2]),
                picked_at=maybe(40),
                shipped_at_warehouse=maybe(60),
                shipped_at_platform=maybe(60),
            )
            if dice.random() < 0.8:
                world.parcel(order_no, tracking_no, first_scan_at=maybe(70), delivered_at=maybe(150))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_laws_of_the_facts(session: Session, seed: int) -> None:
    world = World(session, start=START)
    populate(world, random.Random(seed))
    world.build()
    broken = {name: session.rows(sql) for name, sql in laws().items()}
    assert {name: rows for name, rows in broken.items() if rows} == {}


def laws() -> dict[str, str]:
    """Name -> a query that finds the rows breaking it."""
    found = {
        "stages telescope to the last milestone": """
            SELECT order_key FROM fct_order_stage JOIN fct_order USING (order_key) GROUP BY order_key
            HAVING sum(seconds) <> date_diff('second', any_value(created_at), max_by(ended_at, stage_no))""",
        "every broken promise has one reason, no kept one has": """
            SELECT order_key FROM fct_order
            WHERE (is_failed = 1) <> (break_stage IS NOT NULL)
            OR is_failed <> due_sign_original - otif_sign_original""",
        "the causes of an order share it, those of a kept promise are none": """
            SELECT o.order_key FROM fct_order AS o LEFT JOIN fct_order_cause AS c ON c.order_key = o.order_key
            GROUP BY o.order_key, o.is_failed HAVING coalesce(sum(c.cause_share), 0) <> o.is_failed
            OR coalesce(max(c.cause_count), 0) <> count(c.cause) OR count(DISTINCT c.cause) <> count(c.cause)""",
        "an open order waits in a stage, no other does": """
            SELECT order_key FROM fct_order WHERE (is_open = 1) <> (current_stage IS NOT NULL)
            OR (is_open = 1) <> (promise_bucket IS NOT NULL) OR (is_open = 1 AND delivery_state <> 'open')""",
        "every order has one fact": """
            SELECT count(*) FROM fct_order HAVING count(*) <> (SELECT count(*) FROM state_orders)""",
        "every line of an order has one fact": """
            SELECT count(*) FROM fct_order_line HAVING count(*) <> (SELECT count(*) FROM state_order_lines)""",
        "no key is null": """
            SELECT order_key FROM fct_order_line WHERE channel_id IS NULL OR shop_id IS NULL OR region_id IS NULL
            OR warehouse_id IS NULL OR carrier_id IS NULL OR sku_id IS NULL OR category_id IS NULL""",
    }
    for promise in PROMISES:
        for event in EVENTS:
            case = f"{event.name}_{promise}"
            for fact in ("fct_order", "fct_order_line"):
                found[f"{fact} {case}: in time and in full, late, both within due"] = f"""
                    SELECT * FROM {fact} WHERE otif_{case} + late_{case} > due_{case} OR due_{case} * pending_{case} = 1
                    OR filled_{case} > due_sign_{promise} OR excused_{case} > due_{case}"""
            found[f"units {case} never exceed what is owed, nor fall short where in full"] = f"""
                SELECT * FROM fct_order_line WHERE units_{case} > qty_due OR fill_units_{case} > qty_due
                OR units_{case} < 0 OR (otif_{case} = 1 AND units_{case} < qty_due)
                OR (due_sign_{promise} = 1 AND (filled_{case} = 1) <> (fill_units_{case} = qty_due))"""
        found[f"fulfilled {promise} is filled, whatever event fills"] = f"""
            SELECT order_key FROM fct_order WHERE otif_sign_{promise} > filled_ship_{promise}"""
    return found
