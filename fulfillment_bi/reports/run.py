"""Running a report: one pinned version, the page's own queries, and every file made of their results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from fulfillment_bi.errors import RenderError, UnknownNameError, UsageError
from fulfillment_bi.filters import sentence
from fulfillment_bi.i18n import text
from fulfillment_bi.journal.database import Journal
from fulfillment_bi.metrics.query import Query, Result
from fulfillment_bi.reports.catalog import FORMATS, PICTURES, Report, get_report
from fulfillment_bi.reports.export import write_csv, write_xlsx
from fulfillment_bi.reports.table import Stamp, Table, table_of
from fulfillment_bi.workspace import Workspace

if TYPE_CHECKING:
    from fulfillment_bi.reports.render import Studio

LANGUAGES = ("zh", "en")
LONG_COLUMNS = (
    "tile",
    "metric",
    "by_1",
    "member_1",
    "by_2",
    "member_2",
    "value",
    "numerator",
    "denominator",
    "value_before",
    "change",
)


@dataclass(frozen=True, slots=True)
class Done:
    """What a run wrote. `ignored`: parts of the view that mean nothing; `problem`: why pictures are missing."""

    report: str
    files: tuple[Path, ...]
    stamp: Stamp
    ignored: tuple[str, ...]
    problem: RenderError | None = None
    is_blank: bool = False
    """Whether nothing was counted anywhere in it."""

    def document(self) -> dict[str, object]:
        """What `fbi report run --json` prints."""
        return {
            "report": self.report,
            "files": [str(file) for file in self.files],
            "as_of": self.stamp.as_of,
            "timezone": self.stamp.timezone,
            "version": self.stamp.version,
            "filters": self.stamp.filters,
            "ignored": list(self.ignored),
            "problem": str(self.problem) if self.problem else None,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """One query of one tile, answered."""

    tile: str
    name: str
    query: Query
    result: Result


def run_report(
    workspace: Workspace,
    name: str,
    formats: Sequence[str],
    out: Path,
    *,
    search: str = "",
    language: str | None = None,
    studio: Studio | None = None,
) -> Done:
    """Write report `name` to `out` as NAME-DAY.FORMAT, DAY being the business day of the data.

    A table that is not made of metrics (a list of orders, of alerts) is a sheet of the XLSX, and a CSV of its own,
    NAME-TABLE-DAY.csv. `search` holds period and filters as in the page's address; `studio` draws the pictures, one of
    its own unless given. Tables are written first; a picture that cannot be drawn correctly is left out and its reason
    returned. Raises UsageError for a wrong name, NoVersionError before a load.
    """
    report = get_report(name, Journal(workspace.settings.home))
    for one in formats:
        if one not in FORMATS:
            raise UnknownNameError("format", one, FORMATS)
    if not formats:
        raise UsageError("No format is named.", where="--format", hint=f"Name some of {', '.join(FORMATS)}.")
    chosen = language or workspace.settings.language
    if chosen not in LANGUAGES:
        raise UnknownNameError("language", chosen, LANGUAGES)
    asked = "&".join(part for part in (report.view, search.removeprefix("?")) if part)
    with workspace.pinned() as pinned:
        return _run(pinned, report, formats, out, asked, chosen, studio)


def _run(
    workspace: Workspace,
    report: Report,
    formats: Sequence[str],
    out: Path,
    search: str,
    language: str,
    studio: Studio | None,
) -> Done:
    page = _page(report)
    view, answers = _ask(workspace, report, page, search, language)
    told = _told(workspace, page, view)
    filters = next(iter(told.values())).stamp.filters if told and not answers else sentence(view.base, language)
    stamp = Stamp(view.as_of, view.timezone, filters, view.version)
    day = stamp.local_as_of()[:10]
    targets = {kind: out / f"{report.name}-{day}.{kind}" for kind in dict.fromkeys(formats)}
    if not (answers or told) and set(targets) - set(PICTURES):
        raise UsageError(f"The page {report.path} holds no table.", where="--format", hint="Ask for png or pdf.")
    written: list[Path] = []
    if "csv" in targets:
        written += _write_csv(report, answers, told, stamp, targets["csv"])
    if "xlsx" in targets:
        write_xlsx([*_sheets(answers, language), *told.values()], targets["xlsx"])
        written.append(targets["xlsx"])
    pictures = {kind: path for kind, path in targets.items() if kind in PICTURES}
    problem = _draw(workspace, report, search, language, stamp, pictures, studio) if pictures else None
    written += [] if problem else pictures.values()
    is_blank = bool(answers) and _is_blank(answers)
    return Done(report.name, tuple(written), stamp, tuple(view.ignored), problem, is_blank)


def _page(report: Report) -> Any:
    from fulfillment_bi.web.answering import page_of

    page = page_of(report.path)
    if page is None:
        raise UsageError(f"There is no page {report.path}.", hint="See `fbi report list`, or copy a page's address.")
    return page


def _told(workspace: Workspace, page: Any, view: Any) -> dict[str, Table]:
    """The tables of rows rather than of answers: orders one by one, alerts, sentences. By the names of their tiles."""
    tables = {
        tile.name.removeprefix(f"{page.name}-"): tile.table(view, workspace)
        for tile in page.tiles
        if tile.tell is not None and tile.table is not None
    }
    return {name: replace(table, name=name, rows=tuple(table.rows)) for name, table in tables.items()}


def _ask(workspace: Workspace, report: Report, page: Any, search: str, language: str) -> tuple[Any, list[Answer]]:
    """The page's view and the answers of all its tiles, as the page itself asks for them."""
    from fulfillment_bi.web.state import read_view

    probe = workspace.run(Query(metrics=("orders",)))
    view = read_view(
        report.path,
        search,
        language=language,
        theme_name="light",
        scale=1.0,
        as_of=probe.as_of,
        timezone=probe.timezone,
        version=probe.version,
    )
    asked = [
        (tile.name.removeprefix(f"{page.name}-"), name, query)
        for tile in page.tiles
        for name, query in tile.ask(view).items()
    ]
    results = workspace.run_all([query for _, _, query in asked])
    return view, [Answer(*each, result) for each, result in zip(asked, results, strict=True)]


