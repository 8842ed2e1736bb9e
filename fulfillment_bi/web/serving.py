"""The server's loop: it takes requests until told to stop, then finishes those it has and takes no more."""

from __future__ import annotations

import logging
import time
from threading import Event
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

from fulfillment_bi.settings import Settings
from fulfillment_bi.web.traffic import traffic_of

CONNECTIONS = 4_000
"""Open connections; a browser keeps up to six."""
BACKLOG = 2_048
GRACE_SECONDS = 30.0
"""How long requests at hand may take to finish once the server is to stop."""
_TURN = 0.25


class Listening:
    """A server that listens; `run` answers. Raises OSError where it cannot listen."""

    def __init__(self, application: Flask, host: str, port: int, settings: Settings) -> None:
        self._sockets: dict[int, Any] = {}
        self._traffic = traffic_of(application)
        self._server = create_server(
            application,
            map=self._sockets,
            host=host,
            port=port,
            threads=settings.server_threads,
            ident="",
            max_request_body_size=settings.max_upload_bytes + 1_000_000,
            clear_untrusted_proxy_headers=False,  # web.access looks whether a request came through a proxy
            connection_limit=CONNECTIONS,
            backlog=BACKLOG,
            asyncore_use_poll=True,  # select() knows 1,024 files
        )
        queue = self._server.task_dispatcher.queue
        self._traffic.waiting = lambda: len(queue)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # the metrics tell how many wait

    def run(self, stop: Event) -> None:
        """Answer until `stop` is set, then for as long as requests are at hand, GRACE_SECONDS at most."""
        while not stop.is_set():
            self._turn()
        self._traffic.stopping.set()
        for one in [*self._sockets.values()]:
            if isinstance(one, BaseWSGIServer):
                wasyncore.dispatcher.close(one)  # the listening socket only
        deadline = time.monotonic() + GRACE_SECONDS
        while self._channels() and time.monotonic() < deadline:
            for channel in self._channels():
                if not (channel.requests or channel.total_outbufs_len or channel.request):
                    channel.will_close = True
            self._turn()

    def close(self) -> None:
        """Stop the threads and close what is open."""
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._sockets)

    def _channels(self) -> list[Any]:
        return [one for one in self._sockets.values() if isinstance(one, HTTPChannel)]

    def _turn(self) -> None:
        wasyncore.loop(timeout=_TURN, use_poll=True, map=self._sockets, count=1)
