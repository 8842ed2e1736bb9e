"""What customers write: the words that bad reviews use and good ones do not, and the reviews behind each."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash import html

from fulfillment_bi.charts import theme as look
from fulfillment_bi.charts.bars import Bar, bars
from fulfillment_bi.i18n import numbers
from fulfillment_bi.insight.review_words import METRIC, Review, Said, saying
from fulfillment_bi.insight.words import Word, cleaned
from fulfillment_bi.reports.table import Stamp, Table
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View, change
from fulfillment_bi.web.tile import Shown, Tile
from fulfillment_bi.web.wording import escaped

MOST_WORDS, MOST_REVIEWS, LONGEST = 10, 8, 90
WORD = "q"
"""The page's parameter that holds the word chosen."""


def _said(view: View, workspace: Any) -> Said:
    found: Said = workspace.review_words(view.query(METRIC, compare="none"))
    return found


def said_words(page: str) -> Tile:
    """Bars: in how many bad reviews each word stands; a click shows these reviews."""

    def tell(view: View, workspace: Any) -> Shown:
        found = _said(view, workspace).mined
        title = view.text("said.title")
        sizes = {"bad": numbers.number(view.language, found.bad), "good": numbers.number(view.language, found.good)}
        if not found.words:
            return Shown(look.nothing(view.theme, view.language, view.text("said.none", **sizes)), title)
        items = [_bar(view, one, found.bad, found.good) for one in found.words[:MOST_WORDS]]
        return Shown(bars(items, view.theme, view.language), title, view.text("said.note", **sizes))

    def table(view: View, workspace: Any) -> Table:
        said = _said(view, workspace)
        rows = [
            (one.word, one.bad, one.good, one.ratio, one.low, one.high, said.mined.bad, said.mined.good)
            for one in said.mined.words
        ]
        columns = ("word", "bad", "good", "odds_ratio", "low", "high", "bad_reviews", "good_reviews")
        return Table("words", columns, rows, Stamp(view.as_of, view.timezone, view.sentence() or "all", view.version))

    return Tile(f"{page}-words", "chart", tell=tell, table=table)


def _bar(view: View, one: Word, bad: int, good: int) -> Bar:
    share = numbers.percent(view.language, one.bad / bad, digits=0)
    words = f"{numbers.number(view.language, one.bad)} · {share}"
    places = {
        "bad": f"{one.bad:,} / {bad:,}",
        "good": f"{one.good:,} / {good:,}",
        "ratio": _times(one.ratio),
        "low": _times(one.low),
        "high": _times(one.high),
    }
    chosen = view.state.param(WORD) == one.word
    sentence = f"<b>{escaped(one.word)}</b><br>{view.text('said.hover', **places)}"
    return Bar(escaped(one.word), one.bad, words, sentence, change(**{WORD: one.word}), "bad" if chosen else "accent")


def _times(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"


def said_reviews(page: str) -> Tile:
    """The reviews that hold the word chosen, or the surest one: what was written, without names and numbers."""

    def tell(view: View, workspace: Any) -> Shown:
        said = _said(view, workspace)
        known = [one.word for one in said.mined.words]
        word = view.state.param(WORD) or (known[0] if known else "")
        found = saying(said, word, MOST_REVIEWS) if word else ()
        if not found:
            return Shown(parts.empty(view, "said.reviews_none"), view.text("said.reviews"))
        rows = [_row(view, one, said.scale) for one, _ in found]
        head = [view.text(f"said.head_{name}") for name in ("text", "score", "order", "written")]
        return Shown(
            parts.table(head, rows, (1,), (0,)), view.text("said.reviews_with", word=word), view.text("said.clean")
        )

    return Tile(f"{page}-said", "html", tell=tell)


def _row(view: View, one: Review, scale: float) -> list[Any]:
    path = f"/order/{quote(one.channel, safe='')}/{quote(one.order_no, safe='')}"
    words = cleaned(one.text)
    return [
        words if len(words) <= LONGEST else words[:LONGEST] + "…",
        f"{one.score:g} / {scale:g}",
        html.A(one.order_no, href=path, className="order-link num", **parts.data(page=path)),
        html.Span(numbers.day(view.language, one.created_at.date()), title=f"{one.created_at:%Y-%m-%d %H:%M}"),
    ]
