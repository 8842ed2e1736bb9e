"""The command that maps an unknown export: it proposes, shows what would happen, asks, and saves the mapping file."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fulfillment_bi.cli import options
from fulfillment_bi.cli.output import print_json, print_table
from fulfillment_bi.documents.selection import all_names
from fulfillment_bi.errors import UsageError

if TYPE_CHECKING:
    from fulfillment_bi.ingest.wizard import Decisions, Draft, Outcome
    from fulfillment_bi.settings import Settings

SHOWN_ROWS, SHOWN_COLUMNS, CELL = 6, 8, 18

Pairs = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="CONTRACT.COLUMN=HEADER", help="This header fills the column; - for none. Repeat."),
]
Values = Annotated[
    list[str] | None, typer.Option("--value", metavar="CONTRACT.COLUMN=TEXT", help="The same text in every row.")
]
Words = Annotated[
    list[str] | None,
    typer.Option(
        "--word", metavar="CONTRACT.COLUMN:SAID=MEANING", help="What a word in the file means; '' for nothing."
    ),
]
Contracts = Annotated[
    list[str] | None,
    typer.Option("--contract", metavar="NAME[,NAME]", help="What the file holds, as orders,order_lines."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("map")(map_file)


def map_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export that is not recognised.")],
    contract: Contracts = None,
    pairs: Pairs = None,
    values: Values = None,
    words: Words = None,
    name: Annotated[str, typer.Option("--name", help="What the system is called: small letters and _.")] = "",
    header: Annotated[
        int | None, typer.Option("--header", min=0, help="The line of the header, if not the one found.")
    ] = None,
    dates: Annotated[
        str, typer.Option("--dates", metavar="day_first|month_first", help="How 03/04/2026 is read.")
    ] = "",
    zone: Annotated[
        str, typer.Option("--timezone", metavar="ZONE", help="Of its times, if not the business one.")
    ] = "",
    carry: Annotated[
        bool, typer.Option("--carry/--no-carry", help="Fill an order's later rows with what its first row says.")
    ] = True,
    overwrite: Annotated[bool, typer.Option("--replace", help="Replace the mapping of that name.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: save what is proposed and set.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Map an export that is not known yet: look at it, propose what its columns mean, try it, save the mapping.

    Nothing is written before you agree, or say --yes. With --json the proposal and the trial are printed; without
    --yes nothing is saved then. Personal columns are shown masked. `fbi load` recognises such files afterwards.

    \b
    Examples:
      fbi map export.csv
      fbi map export.csv --json
      fbi map export.csv --yes --name erp --set orders.order_no=单据编号 --word orders.status:出库=shipped
    """
    from fulfillment_bi.ingest.wizard import Decisions
    from fulfillment_bi.settings import load_settings

    decisions = Decisions(
        name=name,
        entities=all_names(contract),
        header_line=header,
        columns=_pairs(pairs, "--set"),
        values=_pairs(values, "--value"),
        words=_words(words),
        order=dates,
        timezone=zone,
        carry=carry,
    )
    settings = load_settings()
    if yes or as_json:
        _at_once(file, decisions, settings, save=yes, overwrite=overwrite, as_json=as_json)
        return
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask on.", where="fbi map", hint="Say --yes, or look with --json.")
    from fulfillment_bi.cli.mapping_talk import talk

    talk(file, decisions, settings, overwrite=overwrite)


def _at_once(
    file: Path, decisions: Decisions, settings: Settings, *, save: bool, overwrite: bool, as_json: bool
) -> None:
    from fulfillment_bi.ingest.mapping_text import save_mapping
    from fulfillment_bi.ingest.wizard import begin, check, document

    draft = begin(file, decisions)
    outcome = check(draft, settings)
    if not as_json:
        show(draft, outcome)
    saved = None
    if save:
        if not outcome.loads:
            reason = outcome.problem or "Every row would be refused."
            raise UsageError(
                reason, where=str(file), hint="Nothing was saved; correct it with --set, --value or --word."
            )
        saved = save_mapping(draft.choice, draft.view, settings.mappings_folder, replace=overwrite)
    if as_json:
        print_json({**document(draft, outcome), "saved": str(saved) if saved else None})
    elif saved:
        typer.echo(f"saved {saved}; load the file with: fbi load {file}")


