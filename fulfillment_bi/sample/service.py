"""What customers and platforms do afterwards: reviews, tickets, after-sales cases and penalties that follow from it."""

from __future__ import annotations

import numpy as np

from fulfillment_bi.sample import tables
from fulfillment_bi.sample.clock import DAY, HOUR, NEVER, Mask, Times, Whole, work
from fulfillment_bi.sample.exportfile import Columns
from fulfillment_bi.sample.orderfiles import ABROAD, CHANNELS, Pages, amounts
from fulfillment_bi.sample.returns import cases
from fulfillment_bi.sample.text import blank, constant, digits, join, moments, money, numbers, words
from fulfillment_bi.sample.world import cumulative, pick

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


def _reference(page: Pages, chosen: Whole) -> Columns:
    orders = page.block.orders
    return {"channel": words(CHANNELS, orders.channel[chosen]), "order_no": page.order_no.take(chosen)}


def review_columns(page: Pages) -> Columns:
    """Reviews of delivered orders; scores suffer where the promise was broken."""
    orders, verdict, luck = page.block.orders, page.block.verdict, page.world.luck
    key = orders.number
    written = np.ceil(verdict.signed - np.log1p(-luck.uniform(key, 90)) * 40 * HOUR)
    let_down = verdict.failed_otif
    writes = luck.uniform(key, 91) < np.where(let_down, 0.45, 0.32)
    alive = ~(verdict.cancelled <= page.as_of)
    chosen = np.flatnonzero(writes & alive & (written <= page.as_of))
    key, late = key[chosen], let_down[chosen]
    mood = luck.uniform(key, 92)
    score = np.where(late, pick(_SCORES_BAD, mood), pick(_SCORES_GOOD, mood))
    text = score * 4 + np.where(late, 0, 2) + luck.below(key, 93, 2)
    text += np.where(ABROAD[orders.channel[chosen]], len(_TEXTS_ZH) * 4, 0)
    every = [line for texts in (*_TEXTS_ZH, *_TEXTS_EN) for line in texts]
    return {
        **_reference(page, chosen),
        "review_no": join(constant("R"), digits(key, 9)),
        "score": numbers(score + 1),
        "text": blank(words(every, text), luck.uniform(key, 94) < 0.7),
        "created_at": moments(written[chosen], page.as_of),
    }


def ticket_columns(page: Pages, load: Times) -> Columns:
    """Service tickets: about broken promises soon after they broke, about other things any time after the order.

    `load`: per day of the window, how busy the shop is (1 ordinary).
    """
    block, luck, as_of = page.block, page.world.luck, page.as_of
    orders, promises, verdict = block.orders, block.promises, block.verdict
    key = orders.number
    unshipped = verdict.late_ship
    upset: Mask = unshipped | verdict.failed_otif
    when = luck.uniform(key, 95)
    broke = np.where(unshipped, promises.ship, promises.delivery)
    calm = orders.created + (0.2 + 90 * when**2) * HOUR
    opened = np.floor(np.where(upset, broke + (-np.log1p(-when) * 9 + 0.5) * HOUR, calm))
    asks = luck.uniform(key, 96) < np.where(upset, 0.34, 0.034)
    chosen = np.flatnonzero(asks & (opened <= as_of))
    key, upset, opened = key[chosen], upset[chosen], opened[chosen]
    topic = luck.uniform(key, 97)
    usual = np.array([1, 2, 3, 4, 5, 5])[(topic * 6).astype(np.int64)]
    kind = np.where(upset, np.where(unshipped[chosen], 0, np.where(topic < 0.8, 1, 2)), usual)
    day = np.clip(np.floor((opened - page.calendar.day_at(0)) / DAY).astype(np.int64), 0, len(load) - 1)
    bot: Times = opened + 1.0 + luck.below(key, 98, 8)
    human = np.maximum(work(bot, np.ceil(60 * np.exp(0.95 * luck.normal(key, 99)) * load[day] ** 0.8), 8.0, 24.0), bot)
    solved = np.ceil(human + 3.2 * HOUR * np.exp(1.0 * luck.normal(key, 100)) * np.where(upset, 2.5, 1.0))
    complaint = luck.uniform(key, 101) < np.where(upset, 0.38, 0.05)
    rated = (luck.uniform(key, 102) < 0.42) & (solved <= as_of)
    mood = luck.uniform(key, 103)
    score = np.where(upset, pick(_SCORES_BAD, mood), pick(_SCORES_GOOD, mood)) + 1
    again = luck.uniform(key, 104)
    paid_out = np.where(complaint & (again < 0.6), (5 + luck.below(key, 105, 6) * 5) * 100, 0)
    by = np.searchsorted(np.array([0.8, 0.95]), luck.uniform(key, 106))
    return {
        "source": constant("service_desk"),
        "ticket_no": join(constant("T"), digits(key, 9)),
        **_reference(page, chosen),
        "contact_channel": words(("在线", "电话", "邮件"), by),
        "category": words(_CATEGORIES, kind),
        "complaint": words(("0", "1"), complaint.astype(np.int64)),
        "subject": words(_PARTIES, kind),
        "opened_at": moments(opened, as_of),
        "first_bot_reply_at": moments(bot, as_of),
        "first_human_reply_at": moments(human, as_of),
        "solved_at": moments(solved, as_of),
        "reopened": numbers((again > 0.94) & (solved <= as_of)),
        "owner_key": words([f"客服{number:02d}" for number in range(1, 25)], luck.below(key, 107, 24)),
        "satisfaction": blank(numbers(score), rated),
        "compensation": money(paid_out),
    }


