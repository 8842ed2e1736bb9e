"""What customers say afterwards: reviews, tickets and after-sales cases that follow from what happened."""

from __future__ import annotations

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import DAY, HOUR, Whole, midnight, work
from fulfillment_bi.sample.columns import blank, digits, join, moments, money, numbers, words
from fulfillment_bi.sample.demand import Calendar
from fulfillment_bi.sample.identity import order_numbers
from fulfillment_bi.sample.orderfiles import Columns, amounts
from fulfillment_bi.sample.record import Block, Record
from fulfillment_bi.sample.world import World, cumulative, pick

# Reviews by score (1 to 5): the first half when the order was late or short, the second otherwise.
# fmt: off
_TEXTS_ZH = (
    ("等了好久才到，客服也不回", "承诺的时间没送到，差评", "质量太差，和描述不符", "有破损，申请退货"),
    ("物流太慢了，耽误事", "少发了一件，补发又等几天", "一般般，做工粗糙", "味道有点大"),
    ("比说好的晚了两天，东西还行", "发货慢，包装还可以", "中规中矩吧", "还可以，没有想象中好"),
    ("晚了一天，但客服态度好", "送得有点慢，东西不错", "不错，性价比高", "挺好的，会再来"),
    ("虽然慢了点，东西很满意", "迟到但值得", "非常好，第二天就到了！", "质量很好，包装严实，好评"),
)
_TEXTS_EN = (
    ("Arrived far too late, no reply from support", "Missed the promised date", "Poor quality", "Came broken"),
    ("Shipping took forever", "One item was missing", "So-so", "Smells odd"),
    ("Later than promised, product is fine", "Slow shipping", "It's OK", "Average, nothing special"),
    ("A day late, but friendly support", "A bit slow, good product", "Good value", "Nice, would buy again"),
    ("Slow but worth it", "Late, still love it", "Excellent, arrived early!", "Great quality, well packed"),
)
# fmt: on
_SCORES_GOOD = cumulative(np.array([0.015, 0.02, 0.075, 0.22, 0.67]))
_SCORES_BAD = cumulative(np.array([0.34, 0.18, 0.20, 0.15, 0.13]))
_CATEGORIES = ("催发货", "物流查询", "少件漏发", "质量问题", "退换货", "商品咨询")
_PARTIES = ("仓库", "物流", "仓库", "商家", "商家", "商家")
_REASONS = ("发错货", "少件", "破损", "延迟发货", "质量问题", "地址错误", "不想要了")


def review_columns(calendar: Calendar, block: Block, found: Record, rng: np.random.Generator) -> Columns:
    """Reviews of delivered orders; scores suffer where the promise was broken."""
    orders = block.orders
    luck = rng.random((5, orders.count))
    written = np.ceil(found.all_delivered - np.log1p(-luck[0]) * 40 * HOUR)
    chosen = np.flatnonzero((luck[1] < np.where(found.late, 0.45, 0.32)) & (written <= calendar.as_of))
    late = found.late[chosen]
    score = np.where(late, pick(_SCORES_BAD, luck[2][chosen]), pick(_SCORES_GOOD, luck[2][chosen]))
    text = score * 4 + np.where(late, 0, 2) + (luck[3][chosen] * 2).astype(np.int64)
    abroad = np.array([c.is_global for c in tables.CHANNELS])[orders.channel[chosen]]
    every = [line for texts in (*_TEXTS_ZH, *_TEXTS_EN) for line in texts]
    return {
        **_order_reference(block, chosen),
        "review_no": join("R", digits(orders.number[chosen], 9)),
        "score": numbers(score + 1),
        "text": blank(words(every, text + np.where(abroad, 20, 0)), luck[4][chosen] < 0.7),
        "created_at": moments(written[chosen], calendar.as_of),
    }


def _order_reference(block: Block, chosen: Whole) -> Columns:
    orders = block.orders
    return {
        "channel": words([c.name for c in tables.CHANNELS], orders.channel[chosen]),
        "order_no": order_numbers(orders.channel[chosen], orders.number[chosen], orders.created[chosen]),
    }


