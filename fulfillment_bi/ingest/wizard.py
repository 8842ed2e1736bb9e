"""The mapping wizard without a face: what the command line and the Data page ask of it, and what they show.

draft = begin(path)                      what the file is, and the likeliest mapping
draft = decide(draft, Decisions(...))    what a person says otherwise
check(draft, settings)                   what it would load and refuse; nothing is written
save_mapping(draft.choice, draft.view, folder)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from fulfillment_bi.errors import IngestError, UnknownNameError, UsageError
from fulfillment_bi.ingest.carried import carried_headers
from fulfillment_bi.ingest.contracts import load_contracts
from fulfillment_bi.ingest.dateorder import COMMON_ORDERS
from fulfillment_bi.ingest.mapping_text import adapter_of, mapping_text
from fulfillment_bi.ingest.profile import FileView, look_at
from fulfillment_bi.ingest.proposal import Choice, propose, safe_name, with_column, with_words, word_proposals
from fulfillment_bi.ingest.trial import Trial, try_mapping
from fulfillment_bi.settings import Settings

NOTHING = "-"
"""Written for a header: no column fills this."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a person says; everything else is proposed.

    `columns` maps "contract.column" to a header ("-" for none), `values` to a constant, `words` to meanings of words.
    `order` is day_first or month_first. Without `carry`, blank cells of an order's later rows stay blank.
    """

    name: str = ""
    entities: tuple[str, ...] = ()
    header_line: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    order: str = ""
    timezone: str = ""
    carry: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """A mapping in the making for one file."""

    path: Path
    view: FileView
    choice: Choice


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a draft would do: a trial for each contract, or the `problem` that keeps it from being tried."""

    trials: tuple[Trial, ...]
    problem: str = ""

    @property
    def loads(self) -> bool:
        """Whether there is anything that would be loaded."""
        return not self.problem and any(trial.good for trial in self.trials)


def begin(path: Path, decisions: Decisions, *, name: str = "") -> Draft:
    """Look at a file and propose a mapping, with what has been decided. `name` is what the file is called to people.

    Raises IngestError for what is no table, UsageError for decisions that cannot be.
    """
    view = look_at(path, name=name, header_line=decisions.header_line)
    called = decisions.name or safe_name(view.name)
    choice = propose(view, entities=decisions.entities, name=called)
    chosen = [part.entity for part in choice.parts]
    mentioned = [split_place(place)[0] for place in (*decisions.columns, *decisions.values, *decisions.words)]
    if not decisions.entities and not set(mentioned) <= set(chosen):
        choice = propose(view, entities=tuple(dict.fromkeys([*mentioned, *chosen])), name=called)
    return Draft(path, view, _decided(choice, view, decisions))


def check(draft: Draft, settings: Settings, *, most: int | None = None) -> Outcome:
    """What the draft would load and refuse, by the contract check of a load; nothing is written."""
    try:
        adapter = adapter_of(draft.choice, draft.view)
        limit = {} if most is None else {"most": most}
        return Outcome(try_mapping(draft.path, draft.view, adapter, settings, **limit))
    except (IngestError, UsageError) as error:
        hint = "Say how day and month stand." if "can be read" in error.what else error.hint
        return Outcome((), f"{error.what} {hint}".strip())


def document(draft: Draft, outcome: Outcome) -> dict[str, Any]:
    """Everything about a draft as plain data, for `--json`."""
    view, choice = draft.view, draft.choice
    return {
        "file": view.name,
        "format": view.description,
        "header_line": view.header.line,
        "columns": [
            {
                "header": one.header,
                "filled": round(one.filled, 3),
                "examples": list(one.examples),
                "personal": one.personal,
            }
            for one in view.profiles
        ],
        "name": choice.name,
        "contracts": [
            {
                "contract": part.entity,
                "confidence": part.confidence,
                "missing": list(part.missing),
                "columns": [asdict(filled) for filled in part.columns],
            }
            for part in choice.parts
        ],
        "carried_down": list(choice.carried) if choice.carry else [],
        "dates": choice.order or ("undecided" if choice.undecided else "plain"),
        "trial": [
            {
                "contract": trial.entity,
                "read": trial.read,
                "would_load": trial.good,
                "records": trial.keys,
                "would_quarantine": trial.refused,
                "reasons": [asdict(refusal) for refusal in trial.refusals],
                "unknown_words": _unknown(draft, trial),
            }
            for trial in outcome.trials
        ],
        "problem": outcome.problem,
        "mapping": "" if outcome.problem and not outcome.trials else mapping_text(choice, view),
    }


def _unknown(draft: Draft, trial: Trial) -> dict[str, dict[str, Any]]:
    return {
        column: {
            said: {"rows": count, "proposed": proposed[said][0], "confidence": round(proposed[said][1], 2)}
            for said, count in words.items()
        }
        for column, words in trial.unknown.items()
        for proposed in [word_proposals(draft.choice, trial.entity, column, list(words))]
    }


def _decided(choice: Choice, view: FileView, decisions: Decisions) -> Choice:
    for place, header in decisions.columns.items():
        entity, column = split_place(place)
        if header and header != NOTHING:
            header = matching_header(view, header)
        choice = with_column(choice, entity, column, header="" if header == NOTHING else header)
    for place, value in decisions.values.items():
        entity, column = split_place(place)
        choice = with_column(choice, entity, column, value=value)
    for place, words in decisions.words.items():
        entity, column = split_place(place)
        choice = with_words(choice, entity, column, words)
    if decisions.order:
        if decisions.order not in COMMON_ORDERS:
            raise UnknownNameError("date order", decisions.order, COMMON_ORDERS)
        choice = replace(choice, order=decisions.order, undecided=False)
    return replace(
        choice,
        timezone=decisions.timezone or choice.timezone,
        carried=carried_headers(view, choice.parts),
        carry=decisions.carry,
    )


def matching_header(view: FileView, text: str) -> str:
    """The header that `text` names, whatever its case; UnknownNameError with the nearest ones otherwise."""
    for header in view.headers:
        if header == text.strip() or header.casefold() == text.strip().casefold():
            return header
    raise UnknownNameError("column", text, view.headers, where=view.name)


def split_place(place: str) -> tuple[str, str]:
    """("orders", "order_no") of "orders.order_no"; UsageError when it is none."""
    entity, dot, column = place.partition(".")
    if not dot or not column:
        hint = "Write contract.column, as orders.order_no."
        raise UsageError(f"'{place}' is not a column of a contract.", where="column", hint=hint)
    if entity not in load_contracts():
        raise UnknownNameError("contract", entity, load_contracts())
    load_contracts()[entity].column(column)
    return entity, column
