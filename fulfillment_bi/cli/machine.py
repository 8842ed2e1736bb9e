"""What this machine has and lacks: the checks of `fbi doctor`, and what to install."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from fulfillment_bi.errors import FulfillmentError, RenderError
from fulfillment_bi.reports.browser import browser_version, find_browser, has_chinese_fonts, has_playwright

State = Literal["ok", "warning", "problem"]
FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `state`, what was `found`, and how to `fix` it ("" when nothing is to be done)."""

    check: str
    state: State
    found: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class PackageManager:
    """A system's package manager: commands to run before and to install, and its names for what we need."""

    program: str
    refresh: tuple[str, ...]
    install: tuple[str, ...]
    browser: str
    fonts: tuple[str, ...]
    needs_root: bool = True

    def commands(self, *, browser: bool, fonts: bool) -> list[tuple[str, ...]]:
        """The commands that install what is asked for."""
        packages = [*([self.browser] if browser else []), *(self.fonts if fonts else ())]
        if not packages:
            return []
        return [*([self.refresh] if self.refresh else []), (*self.install, *packages)]


MANAGERS = (
    PackageManager(
        "apt-get",
        ("apt-get", "update"),
        ("apt-get", "install", "-y", "--no-install-recommends"),
        "chromium",
        ("fontconfig", "fonts-noto-cjk"),
    ),
    PackageManager("dnf", (), ("dnf", "install", "-y"), "chromium", ("fontconfig", "google-noto-sans-cjk-fonts")),
    PackageManager("apk", ("apk", "update"), ("apk", "add"), "chromium", ("fontconfig", "font-noto-cjk")),
    PackageManager("pacman", (), ("pacman", "-Sy", "--noconfirm"), "chromium", ("fontconfig", "noto-fonts-cjk")),
    PackageManager("brew", (), ("brew", "install", "--cask"), "chromium", (), needs_root=False),
)


def findings() -> list[Finding]:
    """Every check, in the order to read them. None of them changes anything."""
    checks: tuple[Callable[[], Finding], ...] = (
        _python,
        _engine,
        _settings,
        _permissions,
        _disk,
        _warehouse,
        _playwright,
        _chromium,
        _fonts,
    )
    return [check() for check in checks]


def package_manager() -> PackageManager | None:
    """The first package manager this system has."""
    return next((manager for manager in MANAGERS if shutil.which(manager.program)), None)


def install_commands(found: list[Finding]) -> list[tuple[str, ...]]:
    """What to run to install the browser and fonts that are missing; empty when nothing is, or nothing is known."""
    lacking = {finding.check for finding in found if finding.state == "problem"}
    manager = package_manager()
    if manager is None:
        return []
    return manager.commands(browser="chromium" in lacking, fonts="fonts" in lacking)


def root_prefix(env: Mapping[str, str] = os.environ) -> tuple[str, ...] | None:
    """What to put before a command that installs: nothing as root, sudo if it asks no password, else None."""
    manager = package_manager()
    if (manager is not None and not manager.needs_root) or (hasattr(os, "geteuid") and os.geteuid() == 0):
        return ()
    sudo = shutil.which("sudo", path=env.get("PATH"))
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603 - found by which
        return ("sudo", "-n")
    return None


def run_install(command: tuple[str, ...]) -> bool:
    """Run one command, its output shown on standard error; True when it succeeded."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return (
            subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode == 0  # noqa: S603 - names of our own
        )
    except OSError:
        return False


def _python() -> Finding:
    return Finding("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _engine() -> Finding:
    return Finding("duckdb", "ok", version("duckdb"))


def _settings() -> Finding:
    from fulfillment_bi.settings import load_settings

    try:
        settings = load_settings()
    except FulfillmentError as error:
        return Finding("settings", "problem", str(error), "Correct the setting; docs/reference/settings.md lists them.")
    return Finding("settings", "ok", f"home {settings.home}, time zone {settings.timezone}")


def _permissions() -> Finding:
    home = _home()
    nearest = _existing(home)
    if os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
        return Finding("permissions", "ok", f"{home} can be written")
    return Finding(
        "permissions", "problem", f"{nearest} cannot be written", f"Own {nearest}, or set FBI_HOME elsewhere."
    )


def _disk() -> Finding:
    home = _home()
    free = shutil.disk_usage(_existing(home)).free
    found = f"{free / 1024**3:.1f} GB free for {home}"
    if free < FREE_BYTES:
        return Finding("disk", "warning", found, "A load copies the warehouse: keep twice its size free.")
    return Finding("disk", "ok", found)


def _warehouse() -> Finding:
    from fulfillment_bi.workspace import open_workspace

    try:
        with open_workspace() as workspace:
            info = workspace.info
    except FulfillmentError as error:
        return Finding("warehouse", "problem", str(error), "Run `fbi versions verify`.")
    if info is None:
        return Finding(
            "warehouse", "ok", "nothing loaded yet", "Load files: fbi load PATH; or look at a sample: fbi demo."
        )
    return Finding("warehouse", "ok", f"version {info.id}, {info.size / 1024**2:,.0f} MB")


def _playwright() -> Finding:
    if not has_playwright():
        return Finding("playwright", "warning", "not installed", "pip install -e '.[png]' (for PNG and PDF)")
    return Finding("playwright", "ok", version("playwright"))


def _chromium() -> Finding:
    try:
        browser = find_browser(_chosen_browser())
    except RenderError as error:
        return Finding("chromium", "problem", str(error), "Correct the setting FBI_BROWSER.")
    if browser is None:
        return Finding("chromium", "problem", "not found", "fbi doctor --install (for PNG and PDF)")
    found = browser_version(browser)
    if found is None:
        return Finding("chromium", "problem", f"{browser} does not start", f"Run `{browser} --version` to see why.")
    return Finding("chromium", "ok", f"{found} ({browser})")


def _fonts() -> Finding:
    if has_chinese_fonts():
        return Finding("fonts", "ok", "Chinese can be written")
    return Finding("fonts", "problem", "no font with Chinese characters", "fbi doctor --install (for PNG and PDF)")


def _chosen_browser() -> str | None:
    from fulfillment_bi.settings import load_settings

    try:
        return load_settings().browser
    except FulfillmentError:
        return None


def _home() -> Path:
    from fulfillment_bi.settings import load_settings

    try:
        return load_settings().home.absolute()
    except FulfillmentError:
        return Path.cwd()


def _existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())
