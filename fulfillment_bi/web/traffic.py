"""How requests fare: counted for Prometheus, logged as JSON lines, refused at once where too many wait already.

A server that takes every request answers none in time once more come than it can do. So when more than `most_waiting`
stand behind the one at hand, that one is told to come again instead of being worked on, which costs next to nothing:
the queue gets short again, and whoever is in it is answered in time.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TextIO

from flask import Flask, Response, g, jsonify, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from fulfillment_bi.errors import FulfillmentError, NoVersionError
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.settings import Settings

RETRY_SECONDS = 5
NEVER_REFUSED = ("/healthz", "/readyz", "/metrics")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
EXTENSION = "fbi_traffic"


class Traffic:
    """The counters of one application. `waiting` tells how many requests wait for a thread; `stopping`: no new work."""

    def __init__(self, settings: Settings, log: TextIO | None = None) -> None:
        self.most_waiting = settings.most_waiting
        self.waiting: Callable[[], int] = lambda: 0
        self.stopping = threading.Event()
        self._log = (log or sys.stderr) if settings.request_log == "json" else None
        self.registry = CollectorRegistry()
        ProcessCollector(namespace="fbi", registry=self.registry)
        kept = self.registry
        self.requests = Counter("fbi_requests", "Requests answered.", ("method", "route", "status"), registry=kept)
        self.seconds = Histogram("fbi_request_seconds", "Time to answer.", ("route",), buckets=BUCKETS, registry=kept)
        self.refused = Counter("fbi_requests_refused", "Requests told to come again: too many waited.", registry=kept)
        self.at_hand = Gauge("fbi_requests_at_hand", "Requests being answered.", registry=kept)
        queue = Gauge("fbi_requests_waiting", "Requests that wait for a thread.", registry=kept)
        queue.set_function(lambda: self.waiting())
        self.version = Gauge("fbi_version", "Number of the published version that answers; 0: none.", registry=kept)
        self.published = Gauge(
            "fbi_version_published_timestamp_seconds", "When that version was published.", registry=kept
        )

    def write(self, entry: dict[str, Any]) -> None:
        """A line in the log of requests, where one is kept. No addresses' queries: they can hold keys."""
        if self._log is not None:
            self._log.write(json.dumps(entry, ensure_ascii=True) + "\n")
            self._log.flush()


def traffic_of(server: Flask) -> Traffic:
    """The counters of an application."""
    found: Traffic = server.extensions[EXTENSION]
    return found


def add_traffic(server: Flask, settings: Settings) -> None:
    """Watch every request, before anything else looks at it."""
    traffic = Traffic(settings)
    server.extensions[EXTENSION] = traffic

    @server.before_request
    def begin() -> tuple[Response, int] | None:
        g.began = time.perf_counter()
        traffic.at_hand.inc()
        if traffic.waiting() <= traffic.most_waiting or request.path in NEVER_REFUSED:
            return None
        traffic.refused.inc()
        answer = jsonify(error={"what": "Too many requests wait already.", "where": request.path, "hint": "Try again."})
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer, 503

    @server.after_request
    def end(answer: Response) -> Response:
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        route = request.url_rule.rule if request.url_rule is not None else "none"
        traffic.requests.labels(request.method, route, str(answer.status_code)).inc()
        traffic.seconds.labels(route).observe(seconds)
        account = g.get("account")
        traffic.write(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "method": request.method,
                "path": request.path,
                "status": answer.status_code,
                "ms": round(seconds * 1000, 1),
                "bytes": answer.calculate_content_length(),
                "account": account.name if account is not None else "",
                "address": g.get("address", request.remote_addr),
            }
        )
        return answer

    @server.teardown_request
    def leave(_: BaseException | None) -> None:
        if "began" in g:
            traffic.at_hand.dec()


def add_traffic_routes(server: Flask, workspace: Any) -> None:
    """/readyz: whether questions can be answered, 503 when not. /metrics: the counters, for whoever may view."""
    traffic = traffic_of(server)

    @server.get("/readyz")
    def readyz() -> tuple[Response, int]:
        reason = "stopping" if traffic.stopping.is_set() else _unready(workspace)
        answer = jsonify(status="not ready", reason=reason) if reason else jsonify(status="ok")
        answer.headers["Cache-Control"] = "no-store"
        return answer, 503 if reason else 200

    @server.get("/metrics")
    def metrics() -> Response:
        info = workspace.info
        traffic.version.set(info.number if info is not None else 0)
        moment = datetime.fromisoformat(info.published_at).timestamp() if info is not None else 0
        traffic.published.set(moment)
        return Response(generate_latest(traffic.registry), content_type=CONTENT_TYPE_LATEST)


def _unready(workspace: Any) -> str:
    """Why no question can be answered, in words that give nothing away; empty when one can."""
    try:
        workspace.run(Query(metrics=("orders",)))
    except NoVersionError:
        return "nothing loaded"
    except FulfillmentError:
        return "no version can be read"
    return ""
