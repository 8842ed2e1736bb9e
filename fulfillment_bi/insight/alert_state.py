"""The life of one alert: OK, pending, firing, recovering, and back; one message for a change that people must know.

    OK          nothing wrong
    pending     the condition holds, but not yet for the rule's `duration`
    firing      it has held long enough; people were told, and are reminded at the rule's own cadence
    recovering  it is back behind the recovery line, but not yet for `recovery`

`advance` is a pure function of the state and one evaluation, so that a history can be replayed and a restart changes
nothing. An evaluation without an answer (too few cases, no data) leaves everything as it is: silence is not recovery.
A message that a snooze or a mute window held back is sent when that ends and the alert still fires; if it recovers
first, nobody hears of it at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Status = Literal["ok", "pending", "firing", "recovering"]
Verdict = Literal["breached", "between", "cleared", "unknown"]
"""breached: beyond the rule's line; cleared: behind the recovery line; between: neither (hysteresis); unknown: cannot
be told."""
Change = Literal["fired", "reminded", "recovered"]

NEVER = timedelta.max


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things must last. `reminder`: how often people are reminded while it fires (NEVER: not at all)."""

    duration: timedelta = timedelta(0)
    recovery: timedelta = timedelta(0)
    reminder: timedelta = NEVER


@dataclass(frozen=True, slots=True)
class AlertState:
    """Where one alert stands. `since` is when the status began, `fired_at` when it last began to fire.

    `told_at` is the last message about the present firing, None while people do not know of it.
    """

    status: Status = "ok"
    since: datetime | None = None
    fired_at: datetime | None = None
    told_at: datetime | None = None
    snoozed_until: datetime | None = None


def advance(
    state: AlertState, verdict: Verdict, at: datetime, patience: Patience, *, is_muted: bool = False
) -> tuple[AlertState, Change | None]:
    """The state after one evaluation at `at`, and what people must be told, if anything.

    `is_muted`: a mute window covers `at`. Times must not run backwards: an evaluation before `since` changes nothing.
    """
    if state.since is not None and at < state.since:
        return state, None
    moved = _move(state, verdict, at, patience)
    is_silent = is_muted or (moved.snoozed_until is not None and at < moved.snoozed_until)
    if moved.status == "ok" and state.status in ("firing", "recovering"):
        # Who was told that it fires is told that it is over, also in a snooze; who was not, need not know.
        calm = AlertState(status="ok", since=at)
        return calm, "recovered" if state.told_at is not None else None
    if moved.status in ("firing", "recovering") and not is_silent:
        return _tell(moved, at, patience)
    return moved, None


def _move(state: AlertState, verdict: Verdict, at: datetime, patience: Patience) -> AlertState:
    if verdict == "unknown":
        return state
    if state.status in ("ok", "pending"):
        return _towards_firing(state, verdict, at, patience.duration)
    return _towards_calm(state, verdict, at, patience.recovery)


def _towards_firing(state: AlertState, verdict: Verdict, at: datetime, duration: timedelta) -> AlertState:
    if verdict != "breached":
        return state if state.status == "ok" else replace(state, status="ok", since=at)
    since = state.since if state.status == "pending" and state.since is not None else at
    if at - since >= duration:
        return replace(state, status="firing", since=at, fired_at=at, told_at=None)
    return replace(state, status="pending", since=since)


def _towards_calm(state: AlertState, verdict: Verdict, at: datetime, recovery: timedelta) -> AlertState:
    if verdict != "cleared":
        return state if state.status == "firing" else replace(state, status="firing", since=at)
    since = state.since if state.status == "recovering" and state.since is not None else at
    if at - since >= recovery:
        return replace(state, status="ok", since=at)
    return replace(state, status="recovering", since=since)


def _tell(state: AlertState, at: datetime, patience: Patience) -> tuple[AlertState, Change | None]:
    if state.told_at is None:
        # While it recovers nobody is told that it fired: it may be over in a moment.
        return (replace(state, told_at=at), "fired") if state.status == "firing" else (state, None)
    if state.status == "firing" and at - state.told_at >= patience.reminder:
        return replace(state, told_at=at), "reminded"
    return state, None


def snooze(state: AlertState, until: datetime) -> AlertState:
    """The same alert, silent until then. It goes on being evaluated."""
    return replace(state, snoozed_until=until)
