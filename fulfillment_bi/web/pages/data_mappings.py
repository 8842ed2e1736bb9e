"""The part of the Data page about mapping files of one's own: which there are, and which of them are wrong."""

from __future__ import annotations

from typing import Any

from dash import html

from fulfillment_bi.i18n import numbers
from fulfillment_bi.ingest.own import MappingFile, mapping_files
from fulfillment_bi.web import parts
from fulfillment_bi.web.state import View
from fulfillment_bi.web.tile import Shown, Tile

COLUMNS = ("file", "source", "entity", "status")


def _tell(view: View, workspace: Any) -> Shown:
    title = view.text("data.mappings")
    files = mapping_files(workspace.settings.mappings_folder)
    if not files:
        return Shown(parts.empty(view, "data.no_mappings"), title)
    head = [view.label("data_head", name) for name in COLUMNS]
    rows = [_row(view, file) for file in files]
    return Shown(parts.table(head, rows, texts=(3,)), title, view.text("data.mappings_note"))


def _row(view: View, file: MappingFile) -> list[Any]:
    entities = dict.fromkeys(target.entity for adapter in file.adapters for target in adapter.targets)
    state = (
        html.Span(file.problem, className="status is-alarm")
        if file.problem
        else html.Span(view.text("data.mapping_used"), className="status is-good")
    )
    return [
        file.path.name,
        ", ".join(adapter.label.get(view.language, adapter.name) for adapter in file.adapters) or numbers.DASH,
        ", ".join(view.label("entity", entity) for entity in entities) or numbers.DASH,
        state,
    ]


MAPPINGS = Tile("data-mappings", "html", tell=_tell)
