"""One order's story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulfillment_bi.documents.plain import plain
from fulfillment_bi.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from fulfillment_bi.insight.timeline import Timeline
    from fulfillment_bi.workspace import Workspace


def read_order(workspace: Workspace, channel: str, order_no: str) -> Timeline:
    """The order's timeline; raises UnknownNameError for the channel and UsageError for the number."""
    timeline = workspace.timeline(channel, order_no)
    if timeline is None:
        raise _unknown(workspace, channel, order_no)
    return timeline


def order_document(timeline: Timeline, timezone: str, version: str) -> dict[str, object]:
    """The JSON shape of `fbi order`: the order, its promise, events and stages with their overruns in seconds."""
    document = plain(timeline, naive="Z")  # the warehouse keeps UTC
    assert isinstance(document, dict)
    stages = [
        {**stage, "overrun_seconds": source.overrun_seconds}
        for stage, source in zip(document["stages"], timeline.stages, strict=True)
    ]
    promise = {
        "ship": document.pop("promised_ship_at"),
        "delivery": document.pop("promised_delivery_at"),
        "delivery_renegotiated": document.pop("renegotiated_delivery_at"),
    }
    head = {"as_of": document.pop("as_of"), "timezone": timezone, "version": version}
    return {**head, **document, "promise": promise, "stages": stages}


def _unknown(workspace: Workspace, channel: str, order_no: str) -> UsageError:
    channels = [member.value for member in workspace.members("channel", limit=1000)]
    if channel not in channels:
        return UnknownNameError("channel", channel, channels)
    return UsageError(f"There is no order '{order_no}' in channel '{channel}'.", hint="Check the number.")
