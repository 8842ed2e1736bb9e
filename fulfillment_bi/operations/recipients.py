"""Who gets a report, and which part of the business each may see.

    [[schedule.recipient]]
    channel = "mailtos-1a2b3c4d"
    scope = "channel=jd&warehouse=GZ"   members of channel, shop and warehouse; without it everything
    languages = ["zh"]                  default: those of the schedule

Recipients of the same scope and languages get the same files; those of another scope get files made from their rows
only, as if the others' were not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fulfillment_bi.errors import SettingsError, UnknownNameError
from fulfillment_bi.i18n import LANGUAGES
from fulfillment_bi.warehouse.scope import EVERYTHING, Scope, make_scope

FIELDS = ("channel", "scope", "languages")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient. Without `languages` those of the schedule."""

    channel: str
    scope: Scope = EVERYTHING
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """One set of files: what is in it, and the channels that get it."""

    scope: Scope
    languages: tuple[str, ...]
    channels: tuple[str, ...]


def read_recipients(listed: Any) -> tuple[Recipient, ...]:
    """The recipients of a schedule in a file. Raises SettingsError for one that cannot be used."""
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise SettingsError("Recipients are a list of [[schedule.recipient]].")
    return tuple(_read(one) for one in listed)


def _read(item: Mapping[str, Any]) -> Recipient:
    for given in item:
        if given not in FIELDS:
            raise UnknownNameError("field of a recipient", given, FIELDS)
    channel, scope = item.get("channel"), item.get("scope", "")
    if not isinstance(channel, str) or not channel:
        raise SettingsError("A recipient has no channel.", hint="Name one of those that `fbi report schedule` lists.")
    languages = item.get("languages", [])
    for one in languages:
        if one not in LANGUAGES:
            raise UnknownNameError("language", str(one), LANGUAGES)
    if not isinstance(scope, str) or ("scope" in item and not scope):
        raise SettingsError(f"The scope is {scope!r}.", hint='Write it as "channel=jd&warehouse=GZ", or leave it out.')
    return Recipient(channel, read_scope(scope), tuple(languages))


def read_scope(text: str) -> Scope:
    """The scope of a text such as channel=jd&channel=tmall&warehouse=GZ; everything for an empty one.

    Raises SettingsError for a text that is not wholly understood: it would show more than was meant.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True) if text else []
    except ValueError:
        pairs = [("", "")]
    if not all(name and value for name, value in pairs):
        raise SettingsError(f"The scope '{text}' is not understood.", hint='Write it as "channel=jd&warehouse=GZ".')
    limits: dict[str, list[str]] = {}
    for name, value in pairs:
        limits.setdefault(name, []).append(value)
    return make_scope(limits)


def write_scope(scope: Scope) -> str:
    """The scope as `read_scope` takes it; one spelling for one scope."""
    return urlencode([(name, value) for name, values in scope.as_lists().items() for value in values])


def copies_of(recipients: Iterable[Recipient], languages: Sequence[str]) -> tuple[Copy, ...]:
    """The sets of files that these recipients need; `languages` for those who name none."""
    channels: dict[tuple[Scope, tuple[str, ...]], list[str]] = {}
    for one in recipients:
        channels.setdefault((one.scope, one.languages or tuple(languages)), []).append(one.channel)
    return tuple(Copy(*key, tuple(dict.fromkeys(names))) for key, names in channels.items())
