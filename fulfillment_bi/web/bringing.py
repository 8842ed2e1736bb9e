"""Bringing data in on the Data page: drop or choose files, watch them being loaded, read what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Input, Output, State, ctx, dcc, html, no_update

from fulfillment_bi.i18n import label, numbers, text
from fulfillment_bi.web import parts
from fulfillment_bi.web.jobs import Job, Jobs
from fulfillment_bi.web.language import language_of
from fulfillment_bi.web.uploads import shown_size

COUNTS = ("read", "new", "updated", "unchanged", "superseded", "quarantined")
TONES = {"done": "is-good", "unknown": "is-bad", "failed": "is-alarm"}
TOAST_COLOURS = {"done": "blue", "unknown": "orange", "failed": "red"}
TOAST_MILLISECONDS = 8000
TICK_MILLISECONDS = 700


def card(language: str) -> html.Section:
    """Where files are dropped, and the list of uploads below it."""
    title = text(language, "upload.title")
    zone = html.Div(
        [
            parts.icon("upload"),
            html.Div(
                [
                    html.B(text(language, "upload.drop")),
                    html.Span(
                        [text(language, "upload.kinds"), " ", html.Span(id="upload-limit")], className="card-note"
                    ),
                ]
            ),
            html.Button(
                text(language, "upload.choose"),
                id="upload-choose",
                className="button",
                type="button",
                **parts.data(pick=""),
            ),
        ],
        id="upload-zone",
        className="upload-zone",
        role="group",
        **parts.aria(label=title),
        **parts.data(
            sending=text(language, "upload.sending"),
            gone=text(language, "upload.broken_off"),
            cancel=text(language, "upload.cancel"),
        ),
    )
    return html.Section(
        [
            html.Header(
                html.H2(
                    [title, html.Span(text(language, "upload.note"), className="card-note")], className="card-title"
                ),
                className="card-head",
            ),
            html.Div(
                [
                    zone,
                    html.Div(id="upload-progress", **parts.aria(live="polite")),
                    html.Div(id="uploads-list", **parts.aria(live="polite")),
                    dcc.Store(id="uploads", data=0),
                    dcc.Store(id="uploads-seen", data=None),
                    dcc.Interval(id="uploads-tick", interval=TICK_MILLISECONDS, disabled=True),
                    dmc.NotificationContainer(
                        id="toasts", position="bottom-right", autoClose=TOAST_MILLISECONDS, zIndex=400
                    ),
                ],
                className="card-body upload-body",
            ),
        ],
        className="card span-12",
    )


def add_callbacks(app: Any, jobs: Jobs, most_bytes: int) -> None:
    """The list of uploads, its toasts, and throwing an upload away."""

    def limit(asked: Mapping[str, Any] | None) -> html.Span:
        language = language_of((asked or {}).get("lang"))
        shown = shown_size(most_bytes)
        said = parts.data(limit=str(most_bytes), large=text(language, "upload.too_large", limit=shown))
        return html.Span(text(language, "upload.limit", limit=shown), **said)

    app.callback(Output("upload-limit", "children"), Input("mount", "data"))(limit)

    def show(
        _sent: int, _tick: int, dropped: Sequence[int | None], asked: Mapping[str, Any] | None, seen: list[str] | None
    ) -> Any:
        language = language_of((asked or {}).get("lang"))
        chosen = ctx.triggered_id
        if isinstance(chosen, dict) and any(dropped):
            jobs.drop(str(chosen["job"]))
        found = jobs.list()
        ended = [job for job in found if not job.running]
        news = [] if seen is None else [_toast(language, job) for job in ended if job.id not in seen]
        known = [job.id for job in ended]
        rows = [_row(language, job) for job in found]
        return rows, not any(job.running for job in found), news or no_update, known if known != seen else no_update

    app.callback(
        Output("uploads-list", "children"),
        Output("uploads-tick", "disabled"),
        Output("toasts", "sendNotifications"),
        Output("uploads-seen", "data"),
        Input("uploads", "data"),
        Input("uploads-tick", "n_intervals"),
        Input({"type": "upload-drop", "job": ALL}, "n_clicks"),
        State("mount", "data"),
        State("uploads-seen", "data"),
    )(show)
    app.clientside_callback(
        ClientsideFunction("bring", "loaded"), Output("uploads-seen", "id"), Input("uploads-seen", "data")
    )


def _toast(language: str, job: Job) -> dict[str, Any]:
    return {
        "action": "show",
        "id": f"toast-{job.id}",
        "title": job.name,
        "message": _summary(language, job),
        "color": TOAST_COLOURS[job.state],
    }


def _summary(language: str, job: Job) -> str:
    """One sentence: what became of it."""
    if job.state != "done":
        return text(language, f"upload.is_{job.state}")
    counts = [count for file in job.report["files"] for count in file["entities"].values()]
    new, updated = (sum(count[name] for count in counts) for name in ("new", "updated"))
    values = {
        name: numbers.number(language, value)
        for name, value in (("new", new), ("updated", updated), ("refused", job.refused))
    }
    return text(language, "upload.is_done", **values)


def _row(language: str, job: Job) -> html.Article:
    """An upload: its name, how it stands, and what can be done."""
    head = html.Div(
        [
            html.B(job.name, className="upload-name", title=job.name),
            html.Span(shown_size(job.size), className="card-note"),
            html.Span(label(language, "upload_state", job.state), className=f"tag {TONES.get(job.state, '')}"),
            html.Span(className="top-space"),
            *_actions(language, job),
        ],
        className="upload-head",
    )
    return html.Article(
        [head, *_body(language, job)], className="upload-row", **parts.data(job=job.id, state=job.state)
    )


def _actions(language: str, job: Job) -> list[html.Button]:
    if job.running:
        return []
    mapping = html.Button(
        text(language, "upload.map"),
        id={"type": "upload-map", "job": job.id},
        className="button",
        type="button",
    )
    drop = html.Button(
        parts.icon("close"),
        id={"type": "upload-drop", "job": job.id},
        className="icon-button",
        type="button",
        title=text(language, "upload.drop_it"),
        **parts.aria(label=f"{text(language, 'upload.drop_it')}: {job.name}"),
    )
    return [*([mapping] if job.state == "unknown" else []), drop]


def _body(language: str, job: Job) -> list[Any]:
    if job.running:
        share = min(100 * job.done // max(job.total, 1), 100)
        read = job.state == "loading" and job.done >= job.total
        words = text(language, "upload.building") if read else text(language, "upload.loading", share=str(share))
        return [progress(share, words if job.state == "loading" else text(language, "upload.waiting"), busy=read)]
    rows = [
        [label(language, "entity", entity), *(_count(language, name, counts[name]) for name in COUNTS)]
        for file in job.report.get("files", ())
        for entity, counts in file["entities"].items()
    ]
    head = [label(language, "data_head", name) for name in ("entity", *COUNTS)]
    told = [html.Div(_summary(language, job), className="upload-summary", title=job.message)]
    told += [html.Div(job.message, className="card-note")] if job.message and job.state != "unknown" else []
    return [*told, *([parts.table(head, rows, range(1, 7))] if rows else [])]


def _count(language: str, name: str, count: int) -> Any:
    words = numbers.number(language, count)
    return html.B(words, className="status is-bad") if name == "quarantined" and count else words


def progress(share: int, words: str, *, busy: bool = False) -> html.Div:
    """A bar with its words; `busy` when it cannot be told how far."""
    bar = html.Div(style={"width": f"{share}%"}, className="bar-fill")
    return html.Div(
        [
            html.Div(
                bar,
                className="bar is-busy" if busy else "bar",
                role="progressbar",
                **parts.aria(valuenow=str(share), valuemin="0", valuemax="100", label=words),
            ),
            html.Span(words, className="card-note"),
        ],
        className="upload-bar",
    )