def after_sales_columns(page: Pages) -> Columns:
    """Refunds of cancelled orders, most before shipping; returns, exchanges and reships after delivery."""
    block, luck, world, as_of = page.block, page.world.luck, page.world, page.as_of
    orders, journey, verdict = block.orders, block.journey, block.verdict
    first = np.searchsorted(orders.line_order, np.arange(orders.count))
    delivered = np.where(journey.sent[first] > 0, journey.delivered[first], NEVER)
    found = cases(world, orders.number, delivered, delivered > block.promises.delivery)
    withdrawn = (verdict.cancelled <= as_of) & np.isfinite(orders.paid)
    opened = np.where(withdrawn & ~(found.opened <= as_of), verdict.cancelled, found.opened)
    chosen = np.flatnonzero(opened <= as_of)
    withdrawn = withdrawn[chosen] & ~(found.opened[chosen] <= as_of)
    key, opened, line = orders.number[chosen], opened[chosen], first[chosen]
    left = np.bincount(orders.line_order, weights=journey.handed <= as_of, minlength=orders.count)[chosen] > 0
    closed = np.where(withdrawn, np.ceil(opened + (2 + 90 * luck.uniform(key, 108)) * HOUR), found.closed[chosen])
    kind = np.where(withdrawn, 0, found.kind[chosen])
    usual = np.searchsorted(np.array([0.09, 0.19, 0.34, 0.4, 0.66, 0.69]), luck.uniform(key, 109))
    lost = np.bincount(orders.line_order, weights=journey.exception == 4, minlength=orders.count)[chosen] > 0
    reason = np.where(withdrawn, np.where(lost, 5, np.where(left, 1, 6)), usual)
    goods, _, _ = amounts(block)
    amount = np.where(withdrawn, goods[chosen], orders.price[line])
    zh = "gb18030"
    return {
        **_reference(page, chosen),
        "case_no": join(constant("SH"), digits(key, 9)),
        "line_no": blank(numbers(orders.line_no[line]), ~withdrawn),
        "sku": blank(words(world.products.code, journey.sku[line]), ~withdrawn),
        "kind": words(("退款", "退货退款", "换货", "补发"), kind, zh),
        "reason": words(_REASONS, reason, zh),
        "opened_at": moments(opened, as_of),
        "closed_at": moments(closed, as_of),
        "qty": blank(numbers(np.ones(len(chosen))), ~withdrawn),
        "amount": money(np.where(kind >= 2, 0, amount)),
        "before_shipping": words(("0", "1"), (withdrawn & ~left).astype(np.int64)),
    }


_STRICT = ("tmall", "taobao", "pinduoduo", "douyin", "kuaishou")  # platforms that fine their shops


def penalty_columns(page: Pages) -> Columns:
    """What platforms take for orders sent late, two days after the promise broke; the customer gets most of it."""
    block, luck = page.block, page.world.luck
    orders, verdict = block.orders, block.verdict
    booked = np.ceil(block.promises.ship + (1.5 + luck.uniform(orders.number, 110)) * DAY)
    strict = np.array([c.name in _STRICT for c in tables.CHANNELS])[orders.channel]
    fined = verdict.late_ship & strict & (luck.uniform(orders.number, 111) < 0.85)
    chosen = np.flatnonzero(fined & (booked <= page.as_of))
    goods, _, _ = amounts(block)
    short = np.isfinite(verdict.cancelled[chosen]) & (verdict.cancelled_by[chosen] == 2)
    return {
        **_reference(page, chosen),
        "kind": words(("延迟发货", "缺货"), short.astype(np.int64), "gb18030"),
        "booked_at": moments(booked[chosen], page.as_of),
        "amount": money(np.clip(goods[chosen] * 5 // 100, 300, 5000)),
    }
