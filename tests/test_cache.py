"""Answers are computed once, kept within bounds, and errors are not kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fulfillment_bi.cache import ResultCache


def test_the_least_recently_used_goes_first() -> None:
    cache, computed = ResultCache(2), []

    def get(key: str) -> str:
        return cache.get(key, lambda: computed.append(key) or key.upper())

    assert [get(key) for key in "abacab"] == list("ABACAB")
    assert computed == ["a", "b", "c", "b"]
    assert len(cache) == 2


def test_size_zero_keeps_nothing() -> None:
    cache = ResultCache(0)
    assert [cache.get("a", iter(range(2)).__next__), cache.get("a", lambda: 7)] == [0, 7]


def test_none_is_an_answer() -> None:
    cache = ResultCache(2)
    assert cache.get("a", lambda: None) is None
    assert cache.get("a", lambda: 1) is None


def asked_together(cache: ResultCache, fails: bool) -> tuple[list[object], int]:
    """Eight threads ask for one key; computing waits until the others are certain to be waiting."""
    computed, others = [], threading.Barrier(8, timeout=10)
    release = threading.Event()

    def compute() -> str:
        computed.append(1)
        release.wait(10)
        if fails:
            raise LookupError("no")
        return "answer"

    def ask() -> object:
        others.wait()
        try:
            return cache.get("key", compute)
        except LookupError as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask) for _ in range(8)]
        timer = threading.Timer(0.2, release.set)
        timer.start()
        answers = [one.result(10) for one in asked]
        timer.join()
    return answers, len(computed)


def test_identical_questions_at_the_same_time_are_computed_once() -> None:
    assert asked_together(ResultCache(4), fails=False) == (["answer"] * 8, 1)


def test_an_error_reaches_all_who_waited_and_is_not_kept() -> None:
    cache = ResultCache(4)
    assert asked_together(cache, fails=True) == (["no"] * 8, 1)
    assert cache.get("key", lambda: "later") == "later"


def test_different_questions_do_not_wait_for_each_other() -> None:
    cache, inside, done = ResultCache(4), threading.Event(), threading.Event()

    def slow() -> str:
        inside.set()
        assert done.wait(10)
        return "slow"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(cache.get, "a", slow)
        assert inside.wait(10)
        assert cache.get("b", lambda: "quick") == "quick"
        done.set()
        assert first.result(10) == "slow"


def test_a_thread_told_to_stop_does_not_stop_those_who_waited() -> None:
    cache, inside, waiting = ResultCache(4), threading.Event(), threading.Event()

    def stopped() -> str:
        inside.set()
        waiting.wait(0.2)
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(cache.get, "a", stopped)
        assert inside.wait(10)
        assert cache.get("a", lambda: "mine") == "mine"
        with pytest.raises(KeyboardInterrupt):
            first.result(10)
