"""The mapping wizard on the Data page: decisions live in a store, the server draws what follows from them.

`wizard` holds {job, decisions, added}; `wizard-shown` what the inputs showed when they were drawn, so that an input
which is merely drawn anew decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, dcc, html, no_update

from fulfillment_bi.errors import FulfillmentError
from fulfillment_bi.i18n import text
from fulfillment_bi.ingest.mapping_text import save_mapping
from fulfillment_bi.ingest.proposal import safe_name
from fulfillment_bi.ingest.wizard import NOTHING, Decisions, Draft, Outcome, begin, check
from fulfillment_bi.web import parts, wizard_view
from fulfillment_bi.web.access import require
from fulfillment_bi.web.jobs import Jobs
from fulfillment_bi.web.language import language_of
from fulfillment_bi.web.wizard_view import NO_VALUE, REFUSED

TRIED_ROWS = 20_000
MOST_TEXT, MOST_DECISIONS = 200, 500
INPUTS = ("header", "contents", "order", "carry", "column", "value", "add", "word", "name")
Store = dict[str, Any]


def card(language: str) -> html.Div:
    """The place of the wizard; blank until a file is to be mapped."""
    return html.Div(
        [
            dcc.Store(id="wizard", data=None),
            dcc.Store(id="wizard-shown", data=None),
            html.Div(id="wizard-body", role="region", **parts.aria(label=text(language, "wizard.title"))),
        ]
    )


def add_callbacks(app: Any, jobs: Jobs, workspace: Any) -> None:
    """Opening, deciding, drawing, saving."""
    _deciding(app, jobs)
    _drawing(app, jobs, workspace)
    _ending(app, jobs, workspace)


def _deciding(app: Any, jobs: Jobs) -> None:
    def open_wizard(clicks: list[int | None]) -> Any:
        chosen = ctx.triggered_id
        if not any(clicks) or not isinstance(chosen, dict) or jobs.path(str(chosen["job"])) is None:
            return no_update
        return {"job": str(chosen["job"]), "decisions": {}, "added": []}

    app.callback(
        Output("wizard", "data", allow_duplicate=True),
        Input({"type": "upload-map", "job": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )(open_wizard)

    def decide(*values: Any) -> Any:
        store, shown = values[-2], values[-1]
        chosen = ctx.triggered_id
        if not store or shown is None or not isinstance(chosen, dict):
            return no_update
        # By the identity, not by Dash's text of it, which browser and server write differently in Chinese.
        value = next((one.get("value") for group in ctx.inputs_list for one in group if one["id"] == chosen), None)
        kind, of = str(chosen["type"]).removeprefix("wizard-"), _place(chosen)
        if value is None or shown.get(f"{kind}:{of}") == value:
            return no_update
        return decided(store, kind, of, value)

    app.callback(
        Output("wizard", "data", allow_duplicate=True),
        *(
            Input({"type": f"wizard-{kind}", "of": ALL, **({"said": ALL} if kind == "word" else {})}, "value")
            for kind in INPUTS
        ),
        State("wizard", "data"),
        State("wizard-shown", "data"),
        prevent_initial_call=True,
    )(decide)


def _place(identity: Mapping[str, Any]) -> str:
    said = identity.get("said")
    return f"{identity['of']}:{said}" if said is not None else str(identity["of"])


def decided(store: Store, kind: str, of: str, value: Any) -> Store:
    """The store after one more decision."""
    store = {name: kept for name, kept in store.items() if name != "problem"}
    decisions = dict(store.get("decisions") or {})
    added = list(store.get("added") or [])
    if kind == "add":
        added = [*added, str(value)] if value not in added else added
    elif kind in ("header", "contents"):
        # Another header or another content: what was said about columns may not hold any more.
        kept = {name: decisions[name] for name in ("name", "order") if name in decisions}
        decisions = kept | ({"entities": decisions.get("entities")} if kind == "header" else _header(decisions))
        decisions |= {"header_line": value} if kind == "header" else {"entities": value}
        added = []
    elif kind in ("column", "value"):
        other = "values" if kind == "column" else "columns"
        mine = {**(decisions.get(f"{kind}s") or {}), of: value}
        decisions |= {f"{kind}s": mine, other: {k: v for k, v in (decisions.get(other) or {}).items() if k != of}}
    elif kind == "word":
        place, _, said = of.partition(":")
        words = dict(decisions.get("words") or {})
        words[place] = {**(words.get(place) or {}), said: value}
        decisions["words"] = words
    else:
        decisions[kind] = value
    return {**store, "decisions": decisions, "added": added}


def _header(decisions: Mapping[str, Any]) -> dict[str, Any]:
    return {"header_line": decisions["header_line"]} if "header_line" in decisions else {}


def decisions_of(store: Store) -> Decisions:
    """What the store says, checked: it comes from the browser, so it may hold anything. ValueError for nonsense."""
    said = store.get("decisions") or {}
    line = said.get("header_line")
    words = {
        _short(place): {
            _short(word): "" if meaning == NO_VALUE else _short(meaning)
            for word, meaning in dict(meanings).items()
            if meaning != REFUSED
        }
        for place, meanings in _table(said, "words").items()
    }
    return Decisions(
        name=safe_name(_short(said["name"])) if said.get("name") else "",
        entities=tuple(_short(one) for one in said.get("entities") or ())[:16],
        header_line=int(line) if line is not None else None,
        columns={_short(place): _short(header) for place, header in _table(said, "columns").items()},
        values={_short(place): _short(text) for place, text in _table(said, "values").items() if str(text).strip()},
        words={place: meanings for place, meanings in words.items() if meanings},
        order=_short(said.get("order") or ""),
        carry=said.get("carry") != "not",
    )


def _table(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = dict(said.get(name) or {})
    if len(found) > MOST_DECISIONS:
        raise ValueError(name)
    return found


def _short(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise ValueError("text")
    return value


def draft_of(jobs: Jobs, store: Store) -> Draft | None:
    """The draft of a store; None when its file is gone. Raises FulfillmentError, ValueError for what cannot be."""
    path = jobs.path(str(store.get("job")))
    return begin(path, decisions_of(store)) if path is not None else None


def _drawing(app: Any, jobs: Jobs, workspace: Any) -> None:
    def draw(store: Store | None, asked: Mapping[str, Any] | None) -> Any:
        if not store:
            return None, None
        language = language_of((asked or {}).get("lang"))
        try:
            draft = draft_of(jobs, store)
        except (FulfillmentError, ValueError, TypeError) as error:
            said = str(error) if isinstance(error, FulfillmentError) else text(language, "error.unexpected")
            return _framed(language, [parts.banner(said, "is-warning")]), {}
        if draft is None:
            return _framed(language, [parts.banner(text(language, "wizard.gone"), "is-warning")]), {}
        outcome = check(draft, workspace.settings, most=TRIED_ROWS)
        added = [str(place) for place in store.get("added") or ()]
        body = wizard_view.content(language, draft, outcome, added, str(store.get("problem") or ""))
        return _framed(language, body), shown_values(draft, outcome)

    app.callback(
        Output("wizard-body", "children"),
        Output("wizard-shown", "data"),
        Input("wizard", "data"),
        State("mount", "data"),
    )(draw)
    app.clientside_callback(
        ClientsideFunction("bring", "opened"), Output("wizard-shown", "id"), Input("wizard-shown", "data")
    )


def _framed(language: str, body: list[Any]) -> html.Section:
    head = html.Header(
        html.H2(
            [text(language, "wizard.title"), html.Span(text(language, "wizard.note"), className="card-note")],
            className="card-title",
        ),
        className="card-head",
    )
    return html.Section([head, html.Div(body, className="card-body wizard")], className="card wizard-card")


def shown_values(draft: Draft, outcome: Outcome) -> dict[str, Any]:
    """The value of every input as it is drawn, by kind and place."""
    choice = draft.choice
    shown: dict[str, Any] = {
        "header:file": str(draft.view.header.line),
        "contents:file": [part.entity for part in choice.parts],
        "name:file": choice.name,
        "order:file": choice.order,
        "carry:file": "down" if choice.carry else "not",
    }
    for part in choice.parts:
        for column in part.contract.names:
            filled = part.filled(column)
            shown[f"column:{part.entity}.{column}"] = (filled.header if filled else "") or NOTHING
            shown[f"value:{part.entity}.{column}"] = filled.value if filled else ""
    for trial in outcome.trials:
        for column, words in trial.unknown.items():
            shown |= {f"word:{trial.entity}.{column}:{said}": REFUSED for said in words}
    return shown


def _ending(app: Any, jobs: Jobs, workspace: Any) -> None:
    def end(saves: list[int | None], cancels: list[int | None], store: Store | None, sent: int | None) -> Any:
        chosen = ctx.triggered_id
        if not store or not isinstance(chosen, dict) or not any([*saves, *cancels]):
            return no_update, no_update
        if chosen["type"] == "wizard-cancel":
            return None, no_update
        try:
            require("load")
            draft = draft_of(jobs, store)
            if draft is not None:
                save_mapping(draft.choice, draft.view, workspace.settings.mappings_folder)
        except (FulfillmentError, ValueError, TypeError) as error:
            return {**store, "problem": str(error)}, no_update
        jobs.start(str(store["job"]))
        return None, (sent or 0) + 1

    app.callback(
        Output("wizard", "data", allow_duplicate=True),
        Output("uploads", "data", allow_duplicate=True),
        Input({"type": "wizard-save", "of": ALL}, "n_clicks"),
        Input({"type": "wizard-cancel", "of": ALL}, "n_clicks"),
        State("wizard", "data"),
        State("uploads", "data"),
        prevent_initial_call=True,
    )(end)
