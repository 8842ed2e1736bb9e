"""Puts the commands together, and turns every error into one sentence and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from fulfillment_bi import __version__
from fulfillment_bi.cli import (
    accounts,
    actions,
    agents,
    alerts,
    ask,
    bottleneck,
    data,
    doctor,
    judge,
    load,
    mapping,
    order,
    planning,
    rank,
    report,
    routing,
    schedule,
    serve,
    shortage,
    systems,
    versions,
    watch,
    why,
)
from fulfillment_bi.cli.exits import DONE, FAILED, STOPPED, WRONG_USE
from fulfillment_bi.errors import FulfillmentError

HELP = (
    "Order fulfilment: load exports, ask for metrics, see the rows behind them, write reports.\n\n"
    "Start with `fbi demo`, or load your own files with `fbi load PATH`."
)
EPILOG = (
    "Exit codes: 0 done; 1 failed, and why; 2 wrong use; 3 done, but rows were quarantined "
    "(--strict makes it 1). Set FBI_DEBUG=1 to see where an error comes from."
)
MODULES = (
    load,
    mapping,
    watch,
    ask,
    judge,
    why,
    rank,
    bottleneck,
    shortage,
    planning,
    routing,
    order,
    data,
    systems,
    alerts,
    actions,
    report,
    schedule,
    versions,
    accounts,
    doctor,
    serve,
    agents,
)


def build() -> typer.Typer:
    """The application with every command."""
    app = typer.Typer(
        name="fbi",
        epilog=EPILOG,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback(help=HELP)(_options)
    for module in MODULES:
        module.register(app)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing is raised but KeyboardInterrupt's code is 130."""
    try:
        code = build()(args=_with_stdout(arguments), prog_name="fbi", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except FulfillmentError as error:
        return _fail(str(error), error.exit_code)
    except typer.TyperException as error:
        return _fail(_sentence(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("Stopped.", STOPPED)
    except BrokenPipeError:
        # The reader (head, less) has seen enough: nobody is left to print to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        hint = "This is a fault in fbi, not in your input; run it again with FBI_DEBUG=1 to see where."
        return _fail(f"{type(error).__name__}: {error} {hint}", FAILED)


def main() -> None:
    """Run the process's command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fbi {__version__}")
        raise typer.Exit(DONE)


Version = Annotated[
    bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
]


def _options(version: Version = False) -> None:
    """Options of the program itself."""


def _with_stdout(arguments: Sequence[str]) -> list[str]:
    """`--csv` without a file means standard output, as does `--csv -`."""
    done: list[str] = []
    for place, argument in enumerate(arguments):
        done.append(argument)
        after = arguments[place + 1] if place + 1 < len(arguments) else "--"
        if argument == "--csv" and after.startswith("--"):
            done.append("-")
    return done


def _sentence(error: typer.TyperException) -> str:
    message = error.format_message().replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return message
    path = context.command_path if context is not None else "fbi"
    return f"{' '.join(message.split())} Try `{path} --help`."


def _fail(sentence: str, code: int) -> int:
    sys.stdout.flush()
    if os.environ.get("FBI_DEBUG", "") not in ("", "0"):
        traceback.print_exc()
    prefix = "" if code == WRONG_USE and sentence.startswith("Usage:") else "fbi: "
    typer.echo(f"{prefix}{sentence}", err=True)
    return code
