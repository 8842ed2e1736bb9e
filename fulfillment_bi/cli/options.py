"""The options that several commands share, declared once, and the query they make.

The fields of `Selected` are the options that say what is asked about. A command that is marked `@selecting` and has a
parameter of that type gets one option for each field in its place.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from fulfillment_bi.documents.selection import all_names, filters, names, period
from fulfillment_bi.metrics.query import Basis, Causes, Compare, Event, Level, Promise, Query, Timestamps

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
By = Annotated[list[str] | None, typer.Option("--by", metavar="DIM[,DIM]", help="Split by these dimensions.")]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="DIM=VALUE", help="Keep only this member; repeat for more (same dimension: or)."),
]
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="First business day, 2026-01-31.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last business day, inclusive.")]
BasisOption = Annotated[
    Basis, typer.Option("--basis", help="Promises that fall due in the period, or orders placed in it.")
]
LevelOption = Annotated[Level | None, typer.Option("--level", help="What is counted; default: the metric's own level.")]
EventOption = Annotated[
    Event | None,
    typer.Option("--event", help="What keeps the promise; ship = first scan, else platform, else warehouse."),
]
PromiseOption = Annotated[Promise, typer.Option("--promise", help="The first promise, or the renegotiated one.")]
CausesOption = Annotated[Causes, typer.Option("--causes", help="All failures, or only those the seller answers for.")]
TimestampsOption = Annotated[
    Timestamps, typer.Option("--timestamps", help="Leave physically impossible sequences out of durations, or not.")
]
CompareOption = Annotated[
    Compare,
    typer.Option(
        "--compare",
        help="Beside each number: the period before, the same days last year, last year by the festival calendar, "
        "the period before at the same age (with --basis order), or the target.",
    ),
]
CsvFile = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write a CSV file; without FILE, to standard output.")
]
XlsxFile = Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Write an Excel workbook.")]

Command = TypeVar("Command", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Selected:
    """What is asked about: filters, period, and the definition switch."""

    where: Where = None
    start: From = None
    end: To = None
    basis: BasisOption = "due"
    level: LevelOption = None
    event: EventOption = None
    promise: PromiseOption = "original"
    causes: CausesOption = "all"
    timestamps: TimestampsOption = "possible"

    def query(self, metrics: str, by: list[str] | None = None, **more: Any) -> Query:
        """The query for METRIC[,METRIC]; `more` are further fields of it (compare, order_by, limit).

        Raises UsageError for what can be seen to be wrong without data.
        """
        first, last = period(self.start, self.end, ("--from", "--to"))
        return Query(
            metrics=names(metrics),
            by=all_names(by),
            where=filters(self.where, "--where"),
            start=first,
            end=last,
            basis=self.basis,
            level=self.level,
            event=self.event,
            promise=self.promise,
            causes=self.causes,
            timestamps=self.timestamps,
            **more,
        )


def selecting(command: Command) -> Command:
    """Give a command the fields of `Selected` as options in the place of its parameter of that type."""
    own = inspect.signature(command, eval_str=True)
    place = next(name for name, one in own.parameters.items() if one.annotation is Selected)
    types = get_type_hints(Selected, include_extras=True)
    fields = {name: one.replace(annotation=types[name]) for name, one in inspect.signature(Selected).parameters.items()}

    @wraps(command)
    def called(**values: Any) -> None:
        selected = Selected(**{name: values.pop(name) for name in fields})
        command(**values, **{place: selected})

    parameters = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, one in own.parameters.items()
        for each in (fields.values() if name == place else [one])
    ]
    called.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {}
    return called  # type: ignore[return-value]
