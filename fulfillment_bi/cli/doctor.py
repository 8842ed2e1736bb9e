"""The command that looks at the machine, and installs what is missing."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.exits import FAILED
from fulfillment_bi.cli.machine import Finding, findings, install_commands, root_prefix, run_install
from fulfillment_bi.cli.output import print_json
from fulfillment_bi.documents.plain import plain

MARKS = {"ok": "ok     ", "warning": "warning", "problem": "PROBLEM"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    install: Annotated[
        bool, typer.Option("--install", help="Install Chromium and Chinese fonts with the system's package manager.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Check browser, fonts, versions, permissions, disk and settings.

    Exits 1 when there is a problem. Installing needs root, or sudo without a password; without either it prints
    exactly what to run.

    \b
    Examples:
      fbi doctor
      fbi doctor --install
      fbi doctor --json
    """
    found = findings()
    refused = ""
    if install:
        refused = _install(found)
        found = findings()
    if as_json:
        print_json({"ok": not _problems(found), "findings": plain(found), "run": refused})
    else:
        _print(found, refused)
    if _problems(found):
        raise typer.Exit(FAILED)


def _install(found: list[Finding]) -> str:
    """Install what is missing; the command line to run by hand where that is not allowed or did not work."""
    commands = install_commands(found)
    if not commands:
        return ""
    by_hand = " && ".join(shlex.join(command) for command in commands)
    prefix = root_prefix()
    if prefix is None:
        return f"sudo sh -c {shlex.quote(by_hand)}"
    for command in commands:
        typer.echo(f"running: {shlex.join((*prefix, *command))}", err=True)
        if not run_install((*prefix, *command)) and command[1:2] != ("update",):
            return by_hand
    return ""


def _problems(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.state == "problem"]


def _print(found: list[Finding], refused: str) -> None:
    for finding in found:
        fix = f"  -> {finding.fix}" if finding.fix else ""
        typer.echo(f"{MARKS[finding.state]}  {finding.check:<12} {finding.found}{fix}")
    if refused:
        typer.echo(f"\nNot installed: this account may not, or it failed. Run as an administrator:\n  {refused}")
