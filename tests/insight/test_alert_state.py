"""The life of an alert: boundaries, flapping, snooze, mute, silence; laws over random histories."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment_bi.insight.alert_state import AlertState, Change, Patience, Status, Verdict, advance, snooze

START = datetime(2026, 11, 1)
HOUR = timedelta(hours=1)
SLOW = Patience(duration=2 * HOUR, recovery=3 * HOUR, reminder=24 * HOUR)
LETTERS: dict[str, Verdict] = {"x": "breached", "-": "between", ".": "cleared", "?": "unknown"}


def play(text: str, patience: Patience = SLOW) -> list[tuple[Status, Change | None]]:
    """One evaluation an hour, a letter each."""
    state, seen = AlertState(), list[tuple[Status, Change | None]]()
    for hour, letter in enumerate(text):
        state, change = advance(state, LETTERS[letter], START + hour * HOUR, patience)
        seen.append((state.status, change))
    return seen


def changes(text: str, patience: Patience = SLOW) -> list[tuple[int, Change]]:
    return [(hour, change) for hour, (_, change) in enumerate(play(text, patience)) if change]


def test_the_whole_life() -> None:
    assert play("..xxxx....") == [
        ("ok", None),
        ("ok", None),
        ("pending", None),
        ("pending", None),
        ("firing", "fired"),
        ("firing", None),
        ("recovering", None),
        ("recovering", None),
        ("recovering", None),
        ("ok", "recovered"),
    ]


@pytest.mark.parametrize(
    ("history", "told"),
    [
        ("x.", []),
        ("xx.", []),
        ("xxx", [(2, "fired")]),
        ("x.x.x.x.x.x.", []),
        ("xxx.x.x.x.x.x....", [(2, "fired"), (16, "recovered")]),
        ("xxx--------", [(2, "fired")]),
        ("--xxx", [(4, "fired")]),
        ("x-xxx", [(4, "fired")]),
        ("xxx??????...", [(2, "fired")]),
        ("x?x", [(2, "fired")]),
    ],
)
def test_durations_hysteresis_flapping_and_silence(history: str, told: list[tuple[int, Change]]) -> None:
    assert changes(history) == told


def test_without_durations_it_fires_and_recovers_at_once() -> None:
    assert changes("x.x", Patience()) == [(0, "fired"), (1, "recovered"), (2, "fired")]


def test_reminders_have_their_own_cadence() -> None:
    told = changes("x" * 60, SLOW)
    assert told == [(2, "fired"), (26, "reminded"), (50, "reminded")]


def test_a_snooze_holds_messages_back_but_not_the_recovery_of_what_was_told() -> None:
    firing, _ = advance(AlertState(), "breached", START, Patience())
    quiet = snooze(firing, START + 10 * HOUR)
    reminding = Patience(reminder=HOUR)
    still, change = advance(quiet, "breached", START + 5 * HOUR, reminding)
    assert (still.status, change) == ("firing", None)
    assert advance(still, "breached", START + 10 * HOUR, reminding)[1] == "reminded"
    assert advance(still, "cleared", START + 6 * HOUR, reminding)[1] == "recovered"


def test_a_mute_window_delays_the_message_or_swallows_a_short_alert() -> None:
    muted, change = advance(AlertState(), "breached", START, Patience(), is_muted=True)
    assert (muted.status, change) == ("firing", None)
    assert advance(muted, "breached", START + HOUR, Patience())[1] == "fired"
    calm, change = advance(muted, "cleared", START + HOUR, Patience())
    assert (calm.status, change) == ("ok", None)


def test_a_clock_that_jumps_back_changes_nothing() -> None:
    firing, _ = advance(AlertState(), "breached", START, Patience())
    assert advance(firing, "cleared", START - HOUR, Patience()) == (firing, None)


@given(st.text("x-.?", max_size=60), st.integers(0, 3), st.integers(0, 3))
def test_messages_alternate_and_every_firing_is_told_once(history: str, duration: int, recovery: int) -> None:
    patience = Patience(duration * HOUR, recovery * HOUR)
    told = [change for _, change in changes(history, patience)]
    assert told == [("fired", "recovered")[place % 2] for place in range(len(told))]
    fired = told.count("fired")
    statuses = [status for status, _ in play(history, patience)]
    entered = sum(
        now == "firing" and before in ("ok", "pending")
        for before, now in zip(["ok", *statuses], statuses, strict=False)
    )
    assert fired == entered


@given(st.text("x-.?", max_size=40), st.integers(0, 40))
def test_a_restart_changes_nothing(history: str, cut: int) -> None:
    state = AlertState()
    for hour, letter in enumerate(history[:cut]):
        state, _ = advance(state, LETTERS[letter], START + hour * HOUR, SLOW)
    resumed = []
    for hour, letter in enumerate(history[cut:], start=len(history[:cut])):
        state, change = advance(state, LETTERS[letter], START + hour * HOUR, SLOW)
        resumed.append((state.status, change))
    assert resumed == play(history)[cut:]
