"""Every line of the threat model names a test, and the tests it names exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = [line for line in (ROOT / "docs" / "threat-model.md").read_text("utf-8").splitlines() if line.startswith("| ")]
THREATS = [line for line in LINES if not line.startswith("| threat |")]


def test_there_are_threats():
    assert len(THREATS) > 40


@pytest.mark.parametrize("line", THREATS)
def test_a_threat_names_a_test_that_exists(line: str):
    threat, stops, named = (cell.strip() for cell in line.strip("|").split("|"))
    assert threat
    assert stops
    path, _, name = named.partition("::")
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
