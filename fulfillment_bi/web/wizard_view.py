"""The mapping wizard as components: the file, what its columns would fill, what would be loaded. No decisions here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from fulfillment_bi.i18n import known, label, numbers, text
from fulfillment_bi.ingest.contracts import Column, Contract
from fulfillment_bi.ingest.profile import FileView
from fulfillment_bi.ingest.proposal import CONSTANTS, Choice, Filled, Part, ranked, word_proposals
from fulfillment_bi.ingest.trial import Trial
from fulfillment_bi.ingest.wizard import NOTHING, Draft, Outcome
from fulfillment_bi.web import parts

SHOWN_ROWS, SHOWN_REASONS, LIKELY = 6, 8, 0.25
REFUSED, NO_VALUE = "?", "-"
"""For an unknown word: leave its rows refused, or read it as no value."""


def column_label(language: str, column: Column) -> str:
    """What a contract column is called: by the catalogue, else by its usual name in the language."""
    if known("column", column.name):
        return label(language, "column", column.name)
    chinese = next((one for one in column.synonyms if any("\u4e00" <= sign <= "\u9fff" for sign in one)), "")
    plain = column.name.removesuffix("_ok").replace("_", " ").capitalize()
    return chinese or plain if language == "zh" else plain


def content(language: str, draft: Draft, outcome: Outcome, added: Sequence[str], problem: str = "") -> list[Any]:
    """The whole wizard for one file. `added` are columns a person wants to fill, "contract.column"."""
    return [
        _step(language, "1", "wizard.look", _file(language, draft.view)),
        _step(language, "2", "wizard.choose", _choices(language, draft, added)),
        _step(language, "3", "wizard.result", _outcome(language, draft, outcome)),
        _step(language, "4", "wizard.keep", _keep(language, draft, outcome, problem)),
    ]


def _step(language: str, number: str, key: str, body: list[Any]) -> html.Section:
    head = html.H3([html.Span(number, className="step-number"), text(language, key)], className="step-title")
    return html.Section([head, *body], className="step")


def _file(language: str, view: FileView) -> list[Any]:
    lines = [str(row.line) for row in view.rows]
    header = dmc.Select(
        id={"type": "wizard-header", "of": "file"},
        label=text(language, "wizard.header"),
        data=lines,
        value=str(view.header.line),
        allowDeselect=False,
        size="xs",
        w=130,
    )
    facts = html.Div(
        [
            html.Div([html.B(view.name), html.Span(view.description, className="card-note")]),
            html.Div(text(language, "wizard.masked"), className="card-note"),
        ]
    )
    body = [row for row in view.rows if row.line > view.header.line][:SHOWN_ROWS]
    rows = [[row.cells[one.position] if one.position < len(row.cells) else "" for one in view.profiles] for row in body]
    return [
        html.Div([facts, html.Span(className="top-space"), header], className="step-row"),
        parts.table([profile.header for profile in view.profiles], rows),
    ]


def _choices(language: str, draft: Draft, added: Sequence[str]) -> list[Any]:
    chosen = [part.entity for part in draft.choice.parts]
    likely = ranked(draft.view)
    contents = dmc.MultiSelect(
        id={"type": "wizard-contents", "of": "file"},
        label=text(language, "wizard.contents"),
        data=[
            {"value": part.entity, "label": f"{label(language, 'entity', part.entity)} · {part.confidence:.0%}"}
            for part in likely
        ],
        value=chosen,
        size="xs",
        w=420,
        searchable=True,
    )
    return [
        html.Div([contents, *_order(language, draft.choice), *_carry(language, draft.choice)], className="step-row"),
        *(_part(language, draft, part, added) for part in draft.choice.parts),
    ]


def _order(language: str, choice: Choice) -> list[Any]:
    if not (choice.order or choice.undecided):
        return []
    return [
        dmc.Select(
            id={"type": "wizard-order", "of": "file"},
            label=text(language, "wizard.order"),
            data=[{"value": name, "label": text(language, f"wizard.{name}")} for name in ("day_first", "month_first")],
            value=choice.order or None,
            placeholder=text(language, "wizard.undecided"),
            error=choice.undecided,
            allowDeselect=False,
            size="xs",
            w=210,
        )
    ]


def _carry(language: str, choice: Choice) -> list[Any]:
    if not choice.carried:
        return []
    return [
        dmc.Select(
            id={"type": "wizard-carry", "of": "file"},
            label=text(language, "wizard.carry", columns=", ".join(choice.carried)),
            data=[{"value": name, "label": text(language, f"wizard.carry_{name}")} for name in ("down", "not")],
            value="down" if choice.carry else "not",
            allowDeselect=False,
            size="xs",
            miw=210,
            maw=420,
        )
    ]


def _part(language: str, draft: Draft, part: Part, added: Sequence[str]) -> html.Div:
    contract = part.contract
    wanted = {filled.column for filled in part.columns} | set(part.missing)
    wanted |= {place.partition(".")[2] for place in added if place.partition(".")[0] == part.entity}
    shown = [column for column in contract.columns if column.name in wanted]
    others = [column for column in contract.columns if column.name not in wanted]
    head = [text(language, f"wizard.head_{name}") for name in ("column", "from", "sure", "examples")]
    rows = [_column(language, draft, part, column) for column in shown]
    adding = dmc.Select(
        id={"type": "wizard-add", "of": part.entity},
        data=[{"value": f"{part.entity}.{one.name}", "label": column_label(language, one)} for one in others],
        placeholder=text(language, "wizard.add"),
        searchable=True,
        size="xs",
        w=260,
        **parts.aria(label=text(language, "wizard.add")),
    )
    title = html.H4(label(language, "entity", part.entity), className="part-title")
    return html.Div([title, parts.table(head, rows, (2,), (3,)), adding], className="step-part")


def _column(language: str, draft: Draft, part: Part, column: Column) -> list[Any]:
    filled = part.filled(column.name)
    place = f"{part.entity}.{column.name}"
    name = html.Span(
        [column_label(language, column), html.Span(" *", className="must") if column.required else ""],
        title=column.name,
    )
    return [
        name,
        _source(language, draft, part.contract, column, filled),
        _sure(filled),
        _examples(language, draft.view, filled, place),
    ]


def _source(language: str, draft: Draft, contract: Contract, column: Column, filled: Filled | None) -> html.Div:
    place = f"{contract.entity}.{column.name}"
    shown = column_label(language, column)
    header = filled.header if filled else ""
    select = dmc.Select(
        id={"type": "wizard-column", "of": place},
        data=[{"value": NOTHING, "label": text(language, "wizard.nothing")}, *draft.view.headers],
        value=header or NOTHING,
        searchable=True,
        allowDeselect=False,
        error=bool(column.required and filled is None),
        size="xs",
        w=210,
        **parts.aria(label=shown),
    )
    constant = dmc.TextInput(
        id={"type": "wizard-value", "of": place},
        value=filled.value if filled else "",
        placeholder=text(language, "wizard.always"),
        debounce=True,
        size="xs",
        w=150,
        **parts.aria(label=f"{shown}: {text(language, 'wizard.always')}"),
    )
    return html.Div([select, *([constant] if column.name in CONSTANTS and not header else [])], className="step-cell")


def _sure(filled: Filled | None) -> html.Span:
    if filled is None:
        return html.Span(numbers.DASH)
    tone = "is-good" if filled.confidence >= 0.75 else "is-bad"
    return html.Span(f"{filled.confidence:.0%}", className=f"status {tone}")


def _examples(language: str, view: FileView, filled: Filled | None, place: str) -> html.Div:
    if filled is None:
        return html.Div("", className="card-note", **parts.data(place=place))
    shown = " · ".join(view.profile(filled.header).examples) if filled.header else filled.value
    family = "channel" if filled.column == "channel" else "status"
    meanings = {
        said: label(language, family, meaning) if meaning else numbers.DASH for said, meaning in filled.words.items()
    }
    words = "; ".join(f"{said} → {meaning}" for said, meaning in meanings.items())
    return html.Div(
        [shown, html.Div(words, className="card-note") if words else ""],
        **parts.data(place=place),
        className="examples",
    )


def _outcome(language: str, draft: Draft, outcome: Outcome) -> list[Any]:
    if outcome.problem:
        return [parts.banner(outcome.problem, "is-warning")]
    return [part for trial in outcome.trials for part in _trial(language, draft, trial)]


def _trial(language: str, draft: Draft, trial: Trial) -> list[Any]:
    counted = {
        "read": trial.read,
        "good": trial.good,
        "records": trial.keys,
        "refused": trial.refused,
    }
    shown = {name: numbers.number(language, count) for name, count in counted.items()}
    tone = "is-bad" if trial.refused else "is-good"
    title = html.H4(
        [
            label(language, "entity", trial.entity),
            html.Span(
                text(language, "wizard.counts", **shown),
                className=f"status {tone} counts",
                **parts.data(trial=trial.entity),
            ),
        ],
        className="part-title",
    )
    return [title, *_reasons(language, draft, trial), *_unknown(language, draft, trial)]


def _reasons(language: str, draft: Draft, trial: Trial) -> list[Any]:
    if not trial.refusals:
        return []
    contract = draft.choice.part(trial.entity).contract
    rows = []
    for refusal in trial.refusals[:SHOWN_REASONS]:
        code, _, column = refusal.code.partition(":")
        words = label(language, "reason", code)
        named = f"{words}: {column_label(language, contract.column(column))}" if column else words
        rows.append([named, numbers.number(language, refusal.count), refusal.example, str(refusal.line)])
    head = [text(language, f"wizard.head_{name}") for name in ("reason", "rows", "example", "line")]
    return [parts.table(head, rows, (1, 3))]


def _unknown(language: str, draft: Draft, trial: Trial) -> list[Any]:
    contract = draft.choice.part(trial.entity).contract
    found: list[Any] = []
    for column, words in trial.unknown.items():
        meanings = list(dict.fromkeys(contract.column(column).words.values()))
        proposed = word_proposals(draft.choice, trial.entity, column, list(words))
        rows = [
            _word(language, f"{trial.entity}.{column}", said, count, meanings, proposed[said])
            for said, count in words.items()
        ]
        note = text(language, "wizard.words", column=column_label(language, contract.column(column)))
        head = [text(language, f"wizard.head_{name}") for name in ("said", "rows", "meaning")]
        found += [html.Div(note, className="card-note"), parts.table(head, rows, (1,))]
    return found


def _word(
    language: str, place: str, said: str, count: int, meanings: Sequence[str], proposed: tuple[str, float]
) -> list[Any]:
    options: list[Mapping[str, str]] = [
        {"value": REFUSED, "label": text(language, "wizard.leave")},
        {"value": NO_VALUE, "label": text(language, "wizard.no_value")},
        *({"value": one, "label": label(language, "status", one)} for one in meanings),
    ]
    hint = f"{label(language, 'status', proposed[0])}?" if proposed[0] else ""
    select = dmc.Select(
        id={"type": "wizard-word", "of": place, "said": said},
        data=options,
        value=REFUSED,
        allowDeselect=False,
        size="xs",
        w=240,
        description=hint or None,
        **parts.aria(label=said),
    )
    return [said, numbers.number(language, count), select]


def _keep(language: str, draft: Draft, outcome: Outcome, problem: str) -> list[Any]:
    name = dmc.TextInput(
        id={"type": "wizard-name", "of": "file"},
        label=text(language, "wizard.name"),
        description=text(language, "wizard.name_note"),
        value=draft.choice.name,
        debounce=True,
        size="xs",
        w=260,
    )
    save = html.Button(
        text(language, "wizard.save"),
        id={"type": "wizard-save", "of": "file"},
        className="button is-first",
        type="button",
        disabled=not outcome.loads,
    )
    cancel = html.Button(
        text(language, "wizard.cancel"), id={"type": "wizard-cancel", "of": "file"}, className="button", type="button"
    )
    told = [parts.banner(problem, "is-warning")] if problem else []
    return [*told, html.Div([name, html.Span(className="top-space"), cancel, save], className="step-row is-foot")]
