"""Every error a user can cause or meet, each saying what happened, where, and what to do next.

FulfillmentError
├── UsageError             a name, option or combination that does not exist      (exit code 2)
│   ├── UnknownNameError   with the nearest right names
│   └── NotApplicableError a metric, dimension or option that exists but does not fit
├── SettingsError          a setting that cannot be used                          (exit code 2)
├── IngestError            a file or folder that cannot be loaded                 (exit code 1)
│   ├── FileUnreadableError   broken encoding, truncated, binary, empty, no permission
│   ├── FileUnknownError      no adapter fits: which were tried, what each lacked
│   └── ContractError         a required column is missing, or the record law does not hold
├── WarehouseError         versions, locks, damaged files                         (exit code 1)
│   ├── WarehouseBusyError    another writer holds the lock
│   └── NoVersionError        nothing has been loaded yet
└── RenderError            a report that could not be rendered correctly          (exit code 1)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_SPACES = "\n\u00a0\u3000"


def printable(words: str) -> str:
    """Words with everything escaped that a terminal or a log could take for a command: names in files say anything."""
    if words.isprintable():
        return words
    return "".join(sign if sign.isprintable() or sign in _SPACES else ascii(sign)[1:-1] for sign in words)


class FulfillmentError(Exception):
    """Base of our errors. `what` is one sentence; `where` names file, setting or option; `hint` says what to do."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what = printable(what)
        self.where = printable(where)
        self.hint = printable(hint)
        super().__init__(self.what)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head} {self.hint}".strip()


class UsageError(FulfillmentError):
    """The request itself is wrong."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A metric, dimension, report, adapter ... that does not exist; names the nearest ones that do."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        names = sorted(known)
        # A name typed in a broken encoding holds lone surrogates, which no output could write.
        name = name.encode("utf-8", "backslashreplace").decode("utf-8")
        self.kind = kind
        self.name = name
        self.nearest = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f"Did you mean {', '.join(self.nearest)}?" if self.nearest else f"Known: {', '.join(names[:40])}."
        super().__init__(f"There is no {kind} '{name}'.", where=where, hint=hint)


class NotApplicableError(UsageError):
    """The name exists but does not fit here; the hint says where it applies."""


class SettingsError(FulfillmentError):
    """A setting has a value that cannot be used."""

    exit_code = 2


class IngestError(FulfillmentError):
    """A file or folder could not be loaded; nothing of it was staged."""


class FileUnreadableError(IngestError):
    """The bytes cannot be read as the table they claim to be."""


class FileUnknownError(IngestError):
    """No adapter recognises the file's header."""


class ContractError(IngestError):
    """A required column is missing, or records read and records accounted for differ."""


class WarehouseError(FulfillmentError):
    """The warehouse directory or a version in it cannot be used."""


class WarehouseBusyError(WarehouseError):
    """Another process is loading or publishing."""


class NoVersionError(WarehouseError):
    """Nothing has been published yet."""


class RenderError(FulfillmentError):
    """A report could not be rendered correctly, so it was not written."""
