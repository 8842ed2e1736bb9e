"""Which of the files named can be loaded, by which adapter, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fulfillment_bi.errors import FileUnknownError, FileUnreadableError, IngestError
from fulfillment_bi.ingest.adapter import Adapter
from fulfillment_bi.ingest.detect import Detected, detect, find_adapter
from fulfillment_bi.ingest.files import Candidate, Identity, expand, exported_at, identify
from fulfillment_bi.ingest.readers.opening import open_source
from fulfillment_bi.ingest.readers.source import ReadLimits, Source
from fulfillment_bi.ingest.report import FileReport
from fulfillment_bi.settings import Settings


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that an adapter recognises, ready to be read."""

    candidate: Candidate
    source: Source
    detected: Detected
    identity: Identity
    exported_at: datetime

    @property
    def adapter(self) -> Adapter:
        """The adapter that recognises it."""
        return self.detected.adapter

    @property
    def rank(self) -> tuple[datetime, datetime, str]:
        """Files are staged in the order in which they were exported, however they were named on the command line."""
        return (self.exported_at, self.identity.modified_at, self.identity.sha256)


def plan_files(
    settings: Settings, paths: Sequence[Path | str], adapter: str | None
) -> tuple[list[Planned], dict[str, FileReport]]:
    """What can be read, and a report per file in the order found (provisional for those that can).

    Raises UnknownNameError when there is no such `adapter`.
    """
    if adapter is not None:
        find_adapter(adapter, settings.mappings_folder)
    plan: list[Planned] = []
    reports: dict[str, FileReport] = {}
    for candidate in _expanded(paths, reports):
        shown = candidate.shown
        if candidate.problem:
            reports[shown] = FileReport(shown, "skipped", message=candidate.problem)
            continue
        try:
            planned = _inspect(candidate, settings, adapter)
        except IngestError as error:
            prose = candidate.may_be_prose and isinstance(error, FileUnknownError)
            message = "not a table that any adapter recognises" if prose else str(error)
            reports[shown] = FileReport(shown, "skipped" if prose else "failed", message=message)
            continue
        if planned.adapter.unused:
            reports[shown] = FileReport(shown, "not_used", planned.adapter.name, message=planned.adapter.unused)
            continue
        reports[shown] = FileReport(shown, "loaded", planned.adapter.name)
        plan.append(planned)
    return plan, reports


def _expanded(paths: Sequence[Path | str], reports: dict[str, FileReport]) -> Iterable[Candidate]:
    for path in paths:
        try:
            found = list(expand([path]))
        except FileUnreadableError as error:
            reports[str(path)] = FileReport(str(path), "failed", message=str(error))
            continue
        if not found:
            reports[str(path)] = FileReport(str(path), "failed", message=f"{path}: The folder holds no files.")
        yield from (candidate for candidate in found if candidate.shown not in reports)


def read_limits(settings: Settings) -> ReadLimits:
    """What a file may be, by the settings."""
    return ReadLimits(settings.max_unpacked_bytes, settings.max_unpacked_ratio, settings.max_columns)


def _inspect(candidate: Candidate, settings: Settings, adapter: str | None) -> Planned:
    path = candidate.path
    source = open_source(path, read_limits(settings))
    detected = detect(source.preview, path.name, adapter=adapter, own=settings.mappings_folder)
    identity = identify(path)
    zone = detected.adapter.timezone if detected.adapter.timezone != "business" else settings.timezone
    moment = exported_at(path.name, detected.adapter.file_date, zone, identity.modified_at)
    return Planned(candidate, source, detected, identity, moment)
