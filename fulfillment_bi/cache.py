"""A bounded memory of answers, each computed once however many threads ask for it at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

Value = TypeVar("Value")


class ResultCache:
    """The `size` most recently used answers by key. Errors are passed on to everyone who waited, and not kept."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._flights: dict[Hashable, Future[Any]] = {}

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The answer kept under `key`, or that of `compute()`, or that of the thread already computing it."""
        while True:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    found: Value = self._kept[key]
                    return found
                flight = self._flights.get(key)
                if flight is None:
                    mine: Future[Any] = Future()
                    self._flights[key] = mine
            if flight is None:
                return self._compute(key, compute, mine)
            try:
                waited: Value = flight.result()
            except CancelledError:
                continue  # the computing thread was told to stop; that must not stop this one
            return waited

    def missing(self, keys: Iterable[Hashable]) -> list[Any]:
        """The keys nothing is kept under, each once."""
        with self._lock:
            return [key for key in dict.fromkeys(keys) if key not in self._kept]

    def put(self, key: Hashable, value: object) -> None:
        """Keep an answer computed elsewhere."""
        with self._lock:
            self._keep(key, value)

    def _keep(self, key: Hashable, value: object) -> None:
        self._kept[key] = value
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def _compute(self, key: Hashable, compute: Callable[[], Value], flight: Future[Any]) -> Value:
        try:
            value = compute()
        except BaseException as error:
            with self._lock:
                del self._flights[key]
            if isinstance(error, Exception):
                flight.set_exception(error)
            else:
                flight.cancel()
            raise
        with self._lock:
            del self._flights[key]
            self._keep(key, value)
        flight.set_result(value)
        return value

    def __len__(self) -> int:
        with self._lock:
            return len(self._kept)
