"""The pickers of Explore: filled from the URL; what is picked writes the URL."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, no_update

from fulfillment_bi.errors import NoVersionError
from fulfillment_bi.web.answering import page_of, view_of
from fulfillment_bi.web.pages import explore
from fulfillment_bi.web.tiles.asked import asked as read_asked


def add_callbacks(app: Any, workspace: Any) -> None:
    """Both ways between the URL and the pickers."""
    picks = {"type": "explore-pick", "name": ALL, "usual": ALL}
    kinds = {"type": "explore-kind", "name": ALL}

    def fill(request: dict[str, Any] | None, own: list[dict[str, str]], shown: list[dict[str, str]]) -> Any:
        if not request or page_of(str(request.get("path"))) is not explore.PAGE:
            return [no_update] * len(own), [no_update] * len(shown)
        try:
            found = read_asked(view_of(workspace, request))
        except NoVersionError:
            return [no_update] * len(own), [no_update] * len(shown)
        values = {"metrics": list(found.metrics), "by": list(found.by)}
        return [values[each["name"]] for each in own], [_marked(each["name"] == found.chart) for each in shown]

    app.callback(
        Output(picks, "value"),
        Output(kinds, "className"),
        Input("request", "data"),
        State(picks, "id"),
        State(kinds, "id"),
    )(fill)
    one = {"type": "explore-pick", "name": MATCH, "usual": MATCH}
    app.clientside_callback(
        ClientsideFunction("fbi", "pick"),
        Output(one, "readOnly"),
        Input(one, "value"),
        State(one, "id"),
        prevent_initial_call=True,
    )


def _marked(is_on: bool) -> str:
    return "is-on" if is_on else ""
