"""Which words bad reviews use more than good ones: log-odds with their intervals, from texts of any language.

1. A text counts once for each word in it. Chinese is cut by a segmenter, other scripts at their blanks; "not" and its
   kin join the word they deny, and "没收到" is not "收到".
2. The log-odds ratio of a word, bad against good, is taken with a prior of `PRIOR` texts spread as all texts use the
   word (Monroe, Colaresi and Quinn 2008), so that a word seen twice does not win over one seen a hundred times.
3. Only words in at least `LEAST` texts are named. It keeps chance out, and names of people too.
4. What looks like a telephone number, an account or an address of mail is taken out before anything is counted or
   shown, and so is a name before a title.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import rjieba

LEAST = 3
PRIOR = 20.0
NORMAL_95 = 1.959964
HIDDEN = "●●"
PRIVATE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:\+?\d[\d \-()]{5,}\d)"
    r"|\b[A-Za-z]*\d{5,}\w*"
    r"|[\u4e00-\u9fff]{1,2}(?=先生|女士|小姐|太太|师傅)"
    r"|\b(?:Mr|Ms|Mrs)\.? [A-Z]\w+"
)
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
CLAUSE = re.compile(r"[^,.;:!?，。；：！？、\n]+")
DENIALS = frozenset(
    [
        "不",
        "没",
        "没有",
        "未",
        "别",
        "无",
        "not",
        "no",
        "never",
        "didn't",
        "doesn't",
        "isn't",
        "wasn't",
        "don't",
        "won't",
        "can't",
        "cannot",
    ]
)
TELLING = frozenset("慢 破 少 错 脏 臭 坏 漏 差 贵 假 旧 丑 碎 烂 晚 快 好 赞 美 香 新")
EMPTY = frozenset(
    [
        "差评",
        "好评",
        "评价",
        "我们",
        "你们",
        "他们",
        "这个",
        "那个",
        "一个",
        "什么",
        "就是",
        "还是",
        "但是",
        "因为",
        "所以",
        "以及",
        "已经",
        "可以",
        "自己",
        "时候",
        "东西",
        "起来",
        "一下",
        "the",
        "and",
        "for",
        "was",
        "but",
        "with",
        "this",
        "that",
        "are",
        "have",
        "has",
        "had",
        "you",
        "your",
        "from",
        "they",
        "them",
        "its",
        "it's",
        "been",
        "were",
        "will",
        "would",
        "very",
        "just",
        "de",
        "la",
        "el",
        "que",
        "en",
        "un",
        "una",
        "los",
        "las",
        "con",
        "por",
        "para",
        "le",
        "les",
        "des",
        "est",
        "et",
        "pas",
    ]
)
"""Words that say nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Text:
    """A review: `is_bad`, or good; those between are not asked about."""

    words: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Word:
    """How many bad and good texts hold it; `ratio` of the odds, bad against good, with its 95 % interval."""

    word: str
    bad: int
    good: int
    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Mined:
    """The words that tell bad texts from good ones, the surest first, and the sizes of both samples."""

    words: tuple[Word, ...]
    bad: int
    good: int


def mine(texts: Sequence[Text]) -> Mined:
    """Words whose interval lies above 1: bad texts use them more."""
    sizes = Counter(text.is_bad for text in texts)
    bad, good = Counter[str](), Counter[str]()
    cut: dict[str, frozenset[str]] = {}
    for text in texts:
        if text.words not in cut:
            cut[text.words] = frozenset(words_of(text.words))
        (bad if text.is_bad else good).update(cut[text.words])
    found = [
        _odds(word, bad[word], good[word], sizes[True], sizes[False]) for word in bad if bad[word] + good[word] >= LEAST
    ]
    telling = sorted((one for one in found if one.low > 1), key=lambda one: (-one.low, -one.bad, one.word))
    return Mined(_without_parts(telling), sizes[True], sizes[False])


def words_of(text: str) -> list[str]:
    """The words of a text that may tell something, denials joined to what they deny; nothing private."""
    found: list[str] = []
    for clause in CLAUSE.findall(cleaned(text).lower().replace("’", "'")):
        denial = ""
        for word in _cut(clause):
            if word in DENIALS:
                denial = word
                continue
            if denial and (CHINESE.match(word) or len(word) > 2):
                found.append(_joined(denial, word))
            elif _tells(word):
                found.append(word)
            denial = ""
    return found


def cleaned(text: str) -> str:
    """The text without what may name or reach a person."""
    return PRIVATE.sub(HIDDEN, text)


def excerpt(text: str, word: str) -> str:
    """The clause that holds the word, cleaned; empty where none does."""
    for clause in CLAUSE.findall(cleaned(text)):
        if word in words_of(clause):
            return str(clause).strip()
    return ""


def _cut(clause: str) -> Iterable[str]:
    pieces = rjieba.cut(clause) if CHINESE.search(clause) else WORD.findall(clause)
    return (word for word in pieces if WORD.fullmatch(word))


def _joined(denial: str, word: str) -> str:
    return denial + word if CHINESE.match(word) else f"{denial} {word}"


def _tells(word: str) -> bool:
    if word in EMPTY:
        return False
    return len(word) > 1 or word in TELLING if CHINESE.match(word) else len(word) > 2


def _odds(word: str, bad: int, good: int, all_bad: int, all_good: int) -> Word:
    share = (bad + good) / (all_bad + all_good)
    a, b = bad + PRIOR * share, good + PRIOR * share
    rest_a = max(all_bad - bad, 0) + PRIOR * (1 - share) + 0.5
    rest_b = max(all_good - good, 0) + PRIOR * (1 - share) + 0.5
    centre = math.log(a / rest_a) - math.log(b / rest_b)
    reach = NORMAL_95 * math.sqrt(1 / a + 1 / b + 1 / rest_a + 1 / rest_b)
    return Word(word, bad, good, math.exp(centre), math.exp(centre - reach), math.exp(centre + reach))


def _without_parts(words: Sequence[Word]) -> tuple[Word, ...]:
    """Of a word and a longer one around it in as many texts only the longer."""
    return tuple(
        one
        for one in words
        if not any(one.word != two.word and one.word in two.word and two.bad >= one.bad for two in words)
    )
