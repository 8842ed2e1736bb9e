"""Messages on their way: mail, chat robots (DingTalk, WeCom, Feishu, Slack, Teams), webhooks, through one library.

Where to is a list of addresses of the notification library (`FBI_NOTIFY`), e.g. mailtos://user:password@host?to=...,
dingtalk://token, wecombot://key, feishu://token, slack://..., json://host/path. They hold secrets, so they come from
the environment and are never logged or stored; errors name a channel by its kind and place only.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.i18n import text
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.journal.messages import Message, recover_messages, send_messages
from fulfillment_bi.settings import Settings
from fulfillment_bi.warehouse.lock import publish_lock

SENDER_LOCK = "sender.lock"


class DeliveryError(FulfillmentError):
    """A message could not be handed over to its channel."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and why it could not be sent, empty when it was."""

    message: Message
    error: str


def deliver_waiting(settings: Settings, journal: Journal, at: datetime | None = None) -> list[Sent]:
    """Send what waits in the outbox. One sender at a time: WarehouseBusyError when another is at it."""
    now = (at or datetime.now(UTC)).replace(tzinfo=None)
    with publish_lock(settings.home / SENDER_LOCK, wait_seconds=0):
        recover_messages(journal)
        sent = send_messages(
            journal,
            lambda message: send(settings, message, [Path(path) for path in message.attachments]),
            now,
            lambda message, error: undelivered(settings, message, error),
        )
    return [Sent(message, error) for message, error in sent]


def undelivered(settings: Settings, message: Message, error: str) -> list[Message]:
    """What the owner of a report hears when it could not be delivered; without an owner the other channels hear it."""
    if message.kind != "report":
        return []
    language = settings.language
    title = text(language, "reports.undelivered_title", title=message.title)
    names = ", ".join(Path(path).name for path in message.attachments)
    body = text(
        *(language, "reports.undelivered_body"),
        channel=message.recipient,
        attempts=message.attempts,
        reason=error,
        number=message.run or 0,
        names=names,
    )
    # To whoever owns it; who could not be reached with the report will not be reached with the news either.
    owner = (message.owner,) if message.owner and message.owner != message.recipient else ()
    told = owner or tuple(name for name in channels(settings) if name != message.recipient)
    return [Message("report_undelivered", title, body, recipient=one, run=message.run) for one in told or ("",)]


def channels(settings: Settings) -> dict[str, str]:
    """Channel -> its address. A channel's name is its kind and a fingerprint, which may be stored and shown."""
    return {_name(address): address for address in settings.notify or ()}


def _name(address: str) -> str:
    kind = address.partition("://")[0][:20]
    return f"{kind}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def send(settings: Settings, message: Message, attachments: Sequence[Path] = ()) -> None:
    """Hand one message to its channel. Raises DeliveryError when the channel refuses it or is gone."""
    import apprise

    # The library logs addresses, which hold secrets.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    address = channels(settings).get(message.recipient)
    if address is None:
        raise DeliveryError(f"The channel {message.recipient} is no longer set.", where="notify")
    channel = apprise.Apprise()
    if not channel.add(address):
        hint = "See the list of services in the Apprise documentation."
        raise DeliveryError(f"The address of {message.recipient} is not understood.", where="notify", hint=hint)
    title = message.title
    if message.may_repeat:
        title = f"{title} {text(settings.language, 'alerts.may_repeat')}"
    gone = next((path for path in attachments if not path.is_file()), None)
    if gone is not None:
        raise DeliveryError("A file of the message is gone.", where=gone.name, hint="Run the report again.")
    # A chat robot takes words only: say where the files are.
    takes_files = bool(getattr(channel[0], "attachment_support", False))
    places = "" if takes_files or not attachments else _places(settings, attachments)
    body = "\n\n".join(part for part in (message.body, places, message.link) if part)
    files = apprise.AppriseAttachment([str(path) for path in attachments]) if attachments else None
    if not channel.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT, attach=files):
        hint = "Check the address and the network; it will be tried again."
        raise DeliveryError(f"{message.recipient} refused the message.", where="notify", hint=hint)


def _places(settings: Settings, attachments: Sequence[Path]) -> str:
    """Where files are that a channel cannot carry: on the page of reports, else in their folder."""
    where = f"{settings.public_url.rstrip('/')}/reports" if settings.public_url else str(attachments[0].parent)
    names = ", ".join(path.name for path in attachments)
    return text(settings.language, "reports.files_at", where=where, names=names)