def ticket_columns(calendar: Calendar, block: Block, found: Record, rng: np.random.Generator) -> Columns:
    """Service tickets: about broken promises soon after they broke, about other things any time after the order."""
    orders, promises = block.orders, block.promises
    luck = rng.random((10, orders.count))
    noise = rng.standard_normal((2, orders.count))
    unshipped = block.verdict.late_ship
    upset = unshipped | found.late
    broke = np.where(unshipped, promises.ship, promises.delivery)
    calm = orders.created + (0.2 + 90 * luck[0] ** 2) * HOUR
    opened = np.floor(np.where(upset, broke + (-np.log1p(-luck[0]) * 9 + 0.5) * HOUR, calm))
    chosen = np.flatnonzero((luck[1] < np.where(upset, 0.34, 0.034)) & (opened <= calendar.as_of))
    upset, opened, luck, noise = upset[chosen], opened[chosen], luck[:, chosen], noise[:, chosen]
    usual = np.array([1, 2, 3, 4, 5, 5])[(luck[2] * 6).astype(np.int64)]
    kind = np.where(upset, np.where(unshipped[chosen], 0, np.where(luck[2] < 0.8, 1, 2)), usual)
    day = np.clip(np.floor((opened - midnight(calendar.start)) / DAY).astype(np.int64), 0, len(calendar.load()) - 1)
    bot = opened + 1 + np.floor(luck[3] * 8)
    human = np.maximum(work(bot, np.ceil(60 * np.exp(0.95 * noise[0]) * calendar.load()[day] ** 0.8), 8.0, 24.0), bot)
    solved = np.ceil(human + 3.2 * HOUR * np.exp(1.0 * noise[1]) * np.where(upset, 2.5, 1.0))
    complaint = luck[4] < np.where(upset, 0.38, 0.05)
    rated = (luck[5] < 0.42) & (solved <= calendar.as_of)
    mood = np.where(upset, pick(_SCORES_BAD, luck[6]), pick(_SCORES_GOOD, luck[6])) + 1
    paid_out = np.where(complaint & (luck[7] < 0.6), (5 + np.floor(luck[8] * 6) * 5) * 100, 0).astype(np.int64)
    return {
        "source": words(("service_desk",), np.zeros(len(chosen), dtype=np.int64)),
        "ticket_no": join("T", digits(orders.number[chosen], 9)),
        **_order_reference(block, chosen),
        "contact_channel": words(("在线", "电话", "邮件"), np.searchsorted(np.array([0.8, 0.95]), luck[9])),
        "category": words(_CATEGORIES, kind),
        "complaint": words(("0", "1"), complaint.astype(np.int64)),
        "subject": words(_PARTIES, kind),
        "opened_at": moments(opened, calendar.as_of),
        "first_bot_reply_at": moments(bot, calendar.as_of),
        "first_human_reply_at": moments(human, calendar.as_of),
        "solved_at": moments(solved, calendar.as_of),
        "reopened": numbers((luck[7] > 0.94) & (solved <= calendar.as_of)),
        "owner_key": words([f"客服{number:02d}" for number in range(1, 25)], (luck[8] * 24).astype(np.int64)),
        "satisfaction": blank(numbers(mood), rated),
        "compensation": money(paid_out),
    }


def after_sales_columns(
    world: World, calendar: Calendar, block: Block, found: Record, rng: np.random.Generator
) -> Columns:
    """Refunds of cancelled orders, most before shipping; returns, exchanges and reships after delivery."""
    orders = block.orders
    luck = rng.random((6, orders.count))
    withdrawn = (found.cancelled_by > 0) & np.isfinite(block.outcome.paid)
    opened = np.where(withdrawn, found.cancelled, np.ceil(found.all_delivered - np.log1p(-luck[0]) * 3.2 * DAY))
    wants = withdrawn | (luck[1] < np.where(found.late, 0.09, 0.038))
    chosen = np.flatnonzero(wants & (opened <= calendar.as_of))
    opened, luck, withdrawn = opened[chosen], luck[:, chosen], withdrawn[chosen]
    gone = block.outcome.used & (block.outcome.handed <= calendar.as_of)
    shipped = np.bincount(block.draws.part_order, weights=gone, minlength=orders.count)[chosen] > 0
    closed = np.ceil(opened + (2 + 90 * luck[2]) * HOUR)
    kind = np.where(withdrawn, 0, np.searchsorted(np.array([0.35, 0.78, 0.9]), luck[3]))
    usual = np.searchsorted(np.array([0.09, 0.19, 0.34, 0.4, 0.66, 0.69]), luck[4])
    first_line = np.searchsorted(orders.line_order, chosen)
    goods, _, _ = amounts(block)
    amount = np.where(withdrawn, goods[chosen], orders.price[first_line])
    return {
        **_order_reference(block, chosen),
        "case_no": join("SH", digits(orders.number[chosen], 9)),
        "line_no": blank(numbers(orders.line_no[first_line]), ~withdrawn),
        "sku": blank(words(world.products.code, orders.sku[first_line]), ~withdrawn),
        "kind": words(("退款", "退货退款", "换货", "补发"), kind),
        "reason": words(_REASONS, np.where(withdrawn, np.where(shipped, 1, 6), usual)),
        "opened_at": moments(opened, calendar.as_of),
        "closed_at": moments(closed, calendar.as_of),
        "qty": blank(numbers(np.ones(len(chosen))), ~withdrawn),
        "amount": money(np.where(kind >= 2, 0, amount)),
        "before_shipping": words(("0", "1"), (withdrawn & ~shipped).astype(np.int64)),
    }
