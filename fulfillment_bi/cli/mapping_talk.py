"""The mapping wizard on a terminal: a few questions, each with a proposal that Enter accepts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer

from fulfillment_bi.cli.mapping import change, show_choice, show_file, show_outcome
from fulfillment_bi.errors import UsageError
from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.ingest.mapping_text import mapping_path, save_mapping
from fulfillment_bi.ingest.proposal import ranked, safe_name, word_proposals
from fulfillment_bi.ingest.wizard import Decisions, Draft, Outcome, begin, check, split_place
from fulfillment_bi.settings import Settings

_LIKELY = 5


def talk(file: Path, decisions: Decisions, settings: Settings, *, overwrite: bool) -> None:
    """Ask until the mapping is saved, or nothing is to be saved."""
    draft = begin(file, decisions)
    show_file(draft)
    draft, decisions = _ask_contents(draft, decisions)
    draft, decisions, outcome = _ask_columns(draft, decisions, settings)
    draft, decisions, outcome = _ask_words(draft, decisions, outcome, settings)
    show_outcome(outcome)
    if not outcome.loads:
        raise UsageError("Nothing would be loaded.", where=str(file), hint="Nothing was saved.")
    draft = _ask_name(draft, decisions, settings, overwrite=overwrite)
    if not typer.confirm(f"Save {mapping_path(draft.choice, settings.mappings_folder)}?", default=True):
        typer.echo("Nothing was saved.")
        return
    path = save_mapping(draft.choice, draft.view, settings.mappings_folder, replace=True)
    typer.echo(f"saved {path}; load the file with: fbi load {file}")


def _again(draft: Draft, decisions: Decisions) -> Draft:
    return begin(draft.path, decisions)


def _ask_contents(draft: Draft, decisions: Decisions) -> tuple[Draft, Decisions]:
    chosen = ",".join(part.entity for part in draft.choice.parts)
    if not decisions.entities:
        likely = [f"{part.entity} {part.confidence:.0%}" for part in ranked(draft.view)[:_LIKELY]]
        typer.echo(f"It looks like: {', '.join(likely)}")
        while True:
            said = typer.prompt("What does it hold", default=chosen)
            names = tuple(name.strip() for name in said.split(",") if name.strip())
            unknown = [name for name in names if name not in load_contracts()]
            if names and not unknown:
                break
            typer.echo(f"Known: {', '.join(load_contracts())}")
        decisions = replace(decisions, entities=names)
    else:
        decisions = replace(decisions, entities=tuple(part.entity for part in draft.choice.parts))
    return _again(draft, decisions), decisions


def _ask_columns(draft: Draft, decisions: Decisions, settings: Settings) -> tuple[Draft, Decisions, Outcome]:
    while True:
        show_choice(draft)
        outcome = check(draft, settings)
        show_outcome(outcome)
        if draft.choice.undecided:
            said = typer.prompt("How is 03/04/2026 read (day_first, month_first)", default="day_first")
            draft, decisions = _tried(draft, decisions, replace(decisions, order=said.strip()))
            continue
        said = typer.prompt("Change a column? orders.order_no=Header, =text for a constant, - for none", default="no")
        if said.strip().lower() in ("", "n", "no", "ok"):
            if outcome.problem:
                typer.echo("Something required is still missing.")
                if typer.confirm("Give up?", default=False):
                    raise typer.Abort()
                continue
            return draft, decisions, outcome
        place, _, header = said.partition("=")
        draft, decisions = _tried(
            draft, decisions, change(decisions, _full(draft, place.strip()), header.strip() or "-")
        )


def _full(draft: Draft, place: str) -> str:
    """A column without its contract is that of the first contract."""
    return place if "." in place else f"{draft.choice.parts[0].entity}.{place}"


def _tried(draft: Draft, old: Decisions, new: Decisions) -> tuple[Draft, Decisions]:
    """The draft with new decisions; a mistake is said and changes nothing."""
    try:
        for place in (*new.columns, *new.values):
            split_place(place)
        return _again(draft, new), new
    except UsageError as error:
        typer.echo(str(error))
        return draft, old


def _ask_words(
    draft: Draft, decisions: Decisions, outcome: Outcome, settings: Settings
) -> tuple[Draft, Decisions, Outcome]:
    asked = False
    for trial in outcome.trials:
        for column, words in trial.unknown.items():
            known = sorted(set(draft.choice.part(trial.entity).contract.column(column).words.values()))
            proposed = word_proposals(draft.choice, trial.entity, column, list(words))
            typer.echo(
                f"{trial.entity}.{column}: which of {', '.join(known)}? ? leaves its rows refused, - is no value"
            )
            for said, count in words.items():
                meaning = _ask_word(said, count, proposed[said][0], known)
                if meaning != "?":
                    place = f"{trial.entity}.{column}"
                    mine = {**decisions.words.get(place, {}), said: "" if meaning == "-" else meaning}
                    decisions = replace(decisions, words={**decisions.words, place: mine})
                    asked = True
    if not asked:
        return draft, decisions, outcome
    draft = _again(draft, decisions)
    return draft, decisions, check(draft, settings)


def _ask_word(said: str, count: int, proposed: str, known: list[str]) -> str:
    while True:
        meaning: str = typer.prompt(f"  {said} ({count:,} rows)", default=proposed or "?")
        if meaning in known or meaning in ("?", "-"):
            return meaning
        typer.echo(f"Use {', '.join(known)}, ? or -.")


def _ask_name(draft: Draft, decisions: Decisions, settings: Settings, *, overwrite: bool) -> Draft:
    while True:
        said = decisions.name or typer.prompt("Name of the system", default=draft.choice.name)
        named = replace(draft, choice=replace(draft.choice, name=safe_name(said)))
        path = mapping_path(named.choice, settings.mappings_folder)
        if overwrite or not path.exists() or typer.confirm(f"Replace {path}?", default=False):
            return named
        decisions = replace(decisions, name="")
