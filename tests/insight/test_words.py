"""Words of reviews: cut, denied, counted once a text, told apart with odds; and nothing of a person left in them."""

from __future__ import annotations

import math

import pytest

from fulfillment_bi.insight.words import LEAST, Text, cleaned, excerpt, mine, words_of


def texts(bad: list[str], good: list[str]) -> list[Text]:
    return [Text(words, True) for words in bad] + [Text(words, False) for words in good]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("物流太慢了，客服不回复", ["物流", "太慢", "客服", "不回复"]),
        ("承诺的时间没送到", ["承诺", "时间", "没送到"]),
        ("Arrived late, box was not sealed", ["arrived", "late", "box", "not sealed"]),
        ("It's OK", []),
        ("包装破 broken 了", ["包装", "破", "broken"]),
        ("12345 !!! ❤", []),
    ],
)
def test_words_are_cut_and_denials_joined(text, expected):
    assert words_of(text) == expected


@pytest.mark.parametrize(
    "private",
    [
        "13912345678",
        "138 1234 5678",
        "+86 139-1234-5678",
        "li.lei@example.com",
        "SF1234567890123",
        "欧阳先生",
        "王女士",
    ],
)
def test_what_may_reach_or_name_a_person_is_taken_out(private):
    text = f"快递员说找{private}签收，态度差"
    name = private.removesuffix("先生").removesuffix("女士")
    assert name not in cleaned(text)
    assert name not in excerpt(text, "签收")
    assert "态度" in cleaned(text)


def test_a_title_names_nobody_in_english_either():
    assert "Smith" not in cleaned("Ask Mr. Smith, he signed")
    assert "Jones" not in cleaned("Ask Mrs Jones, she signed")


def test_words_of_bad_reviews_come_with_their_counts_and_odds():
    found = mine(texts(["发货慢"] * 8 + ["质量好"] * 2, ["质量好"] * 40 + ["发货慢"] * 2))
    (slow,) = [one for one in found.words if "慢" in one.word]
    assert (found.bad, found.good, slow.bad, slow.good) == (10, 42, 8, 2)
    # 8 of 10 against 2 of 42, each with 20 texts of the common share 10 / 52 in front
    share = 10 / 52
    odds = (8 + 20 * share) / (2 + 20 * (1 - share) + 0.5) / ((2 + 20 * share) / (40 + 20 * (1 - share) + 0.5))
    assert slow.ratio == pytest.approx(odds)
    assert slow.low < slow.ratio < slow.high
    assert math.log(slow.high / slow.ratio) == pytest.approx(math.log(slow.ratio / slow.low))
    assert all(one.low > 1 for one in found.words)


def test_a_text_counts_once_for_each_word_and_rare_words_are_not_named():
    found = mine(texts(["太慢，太慢，太慢", "破损严重"], ["很好"] * 30))
    assert found.words == ()
    found = mine(texts(["太慢，太慢，太慢"] * 5, ["很好"] * 30))
    assert {one.bad for one in found.words} == {5}
    assert LEAST <= 5


def test_no_reviews_or_only_good_ones_name_no_word():
    assert mine([]).words == ()
    assert mine(texts([], ["很好"] * 9)).words == ()
    assert mine(texts(["很慢"] * 9, [])).words == ()


def test_words_used_alike_are_not_named():
    assert mine(texts(["包装一般"] * 20, ["包装一般"] * 20)).words == ()
