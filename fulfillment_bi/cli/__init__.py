"""The `fbi` command: one module per group of commands, put together in `application`."""

from __future__ import annotations

import sys

from fulfillment_bi.errors import FulfillmentError


def main() -> None:
    """Entry point of the installed command."""
    try:
        from fulfillment_bi.cli.application import main as run_and_exit
    except FulfillmentError as error:  # an extension that fails, before there is any command
        print(f"fbi: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    run_and_exit()
