"""Finds what a picture needs on this machine: a Chromium, and fonts that can write Chinese."""

from __future__ import annotations

import platform
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from fulfillment_bi.errors import RenderError

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_browser(named: str | None = None, *, path: str | None = None) -> Path | None:
    """The Chromium to use: `named` (the setting), else the first of the usual names on `path` (default: the process's).

    None where there is none. Raises RenderError when `named` cannot be run: a wrong setting is not silently ignored.
    """
    if named:
        found = shutil.which(named, path=path)
        if found is None:
            raise RenderError(f"'{named}' cannot be run.", where="browser", hint="Name a Chromium, or unset it.")
        return Path(found)
    for name in NAMES:
        found = shutil.which(name, path=path)
        if found is not None:
            return Path(found)
    return next((Path(place) for place in APPLICATIONS if Path(place).exists()), None)


def browser_version(browser: Path) -> str | None:
    """What `browser --version` prints; None when it does not start."""
    return _printed([str(browser), "--version"])


def has_chinese_fonts() -> bool:
    """Whether a font with Chinese characters is installed (Windows and macOS bring their own)."""
    if platform.system() in ("Windows", "Darwin"):
        return True
    return bool(_printed(["fc-list", ":lang=zh-cn", "family"]))


def has_playwright() -> bool:
    """Whether the library that drives the browser is installed (the extra `png`)."""
    return find_spec("playwright") is not None


def required_browser(named: str | None = None) -> Path:
    """The browser, once everything a picture needs is there. Raises RenderError saying what is missing."""
    if not has_playwright():
        raise RenderError(
            "PNG and PDF need the extra 'png'.",
            hint="Install it: pip install -e '.[png]'. CSV and XLSX work.",
        )
    browser = find_browser(named)
    if browser is None:
        raise RenderError("PNG and PDF need Chromium.", hint="Install it: fbi doctor --install. CSV and XLSX work.")
    if not has_chinese_fonts():
        raise RenderError("No font here can write Chinese.", hint="Install one: fbi doctor --install.")
    return browser


def _printed(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - the browser found
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