def _write_csv(
    report: Report, answers: Sequence[Answer], told: Mapping[str, Table], stamp: Stamp, target: Path
) -> Iterator[Path]:
    """The answers in one file, every other table in one of its own; a page that is one table is the file itself."""
    if answers:
        write_csv(_long_table(report, answers, stamp), target)
        yield target
    is_all = not answers and len(told) == 1
    for name, table in told.items():
        own = target if is_all else target.with_name(target.name.replace(report.name, f"{report.name}-{name}", 1))
        write_csv(table, own)
        yield own


def _is_blank(answers: Sequence[Answer]) -> bool:
    return not any(
        record.get(f"{metric}_d") or record.get(metric)
        for answer in answers
        for record in answer.result.records()
        for metric in answer.query.metrics
    )


def _draw(
    workspace: Workspace,
    report: Report,
    search: str,
    language: str,
    stamp: Stamp,
    pictures: Mapping[str, Path],
    studio: Studio | None,
) -> RenderError | None:
    from fulfillment_bi.reports.render import View, render
    from fulfillment_bi.web.app import create_app

    pairs = [pair for pair in parse_qsl(search) if pair[0] != "lang"]
    view = View(
        f"{report.path}?{urlencode([*pairs, ('lang', language)])}",
        width=report.width,
        height=report.height,
        whole_page=report.whole_page,
        language={"zh": "zh-CN", "en": "en-GB"}[language],
        footer=_footer(stamp, language),
        is_dark=report.is_dark,
    )
    try:
        if studio is not None:
            studio.draw(view, pictures, version=stamp.version)
        else:
            browser = workspace.settings.browser
            render(create_app(workspace).server, view, pictures, version=stamp.version, browser=browser)
    except RenderError as error:
        return error
    return None


def _footer(stamp: Stamp, language: str) -> str:
    time = text(language, "stamp.asof", time=stamp.local_as_of())
    return f"{time} {stamp.timezone} · {stamp.filters} · {stamp.version}"


def _sheets(answers: Sequence[Answer], language: str) -> Iterator[Table]:
    """A table per tile and query of a page, named after them."""
    seen: set[str] = set()
    for answer in answers:
        name = answer.tile if answer.tile not in seen else f"{answer.tile} {answer.name}"[:28]
        while name in seen:
            name += "_"
        seen.add(name)
        yield table_of(answer.result, name=name, filters=sentence(answer.query, language))


def _long_table(report: Report, answers: Sequence[Answer], stamp: Stamp) -> Table:
    """All answers under each other: one row for each tile, metric and member."""
    rows = tuple(dict.fromkeys(row for answer in answers for row in _long_rows(answer)))
    return Table(report.name, LONG_COLUMNS, rows, stamp)


def _long_rows(answer: Answer) -> Iterator[tuple[Any, ...]]:
    by = (*answer.query.by, None, None)[:2]
    for record in answer.result.records():
        split = [value for name in by for value in (name, record.get(name) if name else None)]
        for metric in answer.query.metrics:
            values = [record.get(f"{metric}{part}") for part in ("", "_n", "_d", "_before", "_change")]
            yield (answer.tile, metric, *split, *values)
