"""The documentation as a whole: it builds without a warning, speaks both languages, and its examples work."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from typer.main import get_command

from fulfillment_bi.cli.application import build
from fulfillment_bi.insight.bounds import bounds
from fulfillment_bi.insight.bridge import Tally, bridge_ratio
from fulfillment_bi.metrics.catalog import METRICS
from fulfillment_bi.metrics.dimensions import DIMENSIONS
from fulfillment_bi.metrics.doubt import Doubt
from fulfillment_bi.metrics.query import Query
from fulfillment_bi.metrics.resolve import get_metric, resolve
from fulfillment_bi.web.answering import PAGES, page_of
from fulfillment_bi.web.traffic import NEVER_REFUSED

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SOURCES = sorted(DOCS.rglob("*.md"))
WRITTEN = [*sorted(ROOT.glob("*.md")), *(path for path in SOURCES if path.parent.name != "reference")]
IN_CHINESE = ["index.md", "quick-start.md", "tour.md", "explanation/*.md", "how-to/add-*.md"]
"""Pages with a twin below docs/zh; the other how-to pages end with a summary."""
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
LOCAL = re.compile(r"http://127\.0\.0\.1:8050(/[^\s'\"<>)]*)")
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
LARGEST_PICTURE = 250_000


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path, *languages: str) -> list[str]:
    return [text for language, _, text in BLOCK.findall(path.read_text("utf-8")) if language in languages]


def titled() -> dict[str, str]:
    """The files that the pages about adding something show, by name."""
    found = {}
    for path in sorted((DOCS / "how-to").glob("add-*.md")):
        found |= {title: text for _, title, text in BLOCK.findall(path.read_text("utf-8")) if title}
    return found


def added_metrics() -> set[str]:
    """The metrics that guides add."""
    return {name for path in WRITTEN for name in re.findall(r'Metric\(\n\s+"(\w+)"', path.read_text("utf-8"))}


@dataclass
class Html(HTMLParser):
    """The ids of a page, where its links and pictures lead, and what its paragraphs say."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    prose: str = ""
    is_prose: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        self.links += [found[name] or "" for name in ("href", "src") if name in found]
        self.is_prose |= tag == "p"

    def handle_endtag(self, tag: str) -> None:
        self.is_prose &= tag != "p"

    def handle_data(self, data: str) -> None:
        self.prose += data if self.is_prose else "|"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Html]:
    """The site's pages by name, built as the documentation says."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(out / "made"), str(DOCS), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"a page in no toctree, or a link that leads nowhere:\n{done.stderr}"
    found = {}
    for path in out.rglob("*.html"):
        page = found[str(path.relative_to(out))] = Html()
        page.feed(path.read_text("utf-8"))
    return found


def test_every_page_can_be_reached_from_the_first(site: dict[str, Html]) -> None:
    pages = {str(path.relative_to(DOCS).with_suffix(".html")) for path in SOURCES}
    assert pages <= site.keys()
    assert pages - {"index.html"} <= set(site["index.html"].links)


def test_chinese_lines_are_joined_without_a_blank(site: dict[str, Html]) -> None:
    for name, page in site.items():
        if name.startswith("zh/"):
            assert not re.search(r"[一-鿿，。；：]\n[一-鿿]", page.prose), name


def test_every_link_and_anchor_of_the_site_is_there(site: dict[str, Html]) -> None:
    wrong = []
    for name, page in site.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or not parts.path.removesuffix(".html") + parts.fragment:
                continue
            target = os.path.normpath(Path(name).parent / unquote(parts.path)) if parts.path else name
            anchors = site[target].ids if target in site else set()
            if target.endswith(".html") and (target not in site or unquote(parts.fragment) not in anchors | {""}):
                wrong.append(f"{name}: {link}")
    assert not wrong


@pytest.mark.parametrize("page", [path for pattern in IN_CHINESE for path in sorted(DOCS.glob(pattern))], ids=name_of)
def test_a_page_has_its_chinese_twin_with_the_same_examples(page: Path) -> None:
    twin = DOCS / "zh" / page.relative_to(DOCS)
    ours, theirs = page.read_text("utf-8"), twin.read_text("utf-8")
    assert len(re.findall(r"[一-鿿]", theirs)) > 100
    if page.name != "index.md":
        assert re.findall(r"^(#+) ", theirs, re.MULTILINE) == re.findall(r"^(#+) ", ours, re.MULTILINE)
        assert BLOCK.findall(theirs) == BLOCK.findall(ours)


@pytest.mark.parametrize("page", sorted((DOCS / "how-to").glob("*.md")), ids=name_of)
def test_other_how_to_pages_have_a_chinese_section(page: Path) -> None:
    found = re.search(r"^## [一-鿿]+\n(.+)", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert (DOCS / "zh" / page.relative_to(DOCS)).exists() or (found and len(re.findall(r"[一-鿿]", found[1])) > 50)


def commands() -> list[tuple[str, list[str]]]:
    """Each `fbi` command line of the documents, without the variables set before it."""
    found = []
    for path in WRITTEN:
        lines = "".join(blocks(path, "sh", "bash")).replace("\\\n", " ").splitlines()
        for line in lines:
            words = shlex.split(line, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words = words[1:]
            if words and Path(words[0]).name == "fbi":
                found.append((name_of(path), words[1:]))
    return found


@pytest.fixture(scope="module")
def program() -> object:
    return get_command(build())


@pytest.mark.parametrize(("page", "words"), commands(), ids=lambda one: one if isinstance(one, str) else " ".join(one))
def test_every_command_can_be_parsed(program, page: str, words: list[str]) -> None:
    command, name, left = program, "fbi", words
    while hasattr(command, "commands"):
        name, *left = left
        assert name in command.commands, f"{page}: there is no `{name}`"
        command = command.commands[name]
    if "--help" not in left:
        command.make_context(name, [*left])
    if name in ("query", "rows", "why", "maturity"):
        assert set(left[0].split(",")) <= METRICS.keys() | added_metrics(), page
    if "--by" in left:
        assert set(left[left.index("--by") + 1].split(",")) <= DIMENSIONS.keys(), page


def test_other_examples_are_well_formed() -> None:
    count = 0
    for path in WRITTEN:
        for text in blocks(path, "python"):
            compile(text, str(path), "exec")
        for text in blocks(path, "toml"):
            tomllib.loads(text)
        for text in blocks(path, "json"):
            json.loads(text)
        count += len(blocks(path, "python", "toml", "json"))
    assert count >= 20


def test_addresses_are_those_of_pages() -> None:
    found = {link for path in WRITTEN for link in LOCAL.findall(path.read_text("utf-8"))}
    assert len(found) >= 5
    for link in found:
        path = urlsplit(link).path
        known = path.startswith("/api/v1/") or path in NEVER_REFUSED or page_of(path)
        assert known or f'"{path}"' in titled()["pages.py"], link


@pytest.mark.parametrize("tour", ["tour.md", "zh/tour.md"])
def test_the_tour_passes_every_page(tour: str) -> None:
    rows = re.findall(r"^\| [^-|]+ \| [^|]+ \|$", (DOCS / tour).read_text("utf-8"), re.MULTILINE)
    boards = [page for page in PAGES if page.is_wall]
    assert len(rows) - 1 == len(PAGES) - len(boards) + 1, "a page without a line, or a line without a page"


def test_what_the_guides_add_works_as_written(tmp_path: Path) -> None:
    """A platform, a metric and a page, each one file and its test, run as the guides say."""
    files = titled()
    for name, text in files.items():
        path = tmp_path / "extensions" / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    tests = [name for name in files if name.startswith("test_")]
    assert len(tests) == 3
    assert len(files) == 6
    environment = os.environ | {"FBI_EXTENSIONS": "extensions", "FBI_HOME": str(tmp_path / "home")}
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), "extensions/mine"]
    done = subprocess.run(
        [sys.executable, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def table(page: str) -> list[list[str]]:
    """The rows of the first table of a page, without its head."""
    lines = [line for line in (DOCS / page).read_text("utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("page", ["explanation/bridge.md", "zh/explanation/bridge.md"])
def test_the_worked_example_of_the_bridge(page: str) -> None:
    *channels, whole = table(page)
    before, after = (
        {(row[0],): Tally(*(Fraction(part) for part in row[side].split(" / "))) for row in channels} for side in (1, 2)
    )
    bridge = bridge_ratio(before, after)
    found = {one.name: (one.rate_effect, one.mix_effect, one.effect) for one in bridge.segments}
    for name, _, _, *effects in channels:
        assert found[name] == tuple(Fraction(effect) / 100 for effect in effects)
    sums = tuple(sum(column) for column in zip(*found.values(), strict=True))
    assert sums == tuple(Fraction(effect) / 100 for effect in whole[3:])
    assert bridge.change == sums[2]
    assert [f"{tally.n} / {tally.d}" for tally in (bridge.before, bridge.after)] == whole[1:3]


@pytest.mark.parametrize("page", ["explanation/bounds-and-maturity.md", "zh/explanation/bounds-and-maturity.md"])
def test_the_worked_example_of_bounds(page: str) -> None:
    ((kept, judged, unknown, refused, *shown),) = table(page)
    doubt = Doubt(int(kept), int(judged), unknown=int(unknown), refused=int(refused), rows=int(judged))
    found = bounds((), doubt, resolve(get_metric("otif"), Query(("otif",))))
    assert [f"{100 * value:.1f} %" for value in (found.value, found.low, found.high)] == shown  # type: ignore[operator]


@pytest.mark.parametrize("page", ["explanation/due-date.md", "zh/explanation/due-date.md"])
def test_the_shares_of_the_due_date_example(page: str) -> None:
    shares = re.findall(r"(\d+) (?:of|/) (\d+) = (\d+) %", (DOCS / page).read_text("utf-8"))
    assert len(shares) == 3
    for part, whole, share in shares:
        assert 100 * int(part) == int(share) * int(whole)


def test_pictures_are_small_and_all_are_shown() -> None:
    shown = {
        (path.parent / link).resolve()
        for path in WRITTEN
        for link in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", path.read_text("utf-8"))
    }
    pictures = {path.resolve() for path in DOCS.rglob("*.png")}
    assert pictures == shown
    assert all(path.stat().st_size <= LARGEST_PICTURE for path in pictures)


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_issue_forms_are_complete(form: Path) -> None:
    found = yaml.safe_load(form.read_text("utf-8"))
    if form.stem == "config":
        assert found == {"blank_issues_enabled": True}
        return
    assert {"name", "description", "body"} <= found.keys()
    asked = [one for one in found["body"] if one["type"] != "markdown"]
    assert len({one["id"] for one in asked}) == len(asked) >= 3
    assert any(one.get("validations", {}).get("required") for one in asked)


def test_there_are_forms_for_a_fault_an_export_and_a_metric() -> None:
    assert {path.stem for path in FORMS} >= {"bug", "export", "metric"}
