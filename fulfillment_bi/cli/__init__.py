"""The `fbi` command: one module per group of commands, put together in `application`."""

from __future__ import annotations


def main() -> None:
    """Entry point of the installed command."""
    from fulfillment_bi.cli.application import main as run_and_exit

    run_and_exit()
