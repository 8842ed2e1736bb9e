"""Messages reach real servers: SMTP and a webhook on loopback; refusals come back, secrets stay out."""

from __future__ import annotations

import email
import json
import socket
import threading
from collections.abc import Iterator
from datetime import datetime
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from fulfillment_bi.errors import WarehouseBusyError
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.messages import Message, list_messages, put_messages
from fulfillment_bi.operations.delivery import DeliveryError, channels, deliver_waiting, send
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.lock import publish_lock

AT = datetime(2026, 11, 1, 8)


class Mailbox:
    """Keeps what a real SMTP conversation delivered."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, f"mailto://127.0.0.1:{port}?from=fbi@example.com&to=mei@example.com&mode=insecure"
    server.stop()


@pytest.fixture
def robot() -> Iterator[tuple[list[dict[str, Any]], str]]:
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/broken" else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield seen, f"json://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_mail_arrives_with_its_words_link_and_file(tmp_path: Path, mailbox: tuple[Mailbox, str]) -> None:
    box, address = mailbox
    settings = Settings(home=tmp_path, notify=(address,), language="zh")
    (channel,) = channels(settings)
    report = tmp_path / "wall.csv"
    report.write_text("otif,0.95\n")
    send(settings, Message("alert", "发货延迟", "京东 7.1%", "https://bi.example.com/why", channel), [report])
    (mail,) = box.mails
    parsed = email.message_from_bytes(mail.content, policy=default)
    assert (parsed["Subject"], mail.rcpt_tos) == ("发货延迟", ["mei@example.com"])
    text = parsed.get_body(("plain",)).get_content()
    assert "京东 7.1%" in text
    assert "https://bi.example.com/why" in text
    (attached,) = parsed.iter_attachments()
    assert (attached.get_filename(), attached.get_content().strip()) == ("wall.csv", "otif,0.95")


def test_each_channel_gets_its_own_and_a_refusal_waits_alone(
    tmp_path: Path, robot: tuple[list[dict[str, Any]], str]
) -> None:
    seen, address = robot
    settings = Settings(home=tmp_path, notify=(f"{address}/good", f"{address}/broken"))
    journal = Journal(tmp_path)
    with journal.writing() as connection:
        put_messages(connection, [Message("alert", "late", "jd", recipient=name) for name in channels(settings)], AT)
    outcome = deliver_waiting(settings, journal, AT)
    assert [bool(one.error) for one in outcome] == [False, True]
    assert [one["title"] for one in seen] == ["late", "late"]
    assert {one["status"] for one in list_messages(journal)} == {"sent", "waiting"}
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("journal.sqlite*"))
    assert b"127.0.0.1" not in kept


def test_what_may_have_been_sent_says_so(tmp_path: Path, robot: tuple[list[dict[str, Any]], str]) -> None:
    seen, address = robot
    settings = Settings(home=tmp_path, notify=(address,), language="en")
    journal = Journal(tmp_path)
    with journal.writing() as connection:
        put_messages(connection, [Message("alert", "late", "jd", recipient=next(iter(channels(settings))))], AT)
        connection.execute("UPDATE messages SET status = 'sending'")
    deliver_waiting(settings, journal, AT)
    assert [one["title"] for one in seen] == ["late (may have been sent before)"]


def test_one_sender_at_a_time_and_a_channel_that_is_gone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, notify=("json://127.0.0.1:9",))
    with publish_lock(tmp_path / "sender.lock"), pytest.raises(WarehouseBusyError):
        deliver_waiting(settings, Journal(tmp_path), AT)
    with pytest.raises(DeliveryError, match="no longer set"):
        send(settings, Message("alert", "late", "jd", recipient="slack-00000000"))
    bad = Settings(home=tmp_path, notify=("nonsense://secret",))
    message = Message("alert", "late", "jd", recipient=next(iter(channels(bad))))
    with pytest.raises(DeliveryError, match="not understood"):
        send(bad, message)
