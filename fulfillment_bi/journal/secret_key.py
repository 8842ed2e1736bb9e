"""The key that signs what a browser brings back while it signs in: made once, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from fulfillment_bi.errors import SettingsError

FILE = "secret.key"
LEAST = 32
KEPT = 2
"""The key in force and the one before, so that a rotation interrupts nobody."""


def read_keys(home: Path) -> list[str]:
    """The key in force, then older ones that are still taken; made where there is none.

    Raises SettingsError for a file that others can read, or a key that is too short.
    """
    path = home / FILE
    if not path.exists():
        rotate_key(home)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise SettingsError("Others can read this key.", where=str(path), hint=f"chmod 600 {path}")
    keys = path.read_text("ascii").split()
    if not keys or any(len(key) < LEAST for key in keys):
        raise SettingsError("This is not a key.", where=str(path), hint="Remove the file; a new key is made.")
    return keys


def rotate_key(home: Path) -> None:
    """Put a new key in force and keep the one before."""
    path = home / FILE
    home.mkdir(parents=True, exist_ok=True)
    before = path.read_text("ascii").split() if path.exists() else []
    fresh = path.with_name(f"{FILE}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as handle:
        handle.write("\n".join([secrets.token_urlsafe(48), *before][:KEPT]) + "\n")
    fresh.replace(path)
