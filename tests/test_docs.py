"""The documents say what the code does: links lead somewhere, everything declared is documented, pages are current."""

from __future__ import annotations

import re
import shlex
from datetime import date, timedelta
from pathlib import Path

import pytest

from fulfillment_bi.cli.application import build, run
from fulfillment_bi.cli.reference import command_helps, pages
from fulfillment_bi.ingest.detect import all_adapters
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.festivals import FESTIVALS
from fulfillment_bi.metrics.target_file import parse as parse_targets
from fulfillment_bi.reports.catalog import REPORTS
from fulfillment_bi.sample.write import write_sample
from fulfillment_bi.settings import SETTINGS

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")
PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_reference_pages_are_current(name: str):
    written = (REFERENCE / name).read_text("utf-8")
    assert written == PAGES[name], "stale: run `python -m fulfillment_bi.cli.reference docs/reference`"


def test_no_reference_page_is_left_over():
    assert {path.name for path in REFERENCE.glob("*.md")} == set(PAGES)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert not missing


def test_everything_declared_is_in_the_reference():
    for name in METRICS:
        assert f"## {name}:" in PAGES["metrics.md"]
    for name in DIMENSIONS:
        assert f"| `{name}` |" in PAGES["dimensions.md"]
    for setting in SETTINGS:
        assert f"`{setting.env}`" in PAGES["settings.md"]
    for name in all_adapters():
        assert f"| `{name}` |" in PAGES["adapters.md"]
    for path, _ in command_helps():
        assert f"## {path}\n" in PAGES["commands.md"]


def block(heading: str) -> list[str]:
    """The lines of the first code block under a heading of the README."""
    found = re.search(rf"^## {heading}\n.*?^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert found, f"README.md has no code block under '## {heading}'"
    return found[1].splitlines()


@pytest.mark.parametrize(
    ("heading", "words"),
    [("Run it", ["pip install", "app.py"]), ("Test it", ["[test]", "fbi doctor --install", "pytest", "mypy", "ruff"])],
)
def test_the_two_commands_are_one_line_each(heading: str, words: list[str]):
    (line,) = block(heading)
    assert line.startswith("python3 -m venv ")
    for word in words:
        assert word in line


def test_ci_runs_the_command_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "## Test it" in script
    assert "set -euo pipefail" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def readme_commands() -> list[list[str]]:
    lines = [
        line
        for text in re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
        for line in text.splitlines()
    ]
    parts = [shlex.split(line, comments=True) for line in lines]
    return [[Path(one[0]).name, *one[1:]] for one in parts if Path(one[0]).name == "fbi"]


@pytest.mark.parametrize("command", readme_commands(), ids=" ".join)
def test_commands_in_the_readme_exist_with_their_options(command: list[str]):
    helps = dict(command_helps())
    path = max((one for one in helps if " ".join(command).startswith(one)), key=len)
    assert path != "fbi"
    for option in [part for part in command if part.startswith("--")]:
        assert option in helps[path]


def test_names_in_the_readme_exist():
    assert len(readme_commands()) >= 8
    for _, command, *rest in readme_commands():
        if command in ("query", "rows"):
            assert rest[0] in METRICS
        if command == "report":
            assert rest[1] in REPORTS
    assert build().info.name == "fbi"


def test_documents_and_code_speak_of_the_project_only():
    words = re.compile(r"/work/|/opt/|/home/\w+/|/simple/", re.IGNORECASE)
    found = []
    for folder in ("fulfillment_bi", "docs", "assets"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".md", ".toml", ".sql", ".js", ".css") and words.search(path.read_text("utf-8")):
                found.append(str(path.relative_to(ROOT)))
    assert not found


def how_to_blocks(name: str, language: str) -> list[str]:
    words = (ROOT / "docs" / "how-to" / name).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", words, re.MULTILINE | re.DOTALL)


def test_the_examples_for_notebooks_run(sample_home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FBI_HOME", str(sample_home))
    names: dict[str, object] = {}
    for block in how_to_blocks("notebook.md", "python"):
        exec(block, names)
    assert len(how_to_blocks("notebook.md", "python")) >= 6
    frame, weekly = names["frame"], names["weekly"]
    assert list(frame.columns[:3]) == ["month", "channel", "otif"]  # type: ignore[attr-defined]
    assert {"week", "warehouse", "otif_before", "ship_delay_rate"} <= set(weekly.columns)  # type: ignore[attr-defined]
    assert 0 < names["together"] <= 1  # type: ignore[operator]


def test_the_example_of_targets_can_be_read():
    (text,) = how_to_blocks("targets.md", "toml")
    assert [rule.metric for rule in parse_targets(text).rules] == ["otif", "ship_delay_rate"]


def test_the_seasons_of_the_document_are_those_of_the_calendar():
    words = " ".join((ROOT / "docs" / "how-to" / "compare.md").read_text("utf-8").split())
    for festival in FESTIVALS:
        main = festival.main_day(2026)
        assert main is not None
        if festival.month:
            first, last = main - timedelta(days=festival.before), main + timedelta(days=festival.after)
            months = f" {first:%B}" if first.month != last.month else ""
            assert f"({first.day}{months} to {last.day} {last:%B})" in words
        else:
            assert f"({festival.before} days before to {festival.after} after" in words


@pytest.fixture(scope="module")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebook")
    write_sample(folder / "exports", orders=400, days=30, seed=5, end=date(2026, 10, 31))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FBI_HOME", str(folder / "home"))
        assert run(["load", str(folder / "exports"), "--as-sample"]) == 3
    return folder / "home"