def show(draft: Draft, outcome: Outcome) -> None:
    """Print what the file is, what is proposed and what it would do."""
    show_file(draft)
    show_choice(draft)
    show_outcome(outcome)


def show_file(draft: Draft) -> None:
    """The beginning of the file."""
    view = draft.view
    typer.echo(f"{view.name}: {view.description}; header in line {view.header.line}, {len(view.headers)} columns")
    wide = view.profiles[:SHOWN_COLUMNS]
    rows = [row for row in view.rows if row.line > view.header.line][:SHOWN_ROWS]
    print_table(
        [_cut(one.header) for one in wide],
        [[_cut(row.cells[one.position]) if one.position < len(row.cells) else "" for one in wide] for row in rows],
    )
    if len(view.profiles) > SHOWN_COLUMNS:
        typer.echo(f"… and {len(view.profiles) - SHOWN_COLUMNS} more columns")
    typer.echo("")


def show_choice(draft: Draft) -> None:
    """Which column fills which, how sure that is, and what is left over."""
    used = set()
    for part in draft.choice.parts:
        typer.echo(
            f"{part.entity} ({part.contract.label['en']} {part.contract.label['zh']}), {part.confidence:.0%} sure"
        )
        rows = []
        for filled in part.columns:
            used.add(filled.header)
            source = filled.header or f"always '{filled.value}'"
            example = ", ".join(draft.view.profile(filled.header).examples) if filled.header else ""
            rows.append((filled.column, source, f"{filled.confidence:.0%}", example[:44]))
        rows += [(name, "MISSING", "", "") for name in part.missing]
        print_table(("fills", "from", "sure", "examples"), rows)
        typer.echo("")
    if draft.choice.carry and draft.choice.carried:
        typer.echo(f"filled down an order's rows: {', '.join(draft.choice.carried)} (--no-carry leaves them blank)")
    left = [header for header in draft.view.headers if header not in used]
    if left:
        typer.echo(f"not used: {', '.join(left)}")


def show_outcome(outcome: Outcome) -> None:
    """What would be loaded and refused."""
    if outcome.problem:
        typer.echo(f"not yet: {outcome.problem}")
        return
    for trial in outcome.trials:
        typer.echo(
            f"{trial.entity}: {trial.read:,} rows read, {trial.good:,} would be loaded as {trial.keys:,} records, "
            f"{trial.refused:,} refused"
        )
        if trial.refusals:
            print_table(
                ("reason", "rows", "example", "line"),
                [(one.code, one.count, one.example, one.line) for one in trial.refusals],
            )


def change(decisions: Decisions, place: str, header: str) -> Decisions:
    """The decisions with one more column set; `=text` for a constant."""
    if header.startswith("="):
        return replace(decisions, values={**decisions.values, place: header[1:]})
    values = {name: value for name, value in decisions.values.items() if name != place}
    return replace(decisions, columns={**decisions.columns, place: header}, values=values)


def _pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    found = {}
    for text in texts or ():
        place, equals, given = text.partition("=")
        if not equals or not given.strip():
            raise UsageError(f"'{text}' is not complete.", where=option, hint="Write contract.column=Header.")
        found[place.strip()] = given.strip()
    return found


def _words(texts: list[str] | None) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for text in texts or ():
        place, colon, rest = text.partition(":")
        said, equals, meaning = rest.rpartition("=")
        if not colon or not equals or not said:
            raise UsageError(f"'{text}' is not complete.", where="--word", hint="Write contract.column:said=meaning.")
        found.setdefault(place.strip(), {})[said.strip()] = meaning.strip()
    return found


def _cut(text: str) -> str:
    return text if len(text) <= CELL else text[: CELL - 1] + "…"
