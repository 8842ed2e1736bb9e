"""Reasons in the words of customers: the reviews of a question, what bad ones say, and the reviews that say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fulfillment_bi.insight.timeline import load_query
from fulfillment_bi.insight.words import Mined, Text, excerpt, mine
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.rows import run_rows

if TYPE_CHECKING:
    from fulfillment_bi.metrics.run import Version
    from fulfillment_bi.warehouse.engine import Session

METRIC = "review_score"
MOST = 20_000
"""So many of the newest reviews are read; more would not change what they say."""
SCALES = (5.0, 10.0, 100.0)
BAD, GOOD = 0.5, 0.8
"""Shares of the scale: at most two and a half stars of five are bad, from four they are good."""


@dataclass(frozen=True, slots=True)
class Review:
    """One review of an order; `created_at` on the clock of the business, `text` as it was written."""

    channel: str
    order_no: str
    score: float
    created_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """What was mined; `asked` reviews of which the newest were read, `reviews` those that have a text."""

    mined: Mined
    reviews: tuple[Review, ...]
    asked: int
    scale: float


def review_words(session: Session, info: Version, query: Query) -> Said:
    """The words that set bad reviews under the query's period and filters apart from good ones."""
    plain = query.but(metrics=(METRIC,), by=(), compare="none", order_by=None, limit=None)
    rows = run_rows(session, info, plain, METRIC, "denominator", limit=MOST, order_by="-created_at")
    records = rows.records()
    keys: list[list[str]] = [[str(record[name]) for record in records] for name in ("channel", "order_no", "review_no")]
    texts: dict[tuple[str, ...], str] = {}
    if records:
        texts = {row[:3]: str(row[3]) for row in session.rows(load_query("review_texts"), tuple(keys))}
    reviews = tuple(
        _review(record, texts[key])
        for record, key in zip(records, zip(*keys, strict=True), strict=True)
        if key in texts and record["score"] is not None
    )
    scale = next((top for top in SCALES if all(one.score <= top for one in reviews)), SCALES[-1])
    judged = [Text(one.text, one.score <= BAD * scale) for one in reviews if not BAD * scale < one.score < GOOD * scale]
    return Said(mine(judged), reviews, rows.count, scale)


def saying(said: Said, word: str, most: int) -> Sequence[tuple[Review, str]]:
    """The reviews that hold the word, the worst and newest first, each with the clause it stands in."""
    found: list[tuple[Review, str]] = []
    for one in sorted(said.reviews, key=lambda each: (each.score, -each.created_at.timestamp())):
        clause = excerpt(one.text, word)
        if clause:
            found.append((one, clause))
        if len(found) == most:
            break
    return found


def _review(record: dict[str, Any], text: str) -> Review:
    return Review(str(record["channel"]), str(record["order_no"]), float(record["score"]), record["created_at"], text)
