"""The Data page lists one's own mappings, and a broken one with its file and line."""

from __future__ import annotations

from dataclasses import replace

from fulfillment_bi.web.pages import data
from tests.ingest.test_own_mappings import MAPPING, folder_with
from tests.web.fake_workspace import FakeWorkspace
from tests.web.test_pages import as_json, draw


def test_a_broken_mapping_is_shown_with_file_and_line(tmp_path):
    workspace = FakeWorkspace()
    folder = folder_with(tmp_path, MAPPING)
    folder_with(tmp_path, MAPPING.replace("order_no =", "order_nr ="), "wrong.toml")
    workspace.settings = replace(workspace.settings, mappings=folder)
    _, shown = draw(data.PAGE, "", workspace=workspace, language="en")
    listed = as_json(shown["data-mappings"].body)
    for word in ("house.toml", "House", "In use", "wrong.toml", "line 13", "order_nr"):
        assert word in listed, word


def test_no_mappings_say_how_to_make_one():
    _, shown = draw(data.PAGE, "", language="en")
    assert "fbi map FILE" in as_json(shown["data-mappings"].body)
